/**
 * Where points are: the drawn rows ordered so that what is in view, and a fair part of it, are few runs of memory.
 *
 * Each row belongs to a level by a hash of its position: level k and those below hold a random 1 / 2^(levels - 1 - k) of the rows.
 * Within a level, rows stand by cell of a grid, and within a cell in random order. A part of the levels is so a fair sample of any
 * view, and drawn in full no class lies over the others because of the order of the file.
 */

import type { View } from "./types";

/** Rows of the smallest level, at most; about. */
const SMALLEST = 200_000;
const MOST_CELLS = 512;
const ROWS_PER_CELL = 24;
const SAMPLE = 4096;
export const QUANTA = 65535;
const NOWHERE = 0xffffffff;

export interface PointIndex {
  /** Rows given, and those without a finite place. */
  readonly rows: number;
  readonly missing: number;
  readonly x: Float32Array;
  readonly y: Float32Array;
  /** Of all finite places; null where there are none. */
  readonly extent: View | null;
  readonly levels: number;
  /** Cells across and up. Cells at the border reach on to infinity, so that outliers do not spoil the grid. */
  readonly side: number;
  readonly grid: Grid;
  /** Of cell (level, row, column) the first place in `order`; one more at the end. */
  readonly starts: Uint32Array;
  /** Positions of rows. */
  readonly order: Uint32Array;
  /** Places in the extent, in the order of `order`. */
  readonly qx: Uint16Array;
  readonly qy: Uint16Array;
}

/** Cell coordinates are `(x - x0) * perX` and `(y - y0) * perY`. */
export interface Grid {
  readonly x0: number;
  readonly y0: number;
  readonly perX: number;
  readonly perY: number;
}

export interface Cells {
  readonly column0: number;
  readonly column1: number;
  readonly row0: number;
  readonly row1: number;
}

