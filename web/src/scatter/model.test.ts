import { expect, test } from "vitest";

import { Bits } from "./bits";
import { Model } from "./model";
import { rowsOf } from "./sampleRows";
import { HIDDEN, OBSERVED, SELECTED } from "./scene";

const { x, y } = rowsOf(2000, 4);

function made(): Model {
  const model = new Model();
  model.setPoints(x, y);
  return model;
}

test("marks stand with their rows, in the order of the index", () => {
  const model = made();
  model.setSelection(Bits.of(2000, [1, 2, 3]));
  model.setObserved(Bits.of(2000, [3, 4]));
  model.setVisible(Bits.of(2000, [0, 2, 3, 4, 5]));
  const state = new Map([...model.index.order].map((row, k) => [row, model.states[k]]));
  expect([0, 1, 2, 3, 4].map((row) => state.get(row))).toEqual([0, SELECTED | HIDDEN, SELECTED, SELECTED | OBSERVED, OBSERVED]);
  expect([...(model.marks.observed ?? [])].map((k) => model.index.order[k]).sort()).toEqual([3, 4]);
  expect([model.selected, model.shown, model.isShown(1), model.isShown(2)]).toEqual([3, 5, false, true]);
});

test("a selection handed back is no change, one changed in place is", () => {
  const model = made();
  const bits = Bits.of(2000, [7]);
  expect(model.setSelection(bits)).toBe(true);
  expect(model.setSelection(bits)).toBe(false);
  expect(model.setSelection(Bits.of(2000, [7]))).toBe(false);
  bits.add(8);
  expect(model.setSelection(bits)).toBe(true);
  expect(model.selected).toBe(2);
  expect(model.setSelection(null)).toBe(true);
  expect(model.marks.anySelected).toBe(false);
});

test("other rows forget sets and colors, as many rows keep them", () => {
  const model = made();
  model.setSelection(Bits.of(2000, [7]));
  model.setColoring({ kind: "classes", codes: new Uint16Array(2000).fill(1), colors: ["#ff0000", "#00ff00"] });
  model.setPoints(y, x);
  expect([model.selected, model.coloring.kind, model.shadeOf(3)]).toEqual([1, "classes", 1]);
  model.setPoints(x.slice(1), y.slice(1));
  expect([model.selected, model.coloring.kind, model.selection]).toEqual([0, "one", null]);
});

test("what has another number of rows is refused", () => {
  const model = made();
  expect(() => model.setSelection(new Bits(3))).toThrow("The selection has 3 rows; the points have 2000.");
  expect(() => {
    model.setColoring({ kind: "ramp", values: new Float32Array(5), low: 0, high: 1, colors: ["#000", "#fff"] });
  }).toThrow("The coloring has 5 rows; the points have 2000.");
  expect(() => {
    model.setVisible(new Bits(1));
  }).toThrow("The filter has 1 rows; the points have 2000.");
});
