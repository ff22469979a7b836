/** Where rows stand in a picture, and how many of them are seen: the same for every back end. */

import { cellsOf, eachRun, QUANTA } from "./pointIndex";
import { projection } from "./projection";
import type { Scene } from "./scene";
import type { View } from "./types";

/** Room around the picture in device pixels: points are at most as large, and one whose center lies outside may reach into it. */
export const ROOM = 64;
/** Beyond this many pixels per quantum, places are taken from the 32-bit coordinates. */
const COARSE = 0.25;

/** Pixels are `a * coordinate + b`, of coordinates as they are (`exact`) or in quanta of the extent. */
export interface Placing {
  readonly exact: boolean;
  readonly ax: number;
  readonly bx: number;
  readonly ay: number;
  readonly by: number;
}

export function placing({ index, view, width, height }: Scene): Placing {
  const p = projection(view, width, height);
  const { x0, x1, y0, y1 } = index.extent ?? view;
  const [ax, ay] = [((x1 - x0) / QUANTA) * p.xScale, ((y1 - y0) / QUANTA) * p.yScale];
  if (Math.max(Math.abs(ax), Math.abs(ay)) > COARSE) return { exact: true, ax: p.xScale, bx: p.xShift, ay: p.yScale, by: p.yShift };
  return { exact: false, ax, bx: x0 * p.xScale + p.xShift, ay, by: y0 * p.yScale + p.yShift };
}

/** The view with the room around it. */
export function withRoom({ view, width, height }: Scene): View {
  const [x, y] = [((view.x1 - view.x0) * ROOM) / width, ((view.y1 - view.y0) * ROOM) / height];
  return { x0: view.x0 - x, x1: view.x1 + x, y0: view.y0 - y, y1: view.y1 + y };
}

/** The rows of which something is seen. Cells wholly in view are counted as a whole. */
export function countDrawn(scene: Scene): number {
  const { index, states, width, height, levels } = scene;
  const { order, qx, qy, x, y, side, starts } = index;
  const { exact, ax, bx, ay, by } = placing(scene);
  const sizes = new Float64Array(256).fill(-1);
  for (const pass of scene.passes) if (!pass.flat) sizes[pass.want] = Math.min(pass.size, ROOM);
  let n = 0;
  const look = (from: number, to: number): void => {
    for (let i = from; i < to; i++) {
      const size = sizes[states[i] ?? 0] ?? -1;
      const at = order[i] ?? 0;
      const u = (exact ? (x[at] ?? 0) : (qx[i] ?? 0)) * ax + bx + 0.5 - size / 2;
      const v = (exact ? (y[at] ?? 0) : (qy[i] ?? 0)) * ay + by + 0.5 - size / 2;
      if (size > 0 && u >= 1 - size && v >= 1 - size && u < width && v < height) n++;
    }
  };
  const [outer, view] = [cellsOf(index, withRoom(scene)), cellsOf(index, scene.view)];
  const [first, last] = [Math.max(view.column0, 0) + 1, Math.min(view.column1, side - 1) - 1];
  const whole = (row: number): boolean => !scene.filtered && first <= last && row > view.row0 && row < view.row1;
  for (let level = 0; level < levels; level++) {
    for (let row = outer.row0; row <= outer.row1; row++) {
      const base = (level * side + row) * side;
      const at = (column: number): number => starts[base + column] ?? 0;
      if (whole(row)) {
        n += at(last + 1) - at(first);
        look(at(outer.column0), at(first));
        look(at(last + 1), at(outer.column1 + 1));
      } else {
        look(at(outer.column0), at(outer.column1 + 1));
      }
    }
  }
  return n;
}

/** The runs of the order to be looked at, neighbors joined: from, to, from, to, ... */
export function runsOf(scene: Scene): number[] {
  const runs: number[] = [];
  eachRun(scene.index, cellsOf(scene.index, withRoom(scene)), scene.levels, (from, to) => {
    if (runs.at(-1) === from) runs[runs.length - 1] = to;
    else runs.push(from, to);
  });
  return runs;
}
