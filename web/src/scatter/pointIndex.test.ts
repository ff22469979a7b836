import { expect, test } from "vitest";

import { nearestRow } from "./nearest";
import { buildIndex, cellsOf, countIn, eachRun, levelsFor, mixed, QUANTA } from "./pointIndex";
import { randomOf, rowsOf } from "./sampleRows";

const { x, y } = rowsOf(300_000, 1);
const index = buildIndex(x, y);

test("every row with a place is there once, in the cell of its place", () => {
  const finite = [...x].filter((a, i) => Number.isFinite(a) && Number.isFinite(y[i])).length;
  expect(index.order.length).toBe(finite);
  expect(index.missing).toBe(300_000 - finite);
  expect(new Set(index.order).size).toBe(finite);
  expect(index.levels).toBe(2);
  const { side, starts, grid } = index;
  let wrong = 0;
  for (let cell = 0; cell + 1 < starts.length; cell++) {
    const [column, row] = [cell % side, Math.floor(cell / side) % side];
    for (let k = starts[cell] ?? 0; k < (starts[cell + 1] ?? 0); k++) {
      const at = index.order[k] ?? 0;
      const within = (u: number): number => Math.min(Math.max(Math.floor(u), 0), side - 1);
      const [u, v] = [((x[at] ?? 0) - grid.x0) * grid.perX, ((y[at] ?? 0) - grid.y0) * grid.perY];
      if (within(u) !== column || within(v) !== row) wrong++;
    }
  }
  expect(wrong).toBe(0);
});

test("16 bits are exact to half a quantum of the extent", () => {
  const { x0, x1 } = index.extent ?? { x0: 0, x1: 1 };
  const step = (x1 - x0) / QUANTA;
  let worst = 0;
  index.order.forEach((at, k) => (worst = Math.max(worst, Math.abs(x0 + (index.qx[k] ?? 0) * step - (x[at] ?? 0)))));
  expect(worst).toBeLessThan(step * 0.5001);
});

test("outliers do not spoil the grid", () => {
  let fullest = 0;
  for (let cell = 0; cell + 1 < index.starts.length; cell++) fullest = Math.max(fullest, (index.starts[cell + 1] ?? 0) - (index.starts[cell] ?? 0));
  // Of a grid over the whole extent, ten thousands of rows would share a cell.
  expect(fullest).toBeLessThan(3000);
});

test("the runs of a view hold every row in view", () => {
  const view = { x0: 1.5, x1: 4.25, y0: -0.5, y1: 3 };
  const found = new Set<number>();
  eachRun(index, cellsOf(index, view), index.levels, (from, to) => {
    for (let k = from; k < to; k++) found.add(index.order[k] ?? 0);
  });
  const inView = [...x.keys()].filter((i) => (x[i] ?? NaN) >= 1.5 && (x[i] ?? NaN) <= 4.25 && (y[i] ?? NaN) >= -0.5 && (y[i] ?? NaN) <= 3);
  expect(inView.length).toBeGreaterThan(1000);
  expect(inView.every((i) => found.has(i))).toBe(true);
});

test("the levels below are a fair sample, whatever the order of the file", () => {
  // Rows sorted by class: a sample by the first rows would hold the first class only.
  const n = 1_000_000;
  const random = randomOf(5);
  const [a, b] = [Float32Array.from({ length: n }, random), Float32Array.from({ length: n }, random)];
  const large = buildIndex(a, b);
  expect(large.levels).toBe(4);
  const whole = cellsOf(large, { x0: 0, x1: 1, y0: 0, y1: 1 });
  const classes = new Float64Array(10);
  const quarters = new Float64Array(4);
  let taken = 0;
  eachRun(large, whole, 1, (from, to) => {
    for (let k = from; k < to; k++) {
      const at = large.order[k] ?? 0;
      const [kind, quarter] = [Math.floor((at * 10) / n), (a[at] ?? 0) < 0.5 ? 0 : 1];
      classes[kind] = (classes[kind] ?? 0) + 1;
      quarters[quarter + ((b[at] ?? 0) < 0.5 ? 0 : 2)] = (quarters[quarter + ((b[at] ?? 0) < 0.5 ? 0 : 2)] ?? 0) + 1;
      taken++;
    }
  });
  // Binomial: 125 000 +- 331 rows, 12 500 +- 108 of a class, 31 250 +- 165 of a quarter; five deviations are allowed.
  expect(Math.abs(taken - n / 8)).toBeLessThan(5 * 331);
  for (const count of classes) expect(Math.abs(count - n / 80)).toBeLessThan(5 * 108);
  for (const count of quarters) expect(Math.abs(count - n / 32)).toBeLessThan(5 * 165);
  expect(countIn(large, whole, 4)).toBe(n);
  expect(levelsFor(large, whole, 400_000)).toBe(2);
  expect(levelsFor(large, cellsOf(large, { x0: 0.4, x1: 0.5, y0: 0.4, y1: 0.5 }), 400_000)).toBe(4);
});

test("within a cell no part of the file comes last", () => {
  const n = 100_000;
  const same = buildIndex(new Float32Array(n), new Float32Array(n));
  const late = same.order.slice(-n / 10);
  // The mean position of a random tenth: 50 000 +- 289; five deviations are allowed.
  expect(Math.abs(late.reduce((a, b) => a + b, 0) / late.length - n / 2)).toBeLessThan(5 * 289);
});

test("the permutation is one", () => {
  const seen = new Set(Array.from({ length: 50_000 }, (_, i) => mixed(i)));
  expect(seen.size).toBe(50_000);
});

test("nothing, and nothing with a place", () => {
  expect(buildIndex(new Float32Array(0), new Float32Array(0)).extent).toBe(null);
  const none = buildIndex(Float32Array.of(NaN), Float32Array.of(1));
  expect([none.missing, none.order.length, none.extent]).toEqual([1, 0, null]);
  expect(() => buildIndex(new Float32Array(2), new Float32Array(3))).toThrow("x has 2 rows and y has 3; they must have the same.");
});

test("the nearest row is that of looking at all, hidden ones left out", () => {
  const random = randomOf(9);
  const hidden = (k: number): boolean => (index.order[k] ?? 0) % 3 === 0;
  for (let trial = 0; trial < 20; trial++) {
    const at = { x: random() * 14 - 1, y: random() * 8 - 2, perX: 8 + random() * 100, perY: 5 + random() * 100 };
    let [best, row]: [number, number | null] = [1, null];
    for (let i = 0; i < x.length; i++) {
      const far = (((x[i] ?? NaN) - at.x) * at.perX) ** 2 + (((y[i] ?? NaN) - at.y) * at.perY) ** 2;
      if (i % 3 !== 0 && (far < best || (far === best && row === null))) [best, row] = [far, i];
    }
    expect(nearestRow(index, at, hidden)).toBe(row);
  }
});
