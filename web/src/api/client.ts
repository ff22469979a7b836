import type {
  Contrast,
  ImageInfo,
  MapInfo,
  Op,
  Picked,
  PixelTold,
  Problem,
  Project,
  Related,
  Rows,
  ScoreRecord,
  StepInfo,
  Structure,
  TableInfo,
  TreeCut,
  ValueInfo,
  WorkflowState,
} from "./types";
import type { Why } from "./reportTypes";

/** A refusal of the server: problems in the shape of all problems, or a connection that is gone. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly problems: Problem[],
    readonly state?: WorkflowState,
  ) {
    super(problems.map((p) => [p.code, p.fact, p.allowed, p.remedy].filter(Boolean).join(" ")).join("\n"));
  }
}

/** What names a value: a workflow, `step` or `step.output`, and the point of a sweep. */
export interface At {
  file: string;
  ref: string;
  point?: number;
  /** Take columns of all values about the same rows, as `related` names them. */
  wide?: boolean;
}

/** Which rows, in which order: all of a set (base64 bits) that hold a text. */
export interface Choice {
  within?: string;
  filter?: string;
  sort?: { column: string; descending: boolean };
}

async function answered(response: Response): Promise<Response> {
  if (response.ok) return response;
  let problems: Problem[] = [];
  let state: WorkflowState | undefined;
  try {
    const said = (await response.json()) as { problems?: Problem[]; state?: WorkflowState };
    problems = said.problems ?? [];
    state = said.state;
  } catch {
    // Not JSON: the server is gone, or something stands between.
  }
  throw new Refused(response.status, problems, state);
}

function address(path: string, query: Record<string, string | number | undefined> = {}): string {
  const given = Object.entries(query).filter((e): e is [string, string | number] => e[1] !== undefined);
  const text = new URLSearchParams(given.map(([k, v]) => [k, String(v)])).toString();
  return `/api/${path}${text ? `?${text}` : ""}`;
}

async function get(path: string, query?: Record<string, string | number | undefined>, signal?: AbortSignal): Promise<Response> {
  return answered(await fetch(address(path, query), signal ? { signal } : {}));
}

async function post(path: string, body: unknown, signal?: AbortSignal): Promise<Response> {
  const init: RequestInit = {
    method: "POST",
    headers: { "content-type": "application/json", "x-tenkai": "1" },
    body: JSON.stringify(body),
  };
  if (signal) init.signal = signal;
  return answered(await fetch(address(path), init));
}

const json = async <T>(response: Promise<Response>): Promise<T> => (await (await response).json()) as T;

/** Send a file; unlike fetch, this tells how far it is. */
function upload(file: File, onSent?: (bytes: number) => void, signal?: AbortSignal): Promise<{ name: string }> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", address("upload", { name: file.name }));
    request.setRequestHeader("content-type", "application/octet-stream");
    request.setRequestHeader("x-tenkai", "1");
    request.upload.onprogress = (event) => onSent?.(event.loaded);
    request.onload = () => {
      answered(new Response(request.responseText, { status: request.status }))
        .then(async (response) => {
          resolve((await response.json()) as { name: string });
        })
        .catch(reject);
    };
    request.onerror = () => {
      reject(new TypeError("upload"));
    };
    request.onabort = () => {
      reject(new DOMException("upload", "AbortError"));
    };
    signal?.addEventListener("abort", () => {
      request.abort();
    });
    request.send(file);
  });
}

function of(at: At): Record<string, string | number | undefined> {
  return { file: at.file, ref: at.ref, point: at.point, wide: at.wide ? 1 : undefined };
}

