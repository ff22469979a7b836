import { api } from "../../api/client";
import type { FlowNode, WorkflowState } from "../../api/types";

/** Return the columns of the tables wired to the ports of a node, as far as they are computed. */
export async function columnsAt(workflow: WorkflowState, node: FlowNode): Promise<Record<string, string[]>> {
  const found: Record<string, string[]> = {};
  const wires = workflow.wires.filter((w) => w.to === node.name && w.index === 0);
  await Promise.all(
    wires.map(async (w) => {
      try {
        const told = await api.value({ file: workflow.file, ref: w.from });
        if (told.type === "table") found[w.port] = told.columns.map((c) => c.name);
      } catch {
        // Not computed yet: the field takes a name that is typed.
      }
    }),
  );
  return found;
}
