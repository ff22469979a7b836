import { describe, expect, it } from "vitest";

import type { ScoreRecord } from "../../api/types";
import { brushed } from "./board";
import { bestOf, choiceOf, csvOf, grouped, sorted, swept } from "./scoreTable";

const columns: ScoreRecord["columns"] = [
  { name: "r2", about: "", goal: "maximize" },
  { name: "rmse", about: "", goal: "minimize" },
];
const lens = { scored: 10, prepared: 0, fitted: 4, chosen: 0, text: [] };

function record(node: string, points: [Record<string, unknown>, number | null, number][], more: Partial<ScoreRecord> = {}): ScoreRecord {
  return {
    ref: `${node}.scores`, node, step: "interpret.regression_scores", title: "Scores", axes: [], columns, of: points.length, chosen: [],
    points: points.map(([settings, r2, rmse], point) => ({ point, settings, figures: { r2, rmse }, lens })), ...more,
  }; // prettier-ignore
}

const board = swept(record("s", [[{ alpha: 1, fixed: "a" }, 0.5, 3], [{ alpha: 10, fixed: "a" }, null, 1], [{ alpha: 2, fixed: "a" }, 0.9, 2]])); // prettier-ignore

describe("score tables", () => {
  it("put scores of one kind side by side, and leave sweeps and choices to others", () => {
    const tables = grouped([record("a", [[{}, 0.1, 1]]), record("b", [[{}, 0.2, 2]]), record("c", [[{}, 1, 1], [{}, 2, 2]]), record("d", [[{}, 1, 1]], { chosen: ["k"] })]); // prettier-ignore
    expect(tables.map((t) => [t.title, t.rows.map((r) => r.name)])).toEqual([["Scores", ["a", "b"]]]);
  });
  it("show of the settings only those that differ", () => {
    expect(board.settings).toEqual(["alpha"]);
  });
  it("are sorted as numbers, what is missing last either way", () => {
    const points = (column: string, descending: boolean): number[] => sorted(board.rows, { column, descending }).map((r) => r.point);
    expect(points("alpha", false)).toEqual([0, 2, 1]);
    expect(points("r2", true)).toEqual([2, 0, 1]);
    expect(points("r2", false)).toEqual([0, 2, 1]);
    expect(sorted(board.rows, null).map((r) => r.point)).toEqual([0, 1, 2]);
  });
  it("mark the best, and none where it is not known or all are alike", () => {
    expect([...bestOf(board.rows, "r2", "maximize")]).toEqual(["s.scores 2"]);
    expect([...bestOf(board.rows, "rmse", "minimize")]).toEqual(["s.scores 1"]);
    expect(bestOf(board.rows, "r2", "").size).toBe(0);
    expect(bestOf(board.rows.slice(0, 1), "r2", "maximize").size).toBe(0);
    expect(bestOf(board.rows, "fixed", "maximize").size).toBe(0);
  });
  it("are written as CSV with what the lens counts", () => {
    const odd = { ...board, rows: [{ ...(board.rows[0] ?? fail()), name: 'say "hi", you' }] };
    expect(csvOf(odd, odd.rows)).toBe('name,alpha,r2,rmse,scored,prepared,fitted,chosen\r\n"say ""hi"", you",1,0.5,3,10,0,4,0\r\n');
  });
  it("tell settings chosen from what they reached", () => {
    const best = record("best", [[{}, 0.9, 1]], { chosen: ["rmse"] });
    expect(choiceOf(best, best.points[0] ?? fail())).toEqual({ settings: [["rmse", "1"]], reached: [["r2", "0.9"]] });
  });
});

describe("brushing", () => {
  it("keeps, narrows and takes away points", () => {
    expect(brushed(null, [1, 2, 2], "replace")).toEqual(new Set([1, 2]));
    expect(brushed(new Set([1, 2, 3]), [2, 3, 4], "add")).toEqual(new Set([2, 3]));
    expect(brushed(new Set([1, 2, 3]), [2], "remove")).toEqual(new Set([1, 3]));
    expect(brushed(new Set([1]), [], "replace")).toBeNull();
  });
});

function fail(): never {
  throw new Error("nothing there");
}
