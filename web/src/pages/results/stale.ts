import { useEffect, useMemo } from "react";

import type { FlowNode, ScoreRecord, WorkflowState } from "../../api/types";
import { keep, keptAs } from "../../parts/kept";

/** Scores as they are shown: of the workflow as it is, or the last ones, which are stale. */
export interface ShownRecord extends ScoreRecord {
  stale: boolean;
}

/** The scores there are; where there are none any more, or only a part while a run goes on, the last ones, marked. */
export function withStale(before: readonly ShownRecord[], now: readonly ScoreRecord[] | null, nodes: readonly FlowNode[], running: boolean): ShownRecord[] {
  const place = new Map(nodes.map((n, i) => [n.name, i]));
  const step = new Map(nodes.map((n) => [n.name, n.step]));
  const fresh = new Map((now ?? []).map((r) => [r.ref, r]));
  const old = before.flatMap((r): ShownRecord[] => {
    if (step.get(r.node) !== r.step) return [];
    if (now === null) return [r];
    const next = fresh.get(r.ref);
    return next && !isPart(next, r, running) ? [] : [{ ...r, stale: true }];
  });
  const kept = new Set(old.map((r) => r.ref));
  const others = [...fresh.values()].filter((r) => !kept.has(r.ref)).map((r) => ({ ...r, stale: false }));
  return [...old, ...others].sort((a, b) => (place.get(a.node) ?? 0) - (place.get(b.node) ?? 0));
}

/** Whether a sweep has come only so far that the last one tells more: there are more points to come, or no two. */
function isPart(next: ScoreRecord, last: ScoreRecord, running: boolean): boolean {
  const n = next.points.length;
  return n < next.of && n < last.points.length && (running || n < 2);
}

export interface ShownResult {
  name: string;
  ref: string;
  value: unknown;
  stale: boolean;
}

/** The results that have a value, and those that had one. */
export function resultsWithStale(before: readonly ShownResult[], now: WorkflowState["results"]): ShownResult[] {
  return now.flatMap((r): ShownResult[] => {
    if (r.value !== undefined) return [{ name: r.name, ref: r.ref, value: r.value, stale: false }];
    const last = before.find((b) => b.name === r.name && b.ref === r.ref);
    return last ? [{ ...last, stale: true }] : [];
  });
}

export function useShownRecords(workflow: WorkflowState, now: readonly ScoreRecord[] | null): ShownRecord[] {
  const name = `scores ${workflow.file}`;
  const { nodes, running } = workflow;
  const shown = useMemo(() => withStale((keptAs(name) ?? []) as ShownRecord[], now, nodes, running), [name, now, nodes, running]);
  useEffect(() => {
    keep(name, shown);
  }, [name, shown]);
  return shown;
}

export function useShownResults(workflow: WorkflowState): ShownResult[] {
  const name = `results ${workflow.file}`;
  const { results } = workflow;
  const shown = useMemo(() => resultsWithStale((keptAs(name) ?? []) as ShownResult[], results), [name, results]);
  useEffect(() => {
    keep(name, shown);
  }, [name, shown]);
  return shown;
}
