import { useMemo } from "react";

import { api, type At } from "../../api/client";
import type { Related, TableInfo, ValueInfo, WorkflowState } from "../../api/types";
import { useStore } from "../../app/store";
import { classes, type Classes, numbers, type Ramp } from "../../parts/palette";
import { type Loaded, useLoaded } from "./useLoaded";
import { drawable, firstAxes, isMap, tableOf } from "../../parts/values";

/** A value as it was loaded: facts, columns of it and of related ones. */
export interface Explored {
  at: At;
  info: ValueInfo;
  related: Related;
}

/** Coordinates of all rows. */
export interface Points {
  of: Explored;
  x: string;
  y: string;
  xs: Float32Array;
  ys: Float32Array;
}

/** How much is computed. */
function progress(workflow: WorkflowState): string {
  return workflow.nodes.map((n) => `${n.status.done}${n.status.state === "stale" ? "s" : ""}`).join(" ");
}

export function useTables(workflow: WorkflowState): Loaded<TableInfo[]> {
  const key = `${workflow.file} ${workflow.version} ${progress(workflow)}`;
  return useLoaded(key, () => api.tables(workflow.file));
}

/** The table to show: the one asked for, else the first map. `lost`: it was there, and waits for a run now. */
export function useChosen(tables: TableInfo[] | undefined, running: boolean): { table: TableInfo | undefined; point: number; lost: boolean } {
  const explored = useStore((s) => s.explored);
  return useMemo(() => {
    const fit = drawable(tables ?? []);
    // A run begins with tables, and whoever waits for a map would be shown the first of them.
    const first = fit[0] && (isMap(fit[0]) || !running) ? fit[0] : undefined;
    const wanted = explored ? tableOf(tables ?? [], explored.ref) : first;
    const point = wanted?.points.some((p) => p.point === explored?.point) ? (explored?.point ?? 0) : (wanted?.points[0]?.point ?? 0);
    return { table: wanted, point, lost: explored !== null && tables !== undefined && wanted === undefined };
  }, [explored, tables, running]);
}

export function useValue(workflow: WorkflowState, table: TableInfo | undefined, point: number): Loaded<Explored> {
  // What stands beside a value comes one by one during a run; it is looked for when that has ended.
  const key = table ? `${workflow.file} ${table.ref} ${point} ${workflow.running ? "running" : progress(workflow)}` : null;
  return useLoaded(key, async (signal) => {
    const at: At = { file: workflow.file, ref: table?.ref ?? "", point, wide: true };
    const [info, related] = await Promise.all([api.value(at, signal), api.related(at, signal)]);
    return { at, info, related };
  });
}

export function usePoints(of: Explored | undefined, wanted: { x: string | null; y: string | null }): Loaded<Points> {
  const first = of ? firstAxes(of.info) : null;
  const fits = (name: string | null): name is string => name !== null && (of?.related.columns.some((c) => c.name === name && c.kind === "number") ?? false);
  const x = fits(wanted.x) ? wanted.x : first?.[0];
  const y = fits(wanted.y) ? wanted.y : first?.[1];
  const key = of && x !== undefined && y !== undefined ? `${of.at.ref} ${of.at.point ?? 0} ${of.info.id}\n${x}\n${y}` : null;
  const loaded = useLoaded(key, async (signal) => {
    if (!of || x === undefined || y === undefined) throw new Error("no axes");
    const [xs, ys] = await Promise.all([api.numbers(of.at, x, signal), api.numbers(of.at, y, signal)]);
    return { of, x, y, xs, ys };
  });
  const { value } = loaded;
  // The end of a run looks at the same value anew: its points stay, what is known beside them is new.
  const now = useMemo(() => (value && of && isSame(value.of, of) ? { ...value, of } : value), [value, of]);
  return { ...loaded, value: now };
}

function isSame(one: Explored, other: Explored): boolean {
  return one.info.id === other.info.id && one.at.file === other.at.file && one.at.ref === other.at.ref && one.at.point === other.at.point;
}

/** A column as colors; `null` for no column. */
export function useColors(of: Explored | undefined, column: string | null): Loaded<Classes | Ramp> {
  const kind = of?.related.columns.find((c) => c.name === column)?.kind;
  const key = of && column !== null && kind ? `${of.at.ref} ${of.at.point ?? 0} ${of.info.id}\n${column}` : null;
  return useLoaded(key, async (signal) => {
    if (!of || column === null) throw new Error("no column");
    if (kind === "number") return numbers(await api.numbers(of.at, column, signal));
    const [codes, labels] = await Promise.all([api.codes(of.at, column, signal), api.labels(of.at, column, signal)]);
    return classes(codes, labels);
  });
}