export const api = {
  project: () => json<Project>(get("project")),
  steps: () => json<StepInfo[]>(get("steps")),
  workflow: (file: string) => json<WorkflowState>(get("workflow", { file })),
  edit: (file: string, version: number, ops: Op[]) => json<WorkflowState>(post("workflow/edit", { file, version, ops })),
  undo: (file: string) => json<WorkflowState>(post("workflow/undo", { file })),
  redo: (file: string) => json<WorkflowState>(post("workflow/redo", { file })),
  create: (from: string, file?: string) => json<{ file: string }>(post("workflow/new", { from, file })),
  bring: (name: string, text: string) => json<{ file: string }>(post("workflow/new", { from: "text", name, text })),
  copy: (file: string, nodes: string[]) => json<{ text: string }>(post("workflow/copy", { file, nodes })),
  consent: (file: string, digest: string) => json<WorkflowState>(post("consent", { file, digest })),
  mayUpload: (file: File) => json<unknown>(post("upload/ask", { name: file.name, size: file.size })),
  upload: (file: File, onSent?: (bytes: number) => void, signal?: AbortSignal) => upload(file, onSent, signal),
  run: (file: string, to?: string[]) => json<{ run: string }>(post("run", { file, to })),
  cancel: (file: string) => json<unknown>(post("run/cancel", { file })),
  value: (at: At, signal?: AbortSignal) => json<ValueInfo>(get("value", of(at), signal)),
  numbers: async (at: At, column: string, signal?: AbortSignal) =>
    new Float32Array(await (await get("numbers", { ...of(at), column }, signal)).arrayBuffer()),
  codes: async (at: At, column: string, signal?: AbortSignal) =>
    new Uint16Array(await (await get("codes", { ...of(at), column }, signal)).arrayBuffer()),
  labels: (at: At, column: string, signal?: AbortSignal) => json<string[]>(get("labels", { ...of(at), column }, signal)),
  tables: (file: string) => json<TableInfo[]>(get("tables", { file })),
  related: (at: At, signal?: AbortSignal) => json<Related>(get("related", of(at), signal)),
  rows: (at: At, ask: Choice & { start: number; count: number; columns?: string[]; at?: number[] }, signal?: AbortSignal) =>
    json<Rows>(post("rows", { ...at, ...ask }, signal)),
  /** All chosen rows as CSV. */
  export: async (at: At, ask: Choice & { columns?: string[] }, signal?: AbortSignal) =>
    (await post("export", { ...at, ...ask }, signal)).blob(),
  ids: (at: At, within: string) => json<string[]>(post("ids", { ...at, within })),
  /** Which rows have these ids, group by group. */
  locate: (at: At, ids: string[][]) => json<{ rows: string; n: number }[]>(post("locate", { ...at, ids })),
  pictures: async (at: At, column: string, positions: readonly number[], side: number, signal?: AbortSignal) =>
    (await post("pictures", { ...at, column, positions, side }, signal)).blob(),
  figure: (at: At) => json<Record<string, unknown>>(get("figure", { ...of(at), form: "json" })),
  /** Where a drawn figure lies; with its id (`made`), a new one has another address, and takes the place of the old one. */
  figureAddress: (at: At, form: "svg" | "png" | "pdf", made?: string) => address("figure", { ...of(at), form, made }),
  structure: (at: At, column: string, position: number, signal?: AbortSignal) =>
    json<Structure>(get("structure", { ...of(at), column, position }, signal)),
  contrast: (at: At, rows: string, signal?: AbortSignal) => json<Contrast>(post("contrast", { ...at, rows }, signal)),
  /** The rows with the same row ids in another value, as base64 bits. */
  match: (at: At, rows: string, to: At) => json<{ rows: string; n: number; height: number }>(post("match", { ...at, rows, to })),
  maps: (file: string, signal?: AbortSignal) => json<MapInfo[]>(get("maps", { file }, signal)),
  scores: (file: string, signal?: AbortSignal) => json<ScoreRecord[]>(get("scores", { file }, signal)),
  board: (file: string, ref: string, signal?: AbortSignal) => json<Record<string, unknown>>(get("board", { file, ref }, signal)),
  /** A tree, or the tree of a dendrogram, cut at a height (null: as it is drawn). */
  cut: (at: At, ask: { height: number | null; to?: { ref: string; point: number }; draw?: boolean }, signal?: AbortSignal) =>
    json<TreeCut>(post("cut", { ...at, ...ask }, signal)),
  /** The rows behind marks of a picture or a list. */
  pick: (at: At, marks: object[]) => json<Picked>(post("pick", { ...at, marks })),
  image: (at: At, signal?: AbortSignal) => json<ImageInfo>(get("image", of(at), signal)),
  pixel: (at: At, place: { panel: number; down: number; across: number }, signal?: AbortSignal) =>
    json<PixelTold>(get("pixel", { ...of(at), ...place }, signal)),
  report: async (file: string, language: string) => (await post("report", { file, language })).text(),
  /** Have the report made as it is now, for a frame. */
  preview: async (file: string, language: string, signal?: AbortSignal) =>
    (await json<{ page: string }>(post("report/preview", { file, language }, signal))).page,
  /** Where a frame finds a report that was made. */
  previewAddress: (page: string) => address("report/preview", { page }),
  why: (file: string) => json<Why>(get("why", { file })),
};

export type Query = Record<string, string | number | undefined>;

/** What other files of calls are made of. */
export { get as bytes, getJson as json, post as send };

function getJson<T>(path: string, query: Query, signal?: AbortSignal): Promise<T> {
  return json<T>(get(path, query, signal));
}
