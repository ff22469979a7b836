import { expect, test } from "vitest";

import { mosaicShape, nearestInIndex, nearestToCentres } from "./mosaicRule";
import { buildIndex } from "./pointIndex";
import { randomOf, rowsOf } from "./sampleRows";
import type { View } from "./types";

const none = (): boolean => false;

/** The rule as the article says it: for each cell, every row strictly inside, the smallest distance from the center in cells. */
function byHand(x: Float32Array, y: Float32Array, view: View, across: number, down: number, left: (row: number) => boolean = none): Int32Array {
  const found = new Int32Array(across * down).fill(-1);
  const part = (low: number, high: number, k: number, of: number): number => (k === of ? high : low + ((high - low) * k) / of);
  for (let row = 0; row < down; row++) {
    for (let column = 0; column < across; column++) {
      const up = down - 1 - row;
      const [x0, x1] = [part(view.x0, view.x1, column, across), part(view.x0, view.x1, column + 1, across)];
      const [y0, y1] = [part(view.y0, view.y1, up, down), part(view.y0, view.y1, up + 1, down)];
      const [cx, cy] = [part(view.x0, view.x1, column + 0.5, across), part(view.y0, view.y1, up + 0.5, down)];
      let best = Infinity;
      x.forEach((a, i) => {
        const b = y[i] ?? NaN;
        if (!(a > x0 && a < x1 && b > y0 && b < y1) || left(i)) return;
        const far = ((a - cx) / ((view.x1 - view.x0) / across)) ** 2 + ((b - cy) / ((view.y1 - view.y0) / down)) ** 2;
        if (far < best) [best, found[row * across + column]] = [far, i];
      });
    }
  }
  return found;
}

const { x, y } = rowsOf(4000, 3);
const index = buildIndex(x, y);

test.each([...Array(40).keys()])("view %i: both ways give what looking at each cell and row gives", (seed) => {
  const random = randomOf(seed);
  const [a, b, c, d] = [random() * 16 - 2, random() * 16 - 2, random() * 10 - 3, random() * 10 - 3];
  let view = { x0: Math.min(a, b), x1: Math.max(a, b), y0: Math.min(c, d), y1: Math.max(c, d) };
  // Cell borders on whole numbers, where rows lie; or the whole with its outliers; or far from the grid.
  if (seed % 4 === 1) view = { x0: -2, x1: 14, y0: -4, y1: 6 };
  if (seed % 8 === 2) view = { x0: -10, x1: 1000, y0: -1000, y1: 10 };
  if (seed % 8 === 6) view = { x0: 50, x1: 700, y0: -900, y1: -20 };
  const [across, down] = seed % 4 === 1 ? [16, 10] : [1 + Math.floor(random() * 17), 1 + Math.floor(random() * 17)];
  const expected = byHand(x, y, view, across, down);
  expect(nearestToCentres(x, y, view, across, down)).toEqual(expected);
  expect(nearestInIndex(index, view, across, down, none)).toEqual(expected);
  const odd = (row: number): boolean => row % 2 === 1;
  expect(nearestInIndex(index, view, across, down, (k) => odd(index.order[k] ?? 0))).toEqual(byHand(x, y, view, across, down, odd));
});

test("of equally near rows the first, on borders none, NaN nowhere; y decreases from the top", () => {
  const [a, b] = [Float32Array.of(1.75, 1.25, 2, NaN, 0.5, 1.5), Float32Array.of(0.5, 0.5, 0.5, 0.5, 1, 1.25)];
  const view = { x0: 0, x1: 2, y0: 0, y1: 2 };
  const expected = Int32Array.of(-1, 5, -1, 0);
  expect(nearestToCentres(a, b, view, 2, 2)).toEqual(expected);
  expect(nearestInIndex(buildIndex(a, b), view, 2, 2, none)).toEqual(expected);
});

test("rows all in one place, in either order", () => {
  const same = new Float32Array(500).fill(0.3);
  const view = { x0: 0, x1: 1, y0: 0, y1: 1 };
  expect(nearestInIndex(buildIndex(same, same), view, 1, 1, none)).toEqual(Int32Array.of(0));
  expect(nearestToCentres(same, same, view, 1, 1)).toEqual(Int32Array.of(0));
});

test("rows by the hundred thousand, in a lattice full of ties", () => {
  const n = 250_000;
  const lattice = { x: new Float32Array(n), y: new Float32Array(n) };
  for (let i = 0; i < n; i++) [lattice.x[i], lattice.y[i]] = [((i * 7) % 500) / 4, Math.floor(((i * 7) % n) / 500) / 4];
  const view = { x0: 3, x1: 118, y0: 2, y1: 121 };
  const all = buildIndex(lattice.x, lattice.y);
  for (const [across, down] of [[1, 1], [15, 15], [23, 7], [50, 50]] as const) {
    expect(nearestInIndex(all, view, across, down, none)).toEqual(nearestToCentres(lattice.x, lattice.y, view, across, down));
  }
});

test("no rows, no pictures", () => {
  const empty = new Float32Array(0);
  const view = { x0: 0, x1: 1, y0: 0, y1: 1 };
  expect(nearestInIndex(buildIndex(empty, empty), view, 2, 1, none)).toEqual(Int32Array.of(-1, -1));
});

test("cells are square, as many as said along the shorter side", () => {
  expect(mosaicShape(600, 600, 15)).toEqual({ across: 15, down: 15 });
  expect(mosaicShape(1200, 600, 15)).toEqual({ across: 30, down: 15 });
  expect(mosaicShape(600, 900, 10)).toEqual({ across: 10, down: 15 });
});
