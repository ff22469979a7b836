import { bytes, json, send, type Query } from "./client";

/** What a step keeps: a map that moves, clusters that change, or factors. */
export type ReplayKind = "map" | "clusters" | "parts";

/** What a step has kept of its iterations, before the frames. `none`: it was not asked to; `missing`: it has not run. */
export interface History {
  node: string;
  kind: ReplayKind;
  state: "kept" | "none" | "missing";
  measure: string;
  /** The measure as it is written. */
  name: string;
  /** Kept iterations, and what was lowered in each; `curve`: the same of all iterations. */
  iterations: number[];
  values: (number | null)[];
  curve: [number, number | null][];
  rows: number;
  most_rows: number;
  centers: number;
  features: string[];
  points: number;
  /** What is swept, point by point. */
  settings: Record<string, unknown>[];
  data: { ref: string; point: number };
}

/** A step has shown itself to whoever watches; how far a film is. */
export type ReplayMessage =
  | ({ type: "frame"; file: string } & Omit<Glimpse, "task" | "name" | "rows">)
  | { type: "film"; file: string; node: string; done: number; total: number };

export interface Packed<F> {
  facts: F;
  arrays: Record<string, Float32Array | Uint16Array>;
}

export interface Glimpse {
  node: string;
  task: string;
  kind: ReplayKind;
  iteration: number;
  total: number;
  measure: string;
  name: string;
  value: number | null;
  rows: number;
  part: number;
  parts: number;
  number: number;
}

export interface Drawn {
  spec: Record<string, unknown>;
  text: string;
  iteration?: number;
}

export interface CurveSpecs {
  name: string;
  linear: Record<string, unknown>;
  log: Record<string, unknown>;
}

export interface FilmOrder {
  file: string;
  node: string;
  point: number;
  form: "gif" | "webp" | "mp4";
  fps: number;
  color?: string;
  x?: string;
  y?: string;
  data?: { ref: string; point: number };
}

interface Told {
  arrays: { name: string; dtype: string; shape: number[]; at: number }[];
}

/** Read facts and arrays of one answer; the arrays lie where they came. */
export function unpack<F>(content: ArrayBuffer): Packed<F> {
  const length = new DataView(content).getUint32(0, true);
  const facts = JSON.parse(new TextDecoder().decode(new Uint8Array(content, 8, length))) as F & Told;
  const arrays: Packed<F>["arrays"] = {};
  for (const { name, dtype, shape, at } of facts.arrays) {
    const count = shape.reduce((a, b) => a * b, 1);
    if (dtype === "float32") arrays[name] = new Float32Array(content, 8 + length + at, count);
    else if (dtype === "uint16") arrays[name] = new Uint16Array(content, 8 + length + at, count);
    else throw new RangeError(`arrays of ${dtype} are not known`);
  }
  return { facts, arrays };
}

async function packed<F>(path: string, query: Query, signal?: AbortSignal): Promise<Packed<F> | null> {
  const response = await bytes(path, query, signal);
  return response.status === 204 ? null : unpack<F>(await response.arrayBuffer());
}

export const replays = {
  history: (file: string, node: string, point: number, signal?: AbortSignal) => json<History>("replay", { file, node, point }, signal),
  frames: async (file: string, node: string, point: number, first: number, count: number, signal?: AbortSignal) => {
    const found = await packed<{ first: number; count: number; rows: number }>("frames", { file, node, point, first, count }, signal);
    if (found === null) throw new Error("no frames");
    return found;
  },
  figure: (file: string, node: string, point: number, signal?: AbortSignal) => json<Drawn>("replay/figure", { file, node, point }, signal),
  curve: (file: string, measure: string, signal?: AbortSignal) => json<CurveSpecs>("curve", { file, measure }, signal),
  /** The next glimpse of the step that learns; `null`: nothing yet. The server makes one only when it is asked. */
  live: (file: string, after: number, signal?: AbortSignal) => packed<Glimpse>("live", { file, after }, signal),
  liveFigure: async (file: string, signal?: AbortSignal): Promise<Drawn | null> => {
    const response = await bytes("live/figure", { file }, signal);
    return response.status === 204 ? null : ((await response.json()) as Drawn);
  },
  /** A film; giving up the request gives up the film. */
  film: async (order: FilmOrder, signal: AbortSignal): Promise<Blob> => (await send("film", order, signal)).blob(),
};
