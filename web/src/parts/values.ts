import type { Related, TableInfo, ValueInfo, WideColumn, WorkflowState } from "../api/types";

/** Tables that have two number columns, maps first: what can be drawn as points. */
export function drawable(tables: readonly TableInfo[]): TableInfo[] {
  const fit = tables.filter((t) => (t.kinds.number ?? 0) >= 2 && t.points.some((p) => (p.height ?? 0) > 0));
  return [...fit.filter(isMap), ...fit.filter((t) => !isMap(t))];
}

/** Methods that lay rows out in a plane name that output `map`. */
export function isMap(table: TableInfo): boolean {
  return table.output === "map";
}

/** The table that a reference means: `step.output`, or `step` for its first output. */
export function tableOf(tables: readonly TableInfo[], ref: string): TableInfo | undefined {
  return tables.find((t) => t.ref === ref) ?? tables.find((t) => t.node === ref);
}

/** A point of a sweep in words. */
export function pointName(at: Record<string, unknown>, point: number): string {
  const parts = Object.entries(at).map(([k, v]) => `${k} = ${String(v)}`);
  return parts.length > 0 ? parts.join(", ") : String(point + 1);
}

/** The first two number columns of a value: its axes if nothing else is said. */
export function firstAxes(info: ValueInfo): [string, string] | null {
  const found = info.columns.filter((c) => c.kind === "number" && c.missing < info.height).map((c) => c.name);
  return found[0] !== undefined && found[1] !== undefined ? [found[0], found[1]] : null;
}

const LABELLED = ["label", "class", "species", "kind", "type", "phase", "polytype", "digit", "person", "cluster"];

/** The column that the figures of a value are colored by in the workflow, if all say the same. */
export function figureColor(workflow: Pick<WorkflowState, "nodes" | "wires">, ref: string): string | null {
  const node = ref.split(".")[0];
  const drawn = new Set(workflow.wires.filter((w) => w.from.split(".")[0] === node && (w.port === "map" || w.port === "maps")).map((w) => w.to));
  const colors = new Set(workflow.nodes.filter((n) => drawn.has(n.name)).map((n) => n.given.color).filter((c) => typeof c === "string"));
  const [only] = colors;
  return colors.size === 1 ? (only ?? null) : null;
}

/** The column that colors a map at first: that of its figures, else a category, one that is called a label before others. */
export function firstColor(related: Related, drawn: string | null = null): string | null {
  const said = related.columns.find((c) => c.column === drawn && c.near !== "beside" && COLORS.includes(c.kind));
  if (said) return said.name;
  const fit = related.columns.filter((c) => c.kind === "category" && c.near !== "beside");
  const named = fit.find((c) => LABELLED.includes(c.column.toLowerCase()));
  return (named ?? fit[0])?.name ?? null;
}

/** Columns in groups by the table they come from, for a list to choose from. */
export function grouped(columns: readonly WideColumn[]): [string, WideColumn[]][] {
  const groups = new Map<string, WideColumn[]>();
  for (const column of columns) {
    const key = column.ref;
    const there = groups.get(key);
    if (there) there.push(column);
    else groups.set(key, [column]);
  }
  return [...groups];
}

export const COLORS: readonly string[] = ["number", "category", "text"];
export const PICTURES: readonly string[] = ["image", "molecule", "crystal"];

/** A number as it is read: five digits, no more. */
export function shown(value: unknown): string {
  if (value === null || value === undefined || value === "") return "–";
  if (typeof value === "number") {
    const size = Math.abs(value);
    return Number.isInteger(value) && size < 1e9 ? String(value) : size !== 0 && (size < 1e-3 || size >= 1e6) ? value.toExponential(3) : Number(value.toPrecision(5)).toString();
  }
  return typeof value === "string" ? value : JSON.stringify(value);
}

export const whole = (n: number): string => n.toLocaleString("en-US");
