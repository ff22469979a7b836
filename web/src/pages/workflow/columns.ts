import { api } from "../../api/client";
import type { FlowNode, WorkflowState } from "../../api/types";
import { nodeOf } from "./wiring";

export interface KnownColumn {
  name: string;
  kind: string;
}

const FARTHEST = 12;

/** Return the columns of the tables wired to the ports of a node.
 *
 * Where a table is not computed yet, those of the nearest one before it that is: most steps keep them.
 */
export async function columnsAt(workflow: WorkflowState, node: FlowNode): Promise<Record<string, KnownColumn[]>> {
  const found: Record<string, KnownColumn[]> = {};
  const wires = workflow.wires.filter((w) => w.to === node.name && w.index === 0);
  await Promise.all(
    wires.map(async (w) => {
      const columns = await columnsOf(workflow, w.from, FARTHEST);
      if (columns) found[w.port] = columns;
    }),
  );
  return found;
}

async function columnsOf(workflow: WorkflowState, ref: string, left: number): Promise<KnownColumn[] | null> {
  const source = workflow.nodes.find((n) => n.name === nodeOf(ref));
  if (!source || left === 0) return null;
  // Asked only where there is an answer, so that no request fails for nothing.
  if (source.status.done > 0) {
    try {
      const told = await api.value({ file: workflow.file, ref, point: 0 });
      if (told.type === "table") return told.columns.map((c) => ({ name: c.name, kind: c.kind }));
      return null;
    } catch {
      return null; // Gone from the store meanwhile: the field takes a name that is typed.
    }
  }
  const before = workflow.wires.find((w) => w.to === source.name && w.index === 0);
  return before ? columnsOf(workflow, before.from, left - 1) : null;
}
