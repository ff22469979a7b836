import { useEffect, useState } from "react";

import { api, type Choice } from "../../api/client";
import { useSay } from "../../i18n";
import { ErrorBox } from "../../parts/ErrorBox";
import { ColumnChoice } from "./ColumnChoice";
import { download } from "./download";
import type { Explored } from "./useExplored";
import { asError } from "./useLoaded";
import { useRows } from "./useRows";
import { shown, whole } from "../../parts/values";
import { useVirtual } from "./virtual";

const LINE = 25;
const ID = 140;
const CELL = 92;

interface RowsTableProps {
  of: Explored;
  within: string | undefined;
  version: number;
  columns: readonly string[];
  onColumns: (names: string[]) => void;
  focus: number | null;
  onFocus: (position: number) => void;
  onOpen: (position: number) => void;
}

/** The rows, of which only those to be seen are fetched: sorted, filtered, and taken along as CSV with all columns. */
export function RowsTable({ of, within, version, columns, onColumns, focus, onFocus, onOpen }: RowsTableProps) {
  const say = useSay();
  const [sort, setSort] = useState<{ column: string; descending: boolean } | null>(null);
  const [filter, setFilter] = useState("");
  const [saving, setSaving] = useState(false);
  const [failed, setFailed] = useState<Error | null>(null);
  const choice: Choice = { ...(within === undefined ? {} : { within }), ...(sort ? { sort } : {}), ...(filter ? { filter } : {}) };
  const key = `${of.at.ref} ${of.info.id} ${version} ${JSON.stringify([sort, filter, columns])}`;
  const rows = useRows(key, (start, count, signal) => api.rows(of.at, { ...choice, start, count, columns: [...columns] }, signal));
  const [view, place, scrolled] = useVirtual(LINE, rows.total ?? 0);
  const { want } = rows;
  useEffect(() => {
    if (view.to > view.from) want(view.from, view.to);
  }, [want, view.from, view.to]);

  const turn = (column: string): void => {
    setSort((s) => (s?.column !== column ? { column, descending: false } : s.descending ? null : { column, descending: true }));
  };
  const save = async (): Promise<void> => {
    setSaving(true);
    setFailed(null);
    try {
      download(await api.export(of.at, choice), `${of.at.ref.split(".")[0] ?? "rows"}-rows.csv`);
    } catch (reason) {
      setFailed(asError(reason));
    }
    setSaving(false);
  };
  const step = (by: number): void => {
    const shownRows = Array.from({ length: view.to - view.from }, (_, i) => rows.row(view.from + i)?.position);
    const next = shownRows[Math.max(0, shownRows.indexOf(focus ?? -1) + by)];
    if (next !== undefined) onFocus(next);
  };
  // Every line is a grid of its own: the width is told, or a long row id would move the cells beside it.
  const grid = { gridTemplateColumns: `minmax(${ID}px, 1fr) repeat(${columns.length}, ${CELL}px)`, width: ID + CELL * columns.length };
  const numbers = new Set(of.related.columns.filter((c) => c.kind === "number").map((c) => c.name));
  const order = (column: string) => (sort?.column === column ? (sort.descending ? "descending" : "ascending") : "none");

  return (
    <section className="rows" aria-label={say("explore.rows")}>
      <div className="rows-bar">
        <input
          className="field grow"
          type="search"
          placeholder={say("explore.rows.filter")}
          aria-label={say("explore.rows.filter")}
          value={filter}
          onChange={(e) => {
            setFilter(e.target.value);
          }}
        />
        <ColumnChoice of={of} chosen={columns} onChosen={onColumns} />
        <button type="button" className="button small" disabled={saving} onClick={() => void save()}>
          {say(saving ? "explore.rows.saving" : "explore.rows.export")}
        </button>
      </div>
      {failed && <ErrorBox error={failed} onRetry={() => void save()} />}
      {rows.error && <ErrorBox error={rows.error} onRetry={rows.retry} />}
      <div
        className="rows-room"
        role="grid"
        tabIndex={0}
        aria-label={say("explore.rows")}
        aria-rowcount={rows.total ?? -1}
        ref={place}
        onScroll={scrolled}
        onKeyDown={(e) => {
          if (e.key === "ArrowDown" || e.key === "ArrowUp") {
            e.preventDefault();
            step(e.key === "ArrowDown" ? 1 : -1);
          } else if (e.key === "Enter" && focus !== null && e.target === e.currentTarget) onOpen(focus);
        }}
      >
        <div className="rows-head" role="row" style={grid}>
          {["", ...columns].map((name) => (
            <div key={name} role="columnheader" aria-sort={order(name)}>
              <button
                type="button"
                className={numbers.has(name) ? "n" : ""}
                title={name || say("explore.rowid")}
                onClick={() => {
                  turn(name);
                }}
              >
                {name || say("explore.rowid")} {order(name) === "none" ? "" : order(name) === "ascending" ? "↑" : "↓"}
              </button>
            </div>
          ))}
        </div>
        <div style={{ height: view.height, position: "relative" }}>
          <div style={{ position: "absolute", top: view.top, left: 0, right: 0 }}>
            {Array.from({ length: Math.max(0, view.to - view.from) }, (_, i) => {
              const row = rows.row(view.from + i);
              return (
                <div
                  key={view.from + i}
                  role="row"
                  className="row"
                  style={{ ...grid, height: LINE }}
                  aria-rowindex={view.from + i + 1}
                  aria-selected={row?.position === focus}
                  data-id={row?.id}
                  onClick={() => {
                    if (row) onFocus(row.position);
                  }}
                  onDoubleClick={() => {
                    if (row) onOpen(row.position);
                  }}
                >
                  <span role="rowheader" title={row?.id}>{row?.id ?? "…"}</span>
                  {columns.map((name) => (
                    <span key={name} role="gridcell" className={numbers.has(name) ? "n" : ""} title={typeof row?.cells[name] === "string" ? row.cells[name] : undefined}>
                      {row ? shown(row.cells[name]) : ""}
                    </span>
                  ))}
                </div>
              );
            })}
          </div>
        </div>
      </div>
      <p className="soft">{rows.total === null ? say("app.loading") : say("explore.rows.total", { n: whole(rows.total) })}</p>
    </section>
  );
}
