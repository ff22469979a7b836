/** The scatter module: framework-free, without dependencies; in the page, in notebooks and in reports. */

import { Plot } from "./scatter";
import type { Scatter, ScatterOptions } from "./types";

export { Bits } from "./bits";
export { mosaicShape, nearestToCentres } from "./mosaicRule";
export { DARK, LIGHT, type Theme } from "./palette";
export type * from "./types";

/** Draw points into an element, which gives the size. */
export function createScatter(host: HTMLElement, options: ScatterOptions = {}): Scatter {
  return new Plot(host, options);
}
