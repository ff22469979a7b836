import type { Goal, LensSeen, ScorePoint, ScoreRecord } from "../../api/types";
import { differing, shown } from "../../parts/shown";

export type Cell = number | string | boolean | null;

/** A table of scores: what differs between its rows comes first, then what was scored. */
export interface ScoreTable {
  id: string;
  step: string;
  title: string;
  settings: string[];
  scores: { name: string; about: string; goal: Goal }[];
  rows: ScoreRow[];
}

export interface ScoreRow {
  key: string;
  name: string;
  ref: string;
  point: number;
  cells: Record<string, Cell>;
  lens: LensSeen | null;
  /** Of the workflow as it was: the step has no result that fits what the file says now. */
  stale: boolean;
}

/** A record as the server tells it, or one of before. */
export type MaybeStale = ScoreRecord & { stale?: boolean };

export interface Order {
  column: string;
  descending: boolean;
}

/** Scores of the same kind side by side; those of a sweep stand on its board. */
export function grouped(records: readonly MaybeStale[]): ScoreTable[] {
  const tables = new Map<string, ScoreTable>();
  for (const record of records) {
    const [only] = record.points;
    if (record.of > 1 || !only || record.chosen.length > 0) continue;
    const output = record.ref.includes(".") ? record.ref.slice(record.node.length) : "";
    const id = record.step + output;
    const table = tables.get(id) ?? { id, step: record.step, title: record.title, settings: [], scores: [], rows: [] };
    table.rows.push(rowOf(record, only, record.node));
    for (const column of record.columns) if (!table.scores.some((s) => s.name === column.name)) table.scores.push(column);
    tables.set(id, table);
  }
  return [...tables.values()];
}

/** The points of a sweep as a table: of the settings only those that differ. */
export function swept(record: MaybeStale): ScoreTable {
  return {
    id: record.ref,
    step: record.step,
    title: record.title,
    settings: differing(record.points.map((p) => p.settings)),
    scores: record.columns,
    rows: record.points.map((p) => rowOf(record, p, String(p.point + 1))),
  };
}

function rowOf(record: MaybeStale, point: ScorePoint, name: string): ScoreRow {
  const settings = Object.fromEntries(Object.entries(point.settings).map(([k, v]): [string, Cell] => [k, cellOf(v)]));
  return {
    key: `${record.ref} ${point.point}`,
    name,
    ref: record.ref,
    point: point.point,
    cells: { ...point.figures, ...settings },
    lens: point.lens,
    stale: record.stale ?? false,
  };
}

function cellOf(value: unknown): Cell {
  return typeof value === "number" || typeof value === "string" || typeof value === "boolean" || value === null ? value : JSON.stringify(value);
}

/** Rows in order of a column: numbers as numbers, what is missing always last, equal ones as they were. */
export function sorted(rows: readonly ScoreRow[], order: Order | null): ScoreRow[] {
  if (!order) return [...rows];
  const cell = (row: ScoreRow): Cell => (order.column === "" ? row.name : (row.cells[order.column] ?? null));
  const sign = order.descending ? -1 : 1;
  return [...rows].sort((a, b) => {
    const [x, y] = [cell(a), cell(b)];
    if (x === null || y === null) return x === y ? 0 : x === null ? 1 : -1;
    if (typeof x === "number" && typeof y === "number") return sign * (x - y);
    return sign * String(x).localeCompare(String(y), undefined, { numeric: true });
  });
}

/** The rows with the best value of a score; none where there is nothing to choose from, or no best is known. What is
 * stale is no best among others that hold. */
export function bestOf(rows: readonly ScoreRow[], score: string, goal: Goal): ReadonlySet<string> {
  const holding = rows.filter((r) => !r.stale);
  const known = (holding.length > 0 ? holding : rows).flatMap((r) => {
    const value = r.cells[score];
    return typeof value === "number" ? [{ key: r.key, value }] : [];
  });
  if (goal === "" || known.length < 2) return new Set();
  const values = known.map((k) => k.value);
  const best = goal === "maximize" ? Math.max(...values) : Math.min(...values);
  const winners = known.filter((k) => k.value === best);
  return winners.length === known.length ? new Set() : new Set(winners.map((k) => k.key));
}

const LENS = ["scored", "prepared", "fitted", "chosen"] as const;

/** The table as CSV (RFC 4180), with what the lens counts. */
export function csvOf(table: ScoreTable, rows: readonly ScoreRow[]): string {
  const names = [...table.settings, ...table.scores.map((s) => s.name)];
  const lens = rows.some((r) => r.lens) ? LENS : [];
  const stale = rows.some((r) => r.stale);
  const lines = [
    ["name", ...names, ...lens, ...(stale ? ["stale"] : [])],
    ...rows.map((r) => [
      r.name,
      ...names.map((n) => r.cells[n] ?? ""),
      ...lens.map((k) => r.lens?.[k] ?? ""),
      ...(stale ? [r.stale] : []),
    ]),
  ];
  return lines.map((line) => `${line.map(quoted).join(",")}\r\n`).join("");
}

function quoted(cell: Cell): string {
  const text = cell === null ? "" : String(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** What a step has chosen, and what that reached. */
export function choiceOf(record: ScoreRecord, point: ScorePoint): { settings: [string, string][]; reached: [string, string][] } {
  const say = (names: string[]): [string, string][] => names.map((n) => [n, shown(point.figures[n])]);
  const rest = record.columns.map((c) => c.name).filter((n) => !record.chosen.includes(n));
  return { settings: say(record.chosen), reached: say(rest) };
}
