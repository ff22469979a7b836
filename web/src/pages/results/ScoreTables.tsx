import { useState } from "react";

import { setState } from "../../app/store";
import { useSay } from "../../i18n";
import { useTitle } from "../../i18n/steps";
import { LensBadge } from "../../parts/LensBadge";
import { shown } from "../../parts/shown";
import { StaleMark } from "./StaleMark";
import { bestOf, choiceOf, csvOf, grouped, type Order, type ScoreTable, sorted } from "./scoreTable";
import type { ShownRecord } from "./stale";

/** What was chosen, and the scores of the workflow side by side. */
export function ScoreTables({ records }: { records: readonly ShownRecord[] }) {
  const say = useSay();
  const choices = records.filter((r) => r.chosen.length > 0);
  const tables = grouped(records.filter((r) => r.step.startsWith("interpret.")));
  const facts = grouped(records.filter((r) => !r.step.startsWith("interpret.")));
  return (
    <>
      {choices.length > 0 && (
        <div className="choices">
          {choices.map((r) => (
            <Choice key={r.ref} record={r} />
          ))}
        </div>
      )}
      {tables.map((t) => (
        <Scores key={t.id} table={t} />
      ))}
      {facts.length > 0 && (
        <details className="facts-of-steps">
          <summary>{say("scores.facts")}</summary>
          {facts.map((t) => (
            <Scores key={t.id} table={t} />
          ))}
        </details>
      )}
    </>
  );
}

/** The best setting of a search, and the objective it reached. */
function Choice({ record }: { record: ShownRecord }) {
  const say = useSay();
  return (
    <>
      {record.points.map((p) => {
        const { settings, reached } = choiceOf(record, p);
        return (
          <section key={p.point} className="choice" data-choice={record.node} data-stale={record.stale} aria-label={record.node}>
            <h3>
              ★ {say("scores.best")} <span className="soft">{record.node}</span> {record.stale && <StaleMark />}
            </h3>
            <p className="chosen">{settings.map(([k, v]) => `${k} = ${v}`).join(", ")}</p>
            <dl>
              {reached.map(([k, v]) => (
                <div key={k}>
                  <dt title={record.columns.find((c) => c.name === k)?.about}>{k}</dt>
                  <dd>{v}</dd>
                </div>
              ))}
            </dl>
            <LensBadge lens={p.lens} />
          </section>
        );
      })}
    </>
  );
}

function Scores({ table }: { table: ScoreTable }) {
  const titled = useTitle();
  return (
    <section className="picture scores" aria-label={titled(table)} data-scores={table.id} data-stale={table.rows.every((r) => r.stale)}>
      <SortableScores table={table} heading={titled(table)} />
    </section>
  );
}

/** A table that is sorted by its heads; the best of each score is marked, the lens stands beside it. */
export function SortableScores({ table, heading, total, marked = true }: { table: ScoreTable; heading: string; total?: number; marked?: boolean }) {
  const say = useSay();
  const [order, setOrder] = useState<Order | null>(null);
  const rows = sorted(table.rows, order);
  const lens = rows.some((r) => r.lens);
  const turn = (column: string, goal: string): void => {
    const first = goal !== "minimize" && column !== "" && !table.settings.includes(column);
    if (order?.column !== column) setOrder({ column, descending: first });
    else setOrder(order.descending === first ? { column, descending: !first } : null);
  };
  const head = (column: string, label: string, about: string, goal: string) => (
    <th
      key={column}
      scope="col"
      aria-sort={order?.column === column ? (order.descending ? "descending" : "ascending") : "none"}
      data-setting={table.settings.includes(column) || undefined}
    >
      <button type="button" title={about || label} onClick={() => {
        turn(column, goal);
      }}>
        {label}
        {goal !== "" && <span className="goal">{goal === "maximize" ? "↑" : "↓"}</span>}
        <span className="sorted">{order?.column === column ? (order.descending ? "▼" : "▲") : ""}</span>
      </button>
    </th>
  );
  const best = new Map(table.scores.map((s) => [s.name, bestOf(table.rows, s.name, s.goal)]));
  return (
    <>
      <header>
        <h2>{heading}</h2>
        {marked && table.rows.some((r) => r.stale) && <StaleMark said />}
        <span className="soft">
          {total !== undefined && total !== rows.length ? say("scores.rows.of", { n: rows.length, of: total }) : say("scores.rows", { n: rows.length })}
        </span>
        <span className="space" />
        <button type="button" className="button" onClick={() => {
          download(`${heading}.csv`, csvOf(table, rows));
        }}>
          CSV
        </button>
      </header>
      <div className="score-rows" tabIndex={0} role="group" aria-label={heading}>
        <table>
          <thead>
            <tr>
              {head("", say("scores.name"), "", "")}
              {table.settings.map((s) => head(s, s, "", ""))}
              {lens && <th scope="col">{say("scores.lens")}</th>}
              {table.scores.map((s) => head(s.name, s.name, s.about, s.goal))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.key} data-point={row.point} data-stale={row.stale}>
                <th scope="row">
                  <button type="button" className="link" title={say("scores.node")} onClick={() => {
                    setState({ page: "workflow", chosen: row.ref.split(".")[0] ?? null });
                  }}>
                    {row.name}
                  </button>
                  {marked && row.stale && <StaleMark />}
                </th>
                {table.settings.map((s) => (
                  <td key={s}>{shown(row.cells[s])}</td>
                ))}
                {lens && (
                  <td>
                    <LensBadge lens={row.lens} />
                  </td>
                )}
                {table.scores.map((s) => (
                  <td key={s.name} className={best.get(s.name)?.has(row.key) ? "best" : ""}>
                    {best.get(s.name)?.has(row.key) && <span title={say("scores.best.of")}>★ </span>}
                    {shown(row.cells[s.name])}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

function download(name: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: "text/csv;charset=utf-8" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}
