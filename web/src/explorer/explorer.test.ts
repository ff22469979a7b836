import { describe, expect, it, vi } from "vitest";

import { asking } from "../embed/asking";
import { float32, uint16 } from "../embed/bytes";
import { rounded } from "./legend";
import { remembered } from "./pictures";
import { darkOf, onGround } from "./theme";
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
  const light = () => false;
  it("is that of the page around, else of the system", () => {
    expect(darkOf({}, {}, light)).toBe(false);
    expect(darkOf({}, {}, () => true)).toBe(true);
    expect(darkOf({}, { theme: "dark" }, light)).toBe(true);
    const kinds = ["vscode-light", "vscode-dark", "vscode-high-contrast", "vscode-high-contrast-light"];
    expect(kinds.map((vscodeThemeKind) => darkOf({ vscodeThemeKind }, {}, light))).toEqual([false, true, true, false]);
    expect(darkOf({ jpThemeLight: "false" }, {}, light)).toBe(true);
    expect(darkOf({ jpThemeLight: "true" }, { theme: "dark" }, () => true)).toBe(false);
  });
  it("makes black a light gray on a dark ground, and leaves what can be seen", () => {
    expect(onGround("#000000", false)).toBe("#000000");
    expect(onGround("#000000", true)).toBe("#d9d9d9");
    expect(onGround("#f0e442", true)).toBe("#f0e442");
  });
});

describe("the legend", () => {
  it("writes numbers short, with a minus that is one", () => {
    expect([-0.000123456, 2.5, 1234567].map(rounded)).toEqual(["−0.0001235", "2.5", "1235000"]);
  });
});

describe("pictures", () => {
  it("are asked for once", async () => {
    const drawn = vi.fn((positions: readonly number[]) => Promise.resolve(positions.map((at) => ({ at }) as unknown as ImageBitmap)));
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
  it("are dropped when the widget goes, and then nothing is told", async () => {
    vi.useFakeTimers();
    const silent = vi.fn();
    const questions = asking(channel(), silent);
    const refused = expect(questions.ask({}, new AbortController().signal)).rejects.toThrow("not wanted any more");
    questions.end();
    await refused;
    expect(vi.getTimerCount()).toBe(0);
    expect(silent).not.toHaveBeenCalled();
    vi.useRealTimers();
  });
});
