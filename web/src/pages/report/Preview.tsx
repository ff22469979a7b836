import { useContext, useEffect, useState } from "react";

import { api } from "../../api/client";
import { useStore } from "../../app/store";
import { LanguageContext, useSay } from "../../i18n";

const WAIT = 600;

/** The report as it is now, in a frame that can reach nothing; the last one stays until the next is there. */
export function Preview({ file, of }: { file: string; of: string }) {
  const say = useSay();
  const language = useContext(LanguageContext);
  const connected = useStore((s) => s.connected);
  const [count, setCount] = useState(0);
  const [shown, setShown] = useState<{ address: string; of: string } | null>(null);
  const [loaded, setLoaded] = useState("");
  const wanted = `${of} ${language} ${count}`;

  useEffect(() => {
    if (!connected) return;
    // Whoever types or checks one box after the other gets one report, not many.
    const timer = setTimeout(() => {
      setShown({ address: api.previewAddress(file, language, Date.now()), of: wanted });
    }, shown === null ? 0 : WAIT);
    return () => {
      clearTimeout(timer);
    };
    // eslint-disable-next-line react-hooks/exhaustive-deps -- what is shown is no reason to show again
  }, [connected, file, language, wanted]);

  const making = connected && loaded !== wanted;
  return (
    <div className="preview" aria-busy={making}>
      <div className="preview-bar">
        <span role="status">{connected ? (making ? say("report.making") : "") : say("report.offline")}</span>
        <button
          type="button"
          className="button"
          disabled={!connected || making}
          onClick={() => {
            setCount(count + 1);
          }}
        >
          {say("report.refresh")}
        </button>
      </div>
      {shown && (
        <iframe
          title={say("report.preview")}
          sandbox="allow-scripts"
          src={shown.address}
          onLoad={() => {
            setLoaded(shown.of);
          }}
        />
      )}
    </div>
  );
}
