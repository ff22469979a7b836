import { useContext, useEffect, useState } from "react";

import { api } from "../../api/client";
import { useStore } from "../../app/store";
import { LanguageContext, useSay } from "../../i18n";
import { useAsked } from "../../parts/asked";
import { ErrorBox } from "../../parts/ErrorBox";

const WAIT = 600;

interface Given {
  file: string;
  /** Another text when the report is another one. */
  of: string;
  /** Nothing of the workflow as it is now is computed: there is no report to be made. */
  nothing: boolean;
  hidden: boolean;
}

/**
 * The report as it is now, in a frame that can reach nothing. The page has it made first and hears what is wrong; the
 * frame is given only what is there, and the last good one stays until the next has come.
 */
export function Preview({ file, of, nothing, hidden }: Given) {
  const say = useSay();
  const language = useContext(LanguageContext);
  const connected = useStore((s) => s.connected);
  const empty = useStore((s) => s.workflow?.nodes.length === 0);
  const wanted = !connected || nothing || hidden ? "" : `${file} ${of} ${language}`;
  const settled = useSettled(wanted);
  const asked = useAsked(settled, (signal) => api.preview(file, language, signal));
  const [loaded, setLoaded] = useState("");
  const page = asked.value;
  const making = wanted !== "" && (settled !== wanted || asked.busy || (asked.error === null && loaded !== page));
  const state = !connected ? "offline" : nothing ? "old" : asked.error ? "refused" : "";
  if (hidden && page === null) return null;
  if (page === null && nothing) return <p className="empty-look soft">{say(empty ? "results.nosteps" : "results.none")}</p>;
  return (
    <div className="preview" aria-busy={making} data-state={state} hidden={hidden}>
      <div className="preview-bar">
        <span role="status">{making ? say("report.making") : connected ? "" : say(page === null ? "app.disconnected" : "report.offline")}</span>
        <button type="button" className="button" disabled={wanted === "" || making} onClick={asked.again}>
          {say("report.refresh")}
        </button>
      </div>
      <div>
        {asked.error && <ErrorBox error={asked.error} onRetry={asked.again} />}
        {page !== null && (nothing || asked.error) && <p className="banner preview-old">⚠ {say("report.old")}</p>}
      </div>
      {page !== null && (
        <iframe
          title={say("report.preview")}
          sandbox="allow-scripts"
          src={api.previewAddress(page)}
          onLoad={() => {
            setLoaded(page);
          }}
        />
      )}
    </div>
  );
}

/** Whoever types, or checks one box after the other, gets one report and not many: a wish counts once it rests. */
function useSettled(wanted: string): string {
  const [settled, setSettled] = useState(wanted);
  useEffect(() => {
    const timer = setTimeout(() => {
      setSettled(wanted);
    }, wanted === "" ? 0 : WAIT);
    return () => {
      clearTimeout(timer);
    };
  }, [wanted]);
  return settled;
}
