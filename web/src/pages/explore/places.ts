import type { Bits } from "../../scatter/bits";
import type { View } from "../../scatter/types";

const MOST = 20_000;

/** The middle of some rows on the map: medians, which one far row does not move. `null` where none has a place. */
export function middle(xs: Float32Array, ys: Float32Array, bits: Bits): [number, number] | null {
  const at = bits.positions(MOST).filter((p) => Number.isFinite(xs[p]) && Number.isFinite(ys[p]));
  if (at.length === 0) return null;
  const median = (values: Float32Array): number => {
    const sorted = Float32Array.from(at, (p) => values[p] ?? NaN).sort();
    const half = sorted.length >> 1;
    return sorted.length % 2 ? (sorted[half] ?? NaN) : ((sorted[half - 1] ?? NaN) + (sorted[half] ?? NaN)) / 2;
  };
  return [median(xs), median(ys)];
}

/** A view that shows some rows with air around them, at least `least` of the whole map wide. */
export function viewOf(xs: Float32Array, ys: Float32Array, bits: Bits, whole: View, least = 0.05): View | null {
  let [x0, x1, y0, y1] = [Infinity, -Infinity, Infinity, -Infinity];
  for (const p of bits.positions()) {
    const [x, y] = [xs[p] ?? NaN, ys[p] ?? NaN];
    if (!Number.isFinite(x) || !Number.isFinite(y)) continue;
    if (x < x0) x0 = x;
    if (x > x1) x1 = x;
    if (y < y0) y0 = y;
    if (y > y1) y1 = y;
  }
  if (x1 < x0) return null;
  const wide = Math.max((x1 - x0) * 1.3, (whole.x1 - whole.x0) * least);
  const high = Math.max((y1 - y0) * 1.3, (whole.y1 - whole.y0) * least);
  const [x, y] = [(x0 + x1) / 2, (y0 + y1) / 2];
  return { x0: x - wide / 2, x1: x + wide / 2, y0: y - high / 2, y1: y + high / 2 };
}

/** The next row in a direction among some rows (all where there are none), round the end. */
export function neighbor(bits: Bits | null, height: number, at: number, by: 1 | -1): number {
  if (!bits?.has(at)) return (at + by + height) % height;
  for (let k = 1; k <= height; k++) {
    const next = (((at + by * k) % height) + height) % height;
    if (bits.has(next)) return next;
  }
  return at;
}

/** A name for a new step that is not taken. */
export function freeName(stem: string, taken: readonly string[]): string {
  let [name, number] = [stem, 1];
  while (taken.includes(name)) name = `${stem}_${++number}`;
  return name;
}
