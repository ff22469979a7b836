import { describe, expect, it } from "vitest";

import type { FlowNode, StepInfo, WideColumn, WorkflowState } from "../../api/types";
import { firstColor } from "./coloring";
import { learners, shownLearner } from "./learners";
import { measureText } from "./text";
import { firstAxes } from "./useScene";

const info = (name: string, outputs: string[], history: boolean): [string, StepInfo] => [
  name,
  {
    name, title: name, stage: "learn", summary: "", page: "",
    ports: [{ name: "table", types: ["table"], optional: false, many: false, gathers: false, help: "" }],
    outputs: outputs.map((o) => ({ name: o, type: "table", help: "", keys: [] })),
    schema: { properties: history ? { history: {} } : {}, required: [] },
  },
]; // prettier-ignore
const STEPS = new Map([info("learn.tsne", ["map", "history"], true), info("learn.pca", ["table"], false), info("learn.nmf", ["replay"], true)]);

const node = (name: string, step: string, given: Record<string, unknown>, state = "new", done = 0): FlowNode =>
  ({ name, step, given, title: name, status: { state, done, points: 1 } }) as unknown as FlowNode;

const flow = (...nodes: FlowNode[]): WorkflowState => ({ nodes }) as unknown as WorkflowState;

describe("steps that learn in iterations", () => {
  const all = learners(
    flow(node("a", "learn.pca", {}), node("b", "learn.tsne", {}), node("c", "learn.nmf", { history: 5 }), node("d", "learn.tsne", { history: 1 }, "cached", 1)),
    STEPS,
  );
  it("are those with a setting and an output for it", () => {
    expect(all.map((l) => [l.node.name, l.keeps])).toEqual([["b", false], ["c", true], ["d", true]]);
  });
  it("are shown by choice, then while they run, then where something was kept", () => {
    expect(shownLearner(all, "b")?.node.name).toBe("b");
    expect(shownLearner(all, "gone")?.node.name).toBe("d");
    const running = learners(flow(node("x", "learn.tsne", { history: 1 }, "done", 1), node("y", "learn.nmf", {}, "running")), STEPS);
    expect(shownLearner(running, null)?.node.name).toBe("y");
    expect(shownLearner([], null)).toBeUndefined();
  });
});

describe("columns", () => {
  const column = (name: string, ref: string, near: WideColumn["near"], kind: WideColumn["kind"] = "number"): WideColumn => ({ name, column: name, ref, near, kind, dtype: "" });
  const own = ["p1", "p2", "p3"].map((n) => column(n, "rows.table", "own"));
  const map = ["PCA1", "PCA2"].map((n) => column(n, "pca.table", "beside"));
  it("lay clusters out: the two that were learned from, else a map, else the first two", () => {
    expect(firstAxes([...own, ...map], ["p2", "p3"])).toEqual(["p2", "p3"]);
    expect(firstAxes([...own, ...map], ["p1", "p2", "p3"])).toEqual(["PCA1", "PCA2"]);
    expect(firstAxes(own, ["p2", "p3", "p1"])).toEqual(["p1", "p2"]);
    expect(firstAxes([], [])).toEqual([null, null]);
  });
  it("color a map: a label by its name, else a category, never what was made beside", () => {
    const digit = column("digit", "rows.table", "own");
    expect(firstColor([...own, digit])).toBe("digit");
    expect(firstColor([column("cluster", "groups.table", "beside", "category"), ...own])).toBeNull();
    expect(firstColor([...own, column("band", "rows.table", "own", "category")])).toBe("band");
  });
});

it("what is lowered is written as the figures write it", () => {
  expect([1975455.99, 0.74169, 292.7628, 0, 1.5e-7].map(measureText)).toEqual(["1,975,456", "0.7417", "292.8", "0", "1.5e-7"]);
});
