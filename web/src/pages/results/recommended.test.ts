import { expect, it } from "vitest";

import { axesOf, evidenceOf } from "./recommended";

it("the labels of a cell stand between its place and its score", () => {
  expect(axesOf(["place", "A", "B", "type", "mirror", "score", "low", "high", "share_top", "known_in_A"])).toEqual(["A", "B", "type"]);
  expect(axesOf(["place", "score_", "mirror_", "score", "low"])).toEqual(["score_", "mirror_"]);
});

it("what speaks most for a cell is told with its share", () => {
  const columns = { cell: ["x", "y", "x", "x", "x"], known: ["a", "b", "c", "d", "e"], share: [0.512, 1, -0.1, null, 0.1] };
  expect(evidenceOf(columns, "x")).toEqual([
    { known: "a", share: "51 %" },
    { known: "c", share: "-10 %" },
    { known: "d", share: "–" },
  ]);
  expect(evidenceOf({}, "x")).toEqual([]);
});
