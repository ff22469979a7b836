import "./report.css";

import { useContext, useEffect, useState } from "react";

import { api } from "../../api/client";
import type { ReportChoice, Why } from "../../api/reportTypes";
import { edit, useStore } from "../../app/store";
import { LanguageContext, useSay } from "../../i18n";
import { ErrorBox } from "../../parts/ErrorBox";
import { figuresOf } from "../../parts/figures";
import { choiceOf, type Entry, entriesOf, sizeOf } from "./choice";
import { FigureList } from "./FigureList";
import { PendingContext } from "./pending";
import { Preview } from "./Preview";
import { Texts } from "./Texts";
import { WhyMap } from "./WhyMap";

/** Write the finding and the closing, choose and order figures, look at it, and take it along as one file. */
export function ReportPage() {
  const say = useSay();
  const language = useContext(LanguageContext);
  const workflow = useStore((s) => s.workflow);
  const steps = useStore((s) => s.steps);
  const [why, setWhy] = useState<Why | null>(null);
  const [view, setView] = useState<"preview" | "why">("preview");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<Error | null>(null);
  const [saved, setSaved] = useState("");
  const pending = useContext(PendingContext);
  // What was changed here is shown at once, until the server tells how things stand.
  const [mine, setMine] = useState<{ of: ReportChoice | undefined; entries: Entry[] } | null>(null);
  const file = workflow?.file;
  const version = workflow?.version;

  useEffect(() => {
    if (file === undefined) return;
    let gone = false;
    api.why(file).then(
      (found) => {
        if (!gone) setWhy(found);
      },
      (reason: unknown) => {
        if (!gone) setError(reason instanceof Error ? reason : new Error(String(reason)));
      },
    );
    return () => {
      gone = true;
    };
  }, [file, version]);

  if (!workflow) return null;
  const figures = figuresOf(workflow, steps).filter((f) => f.done > 0);
  const entries = mine && mine.of === workflow.report ? mine.entries : entriesOf(figures, workflow.report);
  const stale = workflow.nodes.filter((n) => n.status.state === "stale" || n.status.state === "failed").length;
  const nothing = workflow.nodes.every((n) => n.status.done === 0);
  const change = (now: Entry[]): Promise<boolean> => {
    setMine({ of: workflow.report, entries: now });
    const written = async (): Promise<boolean> => {
      const changed = await edit({ op: "report", report: choiceOf(now) });
      if (changed === null) setMine(null);
      return changed !== null;
    };
    return pending.track(written());
  };
  const take = async (): Promise<void> => {
    setBusy(true);
    setError(null);
    setSaved("");
    try {
      if (!(await pending.finish())) throw new Error(say("report.unwritten"));
      const html = new Blob([await api.report(workflow.file, language)], { type: "text/html" });
      const address = URL.createObjectURL(html);
      const link = document.createElement("a");
      link.href = address;
      link.download = workflow.file.replace(/\.ya?ml$/, ".html");
      link.click();
      URL.revokeObjectURL(address);
      setSaved(say("report.saved", { name: link.download, size: sizeOf(html.size) }));
    } catch (reason) {
      setError(reason instanceof Error ? reason : new Error(String(reason)));
    }
    setBusy(false);
  };

  return (
    <div className="report" data-page="report">
      <section className="report-write" aria-label={say("page.report")}>
        <header>
          <h1>{say("page.report")}</h1>
          <button type="button" className="button primary" disabled={busy || nothing} onClick={() => void take()}>
            {say(busy ? "report.making" : "report.take")}
          </button>
        </header>
        <p className="soft">{say("report.about")}</p>
        <p role="status" className="report-saved">
          {saved}
        </p>
        {error && <ErrorBox error={error} onRetry={() => void take()} />}
        {stale > 0 && (
          <p className="banner" data-state="stale">
            ⚠ {say("report.stale", { n: stale })}
          </p>
        )}
        <Texts workflow={workflow} />
        <FigureList file={workflow.file} entries={entries} maps={why?.maps ?? {}} onChange={change} />
        {workflow.notes.length > 0 && (
          <>
            <h2>{say("report.notes")}</h2>
            <ul className="report-notes">
              {workflow.notes.map((n, i) => (
                <li key={i}>
                  ◆ {n.text} <span className="soft">{say("report.notes.rows", { n: n.ids.length, ref: n.ref })}</span>
                </li>
              ))}
            </ul>
          </>
        )}
      </section>
      <section className="report-look">
        <div role="tablist" className="tabs">
          {(["preview", "why"] as const).map((name) => (
            <button
              key={name}
              type="button"
              role="tab"
              aria-selected={view === name}
              onClick={() => {
                setView(name);
              }}
            >
              {say(`report.${name}`)}
            </button>
          ))}
        </div>
        {view === "why" && <WhyMap workflow={workflow} why={why} />}
        <Preview
          key={workflow.file}
          file={workflow.file}
          of={stateKey(workflow.version, figures.map((f) => `${f.ref} ${f.done}`))}
          nothing={nothing}
          hidden={view !== "preview"}
        />
      </section>
    </div>
  );
}

function stateKey(version: number, figures: string[]): string {
  return `${version}: ${figures.join(", ")}`;
}
