import { describe, expect, it } from "vitest";

import { isEnter } from "../../app/keys";
import { listOf, listText, parse, read, shapeOf, show, written } from "./forms";
import { columnsOf, columnsValue, fromOf, othersOf, sweepOf, sweepText } from "./sweeps";

describe("the field of a setting", () => {
  it("follows its schema", () => {
    expect(shapeOf({ enum: ["a", "b"] })).toMatchObject({ field: "choice", choices: ["a", "b"], nullable: false });
    expect(shapeOf({ type: "integer", minimum: 1 })).toMatchObject({ field: "number", whole: true, low: 1 });
    expect(shapeOf({ anyOf: [{ type: "number" }, { type: "null" }] })).toMatchObject({ field: "number", nullable: true });
    expect(shapeOf({ anyOf: [{ type: "number" }, { enum: ["cv"] }] })).toMatchObject({ field: "number", choices: ["cv"] });
    expect(shapeOf({ type: "boolean" }).field).toBe("check");
    expect(shapeOf({ anyOf: [{ type: "boolean" }, { enum: ["auto"] }] })).toMatchObject({ field: "choice", choices: [true, false, "auto"] });
    expect(shapeOf({ type: "string", format: "column" }).field).toBe("column");
    expect(shapeOf({ anyOf: [{ enum: ["numbers"] }, { type: "array" }], format: "columns" }).field).toBe("columns");
    expect(shapeOf({ type: "array", items: { type: "string", format: "column" } }).items?.field).toBe("column");
    expect(shapeOf({ type: "object" }).field).toBe("any");
  });
});

describe("values", () => {
  it("come back as they were", () => {
    for (const value of [3, -0.5, 1e-5, 1e300, "text", true, [1, 2], ["a", "b"], { except: ["dE"] }, null, "a b: c", "3", "null", '"x', "[1"]) {
      expect(read(written(value))).toEqual(value);
    }
  });
  it("may be written as people write numbers", () => {
    expect([read("1e-3"), read(".5"), read("+2"), read("3 dogs")]).toEqual([0.001, 0.5, 2, "3 dogs"]);
  });
  it("of a number field are numbers or one of its words, or the text is told", () => {
    const shape = shapeOf({ anyOf: [{ type: "number" }, { enum: ["cv"] }] });
    expect(parse(shape, "0.5")).toEqual({ value: 0.5 });
    expect(parse(shape, "cv")).toEqual({ value: "cv" });
    expect(parse(shape, "many")).toEqual({ wrong: "number" });
    expect(parse(shapeOf({}), "[1, 2")).toEqual({ wrong: "json" });
  });
  it("of a text field are what is typed, numbers too", () => {
    expect(parse(shapeOf({ type: "string" }), "12")).toEqual({ value: "12" });
  });
  it("of a list come back, whatever they hold", () => {
    const texts = shapeOf({ type: "string" });
    const orNothing = shapeOf({ anyOf: [{ type: "string" }, { type: "null" }] });
    for (const [items, values] of [
      [texts, ["a b", "1", "x,y", "", ' "q" ', "null"]],
      [orNothing, ["a", null, "null"]],
      [null, [1, 2.5, "x", "3", true, [1, 2], { a: "b, c" }]],
    ] as const) {
      expect(listOf(listText(values, items), items)).toEqual(values);
    }
  });
});

describe("sweeps", () => {
  it("come back as they were, with their conditions", () => {
    for (const sweep of [
      { sweep: [1, 2, 5] },
      { sweep: { range: [10, 200, 10] } },
      { sweep: { log: [0.001, 1, 7] } },
      { sweep: { seeds: 20 } },
      { sweep: ["a", "b"] },
      { sweep: [[8], [16, 8]] },
      { sweep: [1, 2], when: { kernel: "rbf" } },
      { sweep: [1, 2], when: { kernel: ["rbf", "poly"], degree: 3, shrinking: [true] } },
    ]) {
      const text = sweepText(sweep);
      expect(text && sweepOf(text)).toEqual(sweep);
    }
  });
  it("that are none, or of another form, are left to the text", () => {
    for (const value of [{ sweep: { odd: 1 } }, { sweep: { log: [1], range: [2] } }, { sweep: [1], more: 2 }, 3, null]) {
      expect(sweepText(value)).toBeNull();
    }
  });
});

describe("a choice of columns", () => {
  it("comes back as it was", () => {
    for (const value of ["numbers", "all", ["a", "b"], { except: ["dE"] }, { match: "^x" }, { kind: ["number", "vector"] }]) {
      expect(columnsValue(columnsOf(value))).toEqual(value);
    }
    expect(columnsOf({ except: ["a"], kind: ["number"] }).how).toBe("other");
  });
});

describe("a setting that comes from elsewhere", () => {
  it("is told by its reference", () => {
    expect([fromOf({ from: "best.alpha" }), fromOf({ sweep: [1] }), fromOf("x")]).toEqual(["best.alpha", null, null]);
  });
});

describe("a field", () => {
  it("shows a value so that reading it gives it back", () => {
    const shape = shapeOf({ anyOf: [{ type: "string" }, { type: "number" }] });
    for (const value of [3, "3", "x", "1e5", 0.1]) expect(parse(shape, show(shape, value))).toEqual({ value });
  });
});

describe("a condition of a sweep", () => {
  it("is offered about what is swept, with its first value", () => {
    const properties = { columns: { default: "numbers" }, perplexity: { default: 30 }, rate: {}, seed: { default: 0 } };
    const given = { perplexity: { sweep: [5, 10] }, rate: { sweep: { log: [0.1, 10, 3] } } };
    expect(othersOf(properties, given, "seed")).toEqual([
      { name: "perplexity", first: "5" },
      { name: "rate", first: "0.1" },
      { name: "columns", first: "numbers" },
    ]);
    expect(othersOf(properties, { seed: { sweep: { seeds: 4 } } }, "rate")[0]).toEqual({ name: "seed", first: "0" });
  });
});

describe("Enter", () => {
  it("ends what is typed, but not while an input method takes it", () => {
    expect(isEnter({ key: "Enter", nativeEvent: { isComposing: false } })).toBe(true);
    expect(isEnter({ key: "Enter", nativeEvent: { isComposing: true } })).toBe(false);
  });
});
