import { describe, expect, it } from "vitest";

import { differing, pointNames } from "./shown";

describe("points of a sweep", () => {
  it("are told by the settings that differ", () => {
    expect(differing([{ a: 1 }, { a: 1, b: 2 }])).toEqual(["b"]);
    expect(pointNames([{ seed: 0, perplexity: 5, note: "x" }, { seed: 0, perplexity: 30, note: "y" }])).toEqual([
      "perplexity = 5, note = x",
      "perplexity = 30, note = y",
    ]);
  });
  it("are told by what they have, and by their number where nothing tells them apart", () => {
    expect(pointNames([{ kernel: "linear" }, { kernel: "rbf", gamma: 0.1 }])).toEqual(["kernel = linear", "kernel = rbf, gamma = 0.1"]);
    expect(pointNames([{}, { a: 1 }])).toEqual(["1", "a = 1"]);
    expect(pointNames([{}])).toEqual(["1"]);
  });
});
