import { expect, test } from "vitest";

import { classes, MISSING_CODE, MOST_CLASSES, numbers, palette } from "./palette";

test("classes stand in natural order, with their numbers of rows", () => {
  const found = classes(Uint16Array.from([0, 1, 1, 2, MISSING_CODE]), ["k10", "k2", "a"]);
  expect(found.names).toEqual(["a", "k2", "k10"]);
  expect(found.counts).toEqual([1, 2, 1]);
  expect([...found.codes]).toEqual([2, 1, 1, 0, MISSING_CODE]);
  expect(found.missing).toBe(1);
  expect(found.others).toBe(0);
});

test("the rarest of very many classes are drawn as one, and counted", () => {
  const labels = Array.from({ length: 40 }, (_, i) => `c${i}`);
  const codes = labels.flatMap((_, i) => (i < 29 ? [i, i] : [i]));
  const found = classes(Uint16Array.from(codes), labels);
  expect(found.names.length).toBe(MOST_CLASSES);
  expect(found.others).toBe(11);
  expect(found.counts.at(-1)).toBe(11);
  expect(found.names[0]).toBe("c0");
  expect(found.codes.at(-1)).toBe(MOST_CLASSES - 1);
});

test("few whole numbers are classes, other numbers a ramp, missing ones counted", () => {
  const few = numbers(Float32Array.from([10, 2, 2, NaN]));
  expect(few.kind === "classes" && few.names).toEqual(["2", "10"]);
  const many = numbers(Float32Array.from([0.5, 1, NaN, -2]));
  expect(many).toMatchObject({ kind: "ramp", low: -2, high: 1, missing: 1 });
  expect(numbers(Float32Array.from({ length: 11 }, (_, i) => i)).kind).toBe("ramp");
  expect(numbers(Float32Array.from([NaN])).kind).toBe("ramp");
});

test("colors differ as far as 30 classes, and none is black on black", () => {
  for (const n of [8, 10, 30]) expect(new Set(palette(n, false)).size).toBe(n);
  expect(palette(8, true)).not.toContain("#000000");
});
