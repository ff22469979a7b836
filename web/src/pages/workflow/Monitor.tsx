import { useEffect, useState } from "react";

import { api } from "../../api/client";
import { explore, setState } from "../../app/store";
import type { FlowNode, Rows, StepInfo, ValueInfo, WorkflowState } from "../../api/types";
import { useSay } from "../../i18n";
import { ErrorBox } from "../../parts/ErrorBox";
import { Loading } from "../../parts/Loading";
import { VegaFigure } from "../../parts/VegaFigure";
import { time } from "./times";

const HEAD = 20;

interface Seen {
  of: string;
  info?: ValueInfo;
  rows?: Rows;
  spec?: Record<string, unknown>;
  error?: Error;
}

/** What a node has made: facts, the first rows, or the picture. */
export function Monitor({ workflow, node, info }: { workflow: WorkflowState; node: FlowNode; info: StepInfo }) {
  const say = useSay();
  // Of a search, what it found is asked for first.
  const [output, setOutput] = useState((info.outputs.find((o) => o.name === "best") ?? info.outputs[0])?.name ?? "");
  const [point, setPoint] = useState(0);
  const [last, setLast] = useState<Seen | null>(null);
  const [again, setAgain] = useState(0);
  const { file } = workflow;
  const { state, done } = node.status;
  const ref = `${node.name}.${output}`;
  const of = done > point ? `${ref} ${point} ${state} ${done} ${again}` : "";
  // The last good view stays until the next one is there.
  const seen = last?.of === of || (last && !last.error && last.of.startsWith(`${ref} ${point} `)) ? last : null;

  useEffect(() => {
    if (of === "") return;
    let gone = false;
    const at = { file, ref, point };
    const look = async (): Promise<Seen> => {
      const info = await api.value(at);
      if (info.type === "table") return { of, info, rows: await api.rows(at, { start: 0, count: HEAD }) };
      if (info.type === "figure") return { of, info, spec: await api.figure(at) };
      return { of, info };
    };
    look()
      .catch((reason: unknown): Seen => ({ of, error: reason instanceof Error ? reason : new Error(String(reason)) }))
      .then(
        (found) => {
          if (!gone) setLast(found);
        },
        () => undefined,
      );
    return () => {
      gone = true;
    };
  }, [file, ref, point, of]);

  return (
    <div className="monitor">
      <div className="setting-line">
        <select className="field" aria-label={say("monitor.output")} value={output} onChange={(e) => {
          setOutput(e.target.value);
        }}>
          {info.outputs.map((o) => (
            <option key={o.name} value={o.name}>
              {o.name} ({o.type})
            </option>
          ))}
        </select>
        {node.status.points > 1 && (
          <select className="field" aria-label={say("monitor.point")} value={point} onChange={(e) => {
            setPoint(Number(e.target.value));
          }}>
            {Array.from({ length: node.status.points }, (_, i) => (
              <option key={i} value={i}>
                {seen?.info?.points[i] ? Object.entries(seen.info.points[i]).map(([k, v]) => `${k} = ${String(v)}`).join(", ") : i + 1}
              </option>
            ))}
          </select>
        )}
        {(seen?.info?.columns.filter((c) => c.kind === "number").length ?? 0) > 1 && (
          <button
            type="button"
            className="button"
            onClick={() => {
              explore(ref, point);
            }}
          >
            {say("explore.open")}
          </button>
        )}
      </div>
      {seen?.error && <ErrorBox error={seen.error} onRetry={() => {
        setAgain(again + 1);
      }} />}
      {state === "stale" && seen?.info && <p className="note">◐ {say("monitor.stale")}</p>}
      {of === "" && !seen && <p className="soft" data-state="empty">{say("monitor.none")}</p>}
      {of !== "" && !seen && <Loading here />}
      {seen?.info && <Best info={seen.info} step={info.name} output={output} />}
      {seen?.info && <Facts node={node} info={seen.info} />}
      {seen?.info?.type === "table" && (
        <button type="button" className="button" onClick={() => {
          explore(ref, point);
        }}>
          {say("monitor.explore")}
        </button>
      )}
      {seen?.info?.type === "figure" && (
        <button type="button" className="button" onClick={() => {
          setState({ page: "results" });
        }}>
          {say("monitor.results")}
        </button>
      )}
      {seen?.spec && <VegaFigure spec={seen.spec} label={seen.info?.title ?? ref} />}
      {seen?.rows && seen.info && <Head rows={seen.rows} info={seen.info} />}
    </div>
  );
}

