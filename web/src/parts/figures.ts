import type { StepInfo, WorkflowState } from "../api/types";

export interface FigureRef {
  ref: string;
  node: string;
  step: string;
  title: string;
  points: number;
  done: number;
}

/** All figures that a workflow makes, in the order of its steps. */
export function figuresOf(workflow: WorkflowState, steps: ReadonlyMap<string, StepInfo>): FigureRef[] {
  return workflow.nodes.flatMap((node) => {
    const info = steps.get(node.step);
    const outputs = info?.outputs.filter((o) => o.type === "figure") ?? [];
    return outputs.map((o) => ({
      ref: o.name === info?.outputs[0]?.name ? node.name : `${node.name}.${o.name}`,
      node: node.name,
      step: node.step,
      title: node.title,
      points: node.status.points,
      done: node.status.done,
    }));
  });
}
