/** Which rows a polygon or rectangle holds, found through the grid: only cells that an edge passes are looked at row by row. */

import { Bits } from "./bits";
import { cellsOf, type PointIndex } from "./pointIndex";
import type { Combine } from "./types";

export type Polygon = readonly (readonly [number, number])[];

/** How far from an edge, in cells, a cell is still looked at row by row: against the rounding of cell coordinates. */
const NEAR = 1e-3;

/** Whether a point is in a polygon by the even-odd rule; left and lower borders belong to it, right and upper ones do not. */
export function inPolygon(polygon: Polygon, x: number, y: number): boolean {
  let inside = false;
  for (let i = 0, j = polygon.length - 1; i < polygon.length; j = i++) {
    const [ax, ay] = polygon[i] ?? [0, 0];
    const [bx, by] = polygon[j] ?? [0, 0];
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
  }
  return inside;
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
  const [column0, column1] = [within(smallest(us) - NEAR), within(-smallest(us.map((u) => -u)) + NEAR)];
  const [row0, row1] = [within(smallest(vs) - NEAR), within(-smallest(vs.map((v) => -v)) + NEAR)];
  const of = new Uint8Array(side * side);
  const edges: number[][] = Array.from({ length: side }, () => []);
  for (let row = row0; row <= row1; row++) {
    for (let column = column0; column <= column1; column++) {
      const border = row === 0 || row === side - 1 || column === 0 || column === side - 1;
      of[row * side + column] = border ? EDGE : inPolygon(corners, column + 0.5, row + 0.5) ? IN : OUT;
    }
  }
  corners.forEach(([au, av], i) => {
    const [bu, bv] = corners[(i + 1) % corners.length] ?? [au, av];
    const [low, high] = [Math.min(av, bv), Math.max(av, bv)];
    for (let row = within(low - NEAR); row <= within(high + NEAR); row++) {
      edges[row]?.push(i);
      // The part of the edge in this row; border rows reach on to infinity.
      const from = row === 0 ? low : Math.max(low, row - NEAR);
      const to = row === side - 1 ? high : Math.min(high, row + 1 + NEAR);
      const at = (v: number): number => (bv === av ? au : au + ((bu - au) * (v - av)) / (bv - av));
      const [p, q] = bv === av ? [au, bu] : [at(from), at(to)];
      for (let column = within(Math.min(p, q) - NEAR); column <= within(Math.max(p, q) + NEAR); column++) of[row * side + column] = EDGE;
    }
  });
  const test = (row: number): ((x: number, y: number) => boolean) => {
    const near = (edges[row] ?? []).map((i) => [polygon[i] ?? [0, 0], polygon[(i + 1) % polygon.length] ?? [0, 0]] as const);
    return (x, y) => {
      let inside = false;
      for (const [[bx, by], [ax, ay]] of near) {
        if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
      }
      return inside;
    };
  };
  return { row0, row1, column0, column1, of, test };
}

function smallest(values: readonly number[]): number {
  return values.reduce((a, b) => Math.min(a, b), Infinity);
}

/** What a gesture makes of a selection. */
export function combined(before: Bits | null, found: Bits, how: Combine): Bits {
  if (how === "replace") return found;
  return (before ?? new Bits(found.length)).combined(found, how);
}
