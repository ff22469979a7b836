import "./results.css";

import { type ReactNode, useEffect, useState } from "react";

import { api } from "../../api/client";
import type { LensEntry, WorkflowState } from "../../api/types";
import { failed, select, setState, useStore } from "../../app/store";
import { useSay } from "../../i18n";
import { useAsked } from "../../parts/asked";
import { ErrorBox } from "../../parts/ErrorBox";
import { figuresOf } from "../../parts/figures";
import { Loading } from "../../parts/Loading";
import { SelectionBar } from "../../parts/SelectionBar";
import { shown } from "../../parts/shown";
import { StaleNote } from "../../parts/StaleNote";
import { Picture } from "./Picture";
import { Recommendations, recommenders } from "./Recommendations";
import { ScoreTables } from "./ScoreTables";
import { type ShownRecord, useShownRecords, useShownResults } from "./stale";
import { StaleMark } from "./StaleMark";
import { SweepBoard } from "./SweepBoard";

/** What the workflow has found: numbers, scores, sweeps, recommendations and every figure. */
export function ResultsPage() {
  const workflow = useStore((s) => s.workflow);
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.key === "Escape" && event.target === document.body) select(null);
    };
    addEventListener("keydown", onKey);
    return () => {
      removeEventListener("keydown", onKey);
    };
  }, []);
  return workflow ? <Results key={workflow.file} workflow={workflow} /> : null;
}

function Results({ workflow }: { workflow: WorkflowState }) {
  const say = useSay();
  const steps = useStore((s) => s.steps);
  const { file } = workflow;
  const done = workflow.nodes.map((n) => `${n.name}:${n.status.state}:${n.status.done}`).join();
  const scores = useAsked(`${file} ${done}`, (signal) => api.scores(file, signal));
  const records = useShownRecords(workflow, scores.value);
  const stateOf = new Map(workflow.nodes.map((n) => [n.name, n]));
  const figures = figuresOf(workflow, steps).filter((f) => f.done > 0 || stateOf.get(f.node)?.status.state !== "new");
  const boards = records.filter((r) => r.of > 1 && r.points.length > 1 && r.axes.length > 0);
  const swept = figures.filter((f) => f.points > 1);
  const lists = recommenders(workflow.nodes);
  const stale = figures.some((f) => stateOf.get(f.node)?.status.state === "stale");
  const nothing = figures.length === 0 && records.length === 0 && !scores.busy;
  return (
    <div className="results" data-page="results">
      <h1>{workflow.title || workflow.file}</h1>
      {workflow.finding && <p className="finding">{workflow.finding}</p>}
      <SelectionBar />
      {stale && <StaleNote workflow={workflow} text="results.stale" />}
      {nothing && <Nothing workflow={workflow} />}
      <Numbers workflow={workflow} />
      {scores.error && <ErrorBox error={scores.error} onRetry={scores.again} />}
      {scores.busy && records.length === 0 && <Loading here />}
      <ScoreTables records={records} />
      {boards.filter(judged).map((r) => (
        <SweepBoard key={r.ref} file={file} record={r} figures={swept} />
      ))}
      {boards.some((r) => !judged(r)) && (
        <Folded title={say("board.facts")}>
          {boards
            .filter((r) => !judged(r))
            .map((r) => (
              <SweepBoard key={r.ref} file={file} record={r} figures={swept} />
            ))}
        </Folded>
      )}
      {lists.map((n) => (
        <Recommendations key={n.name} file={file} node={n} />
      ))}
      {figures.map((f) => (
        <Picture key={f.ref} file={file} figure={f} step={stateOf.get(f.node)?.step ?? ""} state={stateOf.get(f.node)?.status.state ?? "new"} />
      ))}
    </div>
  );
}

/** Scores that judge, before figures that steps tell of themselves. */
function judged(record: ShownRecord): boolean {
  return record.step.startsWith("interpret.");
}

/** What is asked for only when it is opened. */
function Folded({ title, children }: { title: string; children: ReactNode }) {
  const [open, setOpen] = useState(false);
  return (
    <details className="facts-of-steps" onToggle={(e) => {
      setOpen(e.currentTarget.open);
    }}>
      <summary>{title}</summary>
      {open && children}
    </details>
  );
}

function Nothing({ workflow }: { workflow: WorkflowState }) {
  const say = useSay();
  return (
    <div className="empty" data-state="empty">
      <p>{say(workflow.nodes.length === 0 ? "results.nosteps" : "results.none")}</p>
      {workflow.nodes.length > 0 && (
        <button type="button" className="button primary" disabled={workflow.running || workflow.problems.length > 0} onClick={() => {
          api.run(workflow.file).catch(failed);
        }}>
          ▶ {say("run.all")}
        </button>
      )}{" "}
      <button type="button" className="button" onClick={() => {
        setState({ page: "workflow" });
      }}>
        {say("page.workflow")}
      </button>
    </div>
  );
}

const SEEN = { learned: "scores.lens.seen", prepared: "scores.lens.readied", none: "scores.lens.unseen" } as const;

function seenBy(lens: LensEntry): keyof typeof SEEN {
  if (lens.fitted !== "none" || lens.chosen !== "none") return "learned";
  return lens.prepared === "none" ? "none" : "prepared";
}

/** The results that the workflow names, each with what its score has seen. */
function Numbers({ workflow }: { workflow: WorkflowState }) {
  const say = useSay();
  const known = useShownResults(workflow);
  if (known.length === 0) return null;
  return (
    <dl className="numbers">
      {known.map((r) => {
        const node = r.ref.split(".")[0] ?? "";
        const lens = workflow.lens.find((l) => l.node === node || l.node.startsWith(`${node}.`));
        const seen = lens && seenBy(lens);
        return (
          <div key={r.name} data-stale={r.stale}>
            <dt>
              {r.name} {r.stale && <StaleMark />}
            </dt>
            <dd>{shown(r.value)}</dd>
            {lens && seen && (
              <span className="lens-badge" data-seen={seen} title={lens.text}>
                ◎ {say(SEEN[seen])}
              </span>
            )}
          </div>
        );
      })}
    </dl>
  );
}
