import type { Op, Port, StepInfo, Wire, WorkflowState } from "../../api/types";
import { edit, getState, setState } from "../../app/store";

type Steps = ReadonlyMap<string, StepInfo>;

/** Say why a wire cannot be drawn; an empty text where it can. The server says the same, and has the last word. */
export function whyNot(
  workflow: WorkflowState,
  steps: Steps,
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
  steps: Steps,
  node: string,
  port: string,
): Port | undefined {
  const found = workflow.nodes.find((n) => n.name === node);
  return found && steps.get(found.step)?.ports.find((p) => p.name === port);
}

function outputType(
  workflow: WorkflowState,
  steps: Steps,
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

/** A reference as people write it: the main output needs no name. */
export function refOf(workflow: WorkflowState, steps: Steps, node: string, output: string | null | undefined): string {
  return shortest(workflow, steps, `${node}.${output ?? ""}`);
}

export function shortest(workflow: WorkflowState, steps: Steps, ref: string): string {
  const info = steps.get(workflow.nodes.find((n) => n.name === nodeOf(ref))?.step ?? "");
  return info?.outputs[0]?.name === outputOf(ref) ? nodeOf(ref) : ref;
}

/** The outputs that could be wired to a port, as references. */
export function sourcesFor(workflow: WorkflowState, steps: Steps, node: string, port: string): string[] {
  return workflow.nodes.flatMap((n) =>
    (steps.get(n.step)?.outputs ?? [])
      .filter((o) => whyNot(workflow, steps, { node: n.name, output: o.name }, { node, port }) === "")
      .map((o) => refOf(workflow, steps, n.name, o.name)),
  );
}

/** What a setting can take from elsewhere: variables, and the known figures of other steps. */
export function figuresFor(workflow: WorkflowState, steps: Steps, node: string): string[] {
  const figures = workflow.nodes
    .filter((n) => n.name !== node)
    .flatMap((n) => (steps.get(n.step)?.outputs ?? []).flatMap((o) => o.keys.map((k) => `${refOf(workflow, steps, n.name, o.name)}.${k}`)));
  return [...Object.keys(workflow.variables), ...figures];
}

/** The operations that take nodes and wires away; wires of a node that goes need none of their own. */
export function removal(nodes: readonly string[], wires: readonly Wire[]): Op[] {
  const cut = wires.filter((w) => !nodes.includes(w.to));
  const unwired = cut.map((w): Op =>
    w.index < 0
      ? { op: "unset", node: w.to, setting: w.port }
      : { op: "unwire", to: w.to, port: w.port, from: w.from },
  );
  return [...unwired, ...nodes.map((node): Op => ({ op: "remove", node }))];
}

/** Add a step, and choose it. */
export async function addStep(step: string, at?: { x: number; y: number }): Promise<void> {
  const { workflow } = getState();
  const before = new Set(workflow?.nodes.map((n) => n.name));
  const place = at ? { x: Math.round(at.x), y: Math.round(at.y) } : {};
  const state = await edit({ op: "add", step, ...place });
  const fresh = state?.nodes.find((n) => !before.has(n.name));
  if (fresh) setState({ chosen: fresh.name });
}
