import { describe, expect, it } from "vitest";

import { fromOf, read, shapeOf, sweepOf, sweepText, written } from "./forms";

describe("the field of a setting", () => {
  it("follows its schema", () => {
    expect(shapeOf({ enum: ["a", "b"] })).toMatchObject({ field: "choice", choices: ["a", "b"], nullable: false });
    expect(shapeOf({ type: "integer", minimum: 1 })).toMatchObject({ field: "number", whole: true, low: 1 });
    expect(shapeOf({ anyOf: [{ type: "number" }, { type: "null" }] })).toMatchObject({ field: "number", nullable: true });
    expect(shapeOf({ type: "boolean" }).field).toBe("check");
    expect(shapeOf({ type: "string", format: "column" }).field).toBe("column");
    expect(shapeOf({ anyOf: [{ enum: ["numbers"] }, { type: "array" }], format: "columns" }).field).toBe("columns");
    expect(shapeOf({ type: "object" }).field).toBe("any");
  });
});

describe("values", () => {
  it("come back as they were", () => {
    for (const value of [3, -0.5, 1e-5, "text", true, [1, 2], ["a", "b"], { except: ["dE"] }, null, "a b: c"]) {
      expect(read(written(value))).toEqual(value);
    }
  });
  it("may be written as people write numbers", () => {
    expect([read("1e-3"), read(".5"), read("+2"), read("3 dogs")]).toEqual([0.001, 0.5, 2, "3 dogs"]);
  });
});

describe("sweeps", () => {
  it("come back as they were", () => {
    for (const sweep of [{ sweep: [1, 2, 5] }, { sweep: { range: [10, 200, 10] } }, { sweep: { log: [0.001, 1, 7] } }, { sweep: ["a", "b"] }]) {
      const text = sweepText(sweep);
      expect(text && sweepOf(text)).toEqual(sweep);
    }
  });
  it("with conditions are left to the text", () => {
    expect(sweepText({ sweep: { values: [1], when: { kernel: "rbf" } } })).toBeNull();
    expect(sweepText(3)).toBeNull();
  });
});

describe("a setting that comes from elsewhere", () => {
  it("is told by its reference", () => {
    expect([fromOf({ from: "best.alpha" }), fromOf({ sweep: [1] }), fromOf("x")]).toEqual(["best.alpha", null, null]);
  });
});
