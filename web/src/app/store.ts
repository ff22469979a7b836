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

/** A file on its way to the server. */
export interface Upload {
  name: string;
  sent: number;
  total: number;
  cancel: () => void;
}

export interface State {
  connected: boolean;
  /** Another server listens now, which does not know this page: its own address is to be opened. */
  foreign: boolean;
  /** Which server it is: versions of another one count for nothing. */
  server: string;
  upload: Upload | null;
  /** The workflows that run now, this one or others. */
  jobs: ReadonlySet<string>;
  project: Project | null;
  steps: ReadonlyMap<string, StepInfo>;
  file: string | null;
  workflow: WorkflowState | null;
  progress: ReadonlyMap<string, Progress>;
  log: readonly { node: string; text: string }[];
  selection: Selection | null;
  /** The node chosen in the graph, whose settings are shown. */
  chosen: string | null;
  page: PageName;
  /** The value that the explore page shows: `step` or `step.output`. */
  explored: { ref: string; point: number } | null;
  /** How far the film is that is being made. */
  film: { node: string; done: number; total: number } | null;
  error: Error | null;
  /** What to do again after an error; null: to look at everything anew. */
  again: (() => void) | null;
}

const MOST_LOG = 500;

let state: State = {
  connected: false,
  foreign: false,
  server: "",
  upload: null,
  jobs: new Set(),
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
  film: null,
  error: null,
  again: null,
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

export function failed(error: unknown, again: (() => void) | null = null): void {
  setState({ error: error instanceof Error ? error : new Error(String(error)), again });
}

export async function loadProject(): Promise<void> {
  try {
    const [project, steps] = await Promise.all([api.project(), api.steps()]);
    const jobs = new Set(project.running);
    setState({ project, jobs, steps: new Map(steps.map((s) => [s.name, s])), error: null });
  } catch (error) {
    failed(error);
  }
}

export async function openWorkflow(file: string): Promise<void> {
  try {
    const workflow = await api.workflow(file);
    const progress = new Map(workflow.progress.map((p) => [p.node, p]));
    setState({ file, workflow, progress, log: [], selection: null, chosen: null, explored: null, error: null });
  } catch (error) {
    failed(error);
  }
}

let last: Promise<unknown> = Promise.resolve();

/** One change after the other, each on the newest version: a quick second one must not seem to be of another tab. */
function inTurn<T>(change: () => Promise<T>): Promise<T> {
  const next = last.then(change, change);
  last = next.catch(() => undefined);
  return next;
}

/** Change the workflow. Where another tab was quicker, its version is shown and the error told. */
export async function edit(...ops: Op[]): Promise<WorkflowState | null> {
  const changed = await tryEdit(...ops);
  if (!(changed instanceof Error)) return changed;
  failed(changed);
  return null;
}

/** Change the workflow, and return why that was refused, to be told where it was asked for. */
export function tryEdit(...ops: Op[]): Promise<WorkflowState | Error | null> {
  return inTurn(async () => {
    const { file, workflow } = state;
    if (file === null || workflow === null) return null;
    try {
      const changed = await api.edit(file, workflow.version, ops);
      take(changed);
      setState({ error: null });
      return changed;
    } catch (error) {
      if (error instanceof Refused && error.state) take(error.state);
      return error instanceof Error ? error : new Error(String(error));
    }
  });
}

/** Take back the last change, or the taking back. */
export function step(back: boolean): Promise<void> {
  return inTurn(async () => {
    const { file } = state;
    if (file === null) return;
    try {
      take(await (back ? api.undo(file) : api.redo(file)));
      setState({ error: null });
    } catch (error) {
      failed(error);
    }
  });
}

export function take(workflow: WorkflowState, anew = false): void {
  if (workflow.file !== state.file || (!anew && workflow.version < (state.workflow?.version ?? 0))) return;
  const progress = workflow.running ? state.progress : new Map<string, Progress>();
  const gone = !workflow.nodes.some((n) => n.name === state.chosen);
  setState({ workflow, progress, chosen: gone ? null : state.chosen });
}

/** Hear what the server says. */
export function hear(message: Message): void {
  if (message.type === "hello") {
    const anew = state.server !== "" && state.server !== message.start;
    setState({ server: message.start, foreign: false });
    void loadProject();
    if (state.file !== null) void refresh(state.file, anew);
    return;
  }
  if (message.type === "run") {
    const jobs = new Set(state.jobs);
    if (message.state === "started") jobs.add(message.file);
    else jobs.delete(message.file);
    setState({ jobs });
  }
  if (message.file !== state.file) return;
  if (message.type === "workflow") {
    if (message.version > (state.workflow?.version ?? -1)) void refresh(message.file);
  } else if (message.type === "frame") {
    // Whoever watches asks for it.
  } else if (message.type === "film") {
    setState({ film: { node: message.node, done: message.done, total: message.total } });
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
    const told = message.problems ?? [];
    void refresh(message.file).then(() => {
      if (told.length > 0) failed(new Refused(0, told));
    });
  }
}

async function refresh(file: string, anew = false): Promise<void> {
  try {
    const workflow = await api.workflow(file);
    take(workflow, anew);
    if (anew) setState({ progress: new Map(workflow.progress.map((p) => [p.node, p])) });
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
