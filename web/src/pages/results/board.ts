import type { Combine } from "../../scatter/types";

/**
 * The points of a sweep that a brush keeps. A further brush with Shift narrows: a point must lie in both. With Alt
 * its points go. A brush over nothing shows all again.
 */
export function brushed(before: ReadonlySet<number> | null, points: readonly number[], how: Combine): ReadonlySet<number> | null {
  const now = new Set(points);
  if (how === "replace" || before === null) return how === "remove" || now.size === 0 ? null : now;
  return new Set([...before].filter((p) => now.has(p) === (how === "add")));
}
