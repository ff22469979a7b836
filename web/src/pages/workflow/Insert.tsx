import { useEffect, useState } from "react";

import { api } from "../../api/client";
import type { WorkflowState } from "../../api/types";
import { useStore } from "../../app/store";
import { useSay } from "../../i18n";
import { Dialog } from "../../parts/Dialog";
import { ErrorBox } from "../../parts/ErrorBox";
import { pasteSteps } from "./useClipboard";

/** Take steps of another workflow of the folder into this one. */
export function Insert({ onClose }: { onClose: () => void }) {
  const say = useSay();
  const { project, file } = useStore((s) => s);
  const others = (project?.workflows ?? []).filter((w) => w.file !== file);
  const [from, setFrom] = useState(others[0]?.file ?? "");
  const [other, setOther] = useState<WorkflowState | null>(null);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [error, setError] = useState<Error | null>(null);

  useEffect(() => {
    if (from === "") return;
    let gone = false;
    api.workflow(from).then(
      (found) => {
        if (gone) return;
        setOther(found);
        setChosen(new Set(found.nodes.map((n) => n.name)));
        setError(null);
      },
      (reason: unknown) => {
        if (!gone) setError(reason instanceof Error ? reason : new Error(String(reason)));
      },
    );
    return () => {
      gone = true;
    };
  }, [from]);

  const flip = (name: string): void => {
    const now = new Set(chosen);
    if (!now.delete(name)) now.add(name);
    setChosen(now);
  };
  const insert = async (): Promise<void> => {
    try {
      const { text } = await api.copy(from, [...chosen]);
      if ((await pasteSteps(text)).length > 0) onClose();
    } catch (reason) {
      setError(reason instanceof Error ? reason : new Error(String(reason)));
    }
  };

  return (
    <Dialog title={say("insert.title")} onClose={onClose}>
      {others.length === 0 ? (
        <p className="soft">{say("insert.none")}</p>
      ) : (
        <>
          <select className="field" aria-label={say("insert.from")} value={from} onChange={(e) => {
            setFrom(e.target.value);
          }}>
            {others.map((w) => (
              <option key={w.file}>{w.file}</option>
            ))}
          </select>
          {error && <ErrorBox error={error} />}
          <div className="checks-list" role="group" aria-label={say("palette.title")}>
            {other?.nodes.map((n) => (
              <label key={n.name}>
                <input type="checkbox" checked={chosen.has(n.name)} onChange={() => {
                  flip(n.name);
                }} />
                {n.name} <span className="soft">{n.step}</span>
              </label>
            ))}
          </div>
          <p className="soft">{say("insert.how")}</p>
          <button type="button" className="button primary" disabled={chosen.size === 0 || other?.file !== from} onClick={() => void insert()}>
            {say("insert.do", { n: chosen.size })}
          </button>
        </>
      )}
    </Dialog>
  );
}
