/** The point nearest to a place, looked for in the cells around it only. */

import { cellsOf, eachRun, type PointIndex } from "./pointIndex";
import type { View } from "./types";

/** The position of the row nearest to (x, y) within a distance of 1, where units are `perX` and `perY` per data unit; null if none. */
export function nearestRow(
  index: PointIndex,
  at: { x: number; y: number; perX: number; perY: number },
  hidden: (place: number) => boolean,
): number | null {
  const { x, y, perX, perY } = at;
  const around: View = { x0: x - 1 / perX, x1: x + 1 / perX, y0: y - 1 / perY, y1: y + 1 / perY };
  let [best, found]: [number, number | null] = [1, null];
  eachRun(index, cellsOf(index, around), index.levels, (from, to) => {
    for (let k = from; k < to; k++) {
      const row = index.order[k] ?? 0;
      const dx = ((index.x[row] ?? NaN) - x) * perX;
      const dy = ((index.y[row] ?? NaN) - y) * perY;
      const far = dx * dx + dy * dy;
      if (far > best || (far === best && found !== null && row > found) || hidden(k)) continue;
      [best, found] = [far, row];
    }
  });
  return found;
}
