import { api, type At } from "../../api/client";
import type { WideColumn } from "../../api/types";
import type { Coloring } from "../../scatter";
import { classes, type Classes, numbers, palette, type Ramp, ramp } from "../../parts/palette";
import { gathered } from "./frames";

const LABELLED = ["label", "class", "species", "kind", "type", "phase", "polytype", "digit", "person", "cluster"];

/** The column that colors a map at first: one that is called a label, else a category. */
export function firstColor(columns: readonly WideColumn[]): string | null {
  const named = columns.find((c) => LABELLED.includes(c.column.toLowerCase()) && c.near !== "beside");
  return (named ?? columns.find((c) => c.kind === "category" && c.near !== "beside"))?.name ?? null;
}

export interface Colors {
  title: string;
  coloring: Coloring;
  entries: { name: string; color: string; n: number }[];
  ramp: { low: number; high: number } | null;
}

export type Raw = Classes | Ramp;

/** The colors of a column, of all rows; those that are shown are taken from it. */
export async function colorsOf(at: At, column: WideColumn, signal: AbortSignal): Promise<Raw> {
  const wide = { ...at, wide: true };
  if (column.kind === "number") return numbers(await api.numbers(wide, column.name, signal));
  const [codes, labels] = await Promise.all([api.codes(wide, column.name, signal), api.labels(wide, column.name, signal)]);
  return classes(codes, labels);
}

export function colored(title: string, raw: Raw, rows: Uint32Array, dark: boolean): Colors {
  if (raw.kind === "ramp") {
    const { low, high } = raw;
    const coloring: Coloring = { kind: "ramp", values: gathered(raw.values, rows), low, high, colors: ramp };
    return { title, coloring, entries: [], ramp: { low, high } };
  }
  const colors = palette(raw.names.length, dark);
  return {
    title,
    coloring: { kind: "classes", codes: gathered(raw.codes, rows), colors },
    entries: raw.names.map((name, i) => ({ name, color: colors[i] ?? "", n: raw.counts[i] ?? 0 })),
    ramp: null,
  };
}

/** Colors of clusters, which change from frame to frame, with the centers behind the rows. */
export function clustered(title: string, labels: Uint16Array, k: number, dark: boolean): Colors {
  const colors = palette(k, dark);
  const counts = new Array<number>(k).fill(0);
  const codes = new Uint16Array(labels.length + k);
  labels.forEach((label, i) => {
    codes[i] = label - 1;
    counts[label - 1] = (counts[label - 1] ?? 0) + 1;
  });
  for (let c = 0; c < k; c++) codes[labels.length + c] = c;
  return {
    title,
    coloring: { kind: "classes", codes, colors },
    entries: colors.map((color, c) => ({ name: String(c + 1), color, n: counts[c] ?? 0 })),
    ramp: null,
  };
}
