import { afterEach, describe, expect, it, vi } from "vitest";

import { asking } from "../embed/asking";
import { float32, uint16 } from "../embed/bytes";
import { legendOf, rounded } from "./legend";
import { remembered } from "./pictures";
import { isDark, onGround } from "./theme";
import { languageOf, speaker, WORDS } from "./words";

describe("words", () => {
  it("are there in both languages, and differ but where they are names", () => {
    expect(Object.keys(WORDS.ja)).toEqual(Object.keys(WORDS.en));
  });
  it("follow a wish, else the browser, else English", () => {
    expect(languageOf("ja", ["en"])).toBe("ja");
    expect(languageOf("", ["fr", "ja-JP"])).toBe("ja");
    expect(languageOf("", ["fr"])).toBe("en");
    expect(speaker("en")("chosen", { n: 1200, of: 1_000_000 })).toBe("1,200 of 1,000,000 rows");
  });
});

describe("bytes", () => {
  it("become arrays wherever they begin", () => {
    const whole = new Uint8Array([9, 0, 0, 128, 63, 1, 2]);
    expect([...float32(new DataView(whole.buffer, 1, 4))]).toEqual([1]);
    expect([...uint16(whole.subarray(5))]).toEqual([513]);
  });
});

describe("the theme", () => {
  afterEach(() => {
    delete document.body.dataset.jpThemeLight;
    delete document.body.dataset.vscodeThemeKind;
    delete document.documentElement.dataset.theme;
  });
  it("is that of the page around", () => {
    document.documentElement.dataset.theme = "dark";
    expect(isDark()).toBe(true);
    for (const [kind, dark] of [["vscode-light", false], ["vscode-dark", true], ["vscode-high-contrast", true], ["vscode-high-contrast-light", false]] as const) {
      document.body.dataset.vscodeThemeKind = kind;
      expect(isDark()).toBe(dark);
    }
    document.body.dataset.jpThemeLight = "true";
    expect(isDark()).toBe(false);
  });
  it("makes black a light gray on a dark ground, and leaves what can be seen", () => {
    expect(onGround("#000000", false)).toBe("#000000");
    expect(onGround("#000000", true)).toBe("#d9d9d9");
    expect(onGround("#f0e442", true)).toBe("#f0e442");
  });
});

describe("the legend", () => {
  const say = speaker("en");
  it("selects a class by a click, adds it with Shift, and shows texts as texts", () => {
    const chosen = vi.fn();
    const classes = { kind: "classes", name: "phase", codes: new Uint16Array(), names: ["bcc", "<b>"], colors: ["#0072b2", "#d55e00"], counts: [3, 1200], missing: 2 } as const;
    const made = legendOf(classes, say, false, chosen);
    const [, second] = made.querySelectorAll("button");
    expect(second?.textContent).toBe("<b>1,200");
    second?.click();
    second?.dispatchEvent(new MouseEvent("click", { shiftKey: true }));
    expect(chosen.mock.calls).toEqual([[1, "replace"], [1, "add"]]);
    expect(made.textContent).toContain("missing (2)");
  });
  it("writes the ends of a ramp", () => {
    expect(rounded(-0.000123456)).toBe("−0.0001235");
    const ramp = { kind: "ramp", name: "gap", values: new Float32Array(), low: 0, high: 2.5, missing: 0 } as const;
    expect(legendOf(ramp, say, false, () => undefined).textContent).toBe("gap02.5");
  });
});

describe("pictures", () => {
  it("are asked for once", async () => {
    const drawn = vi.fn((positions: readonly number[]) => Promise.resolve(positions.map(() => document.createElement("canvas"))));
    const pictures = remembered(drawn);
    const { signal } = new AbortController();
    const first = await pictures([1, 2], 32, signal);
    const second = await pictures([2, 3], 32, signal);
    expect(drawn.mock.calls.map(([p]) => p)).toEqual([[1, 2], [3]]);
    expect(second[0]).toBe(first[1]);
    await pictures([1], 64, signal);
    expect(drawn).toHaveBeenCalledTimes(3);
  });
});

describe("questions to Python", () => {
  const channel = () => {
    let heard: (content: unknown, buffers: never[]) => void = () => undefined;
    const sent: { number: number }[] = [];
    return {
      sent,
      answer: (content: unknown) => {
        heard(content, []);
      },
      send: (content: unknown) => sent.push(content as { number: number }),
      on: (_: string, to: typeof heard) => {
        heard = to;
      },
      off: () => undefined,
    };
  };
  it("get the answer with their number, and errors as errors", async () => {
    const line = channel();
    const questions = asking(line, () => undefined);
    const { signal } = new AbortController();
    const [one, two] = [questions.ask({ ask: "rows" }, signal), questions.ask({ ask: "rows" }, signal)];
    const refused = expect(two).rejects.toThrow("no such row");
    line.answer({ to: line.sent[1]?.number, error: "no such row" });
    line.answer({ to: line.sent[0]?.number, rows: [] });
    expect((await one).answer.rows).toEqual([]);
    await refused;
  });
  it("are given up when nobody answers, and it is told", async () => {
    vi.useFakeTimers();
    const silent = vi.fn();
    const question = asking(channel(), silent).ask({}, new AbortController().signal);
    const refused = expect(question).rejects.toThrow("no answer");
    await vi.advanceTimersByTimeAsync(30_000);
    await refused;
    expect(silent).toHaveBeenCalledWith(true);
    vi.useRealTimers();
  });
});
