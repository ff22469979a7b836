import { expect, test } from "vitest";

import { windowOf } from "./virtual";

test("only the lines to be seen are shown, and some around them", () => {
  expect(windowOf(0, 100, 20, 1000)).toEqual({ from: 0, to: 9, top: 0, height: 20_000 });
  expect(windowOf(2000, 100, 20, 1000)).toEqual({ from: 96, to: 109, top: 1920, height: 20_000 });
  expect(windowOf(0, 100, 20, 3).to).toBe(3);
});

test("ten million lines fit into an element that browsers draw, to the last one", () => {
  const total = 10_000_000;
  const end = windowOf(8_000_000 - 100, 100, 20, total);
  expect(end.height).toBe(8_000_000);
  expect(end.to).toBe(total);
  expect(end.from).toBe(total - 5);
  expect(windowOf(0, 100, 20, total).from).toBe(0);
  expect(end.top + (end.to - end.from) * 20).toBeLessThanOrEqual(8_000_000);
});
