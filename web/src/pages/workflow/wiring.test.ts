import { describe, expect, it } from "vitest";

import type { FlowNode, StepInfo, WorkflowState } from "../../api/types";
import { nodeOf, outputOf, whyNot } from "./wiring";

const step = (name: string, ports: [string, string][], outputs: [string, string][]): StepInfo => ({
  name,
  title: name,
  stage: "process",
  summary: "",
  page: "",
  ports: ports.map(([p, t]) => ({ name: p, types: [t], optional: false, many: false, gathers: false, help: "" })),
  outputs: outputs.map(([o, t]) => ({ name: o, type: t, help: "", keys: [] })),
  schema: { properties: {}, required: [] },
});
const steps = new Map(
  [step("a", [], [["table", "table"]]), step("b", [["table", "table"]], [["table", "table"], ["figure", "figure"]])].map((s) => [s.name, s]),
);
const node = (name: string, of: string): FlowNode => ({ name, step: of }) as FlowNode;
const flow = {
  nodes: [node("x", "a"), node("y", "b"), node("z", "b")],
  wires: [
    { from: "x.table", to: "y", port: "table", index: 0 },
    { from: "y.table", to: "z", port: "table", index: 0 },
  ],
} as unknown as WorkflowState;

describe("a wire", () => {
  it("goes where the type fits", () => {
    expect(whyNot(flow, steps, { node: "x", output: "table" }, { node: "z", port: "table" })).toBe("");
  });
  it("is refused with the types where it does not fit", () => {
    const why = whyNot(flow, steps, { node: "y", output: "figure" }, { node: "z", port: "table" });
    expect(why).toEqual({ wanted: "table", given: "figure" });
  });
  it("makes no circle", () => {
    expect(whyNot(flow, steps, { node: "z", output: "table" }, { node: "y", port: "table" })).toBe("circle");
    expect(whyNot(flow, steps, { node: "z", output: "table" }, { node: "z", port: "table" })).toBe("same");
  });
});

describe("a reference", () => {
  it("is a node and an output", () => {
    expect([nodeOf("pca.ratio"), outputOf("pca.ratio"), nodeOf("pca"), outputOf("pca")]).toEqual(["pca", "ratio", "pca", ""]);
  });
});
