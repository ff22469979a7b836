import { describe, expect, it } from "vitest";

import { preferred, say } from ".";
import { en } from "./en";
import { ja } from "./ja";

describe("texts", () => {
  it("follow the browser, and are English where neither is asked for", () => {
    expect(preferred(["ja-JP", "en"])).toBe("ja");
    expect(preferred(["fr", "en-GB"])).toBe("en");
    expect(preferred(["fr"])).toBe("en");
  });
  it("count as one says it", () => {
    expect(say("en", "scores.rows", { n: 1 })).toBe("1 row");
    expect(say("en", "problems", { n: "2" })).toBe("2 problems: mend them to run");
    expect(say("ja", "scores.rows", { n: 1 })).toContain("1");
  });
  it("are there in both languages, and differ", () => {
    expect(Object.keys(ja)).toEqual(Object.keys(en));
    const same = (Object.keys(en) as (keyof typeof en)[]).filter((k) => say("en", k) === say("ja", k));
    expect(same).toEqual([]);
  });
});
