import { describe, expect, it } from "vitest";

import type { ImageInfo, PixelTold } from "../api/types";
import { Bits } from "../scatter/bits";
import { imagesOf, type Mark } from "./marks";
import { frameOf, hasImage, placeOf, placeTowards, rowsOf, rowsWithin, stripes } from "./pixels";

/** Rows 10 to 109 of a table in blocks of four, ten columns; two panels of 100 x 50 pixels. */
const lies: ImageInfo = {
  ref: "rows.table", point: 0, rows_key: "k", panels: 2, shown: "extreme", rows: [10, 109], columns: [0, 10],
  down: { block: 4, blocks: 25 }, across: { block: 1, blocks: 10 },
}; // prettier-ignore
const images: Mark[] = [0, 120].map((x) => ({ x, y: 5, width: 100, height: 50, datum: {} }));

describe("blocks of an image", () => {
  it("are found under a place of the figure, and none beside the images", () => {
    expect(placeOf(images, lies, 0, 5)).toEqual({ panel: 0, down: 0, across: 0 });
    expect(placeOf(images, lies, 219.9, 54.9)).toEqual({ panel: 1, down: 24, across: 9 });
    expect([placeOf(images, lies, 110, 20), placeOf(images, lies, 5, 55)]).toEqual([null, null]);
    expect(frameOf(images, lies, { panel: 1, down: 3, across: 2 })).toEqual({ x: 140, y: 11, width: 10, height: 2 });
  });
  it("are walked through by keys, over into the next panel", () => {
    expect(placeTowards(lies, null, "ArrowDown")).toEqual({ panel: 0, down: 0, across: 0 });
    expect(placeTowards(lies, { panel: 0, down: 3, across: 9 }, "ArrowRight")).toEqual({ panel: 1, down: 3, across: 0 });
    expect(placeTowards(lies, { panel: 1, down: 3, across: 0 }, "ArrowLeft")).toEqual({ panel: 0, down: 3, across: 9 });
    expect(placeTowards(lies, { panel: 1, down: 3, across: 9 }, "ArrowRight")).toEqual({ panel: 1, down: 3, across: 9 });
    expect(placeTowards(lies, { panel: 0, down: 3, across: 2 }, "ArrowDown", 40)).toEqual({ panel: 0, down: 24, across: 2 });
    expect(placeTowards(lies, { panel: 0, down: 3, across: 2 }, "x")).toBeNull();
  });
  it("mean the row of the cell they show, or all their rows", () => {
    const told = { rows: [14, 17], row: { at: 16, name: "n" } } as PixelTold;
    expect([rowsOf(told), rowsOf({ ...told, row: null })]).toEqual([[16], [14, 15, 16]]);
  });
  it("are taken together by a rectangle, the last one with the rows there are", () => {
    expect(rowsWithin(images, lies, { x0: 130, y0: 10, x1: 125, y1: 6 })).toEqual([10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21]);
    expect(rowsWithin(images, lies, { x0: 20, y0: 53.5, x1: 30, y1: 99 })).toEqual([106, 107, 108]);
    expect(rowsWithin(images, lies, { x0: 105, y0: 0, x1: 115, y1: 99 })).toEqual([]);
  });
  it("stand out where a row is selected", () => {
    expect(stripes(lies, Bits.of(200, [0, 9, 10, 11, 14, 30, 108, 109, 150]))).toEqual([[0, 2], [5, 1], [24, 1]]); // prettier-ignore
  });
});

describe("a figure", () => {
  it("is an image or is none, whatever panels it has", () => {
    expect(hasImage({ layer: [{ mark: { type: "image" } }, { mark: "point" }] })).toBe(true);
    expect(hasImage({ vconcat: [{ concat: [{ layer: [{ mark: "image" }] }] }] })).toBe(true);
    expect(hasImage({ mark: { type: "rect" }, title: { text: "image" } })).toBe(false);
  });
  it("has its images where they are drawn", () => {
    const items = [{ x: 50, y: 30, width: 20, height: 10, align: "center", baseline: "middle" }, { x: 5, y: 6, width: 2, height: 2 }];
    const root = { marktype: "group", items: [{ x: 10, y: 0, items: [{ marktype: "image", items }] }] };
    const drawing = { origin: () => [0, 0], padding: () => 5, scenegraph: () => ({ root }) };
    expect(imagesOf(drawing).map((m) => [m.x, m.y, m.width, m.height])).toEqual([[55, 30, 20, 10], [20, 11, 2, 2]]); // prettier-ignore
  });
});
