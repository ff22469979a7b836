import "../results/results.css";

import { useState } from "react";

import { api } from "../../api/client";
import { edit, setState, useStore } from "../../app/store";
import { useSay } from "../../i18n";
import { figuresOf } from "../../parts/figures";

/** Choose figures, write the finding, and take the report along as one file that works offline. */
export function ReportPage() {
  const say = useSay();
  const workflow = useStore((s) => s.workflow);
  const steps = useStore((s) => s.steps);
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
  const [finding, setFinding] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  if (!workflow) return null;
  const nodes = [...new Set(figuresOf(workflow, steps).filter((f) => f.done > 0).map((f) => f.node))];
  const text = finding ?? workflow.finding;

  const take = async (): Promise<void> => {
    setBusy(true);
    try {
      if (text !== workflow.finding) await edit({ op: "finding", text });
      const html = await api.report(workflow.file, nodes.filter((n) => !left.has(n)), text);
      const address = URL.createObjectURL(new Blob([html], { type: "text/html" }));
      const link = document.createElement("a");
      link.href = address;
      link.download = workflow.file.replace(/\.ya?ml$/, ".html");
      link.click();
      URL.revokeObjectURL(address);
    } catch (error) {
      setState({ error: error instanceof Error ? error : new Error(String(error)) });
    }
    setBusy(false);
  };

  return (
    <div className="report" data-page="report">
      <h1>{say("page.report")}</h1>
      <label htmlFor="finding">{say("report.finding")}</label>
      <textarea
        id="finding"
        className="field"
        value={text}
        onChange={(e) => {
          setFinding(e.target.value);
        }}
      />
      <fieldset>
        <legend>{say("report.figures")}</legend>
        {nodes.length === 0 && <p className="soft">{say("results.none")}</p>}
        {nodes.map((n) => (
          <label key={n}>
            <input
              type="checkbox"
              checked={!left.has(n)}
              onChange={(e) => {
                const now = new Set(left);
                if (e.target.checked) now.delete(n);
                else now.add(n);
                setLeft(now);
              }}
            />{" "}
            {n}
          </label>
        ))}
      </fieldset>
      <button type="button" className="button primary" disabled={busy} onClick={() => void take()}>
        {say("report.take")}
      </button>
      <p className="soft">{say("report.about")}</p>
    </div>
  );
}
