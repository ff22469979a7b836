/**
 * Which row stands for a cell of a view: the one nearest the cell's center, distances measured in cells, among the rows strictly
 * inside the cell; of equally near ones the lowest position. Cells go from the upper left, row by row; -1: an empty cell.
 */

import { cellsOf, type PointIndex } from "./pointIndex";
import type { View } from "./types";

/** Cells across and down a plot: `cells` along its shorter side, and as many along the longer as keep them square. */
export function mosaicShape(width: number, height: number, cells: number): { across: number; down: number } {
  const n = Math.max(1, Math.round(cells));
  const more = (long: number, short: number): number => Math.max(n, Math.round((n * long) / Math.max(short, 1)));
  return width >= height ? { across: more(width, height), down: n } : { across: n, down: more(height, width) };
}

/** The edges and centers of cells along one side; `at` of a cell counts from the lower end. */
class Side {
  readonly edges: Float64Array;
  readonly pitch: number;

  constructor(
    readonly low: number,
    readonly high: number,
    readonly cells: number,
  ) {
    this.edges = Float64Array.from({ length: cells + 1 }, (_, k) => low + ((high - low) * k) / cells);
    this.edges[cells] = high;
    this.pitch = (high - low) / cells;
  }

  edge(k: number): number {
    return this.edges[k] ?? NaN;
  }

  center(k: number): number {
    return this.low + ((this.high - this.low) * (k + 0.5)) / this.cells;
  }

  inside(k: number, value: number): boolean {
    return value > this.edge(k) && value < this.edge(k + 1);
  }

  /** The cell that a value is strictly inside of; -1 if none. */
  cell(value: number): number {
    const guess = Math.floor((value - this.low) / this.pitch);
    for (const k of [guess, guess - 1, guess + 1]) if (this.inside(k, value)) return k;
    return -1;
  }

  /** The distance from a cell's center, in cells. */
  away(k: number, value: number): number {
    return (value - this.center(k)) / this.pitch;
  }
}

/** The rule over plain arrays: looks at every row once. */
export function nearestToCentres(x: Float32Array, y: Float32Array, view: View, across: number, down: number): Int32Array {
  const [columns, rows] = [new Side(view.x0, view.x1, across), new Side(view.y0, view.y1, down)];
  const found = new Int32Array(across * down).fill(-1);
  const best = new Float64Array(across * down).fill(Infinity);
  for (let i = 0; i < x.length; i++) {
    const [a, b] = [x[i] ?? NaN, y[i] ?? NaN];
    if (!(a > view.x0 && a < view.x1 && b > view.y0 && b < view.y1)) continue;
    const [column, row] = [columns.cell(a), rows.cell(b)];
    if (column < 0 || row < 0) continue;
    const cell = (down - 1 - row) * across + column;
    const far = columns.away(column, a) ** 2 + rows.away(row, b) ** 2;
    if (far >= (best[cell] ?? Infinity)) continue;
    best[cell] = far;
    found[cell] = i;
  }
  return found;
}

/** The same through the grid: looks only at rows near the centers, whatever the number of rows. */
export function nearestInIndex(
  index: PointIndex,
  view: View,
  across: number,
  down: number,
  hidden: (place: number) => boolean,
): Int32Array {
  const [columns, rows] = [new Side(view.x0, view.x1, across), new Side(view.y0, view.y1, down)];
  const found = new Int32Array(across * down).fill(-1);
  if (index.extent === null) return found;
  for (let row = 0; row < down; row++) {
    for (let column = 0; column < across; column++) {
      found[(down - 1 - row) * across + column] = nearestInCell(index, columns, rows, column, row, hidden);
    }
  }
  return found;
}

function nearestInCell(
  index: PointIndex,
  columns: Side,
  rows: Side,
  column: number,
  row: number,
  hidden: (place: number) => boolean,
): number {
  const { grid, side, starts, order, levels, x, y } = index;
  const [left, right, low, high] = [columns.edge(column), columns.edge(column + 1), rows.edge(row), rows.edge(row + 1)];
  const cells = cellsOf(index, { x0: left, x1: right, y0: low, y1: high });
  let [best, found] = [Infinity, -1];
  const look = (from: number, to: number): void => {
    for (let k = from; k < to; k++) {
      const at = order[k] ?? 0;
      const [a, b] = [x[at] ?? NaN, y[at] ?? NaN];
      if (!(a > left && a < right && b > low && b < high)) continue;
      const far = columns.away(column, a) ** 2 + rows.away(row, b) ** 2;
      if (far > best || (far === best && at > found) || hidden(k)) continue;
      [best, found] = [far, at];
    }
  };
  const strip = (gridRow: number, from: number, to: number): void => {
    if (gridRow < cells.row0 || gridRow > cells.row1) return;
    const [c0, c1] = [Math.max(from, cells.column0), Math.min(to, cells.column1)];
    if (c0 > c1) return;
    for (let level = 0; level < levels; level++) {
      const base = (level * side + gridRow) * side;
      look(starts[base + c0] ?? 0, starts[base + c1 + 1] ?? 0);
    }
  };
  const [u, v] = [(columns.center(column) - grid.x0) * grid.perX, (rows.center(row) - grid.y0) * grid.perY];
  const within = (at: number, from: number, to: number): number => Math.min(Math.max(Math.floor(at), from), to);
  const [c, r] = [within(u, cells.column0, cells.column1), within(v, cells.row0, cells.row1)];
  // Rings of grid cells around the center, until no cell outside can hold a row as near as the best.
  for (let ring = 0; ; ring++) {
    strip(r - ring, c - ring, c + ring);
    if (ring > 0) {
      strip(r + ring, c - ring, c + ring);
      for (let k = r - ring + 1; k < r + ring; k++) {
        strip(k, c - ring, c - ring);
        strip(k, c + ring, c + ring);
      }
    }
    const leftDone = c - ring <= cells.column0;
    const rightDone = c + ring >= cells.column1;
    const lowDone = r - ring <= cells.row0;
    const highDone = r + ring >= cells.row1;
    if (leftDone && rightDone && lowDone && highDone) return found;
    const clear = Math.min(
      leftDone ? Infinity : (u - (c - ring)) / grid.perX / columns.pitch,
      rightDone ? Infinity : (c + ring + 1 - u) / grid.perX / columns.pitch,
      lowDone ? Infinity : (v - (r - ring)) / grid.perY / rows.pitch,
      highDone ? Infinity : (r + ring + 1 - v) / grid.perY / rows.pitch,
    );
    // A hair less, against the rounding of cell coordinates.
    if (clear > 0 && best < (clear * (1 - 1e-6)) ** 2) return found;
  }
}
