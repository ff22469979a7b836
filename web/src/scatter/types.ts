/** The words of the scatter module. It knows no framework and no server: arrays in, pixels and sets of rows out. */

import type { Bits } from "./bits";

export interface View {
  x0: number;
  x1: number;
  y0: number;
  y1: number;
}

/** How points are colored: by class (code 65535: missing), by number (NaN: missing), or all alike. */
export type Coloring =
  | { kind: "one"; color?: string }
  | { kind: "classes"; codes: Uint16Array; colors: readonly string[] }
  | { kind: "ramp"; values: Float32Array; low: number; high: number; colors: readonly string[] };

export type Tool = "move" | "box" | "lasso";
export type Renderer = "webgl2" | "cpu";

/** What a gesture makes of the selection: new, more (Shift), or less (Alt). */
export type Combine = "replace" | "add" | "remove";

/** Pictures of rows for the mosaic: `null` where a row has none. Tiles are `side` pixels square. */
export type Pictures = (positions: readonly number[], side: number, signal: AbortSignal) => Promise<(CanvasImageSource | null)[]>;

/** Said in the status line: nothing is left out in silence. */
export interface Status {
  renderer: Renderer;
  software: boolean;
  points: number;
  missing: number;
  /** Rows of which something is seen; of a mosaic, the cells with a picture. */
  drawn: number;
  /** A part of the rows is drawn for now, and looks as dense as all. */
  sampled: boolean;
  selected: number;
  /** Labels that found no room. */
  unlabeled?: number;
  milliseconds: number;
}

export interface ScatterEvents {
  /** By a gesture or `fit`, not by `setView`. */
  view: (view: View) => void;
  /** A gesture made this the selection; it is shown already. */
  select: (bits: Bits, how: { tool: Tool; combine: Combine }) => void;
  hover: (position: number | null, place: { x: number; y: number }) => void;
  open: (position: number) => void;
  status: (status: Status) => void;
  /** Pictures did not come; they are asked for again when the view changes. */
  failed: (error: unknown) => void;
}

export interface ScatterOptions {
  /** `auto`: WebGL2 where the machine draws it in hardware, else the CPU. */
  renderer?: Renderer | "auto";
  dark?: boolean;
  /** Axis titles; units are data units of the map. */
  xTitle?: string;
  yTitle?: string;
  /** What readers of the screen hear: a name, and which keys do what. */
  label?: string;
  description?: string;
}

/** One scatter plot in one element. Points are named by position, 0 to n - 1; a NaN coordinate is not drawn. */
export interface Scatter {
  readonly renderer: Renderer;
  readonly view: View;
  /** The view is fitted; colors and sets are kept where the number of rows is the same. The arrays are not copied. */
  setPoints(x: Float32Array, y: Float32Array): void;
  setColoring(coloring: Coloring): void;
  /** Diameter in CSS pixels, and opacity from 0 to 1; `null`: by the number of points. */
  setStyle(style: { size?: number | null; opacity?: number | null }): void;
  /** Rows drawn large, in their full color, over the others, which become faint; with texts where given. */
  setObserved(bits: Bits | null, labels?: ReadonlyMap<number, string>): void;
  /** Rows that are shown at all (a filter); `null`: all. */
  setVisible(bits: Bits | null): void;
  setSelection(bits: Bits | null): void;
  setTool(tool: Tool): void;
  /** Pictures instead of points: `cells` along the shorter side of the plot, square (`mosaicShape`), 15 if not said. */
  setMosaic(pictures: Pictures | null, cells?: number): void;
  setView(view: View): void;
  setDark(dark: boolean): void;
  fit(): void;
  /** Make the rows inside a polygon (data units), or of two corners inside their rectangle, the selection, as the gesture would. */
  selectWithin(polygon: readonly (readonly [number, number])[], combine?: Combine): Bits;
  on<E extends keyof ScatterEvents>(event: E, heard: ScatterEvents[E]): () => void;
  /** Everything drawn, as a picture. */
  toCanvas(): HTMLCanvasElement;
  destroy(): void;
}
