import { api, type At } from "../api/client";
import type { ValueInfo } from "../api/types";

/** A map as it is drawn: where its rows lie, and which rows they are. */
export interface Drawn {
  at: At;
  info: ValueInfo;
  x: Float32Array;
  y: Float32Array;
}

/** Fetch the coordinates of a map. */
export async function readMap(at: At, axes: readonly string[], signal: AbortSignal): Promise<Drawn> {
  const info = await api.value(at);
  const [a, b] = axes;
  if (a === undefined || b === undefined) throw new Error(`${at.ref}: no two coordinates`);
  const [x, y] = await Promise.all([api.numbers(at, a, signal), api.numbers(at, b, signal)]);
  return { at, info, x, y };
}

/** What colors the rows of one map, before maps agree on colors. */
export type Colors = { kind: "classes"; codes: Uint16Array; labels: string[] } | { kind: "numbers"; values: Float32Array } | { kind: "none" };

export const MISSING = 65535;

/** Give several maps the same classes: codes are those of one list of labels, in natural order (2 before 10). */
export function sameClasses(all: readonly Colors[]): { labels: string[]; codes: (Uint16Array | null)[] } {
  const natural = new Intl.Collator("en", { numeric: true });
  const labels = [...new Set(all.flatMap((c) => (c.kind === "classes" ? c.labels : [])))].sort(natural.compare);
  const place = new Map(labels.map((l, i) => [l, i]));
  const codes = all.map((c) => {
    if (c.kind !== "classes") return null;
    const to = Uint16Array.from(c.labels, (l) => place.get(l) ?? MISSING);
    return c.codes.map((code) => to[code] ?? MISSING);
  });
  return { labels, codes };
}

/** The range of numbers of several maps together. */
export function sameRange(all: readonly Colors[]): [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (const c of all) {
    if (c.kind !== "numbers") continue;
    for (const v of c.values) {
      if (v < low) low = v;
      if (v > high) high = v;
    }
  }
  return low <= high ? [low, high] : [0, 1];
}
