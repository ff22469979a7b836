import { useMemo } from "react";

import { api, type At } from "../../api/client";
import type { History } from "../../api/replay";
import type { WideColumn } from "../../api/types";
import { type Asked, useAsked } from "../../parts/asked";
import { useDark } from "../../parts/useDark";
import { clustered, colored, type Colors, colorsOf, firstColor } from "./coloring";
import { columns, type Frame, gathered, means, spread } from "./frames";
import type { Scene } from "./Stage";

const AXES = /^(PCA|TSNE|UMAP|MDS|part)[12]$/;

/** Arrays of a frame, by name. */
export type Seen = Frame | Record<string, Float32Array | Uint16Array>;

export interface Chosen {
  color: string | null | undefined;
  x: string | null;
  y: string | null;
}

export interface Sight {
  scene: Scene | null;
  colors: Colors | null;
  /** Columns to color by, and to lay clusters out by. */
  columns: WideColumn[];
  color: string | null;
  x: string | null;
  y: string | null;
  rows: number;
  shown: number;
  error: Error | null;
  again: () => void;
}

/** The two columns in which clusters are drawn at first: those learned from where they are two, else a map. */
export function firstAxes(numbers: readonly WideColumn[], features: readonly string[]): [string | null, string | null] {
  const own = numbers.filter((c) => c.near === "own");
  const two = features.length === 2 ? features.map((f) => own.find((c) => c.column === f)) : [];
  const maps = numbers.filter((c) => AXES.test(c.column));
  const pair = maps.filter((c) => c.ref === maps[0]?.ref);
  const learned = own.filter((c) => features.includes(c.column));
  const found = [two, pair, learned, own, numbers].find((some) => some[0] !== undefined && some[1] !== undefined) ?? [];
  return [found[0]?.name ?? null, found[1]?.name ?? null];
}

/** What is to be drawn of a frame: places, colors, and what can be chosen. */
export function useScene(file: string, history: History | null, sourceDone: number, frame: Seen | null, rows: number, chosen: Chosen): Sight {
  const dark = useDark();
  const kind = history?.kind ?? "map";
  const ref = history?.data.ref ?? "";
  const point = history?.data.point ?? 0;
  const at = useMemo((): At => ({ file, ref, point }), [file, ref, point]);
  const most = history?.most_rows ?? rows;
  const key = history === null || kind === "parts" || sourceDone === 0 ? "" : `${file} ${ref} ${point} ${sourceDone}`;
  const related = useAsked(key, (signal) => api.related(at, signal));
  const all = useMemo(() => (related.value?.columns ?? []).filter((c) => ["number", "category", "text"].includes(c.kind)), [related.value]);
  const numbers = useMemo(() => all.filter((c) => c.kind === "number"), [all]);
  const [x0, y0] = useMemo(() => firstAxes(numbers, history?.features ?? []), [numbers, history]);
  const known = (name: string | null): boolean => name !== null && all.some((c) => c.name === name);
  const color = chosen.color === undefined ? firstColor(all) : known(chosen.color) ? chosen.color : null;
  const x = known(chosen.x) ? chosen.x : x0;
  const y = known(chosen.y) ? chosen.y : y0;

  const column = kind === "map" ? all.find((c) => c.name === color) : undefined;
  const raw = useAsked(column ? `${key} color ${column.name}` : "", (signal) =>
    column ? colorsOf(at, column, signal) : Promise.reject(new Error("no column")),
  );
  const places = useAsked(kind === "clusters" && x !== null && y !== null ? `${key} ${x} ${y}` : "", (signal) =>
    Promise.all([x ?? "", y ?? ""].map((name) => api.numbers({ ...at, wide: true }, name, signal))),
  );
  const some = useMemo(() => spread(rows, most), [rows, most]);

  const points = frame?.points instanceof Float32Array ? frame.points : undefined;
  const labels = frame?.labels instanceof Uint16Array ? frame.labels : undefined;
  const centers = frame?.centers instanceof Float32Array ? frame.centers : undefined;
  const scene = useMemo((): Scene | null => {
    if (points) {
      const [px, py] = columns(points, some.length);
      return { x: px, y: py, centers: 0, xTitle: "", yTitle: "" };
    }
    const [all_x, all_y] = places.value ?? [];
    if (!labels || !all_x || !all_y || all_x.length !== rows) return null;
    const [rx, ry] = [gathered(all_x, some), gathered(all_y, some)];
    const own = [x, y].map((name) => history?.features.indexOf(numbers.find((c) => c.name === name && c.near === "own")?.column ?? "") ?? -1);
    const p = history?.features.length ?? 0;
    const k = p > 0 && centers ? centers.length / p : labels.reduce((a, b) => Math.max(a, b), 0);
    const exact = centers !== undefined && own.every((i) => i >= 0);
    const [cx, cy] = exact
      ? own.map((i) => Float32Array.from({ length: k }, (_, c) => centers[c * p + i] ?? NaN))
      : means(rx, ry, labels, k);
    const joined = (a: Float32Array, b: Float32Array | undefined): Float32Array => {
      const both = new Float32Array(a.length + k);
      both.set(a);
      if (b) both.set(b, a.length);
      return both;
    };
    return { x: joined(rx, cx), y: joined(ry, cy), centers: k, xTitle: x ?? "", yTitle: y ?? "" };
  }, [points, labels, centers, places.value, some, rows, history, numbers, x, y]);

  const colors = useMemo((): Colors | null => {
    if (kind === "clusters") return labels && scene ? clustered("cluster", labels, scene.centers, dark) : null;
    return raw.value && column && lengthOf(raw) === rows ? colored(column.column, raw.value, some, dark) : null;
  }, [kind, labels, scene, raw, column, some, rows, dark]);

  const errors = [related.error, raw.error, places.error].filter((e) => e !== null);
  return {
    scene,
    colors,
    columns: kind === "clusters" ? numbers : all,
    color,
    x,
    y,
    rows,
    shown: some.length,
    error: errors[0] ?? null,
    again: () => {
      related.again();
      raw.again();
      places.again();
    },
  };
}

function lengthOf(raw: Asked<{ kind: "classes"; codes: Uint16Array } | { kind: "ramp"; values: Float32Array }>): number {
  return raw.value === null ? 0 : raw.value.kind === "classes" ? raw.value.codes.length : raw.value.values.length;
}
