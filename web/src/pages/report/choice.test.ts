import { describe, expect, it } from "vitest";

import { changed, choiceOf, entriesOf, moved, sizeOf } from "./choice";

const figure = (ref: string) => ({ ref, node: ref, step: ref, title: ref, points: 1, done: 1 });
const three = ["a", "b", "c"].map(figure);

describe("what goes into the report", () => {
  it("is everything where nothing is said", () => {
    expect(entriesOf(three, undefined).map((e) => e.included)).toEqual([true, true, true]);
    expect(entriesOf(three, {}).map((e) => e.ref)).toEqual(["a", "b", "c"]);
  });
  it("stands in the order chosen, the others behind; figures that are gone are forgotten", () => {
    const chosen = ["c", "gone", "a"].map((ref) => ({ ref, caption: `of ${ref}`, live: ref === "c", columns: [] }));
    const entries = entriesOf(three, { figures: chosen });
    expect(entries.map((e) => [e.ref, e.included])).toEqual([
      ["c", true],
      ["a", true],
      ["b", false],
    ]);
    expect(choiceOf(entries).figures).toEqual([chosen[0], chosen[2]]);
  });
  it("is moved by one place, and never among those left out", () => {
    const entries = changed(entriesOf(three, undefined), "a", { included: false });
    expect(entries.map((e) => e.ref)).toEqual(["b", "c", "a"]);
    expect(moved(entries, "b", 1).map((e) => e.ref)).toEqual(["c", "b", "a"]);
    expect(moved(entries, "c", 1).map((e) => e.ref)).toEqual(["b", "c", "a"]);
    expect(moved(entries, "b", -1).map((e) => e.ref)).toEqual(["b", "c", "a"]);
  });
  it("says its size as people do", () => {
    expect([12, 45_600, 2_340_000].map(sizeOf)).toEqual(["1 kB", "46 kB", "2.3 MB"]);
  });
});
