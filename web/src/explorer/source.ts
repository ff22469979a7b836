/** What the explorer is given: it knows no notebook, no report and no server. */

import type { Pictures } from "../scatter/types";

/** How one column colors the points, with what its legend says. */
export type Colored =
  | {
      kind: "classes";
      name: string;
      codes: Uint16Array;
      names: readonly string[];
      colors: readonly string[];
      counts: readonly number[];
      missing: number;
    }
  | { kind: "ramp"; name: string; values: Float32Array; low: number; high: number; missing: number };

/** What is told of a row under the pointer. */
export interface RowFacts {
  id: string;
  cells: readonly (readonly [string, string])[];
}

export interface Pinned {
  text: string;
  positions: readonly number[];
}

export interface Source {
  readonly x: Float32Array;
  readonly y: Float32Array;
  readonly xTitle: string;
  readonly yTitle: string;
  readonly label: string;
  /** Columns that can give the color. */
  readonly columns: readonly string[];
  /** Names and cells of some rows. */
  rows(positions: readonly number[], signal: AbortSignal): Promise<readonly RowFacts[]>;
  readonly pictures: Pictures | null;
  readonly notes: readonly Pinned[];
  /** What is not in here, in words. */
  readonly left_out: readonly string[];
}

export interface Hears {
  selected(bits: Uint8Array, n: number): void;
  /** The reader wants another color; `show` is called with it when it is there. */
  colorWanted(name: string): void;
}
