import { expect, it } from "vitest";

import type { FlowNode, NodeState, WorkflowState } from "../../api/types";
import { changed } from "./changed";

it("what has changed is every step without a result that fits, those never run among them", () => {
  const states: NodeState[] = ["new", "stale", "cached", "running", "failed", "done"];
  const nodes = states.map((state) => ({ name: `is ${state}`, status: { state } }) as FlowNode);
  expect(changed({ nodes } as WorkflowState)).toEqual(["is new", "is stale", "is failed"]);
});
