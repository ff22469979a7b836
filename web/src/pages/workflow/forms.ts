import type { Schema } from "../../api/types";

/** What kind of field a setting gets. */
export type Field = "choice" | "check" | "number" | "text" | "columns" | "column" | "path" | "list" | "any";

export interface Shape {
  field: Field;
  /** Nothing (null) may be given. */
  nullable: boolean;
  whole: boolean;
  /** What may be chosen: all there is for a choice, else words that may stand instead of a value. */
  choices: unknown[];
  low: number | undefined;
  high: number | undefined;
  /** What a list holds. */
  items: Shape | null;
  /** Of a list: one item may stand alone. */
  single: boolean;
}

const ANY: Shape = { field: "any", nullable: false, whole: false, choices: [], low: undefined, high: undefined, items: null, single: false };

/** Read what a setting takes from its JSON Schema. */
export function shapeOf(schema: Schema): Shape {
  const options = (schema.anyOf ?? [schema]).flatMap((o) => (o.format === "columns" ? [o] : (o.anyOf ?? [o])));
  const real = options.filter((o) => o.type !== "null");
  const nullable = real.length < options.length;
  if (schema.format === "columns" || (real.length === 1 && real[0]?.format === "columns")) return { ...ANY, field: "columns", nullable };
  const words = real.flatMap((o) => o.enum ?? (o.type === "boolean" ? [true, false] : []));
  const others = real.filter((o) => !o.enum);
  if (others.length === 1 && words.length === 2 && others[0]?.type === "boolean") return { ...ANY, field: "check", nullable };
  if (others.every((o) => o.type === "boolean") && words.length > 0) return { ...ANY, field: "choice", nullable, choices: words };
  const choices = real.flatMap((o) => o.enum ?? []);
  const kinds = new Set(others.map((o) => (o.type === "integer" ? "number" : o.type)));
  const first = others[0];
  const list = others.find((o) => o.type === "array");
  const one = others.find((o) => o.type !== "array");
  if (list?.items && one && others.length === 2 && one.type === list.items.type && /^(string|number|integer)$/.test(one.type ?? "")) {
    return { ...ANY, field: "list", nullable, choices, items: shapeOf(list.items), single: true };
  }
  if (kinds.size !== 1 || !first) return { ...ANY, nullable, choices };
  const { type, format } = first;
  if (type === "array") return { ...ANY, field: "list", nullable, choices, items: first.items ? shapeOf(first.items) : ANY };
  if (format === "column" || format === "path") return { ...ANY, field: format, nullable, choices };
  if (kinds.has("number")) {
    const low = first.minimum ?? first.exclusiveMinimum;
    const high = first.maximum ?? first.exclusiveMaximum;
    return { ...ANY, field: "number", nullable, choices, whole: others.every((o) => o.type === "integer"), low, high };
  }
  if (type === "string" && choices.length === 0) return { ...ANY, field: "text", nullable };
  return { ...ANY, nullable, choices };
}

/** Write a value as a person would, so that reading it gives it back: numbers and texts plainly, the rest as JSON. */
export function written(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "string") return equal(read(value), value) && !/^[[{]/.test(value) ? value : JSON.stringify(value);
  return JSON.stringify(value);
}

/** Read what a person wrote: `3`, `[1, 2]`, `{log: ...}` as JSON where it is JSON, else the text itself. */
export function read(text: string): unknown {
  const plain = text.trim();
  if (plain === "") return null;
  if (/^[-+]?(\d|\.\d)|^(true|false|null)$|^[[{"]/.test(plain)) {
    try {
      return JSON.parse(plain) as unknown;
    } catch {
      const number = Number(plain);
      return Number.isNaN(number) ? plain : number;
    }
  }
  return plain;
}

/** Write a value into the line of a field. */
export function show(shape: Shape, value: unknown): string {
  if (value === null || value === undefined) return "";
  if (isText(shape)) return typeof value === "string" ? value : JSON.stringify(value);
  if (shape.field === "list" && (Array.isArray(value) || shape.single)) {
    const text = listText(Array.isArray(value) ? value : [value], shape.items);
    const back = parse(shape, text);
    return text !== "" && "value" in back && equal(back.value, value) ? text : JSON.stringify(value);
  }
  return written(value);
}

export type Parsed = { value: unknown } | { wrong: "number" | "json" };

/** Read the line of a field. */
export function parse(shape: Shape, text: string): Parsed {
  if (isText(shape)) return { value: text };
  const plain = text.trim();
  const word = shape.choices.find((c) => written(c) === plain);
  if (word !== undefined) return { value: word };
  if (shape.field === "list") {
    const whole = read(plain);
    if (Array.isArray(whole)) return { value: whole };
    const values = listOf(plain, shape.items);
    return values.some((v) => typeof v === "string" && /^[[{]/.test(v)) && plain.startsWith("[")
      ? { wrong: "json" }
      : { value: shape.single && values.length === 1 ? values[0] : values };
  }
  if (/^[[{]/.test(plain) && typeof read(plain) === "string") return { wrong: "json" };
  if (shape.field === "number") return typeof read(plain) === "number" ? { value: read(plain) } : { wrong: "number" };
  return { value: read(plain) };
}

function isText(shape: Shape): boolean {
  return shape.choices.length === 0 && (shape.field === "text" || shape.field === "column" || shape.field === "path");
}

function itemText(value: unknown, items: Shape | null): string {
  if (typeof value === "string" && items && isText(items) && value === value.trim() && !/^$|^null$|[,"[\]{}]/.test(value)) return value;
  if (typeof value !== "string") return JSON.stringify(value);
  return items && isText(items) ? JSON.stringify(value) : written(value);
}

function itemOf(text: string, items: Shape | null): unknown {
  if (items && isText(items) && !text.startsWith('"')) return items.nullable && text === "null" ? null : text;
  return read(text);
}

export function listText(values: readonly unknown[], items: Shape | null): string {
  return values.map((v) => itemText(v, items)).join(", ");
}

export function listOf(text: string, items: Shape | null): unknown[] {
  return parts(text).map((part) => itemOf(part, items));
}

/** Split at commas that stand in no bracket and no quotes. */
function parts(text: string): string[] {
  const found: string[] = [];
  let depth = 0;
  let quoted = false;
  let part = "";
  for (let i = 0; i < text.length; i++) {
    const c = text.charAt(i);
    if (quoted && c === "\\") {
      part += c + text.charAt(++i);
      continue;
    }
    if (c === '"') quoted = !quoted;
    if (!quoted && (c === "[" || c === "{")) depth++;
    if (!quoted && (c === "]" || c === "}")) depth--;
    if (c === "," && depth === 0 && !quoted) {
      found.push(part);
      part = "";
    } else part += c;
  }
  return [...found, part].map((p) => p.trim()).filter((p) => p !== "");
}

export function equal(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
