/** Which rows a polygon or rectangle holds, found through the grid: only cells that an edge passes are looked at row by row. */

import { Bits } from "./bits";
import { cellsOf, type PointIndex } from "./pointIndex";
import type { Combine } from "./types";

export type Polygon = readonly (readonly [number, number])[];

/** How far from an edge, in cells, a cell is still looked at row by row: against the rounding of cell coordinates. */
const NEAR = 1e-3;

/** The sides of a polygon, four numbers each: from, to. */
function sidesOf(polygon: Polygon): Float64Array {
  const sides = new Float64Array(4 * polygon.length);
  polygon.forEach((corner, i) => {
    sides.set(corner, 4 * i);
    sides.set(polygon[(i + 1) % polygon.length] ?? corner, 4 * i + 2);
  });
  return sides;
}

/** The even-odd rule: how often a line to the right meets a side. Left and lower borders belong to a polygon, right and upper ones do not. */
function inSides(sides: Float64Array, x: number, y: number): boolean {
  let inside = false;
  for (let k = 0; k < sides.length; k += 4) {
    const [ay, by] = [sides[k + 1] ?? 0, sides[k + 3] ?? 0];
    if (ay > y === by > y) continue;
    const ax = sides[k] ?? 0;
    if (x < (((sides[k + 2] ?? 0) - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
  }
  return inside;
}

export function inPolygon(polygon: Polygon, x: number, y: number): boolean {
  return inSides(sidesOf(polygon), x, y);
}

/** The rows in a polygon, or, of two corners, in the rectangle with its border; hidden rows are in neither. */
export function rowsWithin(index: PointIndex, polygon: Polygon, hidden: (place: number) => boolean): Bits {
  const found = new Bits(index.rows);
  if (index.extent === null || polygon.length < 2) return found;
  const kinds = polygon.length === 2 ? rectangleCells(index, polygon) : polygonCells(index, polygon);
  const { side, levels, starts, order, x, y } = index;
  for (let row = kinds.row0; row <= kinds.row1; row++) {
    const test = kinds.test(row);
    for (let column = kinds.column0; column <= kinds.column1; column++) {
      const kind = kinds.of[row * side + column] ?? OUT;
      if (kind === OUT) continue;
      for (let level = 0; level < levels; level++) {
        const cell = (level * side + row) * side + column;
        const to = starts[cell + 1] ?? 0;
        for (let k = starts[cell] ?? 0; k < to; k++) {
          const at = order[k] ?? 0;
          if ((kind === IN || test(x[at] ?? NaN, y[at] ?? NaN)) && !hidden(k)) found.add(at);
        }
      }
    }
  }
  return found;
}

const [OUT, IN, EDGE] = [0, 1, 2];

interface Kinds {
  readonly row0: number;
  readonly row1: number;
  readonly column0: number;
  readonly column1: number;
  readonly of: Uint8Array;
  /** The test of a point of a row of cells. */
  readonly test: (row: number) => (x: number, y: number) => boolean;
}

function rectangleCells(index: PointIndex, [a, b]: Polygon): Kinds {
  const [[ax, ay], [bx, by]] = [a ?? [0, 0], b ?? [0, 0]];
  const [x0, x1, y0, y1] = [Math.min(ax, bx), Math.max(ax, bx), Math.min(ay, by), Math.max(ay, by)];
  const cells = cellsOf(index, { x0, x1, y0, y1 });
  const of = new Uint8Array(index.side * index.side);
  for (let row = cells.row0; row <= cells.row1; row++) {
    for (let column = cells.column0; column <= cells.column1; column++) {
      const inner = row > cells.row0 && row < cells.row1 && column > cells.column0 && column < cells.column1;
      of[row * index.side + column] = inner ? IN : EDGE;
    }
  }
  const test = (x: number, y: number): boolean => x >= x0 && x <= x1 && y >= y0 && y <= y1;
  return { ...cells, of, test: () => test };
}

function polygonCells(index: PointIndex, polygon: Polygon): Kinds {
  const { side } = index;
  const { x0, y0, perX, perY } = index.grid;
  const corners = polygon.map(([x, y]) => [(x - x0) * perX, (y - y0) * perY] as const);
  const [us, vs] = [corners.map((c) => c[0]), corners.map((c) => c[1])];
  const within = (u: number): number => Math.min(Math.max(Math.floor(u), 0), side - 1);
  const [column0, column1] = [within(least(us) - NEAR), within(most(us) + NEAR)];
  const [row0, row1] = [within(least(vs) - NEAR), within(most(vs) + NEAR)];
  const of = new Uint8Array(side * side);
  // The sides of the polygon that pass a row of cells: no others can matter to points of that row.
  const passing: number[][] = Array.from({ length: side }, () => []);
  const inRow = (row: number, [, av]: Corner, [, bv]: Corner): [number, number] => [
    row === 0 ? Math.min(av, bv) : Math.max(Math.min(av, bv), row - NEAR),
    row === side - 1 ? Math.max(av, bv) : Math.min(Math.max(av, bv), row + 1 + NEAR),
  ];
  const ends = corners.map((a, i) => [a, corners[(i + 1) % corners.length] ?? a] as const);
  ends.forEach(([a, b], i) => {
    for (let row = within(Math.min(a[1], b[1]) - NEAR); row <= within(Math.max(a[1], b[1]) + NEAR); row++) passing[row]?.push(i);
  });
  const cellSides = sidesOf(corners);
  const pick = (sides: Float64Array, row: number): Float64Array => {
    const kept = passing[row] ?? [];
    const picked = new Float64Array(4 * kept.length);
    kept.forEach((i, k) => {
      picked.set(sides.subarray(4 * i, 4 * i + 4), 4 * k);
    });
    return picked;
  };
  for (let row = row0; row <= row1; row++) {
    const near = pick(cellSides, row);
    for (let column = column0; column <= column1; column++) {
      // Cells at the border of the grid reach on to infinity.
      const border = row === 0 || row === side - 1 || column === 0 || column === side - 1;
      of[row * side + column] = border ? EDGE : inSides(near, column + 0.5, row + 0.5) ? IN : OUT;
    }
    for (const i of passing[row] ?? []) {
      const [a, b] = ends[i] ?? [[0, 0], [0, 0]];
      const [from, to] = inRow(row, a, b);
      const at = (v: number): number => a[0] + ((b[0] - a[0]) * (v - a[1])) / (b[1] - a[1]);
      const [p, q] = a[1] === b[1] ? [a[0], b[0]] : [at(from), at(to)];
      for (let column = within(Math.min(p, q) - NEAR); column <= within(Math.max(p, q) + NEAR); column++) of[row * side + column] = EDGE;
    }
  }
  const sides = sidesOf(polygon);
  const test = (row: number): ((x: number, y: number) => boolean) => {
    const near = pick(sides, row);
    return (x, y) => inSides(near, x, y);
  };
  return { row0, row1, column0, column1, of, test };
}

type Corner = readonly [number, number];

function least(values: readonly number[]): number {
  return values.reduce((a, b) => Math.min(a, b), Infinity);
}

function most(values: readonly number[]): number {
  return values.reduce((a, b) => Math.max(a, b), -Infinity);
}

/** What a gesture makes of a selection. */
export function combined(before: Bits | null, found: Bits, how: Combine): Bits {
  if (how === "replace") return found;
  return (before ?? new Bits(found.length)).combined(found, how);
}
