import { expect, test } from "vitest";

import { Bits } from "./bits";
import { combined, inPolygon, rowsWithin, type Polygon } from "./lasso";
import { buildIndex } from "./pointIndex";
import { randomOf, rowsOf } from "./sampleRows";

const { x, y } = rowsOf(6000, 2);
const index = buildIndex(x, y);
const none = (): boolean => false;

/** Whether a point is in a polygon, by counting the sides left of it: another way than the module's. */
function inside(polygon: Polygon, x: number, y: number): boolean {
  let turns = 0;
  for (let i = 0, j = polygon.length - 1; i < polygon.length; j = i++) {
    const [[ax, ay], [bx, by]] = [polygon[i] ?? [0, 0], polygon[j] ?? [0, 0]];
    if (ay <= y === by <= y) continue;
    if (x >= ((bx - ax) * (y - ay)) / (by - ay) + ax) turns++;
  }
  return turns % 2 === 1;
}

function byHand(polygon: Polygon): Bits {
  const found = new Bits(x.length);
  x.forEach((a, i) => {
    const b = y[i] ?? NaN;
    if (Number.isFinite(a) && Number.isFinite(b) && inside(polygon, a, b)) found.add(i);
  });
  return found;
}

test("a point in a triangle, and in the hole of a crossing line", () => {
  const triangle: Polygon = [[0, 0], [4, 0], [0, 4]];
  expect([inPolygon(triangle, 1, 1), inPolygon(triangle, 3, 3), inPolygon(triangle, -1, 1)]).toEqual([true, false, false]);
  const star: Polygon = [[0, 3], [1.8, -2.4], [-2.9, 0.9], [2.9, 0.9], [-1.8, -2.4]];
  expect([inPolygon(star, 0, 2), inPolygon(star, 0, 0)]).toEqual([true, false]);
});

test.each([...Array(40).keys()])("lasso %i holds the rows that looking at each finds", (seed) => {
  const random = randomOf(seed);
  const corners = 3 + Math.floor(random() * 60);
  const whole = seed % 4 === 0;
  // Some corners on whole numbers, where rows are; some lines level or upright; some far outside.
  const far = seed % 7 === 0 ? 2000 : 1;
  const polygon: [number, number][] = Array.from({ length: corners }, () => [(random() * 16 - 2) * far, (random() * 10 - 3) * far]);
  if (whole) for (const p of polygon) [p[0], p[1]] = [Math.round(p[0]), Math.round(p[1])];
  const found = rowsWithin(index, polygon, none);
  expect(found.equals(byHand(polygon))).toBe(true);
});

test("smooth lines as a hand draws them, and points as corners", () => {
  for (let k = 0; k < 6; k++) {
    const polygon: [number, number][] = Array.from({ length: 300 }, (_, i) => {
      const t = (i / 300) * 2 * Math.PI;
      return [5 + (1 + k * 1.2) * Math.cos(t) * (1 + 0.3 * Math.sin(7 * t)), 2 + 3 * Math.sin(t)];
    });
    expect(rowsWithin(index, polygon, none).equals(byHand(polygon))).toBe(true);
  }
  const corners: [number, number][] = [5, 50, 500, 1000].map((i) => [x[i] ?? 0, y[i] ?? 0]);
  expect(rowsWithin(index, corners, none).equals(byHand(corners))).toBe(true);
});

test.each([...Array(20).keys()])("box %i holds its border, from whatever corner it is drawn", (seed) => {
  const random = randomOf(100 + seed);
  const draw = (): [number, number] => [Math.round((random() * 16 - 2) * 2) / 2, Math.round((random() * 10 - 3) * 2) / 2];
  const [[ax, ay], [bx, by]] = [draw(), draw()];
  const expected = new Bits(x.length);
  x.forEach((a, i) => {
    const b = y[i] ?? NaN;
    if (a >= Math.min(ax, bx) && a <= Math.max(ax, bx) && b >= Math.min(ay, by) && b <= Math.max(ay, by)) expected.add(i);
  });
  const found = rowsWithin(index, [[ax, ay], [bx, by]], none);
  expect(found.equals(expected)).toBe(true);
});

test("hidden rows are in no lasso, and nothing is in a point", () => {
  const all: Polygon = [[-1e4, -1e4], [1e4, 1e4]];
  expect(rowsWithin(index, all, none).count()).toBe(index.order.length);
  const even = rowsWithin(index, all, (k) => (index.order[k] ?? 0) % 2 === 1);
  expect(even.positions().every((i) => i % 2 === 0)).toBe(true);
  expect(rowsWithin(index, [[1, 1]], none).count()).toBe(0);
});

test("a gesture replaces, adds or takes away", () => {
  const [before, found] = [Bits.of(9, [1, 2]), Bits.of(9, [2, 3])];
  expect(combined(before, found, "replace").positions()).toEqual([2, 3]);
  expect(combined(before, found, "add").positions()).toEqual([1, 2, 3]);
  expect(combined(before, found, "remove").positions()).toEqual([1]);
  expect(combined(null, found, "add").positions()).toEqual([2, 3]);
  expect(combined(null, found, "remove").positions()).toEqual([]);
});
