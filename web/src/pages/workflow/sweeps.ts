import type { Schema } from "../../api/types";
import { equal, listOf, listText, read, type Shape, written } from "./forms";

export const SWEEPS = ["list", "range", "log", "seeds"] as const;
export type SweepKind = (typeof SWEEPS)[number];

/** A condition of a sweep: only where another setting has one of these values. */
export interface When {
  setting: string;
  text: string;
}

/** A setting that a condition may name, and a value it has: of a sweep the first. */
export interface Other {
  name: string;
  first: string;
}

/** The other settings of a step, swept ones first: a condition is mostly about one of them. */
export function othersOf(properties: Record<string, Schema>, given: Record<string, unknown>, name: string): Other[] {
  const names = Object.keys(properties).filter((n) => n !== name);
  const swept = (n: string): boolean => typeof given[n] === "object" && given[n] !== null && "sweep" in given[n];
  return [...names.filter(swept), ...names.filter((n) => !swept(n))].map((n) => ({ name: n, first: firstOf(n in given ? given[n] : properties[n]?.default) }));
}

function firstOf(value: unknown): string {
  if (typeof value !== "object" || value === null || !("sweep" in value)) return value === undefined ? "1" : written(value);
  const { sweep } = value;
  if (Array.isArray(sweep)) return written(sweep[0]);
  const { range, log } = sweep as { range?: unknown[]; log?: unknown[] };
  return written((range ?? log)?.[0] ?? 0);
}

export interface SweepText {
  kind: SweepKind;
  text: string;
  when: When[];
}

/** A sweep as one line and its conditions: `1, 2, 5`; first, last and step (range) or count (log); a count (seeds). */
export function sweepText(value: unknown, shape: Shape | null = null): SweepText | null {
  const found = textOf(value, shape);
  // What does not come back as it was is left to the text of the file.
  return found && equal(sweepOf(found, shape), value) ? found : null;
}

function textOf(value: unknown, shape: Shape | null): SweepText | null {
  if (typeof value !== "object" || value === null || !("sweep" in value)) return null;
  const { sweep, when } = value as { sweep: unknown; when?: unknown };
  const conditions = typeof when === "object" && when !== null ? Object.entries(when).map(conditionOf) : [];
  if (Array.isArray(sweep)) return { kind: "list", text: listText(sweep, shape), when: conditions };
  if (typeof sweep !== "object" || sweep === null || Object.keys(sweep).length !== 1) return null;
  const { range, log, seeds } = sweep as { range?: unknown; log?: unknown; seeds?: unknown };
  if (Array.isArray(range)) return { kind: "range", text: listText(range, null), when: conditions };
  if (Array.isArray(log)) return { kind: "log", text: listText(log, null), when: conditions };
  return typeof seeds === "number" ? { kind: "seeds", text: written(seeds), when: conditions } : null;
}

function conditionOf([setting, values]: [string, unknown]): When {
  // One value in a list is the same condition as the value alone, but is kept as it is written.
  const text = Array.isArray(values) ? (values.length === 1 ? JSON.stringify(values) : listText(values, null)) : written(values);
  return { setting, text };
}

function valuesOf(text: string): unknown {
  if (text.trim().startsWith("[")) return read(text);
  const values = listOf(text, null);
  return values.length === 1 ? values[0] : values;
}

export function sweepOf({ kind, text, when }: SweepText, shape: Shape | null = null): unknown {
  const items = listOf(text, kind === "list" ? shape : null);
  const sweep = kind === "list" ? items : kind === "seeds" ? { seeds: items[0] ?? 1 } : { [kind]: items };
  const conditions = when.filter((w) => w.setting !== "").map((w): [string, unknown] => [w.setting, valuesOf(w.text)]);
  return conditions.length > 0 ? { sweep, when: Object.fromEntries(conditions) } : { sweep };
}

/** The reference of `{from: best.alpha}`, or null. */
export function fromOf(value: unknown): string | null {
  if (typeof value !== "object" || value === null) return null;
  const { from } = value as { from?: unknown };
  return typeof from === "string" && Object.keys(value).length === 1 ? from : null;
}

export const COLUMNS = ["numbers", "all", "these", "except", "match", "kind", "other"] as const;
export type ColumnsHow = (typeof COLUMNS)[number];

/** A choice of columns: how, and the names, the kinds or the pattern. */
export interface ColumnsChoice {
  how: ColumnsHow;
  names: string[];
}

export function columnsOf(value: unknown): ColumnsChoice {
  if (value === "numbers" || value === "all") return { how: value, names: [] };
  if (isNames(value)) return { how: "these", names: value };
  if (typeof value === "object" && value !== null && Object.keys(value).length === 1) {
    const { except, match, kind } = value as Record<string, unknown>;
    if (isNames(except)) return { how: "except", names: except };
    if (isNames(kind)) return { how: "kind", names: kind };
    if (typeof match === "string") return { how: "match", names: [match] };
  }
  return { how: "other", names: [] };
}

export function columnsValue({ how, names }: ColumnsChoice): unknown {
  if (how === "numbers" || how === "all") return how;
  if (how === "these") return names;
  return how === "match" ? { match: names[0] ?? "" } : { [how]: names };
}

function isNames(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((v) => typeof v === "string");
}
