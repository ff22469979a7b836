import { describe, expect, it } from "vitest";

import css from "./theme.css?raw";

/** The colors of one theme: the light ones, and for dark those that differ. */
function colors(theme: "light" | "dark"): Map<string, string> {
  const blocks = [/:root \{([^}]*)\}/, ...(theme === "dark" ? [/:root\[data-theme="dark"\] \{([^}]*)\}/] : [])];
  const found = new Map<string, string>();
  for (const block of blocks) {
    for (const [, name, value] of (block.exec(css)?.[1] ?? "").matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)) {
      if (name && value) found.set(name, value);
    }
  }
  return found;
}

function channels(color: string): number[] {
  return [1, 3, 5].map((i) => parseInt(color.slice(i, i + 2), 16));
}

/** Relative luminance: WCAG 2.2. */
function luminance(rgb: readonly number[]): number {
  const [r = 0, g = 0, b = 0] = rgb.map((c) => c / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function ratio(one: readonly number[], other: readonly number[]): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

const GROUNDS = ["ground", "panel", "raised"];
/** What is written on what. */
const TEXTS: [string, string[]][] = [
  ["ink", [...GROUNDS, "accent-soft", "stale-soft", "bad-soft"]],
  ["soft", [...GROUNDS, "accent-soft", "stale-soft", "bad-soft"]],
  ["accent", [...GROUNDS, "accent-soft"]],
  ["accent-ink", ["accent"]],
  ["ground", ["ink"]],
  ...["collect", "process", "learn", "interpret"].map((s): [string, string[]] => [s, [...GROUNDS, "stale-soft", "bad-soft"]]),
  ["ok", GROUNDS],
  ["stale", [...GROUNDS, "stale-soft"]],
  ["bad", [...GROUNDS, "bad-soft", "stale-soft"]],
];

describe.each(["light", "dark"] as const)("the %s colors", (theme) => {
  const of = colors(theme);
  const rgb = (name: string): number[] => channels(of.get(name) ?? "#000000");
  it("are all there", () => {
    const named = new Set(TEXTS.flatMap(([text, grounds]) => [text, ...grounds]));
    expect([...named].filter((n) => !of.has(n))).toEqual([]);
  });
  it("let every text be read (4.5 to 1, WCAG AA)", () => {
    const low = TEXTS.flatMap(([text, grounds]) => grounds.map((g) => ({ text, on: g, ratio: Math.round(ratio(rgb(text), rgb(g)) * 100) / 100 })));
    expect(low.filter((l) => l.ratio < 4.5)).toEqual([]);
  });
  it("let headings be read on the bands of the graph, which are mixed from both", () => {
    for (const stage of ["collect", "process", "learn", "interpret"]) {
      const band = rgb("ground").map((c, i) => 0.94 * c + 0.06 * (rgb(stage)[i] ?? 0));
      expect(ratio(rgb(stage), band)).toBeGreaterThanOrEqual(4.5);
    }
  });
  it("let the focus, and what is no text, be seen (3 to 1)", () => {
    for (const name of ["focus", "stale", "bad", "ok", "soft"]) {
      for (const ground of GROUNDS) expect([name, ground, ratio(rgb(name), rgb(ground)) >= 3]).toEqual([name, ground, true]);
    }
  });
});
