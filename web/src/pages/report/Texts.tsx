import { useContext, useEffect, useRef, useState } from "react";

import type { ClosingPart } from "../../api/reportTypes";
import type { WorkflowState } from "../../api/types";
import { edit } from "../../app/store";
import { useSay } from "../../i18n";
import { PendingContext } from "./pending";

const PARTS: readonly ClosingPart[] = ["done", "found", "unknown"];

/** The finding and the closing statement; both are written into the workflow. */
export function Texts({ workflow }: { workflow: WorkflowState }) {
  const say = useSay();
  return (
    <>
      <Field
        id="finding"
        label={say("report.finding")}
        text={workflow.finding}
        onSave={async (text) => (await edit({ op: "finding", text })) !== null}
      />
      <fieldset>
        <legend>{say("report.closing")}</legend>
        {PARTS.map((part) => (
          <Field
            key={part}
            id={`closing-${part}`}
            label={say(`report.closing.${part}`)}
            text={workflow.closing?.[part] ?? ""}
            onSave={async (text) => (await edit({ op: "closing", part, text })) !== null}
          />
        ))}
      </fieldset>
    </>
  );
}

interface FieldGiven {
  id: string;
  label: string;
  text: string;
  /** Says whether it is written now. */
  onSave: (text: string) => Promise<boolean>;
  short?: boolean;
}

/** A text that is saved when one leaves it, and before a report is saved. */
export function Field({ id, label, text, onSave, short = false }: FieldGiven) {
  const pending = useContext(PendingContext);
  // What is typed counts until the text itself changes: by being saved, or by somebody else.
  const [draft, setDraft] = useState({ of: text, now: text });
  const now = draft.of === text ? draft.now : text;
  const underWay = useRef<string | null>(null);
  const save = (): Promise<boolean> => {
    if (now === text || now === underWay.current) return Promise.resolve(true);
    underWay.current = now;
    return pending.track(
      onSave(now).finally(() => {
        if (underWay.current === now) underWay.current = null;
      }),
    );
  };
  useEffect(() => pending.join(save));
  const common = {
    id,
    className: "field",
    value: now,
    onChange: (e: { target: { value: string } }) => {
      setDraft({ of: text, now: e.target.value });
    },
    onBlur: () => void save(),
  };
  return (
    <div className="report-field">
      <label htmlFor={id}>{label}</label>
      {short ? <input type="text" {...common} /> : <textarea {...common} />}
    </div>
  );
}
