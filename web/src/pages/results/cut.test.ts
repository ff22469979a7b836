import { describe, expect, it } from "vitest";

import type { FlowNode, MapInfo, WorkflowState } from "../../api/types";
import { decoded } from "./codes";
import { cutOps, mapsNear, middleOf, nextHeight, roundHeight } from "./cut";

describe("heights", () => {
  it("stand midway, and are written with as few digits as leave the clusters as they are", () => {
    expect(middleOf(2, 4)).toBe(3);
    expect(roundHeight(205.957, 227.264)).toBe(217);
    for (const [low, high] of [[1.23456, 1.23457], [0, 1e-9], [99999, 100001]] as const) { // prettier-ignore
      const height = roundHeight(low, high);
      expect(height).toBeGreaterThanOrEqual(low);
      expect(height).toBeLessThan(high);
    }
    expect(roundHeight(10, null)).toBeGreaterThanOrEqual(10);
  });
  it("lead to the next number of clusters", () => {
    expect(nextHeight({ low: 2, high: 4 }, "fewer")).toBe(4);
    expect(nextHeight({ low: 2, high: null }, "fewer")).toBeNull();
    expect(nextHeight({ low: 0, high: 1 }, "more")).toBeNull();
    const below = nextHeight({ low: 0.1, high: 4 }, "more") ?? NaN;
    expect(below).toBeLessThan(0.1);
    expect(below).toBeCloseTo(0.1, 12);
  });
});

const node = (name: string, step: string, given: Record<string, unknown> = {}): FlowNode => ({ name, step, given }) as FlowNode;
const flow = (nodes: FlowNode[], wires: [string, string, string][]): WorkflowState =>
  ({ nodes, wires: wires.map(([from, to, port]) => ({ from, to, port, index: 0 })) }) as WorkflowState;

describe("a cut set as a step", () => {
  const wires: [string, string, string][] = [["tree.linkage", "drawn", "linkage"], ["rows.table", "drawn", "table"]]; // prettier-ignore
  const drawn = node("drawn", "interpret.dendrogram", { clusters: 3 });
  it("is a new step where there is none", () => {
    expect(cutOps(flow([drawn], wires), "drawn", 2.5)).toEqual([
      { op: "add", step: "learn.cut", given: { linkage: "tree", table: "rows.table", height: 2.5 } },
    ]);
  });
  it("changes the step that cuts this tree already, and no other", () => {
    const there = flow(
      [drawn, node("other", "learn.cut"), node("cut", "learn.cut", { clusters: 5 })],
      [...wires, ["else.linkage", "other", "linkage"], ["tree.linkage", "cut", "linkage"]],
    );
    expect(cutOps(there, "drawn", 1)).toEqual([
      { op: "unset", node: "cut", setting: "clusters" },
      { op: "set", node: "cut", setting: "height", value: 1 },
    ]);
  });
  it("does nothing without a tree", () => {
    expect(cutOps(flow([drawn], []), "drawn", 1)).toEqual([]);
  });
});

describe("the map beside a tree", () => {
  const there = flow([], [["rows.table", "near", "table"], ["near.distances", "tree", "data"], ["tree.linkage", "drawn", "linkage"], ["rows.table", "drawn", "table"], ["rows.table", "pca", "table"], ["points.table", "nmf", "table"]]); // prettier-ignore
  const [nmf, pca] = ["nmf", "pca"].map((name) => ({ ref: `${name}.map`, node: name, point: 0 }) as MapInfo);
  it("is one of the same rows", () => {
    if (!nmf || !pca) throw new Error("no maps");
    expect(mapsNear(there, "drawn", [nmf, pca])).toEqual({ maps: [pca, nmf], first: pca });
  });
  it("is none where all maps have other rows; they can still be chosen", () => {
    if (!nmf) throw new Error("no map");
    expect(mapsNear(there, "drawn", [nmf])).toEqual({ maps: [nmf], first: undefined });
  });
});

it("codes come as two bytes each, the lower first", () => {
  expect([...decoded(btoa(String.fromCharCode(1, 0, 0, 2, 255, 255)))]).toEqual([1, 512, 65535]);
});
