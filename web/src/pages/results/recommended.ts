import { shown } from "../../parts/shown";

/** The columns of a recommended list that hold a label of the tensor, in the order of its axes. */
export function axesOf(columns: readonly string[]): string[] {
  const end = columns.findIndex((c) => c === "mirror" || c === "score");
  return columns.slice(columns.indexOf("place") + 1, end);
}

const MOST = 3;

/** The known cells that speak most for a cell. */
export function evidenceOf(columns: Record<string, unknown[]>, cell: string): { known: string; share: string }[] {
  const found = (columns.cell ?? []).flatMap((c, i) => (c === cell ? [i] : [])).slice(0, MOST);
  return found.map((i) => ({ known: shown(columns.known?.[i]), share: percent(columns.share?.[i]) }));
}

function percent(share: unknown): string {
  return typeof share === "number" ? `${(100 * share).toFixed(0)} %` : "–";
}
