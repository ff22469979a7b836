import { expect, test } from "vitest";

import { fitted, moved, projection, ticks, zoomed } from "./projection";

const VIEW = { x0: -2, x1: 6, y0: 10, y1: 14 };

test("corners of the view are corners of the picture, y upwards", () => {
  const p = projection(VIEW, 800, 400);
  expect([-2 * p.xScale + p.xShift, 6 * p.xScale + p.xShift]).toEqual([0, 800]);
  expect([14 * p.yScale + p.yShift, 10 * p.yScale + p.yShift]).toEqual([0, 400]);
});

test("a zoom keeps what is under the pointer where it is", () => {
  const near = zoomed(VIEW, 0.5, 0.25, 0.75, VIEW);
  expect(near).toEqual({ x0: -1, x1: 3, y0: 11.5, y1: 13.5 });
  expect(near.x0 + 0.25 * (near.x1 - near.x0)).toBe(0);
});

test("a zoom ends where 32-bit numbers or the sense of it end", () => {
  let view = VIEW;
  for (let k = 0; k < 200; k++) view = zoomed(view, 0.5, 0.5, 0.5, VIEW);
  expect(view.x1 - view.x0).toBeCloseTo(8.64e-6, 8);
  for (let k = 0; k < 200; k++) view = zoomed(view, 2, 0.5, 0.5, VIEW);
  expect(view.x1 - view.x0).toBeCloseTo(8.64 * 50, 3);
});

test("a move by a tenth", () => {
  expect(moved(VIEW, 0.5, -0.25)).toEqual({ x0: 2, x1: 10, y0: 9, y1: 13 });
});

test("one point has a view too, and none has", () => {
  expect(fitted({ x0: 3, x1: 3, y0: 0, y1: 0 })).toEqual({ x0: 2.5, x1: 3.5, y0: -0.5, y1: 0.5 });
  expect(fitted(null)).toEqual({ x0: 0, x1: 1, y0: 0, y1: 1 });
});

test("ticks are round, few, and tell neighbors apart", () => {
  expect(ticks(-2, 6, 5).map((t) => t.text)).toEqual(["−2", "0", "2", "4", "6"]);
  expect(ticks(0.011, 0.0142, 4).map((t) => t.text)).toEqual(["0.011", "0.012", "0.013", "0.014"]);
  expect(ticks(0, 3e7, 4).map((t) => t.text)).toEqual(["0", "1e7", "2e7", "3e7"]);
  expect(ticks(1, 1, 4)).toEqual([]);
  for (const [low, high] of [[1e-9, 7e-9], [-1e6, 1e6], [123.456, 123.4567]] as const) {
    const found = ticks(low, high, 6);
    expect(found.length).toBeGreaterThan(1);
    expect(found.length).toBeLessThanOrEqual(7);
    expect(new Set(found.map((t) => t.text)).size).toBe(found.length);
  }
});
