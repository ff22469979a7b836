import type { Datum } from "../../parts/marks";
import { shown } from "../../parts/shown";

/** How the marks of a kind of figure lead to rows. `cell`: what a mark is called that stands for several rows. */
export interface Ways {
  wanted: (datum: Datum) => boolean;
  cell?: (datum: Datum) => string | undefined;
}

const text = (value: unknown): value is string => typeof value === "string";

const POINTS: Ways = { wanted: (d) => text(d.id) };
const CLASSES: Ways = {
  wanted: (d) => text(d.o) && text(d.p) && typeof d.n === "number" && typeof d.s === "number" && !("t" in d),
  cell: (d) => (text(d.o) && text(d.p) ? JSON.stringify([d.o, d.p]) : undefined),
};
const CELLS: Ways = {
  wanted: (d) => text(d.r) && text(d.c),
  cell: (d) => (text(d.r) && text(d.c) ? JSON.stringify([d.r, d.c]) : undefined),
};

const WAYS: Record<string, Ways> = {
  "interpret.confusion_matrix": CLASSES,
  "interpret.heatmap": CELLS,
  "interpret.parity": POINTS,
  "interpret.residuals": POINTS,
  "interpret.map": POINTS,
};

export function waysOf(step: string): Ways | undefined {
  return WAYS[step];
}

/** A mark in words. */
export function describe(datum: Datum): string {
  if (text(datum.o)) return `${datum.o} → ${String(datum.p)}: ${shown(datum.n)}`;
  if (text(datum.r)) return `${datum.r}, ${String(datum.c)}: ${shown(datum.v)}`;
  return [datum.id, shown(datum.x), shown(datum.y)].map(String).join(", ");
}
