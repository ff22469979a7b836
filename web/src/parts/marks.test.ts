import { describe, expect, it } from "vitest";

import { Bits } from "../scatter/bits";
import type { Selection } from "../app/store";
import { type Datum, groupAt, markAt, marksOf, marksWithin, markTowards } from "./marks";
import { joined } from "./selecting";

/** A figure with a frame at (10, 20), two points and a cell in it, and a legend. */
const drawing = {
  origin: () => [1, 2],
  padding: () => ({ left: 5, top: 5 }),
  scenegraph: () => ({
    root: {
      marktype: "group",
      items: [
        {
          items: [
            {
              marktype: "group",
              name: "frame",
              items: [
                {
                  x: 10, y: 20, width: 100, height: 80,
                  items: [
                    { marktype: "symbol", items: [{ x: 0, y: 0, size: 16, datum: { id: "a" } }, { x: 50, y: 0, size: 16, datum: { id: "b" } }] },
                    { marktype: "rect", items: [{ x: 40, y: 40, width: 20, height: 10, datum: { id: "c" } }, { x: 0, y: 0, datum: {} }] },
                    { marktype: "group", role: "legend", items: [{ items: [{ marktype: "symbol", items: [{ datum: { id: "no" } }] }] }] },
                  ],
                },
              ],
            },
          ],
        },
      ],
    },
  }),
}; // prettier-ignore
const wanted = (d: Datum): boolean => "id" in d;
const marks = marksOf(drawing, wanted);
const name = (m: { datum: Datum } | null): unknown => m?.datum.id;

describe("marks of a figure", () => {
  it("stand where they are drawn; those of a legend are none", () => {
    expect(marks.map((m) => [m.datum.id, m.x, m.y, m.width, m.height])).toEqual([
      ["a", 14, 25, 4, 4],
      ["b", 64, 25, 4, 4],
      ["c", 56, 67, 20, 10],
    ]);
    expect(groupAt(drawing, "frame")).toMatchObject({ x: 16, y: 27, width: 100, height: 80 });
    expect(groupAt(drawing, "other")).toBeNull();
  });
  it("are found under a place, or near it", () => {
    expect(name(markAt(marks, 60, 70))).toBe("c");
    expect(name(markAt(marks, 16, 33))).toBe("a");
    expect(markAt(marks, 16, 50)).toBeNull();
  });
  it("are found in a rectangle by their centers, drawn either way", () => {
    expect(marksWithin(marks, { x0: 100, y0: 100, x1: 50, y1: 20 }).map(name)).toEqual(["b", "c"]);
  });
  it("are reached by arrows", () => {
    const first = markTowards(marks, null, "ArrowRight");
    expect(name(first)).toBe("a");
    expect(name(markTowards(marks, first, "ArrowRight"))).toBe("b");
    expect(name(markTowards(marks, first, "ArrowDown"))).toBe("c");
    expect(name(markTowards(marks, first, "ArrowLeft"))).toBe("a");
    expect(markTowards(marks, first, "x")).toBeNull();
  });
});

describe("a selection by gestures", () => {
  const bits = (...at: number[]): Bits => Bits.of(10, at);
  const before: Selection = { ref: "t", point: 0, rows: "same", bits: bits(1, 2), n: 2 };
  it("grows and shrinks among the same rows, and begins anew among others", () => {
    expect(joined(before, "same", bits(3), "add").positions()).toEqual([1, 2, 3]);
    expect(joined(before, "same", bits(2), "remove").positions()).toEqual([1]);
    expect(joined(before, "same", bits(5), "replace").positions()).toEqual([5]);
    expect(joined(before, "other", bits(5), "add").positions()).toEqual([5]);
    expect(joined(null, "same", bits(5), "remove").positions()).toEqual([]);
  });
});
