import { useEffect, useRef, useState } from "react";

import { api } from "../../api/client";
import type { WorkflowState } from "../../api/types";
import { getState, setState, take } from "../../app/store";
import { useSay } from "../../i18n";
import { ErrorBox } from "../../parts/ErrorBox";
import type { Bits } from "../../scatter/bits";
import { freeName } from "./places";
import type { Explored } from "./useExplored";
import { asError } from "./useLoaded";
import { whole } from "../../parts/values";

interface SaveProps {
  of: Explored;
  workflow: WorkflowState;
  bits: Bits;
  n: number;
  /** A step, or only a note. */
  what: "step" | "note";
  onClose: () => void;
}

/** Keep the selection: as a step of the workflow, by row ids, so that it can be rerun; with a note pinned to it. */
export function SaveDialog({ of, workflow, bits, n, what, onClose }: SaveProps) {
  const say = useSay();
  const dialog = useRef<HTMLDialogElement>(null);
  const [name, setName] = useState(() => freeName("selection", workflow.nodes.map((s) => s.name)));
  const [note, setNote] = useState("");
  const [busy, setBusy] = useState(false);
  const [saved, setSaved] = useState<string | null>(null);
  const [error, setError] = useState<Error | null>(null);
  useEffect(() => {
    const box = dialog.current;
    box?.showModal();
    return () => box?.close();
  }, []);

  const keep = async (): Promise<void> => {
    setBusy(true);
    setError(null);
    try {
      const ids = await api.ids(of.at, bits.toBase64());
      const version = getState().workflow?.version ?? workflow.version;
      const text = note.trim();
      const { ref } = of.at;
      const op = what === "step" ? ({ op: "select", name, ref, ids, note: text } as const) : ({ op: "note", ref, ids, text } as const);
      take(await api.edit(workflow.file, version, [op]));
      if (what === "step") setSaved(name);
      else onClose();
    } catch (reason) {
      setError(asError(reason));
    }
    setBusy(false);
  };
  const run = async (step: string): Promise<void> => {
    setBusy(true);
    try {
      await api.run(workflow.file, [step]);
      onClose();
    } catch (reason) {
      setError(asError(reason));
    }
    setBusy(false);
  };

  return (
    <dialog
      ref={dialog}
      className="save-dialog"
      aria-label={say(what === "step" ? "explore.save" : "explore.note.add")}
      onCancel={(e) => {
        e.preventDefault();
        onClose();
      }}
    >
      {saved === null ? (
        <form
          onSubmit={(e) => {
            e.preventDefault();
            void keep();
          }}
        >
          <h2>{say(what === "step" ? "explore.save" : "explore.note.add")}</h2>
          <p className="soft">{say(what === "step" ? "explore.save.about" : "explore.note.about", { n: whole(n) })}</p>
          {what === "step" && (
            <label>
              {say("form.name")}
              <input
                className="field"
                autoFocus
                onFocus={(e) => {
                  e.currentTarget.select();
                }}
                required
                value={name}
                onChange={(e) => {
                  setName(e.target.value);
                }}
              />
            </label>
          )}
          <label>
            {say(what === "step" ? "explore.save.note" : "explore.note")}
            <textarea
              className="field"
              required={what === "note"}
              autoFocus={what === "note"}
              value={note}
              onChange={(e) => {
                setNote(e.target.value);
              }}
            />
          </label>
          {error && <ErrorBox error={error} />}
          <div className="dialog-line">
            <button type="button" className="button" onClick={onClose}>
              {say("explore.cancel")}
            </button>
            <button type="submit" className="button primary" disabled={busy}>
              {say(what === "step" ? "explore.save.keep" : "explore.note.keep")}
            </button>
          </div>
        </form>
      ) : (
        <div>
          <h2>{say("explore.saved", { name: saved })}</h2>
          <p className="soft">{say("explore.saved.about")}</p>
          {error && <ErrorBox error={error} />}
          <div className="dialog-line">
            <button type="button" className="button" onClick={onClose}>
              {say("explore.close")}
            </button>
            <button
              type="button"
              className="button"
              onClick={() => {
                onClose();
                setState({ page: "workflow", chosen: saved });
              }}
            >
              {say("explore.saved.show")}
            </button>
            <button type="button" className="button primary" disabled={busy || workflow.running} autoFocus onClick={() => void run(saved)}>
              {say(workflow.running ? "explore.saved.wait" : "explore.saved.run")}
            </button>
          </div>
        </div>
      )}
    </dialog>
  );
}
