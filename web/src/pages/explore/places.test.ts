import { expect, test } from "vitest";

import { Bits } from "../../scatter/bits";
import { freeName, middle, neighbor, viewOf } from "./places";

const xs = Float32Array.from([0, 1, 2, 100, NaN]);
const ys = Float32Array.from([0, 4, 2, 3, 1]);

test("the middle is that of medians, of rows that have a place", () => {
  expect(middle(xs, ys, Bits.of(5, [0, 1, 3, 4]))).toEqual([1, 3]);
  expect(middle(xs, ys, Bits.of(5, [0, 1]))).toEqual([0.5, 2]);
  expect(middle(xs, ys, Bits.of(5, [4]))).toBeNull();
});

test("a view holds its rows, and one row has air around it", () => {
  const whole = { x0: 0, x1: 100, y0: 0, y1: 10 };
  expect(viewOf(xs, ys, Bits.of(5, [0, 2]), whole, 0)).toEqual({ x0: 1 - 1.3, x1: 1 + 1.3, y0: 1 - 1.3, y1: 1 + 1.3 });
  expect(viewOf(xs, ys, Bits.of(5, [3]), whole, 0.1)).toEqual({ x0: 95, x1: 105, y0: 2.5, y1: 3.5 });
  expect(viewOf(xs, ys, Bits.of(5, [4]), whole)).toBeNull();
});

test("the next thing is the next of the selection, round the end", () => {
  const bits = Bits.of(5, [1, 3]);
  expect(neighbor(bits, 5, 1, 1)).toBe(3);
  expect(neighbor(bits, 5, 3, 1)).toBe(1);
  expect(neighbor(bits, 5, 1, -1)).toBe(3);
  expect(neighbor(null, 5, 4, 1)).toBe(0);
  expect(neighbor(bits, 5, 2, 1)).toBe(3);
  expect(neighbor(bits, 5, 4, -1)).toBe(3);
});

test("a new step has a name of its own", () => {
  expect(freeName("selection", [])).toBe("selection");
  expect(freeName("selection", ["selection", "selection_2"])).toBe("selection_3");
});
