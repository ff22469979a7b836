import { useSyncExternalStore } from "react";

import { api, Refused } from "../api/client";
import type { Message, NodeStatus, Op, Project, StepInfo, WorkflowState } from "../api/types";
import type { Bits } from "../scatter/bits";
import type { PageName } from "./names";

/** How far a task is, as the server tells. */
export interface Progress {
  task: string;
  done: number;
  total: number;
  text: string;
  rate: number | null;
  left: number | null;
}

/** A selection: rows of one value, by position, which every view of the same rows (`ValueInfo.rows`) shows. */
export interface Selection {
  ref: string;
  point: number;
  /** Which rows these are: values that have the same have the same rows in the same order. */
  rows: string;
  bits: Bits;
  n: number;
}

export interface State {
  connected: boolean;
  project: Project | null;
  steps: ReadonlyMap<string, StepInfo>;
  file: string | null;
  workflow: WorkflowState | null;
  progress: ReadonlyMap<string, Progress>;
  log: readonly { node: string; text: string }[];
  selection: Selection | null;
  /** The node chosen in the graph. */
  chosen: string | null;
  page: PageName;
  /** The value that the explore page shows: `step` or `step.output`. */
  explored: { ref: string; point: number } | null;
  error: Error | null;
}

const MOST_LOG = 500;

let state: State = {
  connected: false,
  project: null,
  steps: new Map(),
  file: null,
  workflow: null,
  progress: new Map(),
  log: [],
  selection: null,
  chosen: null,
  page: "workflow",
  explored: null,
  error: null,
};
const listeners = new Set<() => void>();

export function getState(): State {
  return state;
}

export function setState(change: Partial<State>): void {
  state = { ...state, ...change };
  listeners.forEach((tell) => {
    tell();
  });
}

function subscribe(tell: () => void): () => void {
  listeners.add(tell);
  return () => listeners.delete(tell);
}

/** Read a part of the state; the view is drawn anew when that part changes. */
export function useStore<T>(read: (state: State) => T): T {
  return useSyncExternalStore(subscribe, () => read(state));
}

export function select(selection: Omit<Selection, "n"> | null): void {
  const n = selection?.bits.count() ?? 0;
  setState({ selection: selection === null || n === 0 ? null : { ...selection, n } });
}

/** Show a value on the explore page. */
export function explore(ref: string, point = 0): void {
  setState({ page: "explore", explored: { ref, point } });
}

export function failed(error: unknown): void {
  setState({ error: error instanceof Error ? error : new Error(String(error)) });
}

export async function loadProject(): Promise<void> {
  try {
    const [project, steps] = await Promise.all([api.project(), api.steps()]);
    setState({ project, steps: new Map(steps.map((s) => [s.name, s])), error: null });
  } catch (error) {
    failed(error);
  }
}

export async function openWorkflow(file: string): Promise<void> {
  try {
    const workflow = await api.workflow(file);
    setState({ file, workflow, progress: new Map(), log: [], selection: null, chosen: null, explored: null, error: null });
  } catch (error) {
    failed(error);
  }
}

let last: Promise<unknown> = Promise.resolve();

/**
 * Change the workflow. Changes go one after the other, so that leaving a field by a click on a box makes both. Where
 * another tab was quicker, its version is shown and the error told.
 */
export function edit(...ops: Op[]): Promise<WorkflowState | null> {
  const done = last.then(() => editNow(ops));
  last = done;
  return done;
}

async function editNow(ops: Op[]): Promise<WorkflowState | null> {
  const { file, workflow } = state;
  if (file === null || workflow === null) return null;
  try {
    const changed = await api.edit(file, workflow.version, ops);
    take(changed);
    return changed;
  } catch (error) {
    if (error instanceof Refused && error.state) take(error.state);
    failed(error);
    return null;
  }
}

export function take(workflow: WorkflowState): void {
  if (workflow.file === state.file && workflow.version >= (state.workflow?.version ?? 0)) {
    setState({ workflow, error: null });
  }
}

/** Hear what the server says. */
export function hear(message: Message): void {
  if (message.type === "hello") {
    void loadProject();
    if (state.file !== null) void refresh(state.file);
    return;
  }
  if (message.file !== state.file) return;
  if (message.type === "workflow") {
    if (message.version > (state.workflow?.version ?? -1)) void refresh(message.file);
  } else if (message.type === "progress") {
    const progress = new Map(state.progress);
    progress.set(message.node, message);
    setState({ progress });
  } else if (message.type === "node") {
    setState({ workflow: withStatus(message.node, message.status), progress: without(message.node) });
  } else if (message.type === "log") {
    setState({ log: [...state.log, { node: message.node, text: message.text }].slice(-MOST_LOG) });
  } else {
    if (message.state !== "started") setState({ progress: new Map() });
    void refresh(message.file);
  }
}

async function refresh(file: string): Promise<void> {
  try {
    take(await api.workflow(file));
  } catch (error) {
    failed(error);
  }
}

function withStatus(node: string, status: NodeStatus): WorkflowState | null {
  const workflow = state.workflow;
  if (workflow === null) return null;
  return { ...workflow, nodes: workflow.nodes.map((n) => (n.name === node ? { ...n, status } : n)) };
}

function without(node: string): ReadonlyMap<string, Progress> {
  const progress = new Map(state.progress);
  progress.delete(node);
  return progress;
}
