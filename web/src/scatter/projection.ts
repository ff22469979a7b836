/** Data units and pixels: where a value stands, and how a view is moved. */

import type { View } from "./types";

/** A deeper zoom would show nothing but the rounding of 32-bit numbers; a farther one nothing but ground. */
const DEEPEST = 1e-6;
const FARTHEST = 50;
const AIR = 0.04;

/** The linear map of a view onto `width` x `height` pixels; y grows upwards in data, downwards in pixels. */
export interface Projection {
  readonly xScale: number;
  readonly xShift: number;
  readonly yScale: number;
  readonly yShift: number;
}

export function projection(view: View, width: number, height: number): Projection {
  const xScale = width / (view.x1 - view.x0);
  const yScale = -height / (view.y1 - view.y0);
  return { xScale, xShift: -view.x0 * xScale, yScale, yShift: -view.y1 * yScale };
}

/** A view with some air around an extent; one without width or height gets some. */
export function fitted(extent: View | null): View {
  if (extent === null) return { x0: 0, x1: 1, y0: 0, y1: 1 };
  const [x0, x1] = widened(extent.x0, extent.x1);
  const [y0, y1] = widened(extent.y0, extent.y1);
  return { x0, x1, y0, y1 };
}

function widened(low: number, high: number): [number, number] {
  const air = high > low ? (high - low) * AIR : Math.max(Math.abs(low) * 0.1, 0.5);
  return [low - air, high + air];
}

/** The view moved by a part of its width and height. */
export function moved(view: View, right: number, up: number): View {
  const [dx, dy] = [(view.x1 - view.x0) * right, (view.y1 - view.y0) * up];
  return { x0: view.x0 + dx, x1: view.x1 + dx, y0: view.y0 + dy, y1: view.y1 + dy };
}

/** The view `factor` times as wide about a place (0 to 1 from the left and from below), within what makes sense for an extent. */
export function zoomed(view: View, factor: number, across: number, up: number, extent: View | null): View {
  const whole = fitted(extent);
  const wide = (view.x1 - view.x0) / (whole.x1 - whole.x0);
  const high = (view.y1 - view.y0) / (whole.y1 - whole.y0);
  const by = Math.min(Math.max(factor, DEEPEST / Math.min(wide, high)), FARTHEST / Math.max(wide, high));
  if (!(by > 0)) return view;
  const x = view.x0 + (view.x1 - view.x0) * across;
  const y = view.y0 + (view.y1 - view.y0) * up;
  return { x0: x - (x - view.x0) * by, x1: x + (view.x1 - x) * by, y0: y - (y - view.y0) * by, y1: y + (view.y1 - y) * by };
}

/** Round numbers within a range, at most `most` of them, and their texts. */
export function ticks(low: number, high: number, most: number): { at: number; text: string }[] {
  const span = high - low;
  if (!(span > 0) || !Number.isFinite(span) || most < 1) return [];
  const rough = span / most;
  const ten = 10 ** Math.floor(Math.log10(rough));
  const step = ten * ([1, 2, 5].find((m) => ten * m >= rough) ?? 10);
  const found: { at: number; text: string }[] = [];
  for (let k = Math.ceil(low / step); k * step <= high; k++) found.push({ at: k * step, text: tickText(k * step, step) });
  return found;
}

function tickText(at: number, step: number): string {
  const size = Math.max(Math.abs(at), step);
  const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  if (size >= 1e6 || digits > 5) {
    const kept = Math.max(0, Math.floor(Math.log10(size) + 1e-9) - Math.floor(Math.log10(step) + 1e-9));
    return at === 0 ? "0" : at.toExponential(Math.min(kept, 12)).replace("-", "\u2212").replace("e+", "e");
  }
  return at.toFixed(digits).replace(/^-/, "\u2212");
}
