import type { Schema } from "../../api/types";

/** What kind of field a setting gets. */
export type Field = "choice" | "check" | "number" | "text" | "columns" | "column" | "path" | "list" | "any";

export interface Shape {
  field: Field;
  /** Nothing (null) may be given. */
  nullable: boolean;
  whole: boolean;
  choices: string[];
  low: number | undefined;
  high: number | undefined;
}

/** Read what a setting takes from its JSON Schema. */
export function shapeOf(schema: Schema): Shape {
  const options = schema.anyOf ?? [schema];
  const real = options.filter((o) => o.type !== "null");
  const nullable = real.length < options.length;
  const first = real[0] ?? {};
  const shape: Shape = { field: "any", nullable, whole: false, choices: [], low: undefined, high: undefined };
  if (schema.format === "columns") return { ...shape, field: "columns" };
  if (real.every((o) => Array.isArray(o.enum))) {
    return { ...shape, field: "choice", choices: real.flatMap((o) => (o.enum ?? []).map(String)) };
  }
  if (real.length > 1) return shape;
  const { type, format } = first;
  if (format === "columns" || format === "column" || format === "path") return { ...shape, field: format };
  if (type === "boolean") return { ...shape, field: "check" };
  if (type === "integer" || type === "number") {
    const low = first.minimum ?? first.exclusiveMinimum;
    const high = first.maximum ?? first.exclusiveMaximum;
    return { ...shape, field: "number", whole: type === "integer", low, high };
  }
  if (type === "string") return { ...shape, field: "text" };
  if (type === "array") return { ...shape, field: "list" };
  return shape;
}

/** Write a value as a person would: numbers and texts plainly, the rest as JSON. */
export function written(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "string") return value;
  return JSON.stringify(value);
}

/** Read what a person wrote: `3`, `[1, 2]`, `{log: ...}` as JSON where it is JSON, else the text itself. */
export function read(text: string): unknown {
  const plain = text.trim();
  if (plain === "") return null;
  if (/^[-+]?(\d|\.\d|\[|\{|")|^(true|false|null)$/.test(plain)) {
    try {
      return JSON.parse(plain) as unknown;
    } catch {
      const number = Number(plain);
      return Number.isNaN(number) ? plain : number;
    }
  }
  return plain;
}

export type SweepKind = "list" | "range" | "log";

export interface SweepText {
  kind: SweepKind;
  text: string;
}

/** A sweep as one line: `1, 2, 5`, or first, last and step (range) or count (log). */
export function sweepText(value: unknown): SweepText | null {
  if (typeof value !== "object" || value === null || !("sweep" in value)) return null;
  const { sweep } = value;
  if (Array.isArray(sweep)) return { kind: "list", text: sweep.map(written).join(", ") };
  if (typeof sweep === "object" && sweep !== null) {
    for (const kind of ["range", "log"] as const) {
      const inner = (sweep as Record<string, unknown>)[kind];
      if (Array.isArray(inner) && Object.keys(sweep).length === 1) return { kind, text: inner.map(written).join(", ") };
    }
  }
  return null;
}

export function sweepOf({ kind, text }: SweepText): unknown {
  const items = text.split(",").map((t) => t.trim()).filter((t) => t !== "").map(read);
  return { sweep: kind === "list" ? items : { [kind]: items } };
}

/** The reference of `{from: best.alpha}`, or null. */
export function fromOf(value: unknown): string | null {
  if (typeof value !== "object" || value === null) return null;
  const { from } = value as { from?: unknown };
  return typeof from === "string" && Object.keys(value).length === 1 ? from : null;
}