/** After a search: the settings that were best, and what was reached with them. */
function Best({ info, step, output }: { info: ValueInfo; step: string; output: string }) {
  const say = useSay();
  const measures = Object.entries(info.measures);
  if (measures.length === 0) return null;
  const best = output === "best" || step === "interpret.best";
  return (
    <section className={best ? "best" : "measures"} aria-label={say(best ? "monitor.best" : "monitor.measures")}>
      <h3>{say(best ? "monitor.best" : "monitor.measures")}</h3>
      <table className="facts">
        <tbody>
          {measures.map(([k, v]) => (
            <tr key={k}>
              <th scope="row">{k}</th>
              <td>{cell(v)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Facts({ node, info }: { node: FlowNode; info: ValueInfo }) {
  const say = useSay();
  const { seconds, memory } = node.status;
  const facts: [string, string][] = [
    ...Object.entries(info.summary)
      .filter(([k]) => !(k in info.measures))
      .map(([k, v]): [string, string] => [k, isCounts(v) ? Object.entries(v).map(([what, n]) => `${n} ${what}`).join(", ") : cell(v)]),
    ...(node.status.points > 1 ? [[say("monitor.points"), `${node.status.done} / ${node.status.points}`] as [string, string]] : []),
    ...(seconds === null ? [] : [[say("monitor.seconds"), time(seconds)] as [string, string]]),
    ...(memory ? [[say("monitor.memory"), `${(memory / 1e6).toFixed(0)} MB`] as [string, string]] : []),
  ];
  return (
    <>
      <table className="facts">
        <tbody>
          {facts.map(([k, v]) => (
            <tr key={k}>
              <th scope="row">{k}</th>
              <td>{v}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {Object.keys(node.given).length > 0 && (
        <details>
          <summary>{say("monitor.settings")}</summary>
          <table className="facts">
            <tbody>
              {Object.entries(node.given).map(([k, v]) => (
                <tr key={k}>
                  <th scope="row">{k}</th>
                  <td>{cell(v)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </details>
      )}
      {info.notes.map((n, i) => (
        <p key={i} className="note">
          <code>{n.code}</code> {n.text}
        </p>
      ))}
      {info.lens.map((line) => (
        <p key={line} className="note">
          ◎ {line}
        </p>
      ))}
    </>
  );
}

function Head({ rows, info }: { rows: Rows; info: ValueInfo }) {
  const say = useSay();
  const names = info.columns.map((c) => c.name).slice(0, 30);
  return (
    <div className="head-rows">
      <table>
        <thead>
          <tr>
            <th scope="col">{say("explore.rowid")}</th>
            {names.map((n) => (
              <th key={n} scope="col">
                {n}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.ids.map((id, i) => (
            <tr key={id}>
              <th scope="row">{id}</th>
              {names.map((n) => (
                <td key={n}>{cell(rows.columns[n]?.[i])}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      <p className="soft">
        {rows.ids.length} / {rows.total}
      </p>
    </div>
  );
}

/** Whether something is counted by name, such as columns by kind. */
function isCounts(value: unknown): value is Record<string, number> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && Object.values(value).every((n) => typeof n === "number");
}

function cell(value: unknown): string {
  if (value === null || value === undefined) return "–";
  return typeof value === "number" ? Number(value.toPrecision(5)).toString() : typeof value === "string" ? value : JSON.stringify(value);
}
