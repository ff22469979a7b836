/** What the server says: see docs/design/workbench.md. */

export type Stage = "collect" | "process" | "learn" | "interpret";
export type Kind = "number" | "category" | "text" | "vector" | "image" | "molecule" | "crystal";

export interface Place {
  step: string;
  name: string;
  setting: string;
  file: string;
  line: number;
}

export interface Problem {
  code: string;
  fact: string;
  allowed: string;
  remedy: string;
  place: Place;
}

export interface Note {
  code: string;
  text: string;
}

export interface Project {
  name: string;
  version: string;
  workflows: { file: string; title: string }[];
  studies: { name: string; title: string; description: string }[];
  data: string[];
  language: string;
  /** The workflows that run now. */
  running: string[];
}

export interface Port {
  name: string;
  types: string[];
  optional: boolean;
  many: boolean;
  gathers: boolean;
  help: string;
}

export interface Output {
  name: string;
  type: string;
  help: string;
  keys: string[];
}

/** A JSON Schema of one setting, as far as steps use it. */
export interface Schema {
  title?: string;
  description?: string;
  default?: unknown;
  type?: string;
  enum?: unknown[];
  anyOf?: Schema[];
  items?: Schema;
  additionalProperties?: Schema | boolean;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
  minItems?: number;
  maxItems?: number;
  format?: string;
  unit?: string;
  port?: string;
  advanced?: boolean;
}

export interface StepInfo {
  name: string;
  title: string;
  stage: Stage;
  summary: string;
  page: string;
  ports: Port[];
  outputs: Output[];
  schema: { properties: Record<string, Schema>; required: string[] };
}

export type NodeState = "new" | "stale" | "cached" | "running" | "failed" | "done";

export interface NodeStatus {
  state: NodeState;
  done: number;
  points: number;
  seconds: number | null;
  memory: number | null;
  notes: Note[];
  problems: Problem[];
}

export interface FlowNode {
  name: string;
  step: string;
  stage: Stage;
  title: string;
  given: Record<string, unknown>;
  x: number;
  y: number;
  line: number;
  status: NodeStatus;
  problems: Problem[];
}

export interface Wire {
  from: string;
  to: string;
  port: string;
  /** Which of the values of the port; below 0: a figure that a setting takes. */
  index: number;
  /** The axes it is gathered over; null: all, where the port gathers. */
  over: string[] | null;
}

/** Columns of the graph that belong to one stage. */
export interface Band {
  stage: Stage;
  x: number;
  width: number;
  nodes: string[];
}

/** What a workflow asks for beyond tenkai and the open folder. */
export interface Ask {
  node: string;
  step: string;
  kind: "package" | "server";
  what: string;
}

export interface LensEntry {
  node: string;
  text: string;
  prepared: string;
  fitted: string;
  chosen: string;
}

export interface WorkflowState {
  file: string;
  version: number;
  title: string;
  description: string;
  finding: string;
  text: string;
  nodes: FlowNode[];
  wires: Wire[];
  results: { name: string; ref: string; value?: unknown }[];
  variables: Record<string, unknown>;
  problems: Problem[];
  warnings: Note[];
  lens: LensEntry[];
  notes: { ref: string; ids: string[]; text: string }[];
  can_undo: boolean;
  can_redo: boolean;
  running: boolean;
  bands: Band[];
  /** The sweeps that a node runs through, by node. */
  axes: Record<string, string[]>;
  asks: Ask[];
  consent: { digest: string; given: boolean };
  progress: ProgressMessage[];
}

export type Op =
  | { op: "add"; step: string; name?: string; given?: Record<string, unknown>; x?: number; y?: number }
  | { op: "remove"; node: string }
  | { op: "rename"; node: string; to: string }
  | { op: "set"; node: string; setting: string; value: unknown }
  | { op: "unset"; node: string; setting: string }
  | { op: "wire"; from: string; to: string; port: string; over?: string[] | null }
  | { op: "unwire"; to: string; port: string; from?: string }
  | { op: "move"; node: string; x: number; y: number }
  | { op: "text"; text: string }
  | { op: "finding"; text: string }
  | { op: "about"; key: "title" | "description"; text: string }
  | { op: "variable"; name: string; value?: unknown }
  | { op: "result"; name: string; ref: string }
  | { op: "unresult"; name: string }
  | { op: "paste"; text: string; x?: number; y?: number }
  | { op: "arrange" }
  | { op: "select"; name: string; ref: string; ids: string[] }
  | { op: "note"; ref: string; ids: string[]; text: string };

export interface ColumnInfo {
  name: string;
  kind: Kind;
  dtype: string;
  shape: number[];
  missing: number;
}

export interface ValueInfo {
  type: string;
  title: string;
  text: string;
  notes: Note[];
  lens: string[];
  summary: Record<string, unknown>;
  measures: Record<string, unknown>;
  height: number;
  columns: ColumnInfo[];
  points: Record<string, unknown>[];
  axes: string[];
  /** Which rows, in which order: equal for values that have the same. Empty for what has no rows. */
  rows: string;
  id: string;
}

export interface Rows {
  total: number;
  ids: string[];
  positions: number[];
  columns: Record<string, unknown[]>;
}

export interface Contrast {
  n: number;
  of: number;
  columns: { name: string; kind: Kind; effect: number; inside: string; outside: string; text: string }[];
}

export interface ProgressMessage {
  type: "progress";
  file: string;
  node: string;
  task: string;
  done: number;
  total: number;
  text: string;
  rate: number | null;
  left: number | null;
}

export type Message =
  | { type: "hello"; server: string; start: string }
  | { type: "workflow"; file: string; version: number }
  | { type: "run"; file: string; state: "started" | "finished" | "failed" | "cancelled"; problems?: Problem[] }
  | ProgressMessage
  | { type: "node"; file: string; node: string; status: NodeStatus }
  | { type: "log"; file: string; node: string; text: string };
