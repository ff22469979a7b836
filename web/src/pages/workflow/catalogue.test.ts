import { execFileSync } from "node:child_process";

import { describe, expect, it } from "vitest";

import type { Schema, StepInfo } from "../../api/types";
import { SENTENCES } from "../../i18n/sentences/japanese";
import { JAPANESE } from "../../i18n/steps";
import { equal, parse, shapeOf, show } from "./forms";
import { search } from "./search";
import { columnsOf, columnsValue, sweepOf, sweepText } from "./sweeps";

// The catalogue as the server tells it, and every value that a study of ours gives to a setting.
const PROGRAM = `
import json
from tenkai.plan.workflow import read_workflow
from tenkai.run.studies import find_study, study_names
from tenkai.workbench.catalog import steps
given = [[n.step, k, v] for s in study_names() for n in read_workflow(find_study(s)).nodes.values() for k, v in n.given.items()]
print(json.dumps({"steps": steps(), "given": given}))
`;
const told = JSON.parse(execFileSync("python", ["-c", PROGRAM], { encoding: "utf-8", maxBuffer: 1 << 26 })) as {
  steps: StepInfo[];
  given: [string, string, unknown][];
};
const settings = told.steps.flatMap((s) => Object.entries(s.schema.properties).map(([name, schema]) => ({ step: s.name, name, schema })));

/** Values that a schema allows: of every kind it names, at its limits and inside. */
function examples(schema: Schema): unknown[] {
  if (schema.anyOf) return schema.anyOf.flatMap(examples);
  if (schema.enum) return schema.enum;
  if (schema.type === "null") return [null];
  if (schema.type === "boolean") return [true, false];
  if (schema.type === "string") return ["dE", "a b", "12", "1e5", "null", "x, y", 'say "so"', "[odd]", "組成"];
  if (schema.type === "integer" || schema.type === "number") {
    const low = schema.minimum ?? schema.exclusiveMinimum ?? -3;
    return [low, low + 1, schema.maximum ?? low + 1000, ...(schema.type === "number" ? [low + 0.125, 1.5e-7 + low] : [])];
  }
  if (schema.type === "array") return [examples(schema.items ?? {}).slice(0, 3), examples(schema.items ?? {}).slice(0, 1)];
  if (schema.type === "object") {
    if (typeof schema.additionalProperties === "object") return [{ a: examples(schema.additionalProperties)[0] ?? 1, "b c": examples(schema.additionalProperties).at(-1) ?? 1 }];
    return [{ except: ["dE", "x, y"] }, { match: "^a" }, { kind: ["number"] }];
  }
  return [1, "x", [1], { a: 1 }];
}

/** What a form makes of a value that it shows and gives back. */
function through(schema: Schema, value: unknown): unknown {
  const shape = shapeOf(schema);
  const sweep = sweepText(value, shape);
  if (sweep) return sweepOf(sweep, shape);
  if (value === null) return shape.nullable ? null : undefined;
  if (shape.field === "check") return Boolean(value);
  if (shape.field === "choice") return shape.choices.find((c) => equal(c, value));
  if (shape.field === "columns") {
    const choice = columnsOf(value);
    return choice.how === "other" ? undefined : columnsValue(choice);
  }
  const parsed = parse(shape, show(shape, value));
  return "value" in parsed ? parsed.value : undefined;
}

describe("the form of every step", () => {
  it("is made from the catalogue", () => {
    expect(told.steps.length).toBeGreaterThan(100);
    expect(settings.length).toBeGreaterThan(600);
  });
  it.each(settings)("$step $name: no value is lost by loading and saving", ({ schema }) => {
    for (const value of examples(schema)) expect([value, through(schema, value)]).toEqual([value, value]);
  });
  it.each(settings)("$step $name: a sweep over its values comes back", ({ schema }) => {
    const shape = shapeOf(schema);
    const sweep = { sweep: examples(schema).slice(0, 4), when: { other: [1, "x"] } };
    const text = sweepText(sweep, shape);
    // Of what no line can say, the form shows the text of the file and leaves it alone.
    if (text) expect(sweepOf(text, shape)).toEqual(sweep);
    else expect(["any", "list", "columns", "choice", "number", "text", "column", "path"]).toContain(shape.field);
  });
  it("gives back what every study says", () => {
    const known = new Map(settings.map((s) => [`${s.step} ${s.name}`, s.schema]));
    const tried = told.given.filter(([step, name, value]) => {
      const schema = known.get(`${step} ${name}`);
      if (!schema || (typeof value === "object" && value !== null && "from" in value)) return false;
      expect([step, name, through(schema, value)]).toEqual([step, name, value]);
      return true;
    });
    expect(tried.length).toBeGreaterThan(300);
  });
  it("has a fallback only for settings that no plain field can hold", () => {
    const any = settings.filter((s) => shapeOf(s.schema).field === "any").map((s) => `${s.step}.${s.name}`);
    expect(any.length).toBeLessThan(45);
  });
});

describe("the search of steps", () => {
  const sentence = (text: string): string => SENTENCES.get(text) ?? text;
  const first = (text: string): string | undefined => search(told.steps, text, sentence)[0]?.name;
  const names = (text: string): string[] => search(told.steps, text, sentence).map((s) => s.name);
  it("finds by name, title, summary and in Japanese", () => {
    expect(first("lasso")).toBe("learn.lasso");
    expect(first("z-score")).toBe("process.standardize");
    expect(first("主成分")).toBe("learn.pca");
    expect(first("標準化")).toBe("process.standardize");
    expect(names("交差検証")).toContain("learn.cross_validate");
    expect(names("罰則")).toContain("learn.lasso"); // a term of the glossary, in no title
    expect(names("無作為に")).toEqual(expect.arrayContaining(["process.sample", "process.split"])); // of their summaries
    expect(names("no such thing")).toEqual([]);
    expect(search(told.steps, "", sentence).length).toBe(told.steps.length);
  });
  it("has Japanese titles of steps that exist, all different", () => {
    const there = new Set(told.steps.map((s) => s.name));
    expect(Object.keys(JAPANESE).filter((n) => !there.has(n))).toEqual([]);
    expect(new Set(Object.values(JAPANESE)).size).toBe(Object.keys(JAPANESE).length);
  });
});
