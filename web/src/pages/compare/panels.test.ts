import { describe, expect, it } from "vitest";

import type { MapInfo } from "../../api/types";
import { sameClasses, sameRange } from "../../parts/parallel";
import { firstChoice, keyOf, scoresOf, titlesOf } from "./panels";

function map(node: string, method: string, point = 0, settings = {}, given = {}, quality: [string, number, "maximize" | "minimize" | ""][] = []): MapInfo {
  return {
    ref: node, node, method, point, settings, given, id: `${node}${point}`, axes: ["a", "b"],
    quality: quality.map(([name, value, goal]) => ({ name, value, goal, by: "q" })),
  }; // prettier-ignore
}

describe("titles", () => {
  it("tell of the settings only those that differ among maps of one method, and those swept", () => {
    const maps = [
      map("pca", "PCA", 0, {}, { components: 2 }),
      map("tsne", "t-SNE", 0, { perplexity: 5 }, { perplexity: 30, seed: 0 }),
      map("tsne", "t-SNE", 1, { perplexity: 30 }, { perplexity: 30, seed: 0 }),
    ];
    expect(titlesOf(maps)).toEqual(["PCA", "t-SNE, perplexity = 5", "t-SNE, perplexity = 30"]);
    expect(titlesOf([map("a", "UMAP", 0, {}, { seed: 0 }), map("b", "UMAP", 0, {}, { seed: 1 })])).toEqual(["UMAP, seed = 0", "UMAP, seed = 1"]);
  });
  it("name the step where nothing else differs", () => {
    expect(titlesOf([map("a", "PCA"), map("b", "PCA")])).toEqual(["PCA (a)", "PCA (b)"]);
  });
});

describe("choice", () => {
  it("begins with one map of each step", () => {
    const maps = [map("t", "t-SNE", 0), map("t", "t-SNE", 1), map("p", "PCA"), { ...map("u", "UMAP"), id: "" }];
    expect(firstChoice(maps)).toEqual(["t#0", "p#0", "t#1"]);
    expect(keyOf({ ref: "a.map", point: 2 })).toBe("a.map#2");
  });
});

describe("scores", () => {
  it("come most telling first, the best marked whichever way is good", () => {
    const maps = [
      map("a", "A", 0, {}, {}, [["stress", 0.2, "minimize"], ["trustworthiness", 0.9, "maximize"], ["odd", 1, ""]]),
      map("b", "B", 0, {}, {}, [["stress", 0.1, "minimize"], ["trustworthiness", 0.9, "maximize"]]),
    ]; // prettier-ignore
    const [a, b] = scoresOf(maps);
    expect(a?.map((s) => [s.name, s.best])).toEqual([["trustworthiness", false], ["stress", false]]);
    expect(b?.map((s) => [s.name, s.best])).toEqual([["trustworthiness", false], ["stress", true]]);
  });
});

describe("colors of several maps", () => {
  it("give a class one code everywhere, in natural order", () => {
    const { labels, codes } = sameClasses([
      { kind: "classes", codes: Uint16Array.of(0, 1, 65535), labels: ["10", "2"] },
      { kind: "none" },
      { kind: "classes", codes: Uint16Array.of(1, 0), labels: ["2", "x"] },
    ]);
    expect(labels).toEqual(["2", "10", "x"]);
    expect(codes.map((c) => (c ? [...c] : null))).toEqual([[1, 0, 65535], null, [2, 0]]);
  });
  it("give a number one color everywhere", () => {
    expect(sameRange([{ kind: "numbers", values: Float32Array.of(1, NaN, 3) }, { kind: "numbers", values: Float32Array.of(-2) }])).toEqual([-2, 3]);
    expect(sameRange([{ kind: "none" }])).toEqual([0, 1]);
  });
});