/** Mix the bits of a position: a fixed random permutation of all 32-bit numbers (the finaliser of MurmurHash3). */
export function mixed(at: number): number {
  let h = (at + 0x9e3779b9) | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

function finite(a: number, b: number): boolean {
  return a - a === 0 && b - b === 0;
}

export function buildIndex(x: Float32Array, y: Float32Array): PointIndex {
  if (x.length !== y.length) throw new RangeError(`x has ${x.length} rows and y has ${y.length}; they must have the same.`);
  const rows = x.length;
  const { extent, missing } = extentOf(x, y);
  const drawn = rows - missing;
  const levels = Math.max(1, Math.ceil(Math.log2(drawn / SMALLEST)) + 1);
  const side = Math.min(MOST_CELLS, 2 ** Math.max(2, Math.round(Math.log2(Math.sqrt(drawn / ROWS_PER_CELL + 1)))));
  const grid = gridOf(x, y, extent, side);
  const starts = new Uint32Array(levels * side * side + 1);
  const { x0, y0, perX, perY } = grid;
  const last = side - 1;
  const cells = new Uint32Array(rows);
  for (let i = 0; i < rows; i++) {
    const a = x[i] ?? NaN;
    const b = y[i] ?? NaN;
    if (!finite(a, b)) {
      cells[i] = NOWHERE;
      continue;
    }
    const u = (a - x0) * perX;
    const v = (b - y0) * perY;
    const column = u <= 0 ? 0 : u >= last ? last : u | 0;
    const row = v <= 0 ? 0 : v >= last ? last : v | 0;
    const cell = (levelOf(i, levels) * side + row) * side + column;
    cells[i] = cell;
    starts[cell + 1] = (starts[cell + 1] ?? 0) + 1;
  }
  for (let k = 1; k < starts.length; k++) starts[k] = (starts[k] ?? 0) + (starts[k - 1] ?? 0);
  // Places are read in the order of the file and written by cell: far quicker than gathering them afterwards.
  const order = new Uint32Array(drawn);
  const qx = new Uint16Array(drawn);
  const qy = new Uint16Array(drawn);
  const all = extent ?? { x0: 0, x1: 0, y0: 0, y1: 0 };
  const xs = all.x1 > all.x0 ? QUANTA / (all.x1 - all.x0) : 0;
  const ys = all.y1 > all.y0 ? QUANTA / (all.y1 - all.y0) : 0;
  const next = starts.slice();
  for (let i = 0; i < rows; i++) {
    const cell = cells[i] ?? NOWHERE;
    if (cell === NOWHERE) continue;
    const place = next[cell] ?? 0;
    next[cell] = place + 1;
    order[place] = i;
    qx[place] = ((x[i] ?? 0) - all.x0) * xs + 0.5;
    qy[place] = ((y[i] ?? 0) - all.y0) * ys + 0.5;
  }
  shuffleCells(starts, order, qx, qy);
  return { rows, missing, x, y, extent, levels, side, grid, starts, order, qx, qy };
}

function levelOf(at: number, levels: number): number {
  return levels === 1 ? 0 : Math.max(0, levels - 1 - Math.clz32(mixed(at)));
}

function extentOf(x: Float32Array, y: Float32Array): { extent: View | null; missing: number } {
  let x0 = Infinity;
  let x1 = -Infinity;
  let y0 = Infinity;
  let y1 = -Infinity;
  let missing = 0;
  for (let i = 0; i < x.length; i++) {
    const a = x[i] ?? NaN;
    const b = y[i] ?? NaN;
    if (!finite(a, b)) {
      missing++;
      continue;
    }
    if (a < x0) x0 = a;
    if (a > x1) x1 = a;
    if (b < y0) y0 = b;
    if (b > y1) y1 = b;
  }
  return { extent: missing < x.length ? { x0, x1, y0, y1 } : null, missing };
}

/** A grid over where most points are: between the quantiles of a sample, a little widened. */
function gridOf(x: Float32Array, y: Float32Array, extent: View | null, side: number): Grid {
  if (extent === null) return { x0: 0, y0: 0, perX: 1, perY: 1 };
  const kept: [number, number][] = [];
  for (let k = 0; k < SAMPLE; k++) {
    const i = x.length <= SAMPLE ? k : (mixed(k) >>> 0) % x.length;
    const [a, b] = [x[i] ?? NaN, y[i] ?? NaN];
    if (finite(a, b)) kept.push([a, b]);
  }
  const range = (values: number[], low: number, high: number): [number, number] => {
    values.sort((a, b) => a - b);
    const from = values[Math.floor(values.length * 0.002)] ?? low;
    const to = values[Math.ceil(values.length * 0.998) - 1] ?? high;
    const air = (to - from) * 0.1;
    return to > from ? [Math.max(low, from - air), Math.min(high, to + air)] : [low, high];
  };
  const [x0, x1] = range(kept.map((p) => p[0]), extent.x0, extent.x1);
  const [y0, y1] = range(kept.map((p) => p[1]), extent.y0, extent.y1);
  return { x0, y0, perX: x1 > x0 ? side / (x1 - x0) : 1, perY: y1 > y0 ? side / (y1 - y0) : 1 };
}

function shuffleCells(starts: Uint32Array, order: Uint32Array, qx: Uint16Array, qy: Uint16Array): void {
  for (let k = 0; k + 1 < starts.length; k++) {
    const from = starts[k] ?? 0;
    for (let i = (starts[k + 1] ?? 0) - 1; i > from; i--) {
      const j = from + Math.floor(((mixed(i) >>> 0) / 2 ** 32) * (i - from + 1));
      const at = order[i] ?? 0;
      const u = qx[i] ?? 0;
      const v = qy[i] ?? 0;
      order[i] = order[j] ?? 0;
      qx[i] = qx[j] ?? 0;
      qy[i] = qy[j] ?? 0;
      order[j] = at;
      qx[j] = u;
      qy[j] = v;
    }
  }
}

/** The cells that a rectangle touches; those at the border hold what lies outside the grid. */
export function cellsOf(index: PointIndex, view: View): Cells {
  const { x0, y0, perX, perY } = index.grid;
  const within = (u: number): number => Math.min(Math.max(Math.floor(u), 0), index.side - 1);
  return {
    column0: within((view.x0 - x0) * perX),
    column1: within((view.x1 - x0) * perX),
    row0: within((view.y0 - y0) * perY),
    row1: within((view.y1 - y0) * perY),
  };
}

/** Hand over each run of `order` in some cells, of the levels below `levels`. */
export function eachRun(index: PointIndex, cells: Cells, levels: number, take: (from: number, to: number) => void): void {
  const { side, starts } = index;
  for (let level = 0; level < levels; level++) {
    for (let row = cells.row0; row <= cells.row1; row++) {
      const base = (level * side + row) * side;
      const from = starts[base + cells.column0] ?? 0;
      const to = starts[base + cells.column1 + 1] ?? 0;
      if (to > from) take(from, to);
    }
  }
}

/** The rows in some cells. */
export function countIn(index: PointIndex, cells: Cells, levels: number): number {
  let n = 0;
  eachRun(index, cells, levels, (from, to) => (n += to - from));
  return n;
}

/** How many levels may be drawn of a view for at most `budget` rows; at least one. */
export function levelsFor(index: PointIndex, cells: Cells, budget: number): number {
  let [levels, n] = [index.levels, countIn(index, cells, index.levels)];
  while (levels > 1 && n > budget) n = countIn(index, cells, --levels);
  return levels;
}
