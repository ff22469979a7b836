import type { FlowNode, StepInfo, WorkflowState } from "../../api/types";

/** A step that can be watched while it learns, and that keeps its iterations when it is asked to. */
export interface Learner {
  node: FlowNode;
  points: number;
  /** The setting says that iterations are kept. */
  keeps: boolean;
}

export function learners(workflow: WorkflowState, steps: ReadonlyMap<string, StepInfo>): Learner[] {
  return workflow.nodes.flatMap((node) => {
    const info = steps.get(node.step);
    const keeps = info?.schema.properties.history !== undefined && info.ports.some((p) => p.name === "table");
    const outputs = info?.outputs.some((o) => o.name === "history" || o.name === "replay");
    if (!keeps || !outputs) return [];
    return [{ node, points: node.status.points, keeps: node.given.history !== undefined && node.given.history !== null }];
  });
}

/** The step to show: the one chosen; else one that runs, one with kept iterations, or the first. */
export function shownLearner(all: readonly Learner[], chosen: string | null): Learner | undefined {
  return (
    all.find((l) => l.node.name === chosen) ??
    all.find((l) => l.node.status.state === "running") ??
    all.find((l) => l.keeps && l.node.status.done > 0) ??
    all.find((l) => l.keeps) ??
    all[0]
  );
}

/** How many iterations lie between two that are kept when the reader asks for it with one click: some hundred frames. */
export function usualHistory(step: string): number {
  return step === "learn.k_means" ? 1 : step === "learn.nmf" ? 5 : 10;
}
