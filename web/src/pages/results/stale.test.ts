import { describe, expect, it } from "vitest";

import type { FlowNode, ScoreRecord } from "../../api/types";
import { bestOf, csvOf, grouped, swept } from "./scoreTable";
import { resultsWithStale, type ShownRecord, withStale } from "./stale";

const node = (name: string, step = "interpret.regression_scores"): FlowNode => ({ name, step }) as FlowNode;
const record = (of: string, r2: number[], points = r2.length): ScoreRecord => ({
  ref: of, node: of, step: "interpret.regression_scores", title: "Scores", axes: points > 1 ? ["alpha"] : [], of: points, chosen: [],
  columns: [{ name: "r2", about: "", goal: "maximize" }],
  points: r2.map((value, point) => ({ point, settings: points > 1 ? { alpha: point } : {}, figures: { r2: value }, lens: null })),
}); // prettier-ignore
const nodes = [node("a"), node("b"), node("c")];
const seen = (records: readonly ShownRecord[]): unknown[] => records.map((r) => [r.ref, r.stale, r.points.length]);

describe("scores of a step that is stale", () => {
  const first = withStale([], [record("a", [0.5]), record("b", [0.1, 0.2, 0.3])], nodes, false);
  it("stay in their place, marked, until there are new ones", () => {
    expect(seen(first)).toEqual([["a", false, 1], ["b", false, 3]]); // prettier-ignore
    const stale = withStale(first, [record("c", [1]), record("b", [0.1, 0.2, 0.3])], nodes, false);
    expect(seen(stale)).toEqual([["a", true, 1], ["b", false, 3], ["c", false, 1]]); // prettier-ignore
    expect(seen(withStale(stale, null, nodes, false))).toEqual(seen(stale));
    expect(seen(withStale(stale, [record("a", [0.9])], nodes, false))).toEqual([["a", false, 1], ["b", true, 3], ["c", true, 1]]); // prettier-ignore
  });
  it("go with their step, and with a step of another kind", () => {
    expect(seen(withStale(first, [], [node("b"), node("a", "learn.pca")], false))).toEqual([["b", true, 3]]);
  });
  it("stay while a sweep is computed anew, and yield to what a run that ended has left", () => {
    const part = [record("a", [0.9]), record("b", [0.4, 0.5], 3)];
    expect(seen(withStale(first, part, nodes, true))).toEqual([["a", false, 1], ["b", true, 3]]); // prettier-ignore
    expect(seen(withStale(first, part, nodes, false))).toEqual([["a", false, 1], ["b", false, 2]]); // prettier-ignore
    expect(seen(withStale(first, [record("b", [0.4], 3)], nodes, false))).toEqual([["a", true, 1], ["b", true, 3]]); // prettier-ignore
    // A sweep that became shorter is whole, a longer one has all that was there.
    expect(seen(withStale(first, [record("b", [0.4, 0.5])], nodes, true)).at(-1)).toEqual(["b", false, 2]);
    expect(seen(withStale(first, [record("b", [0.4, 0.5, 0.6], 9)], nodes, true)).at(-1)).toEqual(["b", false, 3]);
  });
  it("are no best among others that hold, and say so in the CSV", () => {
    const [table] = grouped([{ ...record("a", [0.9]), stale: true }, record("b", [0.5]), record("c", [0.6])]);
    expect(table?.rows.map((r) => r.stale)).toEqual([true, false, false]);
    expect([...bestOf(table?.rows ?? [], "r2", "maximize")]).toEqual(["c 0"]);
    expect(table && csvOf(table, table.rows)).toBe("name,r2,stale\r\na,0.9,true\r\nb,0.5,false\r\nc,0.6,false\r\n");
    const board = swept({ ...record("b", [0.1, 0.2]), stale: true });
    expect([...bestOf(board.rows, "r2", "maximize")]).toEqual(["b 1"]);
  });
});

it("results that have no value any more keep the last one, if they are still the same", () => {
  const before = resultsWithStale([], [{ name: "r2", ref: "a.r2", value: 0.5 }, { name: "n", ref: "a.n", value: 3 }, { name: "new", ref: "b" }]); // prettier-ignore
  expect(before.map((r) => [r.name, r.value, r.stale])).toEqual([["r2", 0.5, false], ["n", 3, false]]); // prettier-ignore
  const now = resultsWithStale(before, [{ name: "r2", ref: "a.r2" }, { name: "n", ref: "b.n" }]);
  expect(now.map((r) => [r.name, r.value, r.stale])).toEqual([["r2", 0.5, true]]);
});
