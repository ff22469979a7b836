import { expect, test } from "vitest";

import { overlap, placeLabels } from "./labels";
import { randomOf } from "./sampleRows";

const AREA = { x: 0, y: 0, width: 600, height: 400 };

test("a label stands right of its point, or left of it at the right border", () => {
  const wanted = [{ text: "ZnS", x: 100, y: 100, width: 30 }, { text: "GaN", x: 590, y: 100, width: 30 }];
  expect(placeLabels(wanted, AREA, 14, 8).map((p) => [p.x, p.y])).toEqual([[108, 93], [552, 93]]);
});

test.each([1, 2, 3])("no label lies over another or leaves the plot, and the first always finds room (%i)", (seed) => {
  const random = randomOf(seed);
  const wanted = Array.from({ length: 300 }, (_, i) => ({ text: String(i), x: random() * 600, y: random() * 400, width: 20 + random() * 80 }));
  const placed = placeLabels(wanted, AREA, 14, 8);
  expect(placed.length).toBeGreaterThan(50);
  expect(placed.length).toBeLessThan(300);
  placed.forEach((a, i) => {
    expect(a.x >= 0 && a.y >= 0 && a.x + a.width <= 600 && a.y + a.height <= 400).toBe(true);
    expect(placed.slice(i + 1).some((b) => overlap(a, b))).toBe(false);
    expect(wanted.some(({ x, y }) => overlap(a, { x: x - 4, y: y - 4, width: 8, height: 8 }))).toBe(false);
  });
});

test("points outside have no label", () => {
  expect(placeLabels([{ text: "a", x: -1, y: 10, width: 5 }], AREA, 14, 8)).toEqual([]);
});
