import type { Port, StepInfo, WorkflowState } from "../../api/types";

/** Say why a wire cannot be drawn; an empty text where it can. The server says the same, and has the last word. */
export function whyNot(
  workflow: WorkflowState,
  steps: ReadonlyMap<string, StepInfo>,
  from: { node: string; output: string },
  to: { node: string; port: string },
): "" | "same" | "circle" | { wanted: string; given: string } {
  if (from.node === to.node) return "same";
  const port = portOf(workflow, steps, to.node, to.port);
  const given = outputType(workflow, steps, from.node, from.output);
  if (port && given && !port.types.includes(given) && !port.types.includes("value")) {
    return { wanted: port.types.join(" / "), given };
  }
  return reaches(workflow, to.node, from.node) ? "circle" : "";
}

export function portOf(
  workflow: WorkflowState,
  steps: ReadonlyMap<string, StepInfo>,
  node: string,
  port: string,
): Port | undefined {
  const found = workflow.nodes.find((n) => n.name === node);
  return found && steps.get(found.step)?.ports.find((p) => p.name === port);
}

function outputType(
  workflow: WorkflowState,
  steps: ReadonlyMap<string, StepInfo>,
  node: string,
  output: string,
): string | undefined {
  const found = workflow.nodes.find((n) => n.name === node);
  return found && steps.get(found.step)?.outputs.find((o) => o.name === output)?.type;
}

/** Say whether a path of wires leads from one node to another. */
function reaches(workflow: WorkflowState, from: string, to: string): boolean {
  const seen = new Set<string>();
  const waiting = [from];
  while (waiting.length > 0) {
    const name = waiting.pop() ?? "";
    if (name === to) return true;
    if (seen.has(name)) continue;
    seen.add(name);
    waiting.push(...workflow.wires.filter((w) => nodeOf(w.from) === name).map((w) => w.to));
  }
  return false;
}

export function nodeOf(ref: string): string {
  return ref.split(".", 1)[0] ?? ref;
}

export function outputOf(ref: string): string {
  return ref.slice(nodeOf(ref).length + 1);
}
