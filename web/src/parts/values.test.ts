import { expect, test } from "vitest";

import type { Related, TableInfo, ValueInfo, WideColumn, WorkflowState } from "../api/types";
import { drawable, firstAxes, figureColor, firstColor, grouped, pointName, shown, tableOf } from "./values";

const table = (ref: string, number: number, height = 5): TableInfo => {
  const [node = "", output = ""] = ref.split(".");
  return { ref, node, output, step: "", title: "", stage: "learn", kinds: { number }, points: [{ point: 0, at: {}, height }] };
};
const column = (name: string, kind: WideColumn["kind"], ref = "a", near: WideColumn["near"] = "own"): WideColumn => ({
  name, column: name, ref, near, kind, dtype: "",
});

test("maps come first, and what has no two number columns not at all", () => {
  const tables = [table("rows.table", 5), table("pca.map", 2), table("one.table", 1), table("none.map", 3, 0)];
  expect(drawable(tables).map((t) => t.ref)).toEqual(["pca.map", "rows.table"]);
  expect(tableOf(tables, "pca")?.ref).toBe("pca.map");
  expect(tableOf(tables, "pca.map")?.ref).toBe("pca.map");
  expect(tableOf(tables, "other")).toBeUndefined();
});

test("a map is colored by its labels at first", () => {
  const columns = [column("kind of sample", "category"), column("polytype", "category", "b", "upstream"), column("cluster", "category", "c", "beside")];
  expect(firstColor({ columns, tables: [] } satisfies Related)).toBe("polytype");
  expect(firstColor({ columns: [column("x", "number")], tables: [] })).toBeNull();
  expect(grouped(columns).map(([ref, c]) => [ref, c.length])).toEqual([["a", 1], ["b", 1], ["c", 1]]);
});

test("a map has the color of its figures, where these agree", () => {
  const columns = [column("formula", "category"), column("phase of the sample", "category"), column("gap", "number")];
  const nodes = ["pca_map", "other_map", "side_by_side"].map((name) => ({ name, given: { color: "phase of the sample" } }));
  const wires = [{ from: "pca.map", to: "pca_map", port: "map" }, { from: "pca", to: "side_by_side", port: "maps" }, { from: "umap.map", to: "other_map", port: "map" }];
  const workflow = { nodes, wires } as unknown as WorkflowState;
  expect(figureColor(workflow, "pca.map")).toBe("phase of the sample");
  expect(firstColor({ columns, tables: [] }, "phase of the sample")).toBe("phase of the sample");
  expect(firstColor({ columns, tables: [] }, "gap")).toBe("gap");
  expect(firstColor({ columns, tables: [] }, "gone")).toBe("formula");
  const odd = { ...workflow, nodes: [...nodes.slice(1), { name: "pca_map", given: { color: "gap" } }] } as unknown as WorkflowState;
  expect(figureColor(odd, "pca.map")).toBeNull();
  expect(figureColor(workflow, "tsne.map")).toBeNull();
});

test("axes are the first two number columns that hold something", () => {
  const columns = [["n", "category", 0], ["empty", "number", 3], ["x", "number", 0], ["y", "number", 1]].map(
    ([name, kind, missing]) => ({ name, kind, missing, dtype: "", shape: [] }),
  );
  expect(firstAxes({ height: 3, columns } as unknown as ValueInfo)).toEqual(["x", "y"]);
  expect(firstAxes({ height: 3, columns: [] } as unknown as ValueInfo)).toBeNull();
});

test("numbers and points of a sweep are written to be read", () => {
  expect([1.234567, 1e-7, 5, null, "a", 1234567.5].map(shown)).toEqual(["1.2346", "1.000e-7", "5", "–", "a", "1.235e+6"]);
  expect(pointName({ seed: 1, perplexity: 30 }, 0)).toBe("seed = 1, perplexity = 30");
  expect(pointName({}, 2)).toBe("3");
});
