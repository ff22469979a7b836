import type { NodeState, WorkflowState } from "../../api/types";

/** Steps without a result that fits what the file says now: new ones, stale ones, and those that failed. */
export function changed(workflow: WorkflowState): string[] {
  return workflow.nodes.filter((n) => OUTDATED.has(n.status.state)).map((n) => n.name);
}

const OUTDATED: ReadonlySet<NodeState> = new Set(["new", "stale", "failed"]);
