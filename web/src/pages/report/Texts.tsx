import { useState } from "react";

import type { ClosingPart } from "../../api/reportTypes";
import type { WorkflowState } from "../../api/types";
import { edit } from "../../app/store";
import { useSay } from "../../i18n";

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
        onSave={(text) => void edit({ op: "finding", text })}
      />
      <fieldset>
        <legend>{say("report.closing")}</legend>
        {PARTS.map((part) => (
          <Field
            key={part}
            id={`closing-${part}`}
            label={say(`report.closing.${part}`)}
            text={workflow.closing?.[part] ?? ""}
            onSave={(text) => void edit({ op: "closing", part, text })}
          />
        ))}
      </fieldset>
    </>
  );
}

/** A text that is saved when one leaves it. */
export function Field(given: { id: string; label: string; text: string; onSave: (text: string) => void; short?: boolean }) {
  const { id, label, text, onSave, short = false } = given;
  // What is typed counts until the text itself changes: by being saved, or by somebody else.
  const [draft, setDraft] = useState({ of: text, now: text });
  const now = draft.of === text ? draft.now : text;
  const common = {
    id,
    className: "field",
    value: now,
    onChange: (e: { target: { value: string } }) => {
      setDraft({ of: text, now: e.target.value });
    },
    onBlur: () => {
      if (now !== text) onSave(now);
    },
  };
  return (
    <div className="report-field">
      <label htmlFor={id}>{label}</label>
      {short ? <input type="text" {...common} /> : <textarea {...common} />}
    </div>
  );
}
