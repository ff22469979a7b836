/** What the server says: see docs/design/workbench.md. */

export type * from "./exploring";
import type { ReplayMessage } from "./replay";
import type { ClosingPart, ReportChoice } from "./reportTypes";

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
  closing?: Partial<Record<ClosingPart, string>>;
  report?: ReportChoice;
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
  | { op: "closing"; part: ClosingPart; text: string }
  | { op: "report"; report: ReportChoice }
  | { op: "result"; name: string; ref: string }
  | { op: "select"; name: string; ref: string; ids: string[]; note?: string }
  | { op: "note"; ref: string; ids: string[]; text: string }
  | { op: "edit_note"; index: number; text: string }
  | { op: "remove_note"; index: number }
  | { op: "about"; key: "title" | "description"; text: string }
  | { op: "variable"; name: string; value?: unknown }
  | { op: "unresult"; name: string }
  | { op: "paste"; text: string; x?: number; y?: number }
  | { op: "arrange" };

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
  /** Rows compared: fewer than there are where there are very many. */
  sample: number;
  columns: {
    name: string;
    column: string;
    ref: string;
    kind: Kind;
    effect: number;
    /** The class whose share differs most; empty for numbers. */
    label: string;
    inside: string;
    outside: string;
    text: string;
  }[];
}

export type Goal = "maximize" | "minimize" | "";

/** What a score says of a map; `by`: the step that says it. */
export interface MapScore {
  name: string;
  value: number | null;
  goal: Goal;
  by: string;
}

/** A map of the workflow: one point of one step. Before it is computed, `id` is empty and there are no `axes`. */
export interface MapInfo {
  ref: string;
  node: string;
  method: string;
  point: number;
  settings: Record<string, unknown>;
  given: Record<string, unknown>;
  id: string;
  axes: string[];
  quality: MapScore[];
}

/** What the leak lens saw: rows scored, and how many of them were seen before. */
export interface LensSeen {
  scored: number;
  prepared: number;
  fitted: number;
  chosen: number;
  text: string[];
}

export interface ScorePoint {
  point: number;
  settings: Record<string, unknown>;
  figures: Record<string, number | string | boolean | null>;
  lens: LensSeen | null;
}

/** The scores that one output of a step holds, at all points of its sweep. */
export interface ScoreRecord {
  ref: string;
  node: string;
  step: string;
  title: string;
  axes: string[];
  columns: { name: string; about: string; goal: Goal }[];
  points: ScorePoint[];
  of: number;
  /** Which of the figures are settings, for a step that chooses some. */
  chosen: string[];
}

/** A tree cut at a height. `codes`: base64 of uint16 per row asked for, 65535 where the tree has no such row. */
export interface TreeCut {
  tree: { ref: string; point: number; method: string; metric: string };
  leaves: number;
  of: string;
  top: number;
  height: number;
  clusters: number;
  low: number;
  high: number | null;
  sizes: number[];
  codes?: string;
  spec?: Record<string, unknown>;
}

/** Rows behind marks of a picture. */
export interface Picked {
  ref: string;
  point: number;
  rows: string;
  bits: string;
  n: number;
  height: number;
}

/** How a heat map lies that is one image: blocks of cells, each a pixel or more. */
export interface ImageInfo {
  ref: string;
  point: number;
  /** Which rows: as `ValueInfo.rows`. */
  rows_key: string;
  panels: number;
  shown: "extreme" | "mean";
  rows: [number, number];
  columns: [number, number];
  down: { block: number; blocks: number };
  across: { block: number; blocks: number };
}

/** What is behind a block of an image. Without `row` it is a mean, or has no value, and stands for all its rows. */
export interface PixelTold {
  value: number | null;
  row: { at: number; name: string } | null;
  column: { at: number; name: string } | null;
  rows: [number, number];
  columns: [number, number];
  first: { row: string; column: string };
  last: { row: string; column: string };
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
  | ReplayMessage
  | { type: "run"; file: string; state: "started" | "finished" | "failed" | "cancelled"; problems?: Problem[] }
  | ProgressMessage
  | { type: "node"; file: string; node: string; status: NodeStatus }
  | { type: "log"; file: string; node: string; text: string };
