import { describe, expect, it, vi } from "vitest";

import { type Packed, unpack } from "../../api/replay";
import { columns, FrameStore, gathered, indexOf, means, split, spread } from "./frames";

const tick = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

function loaded(first: number, count: number, rows = 2): Packed<{ first: number; count: number }> {
  const points = Float32Array.from({ length: count * rows * 2 }, (_, i) => first + Math.floor(i / (rows * 2)));
  return { facts: { first, count }, arrays: { points } };
}

describe("frames", () => {
  it("come in chunks, the next one ahead, and each is that of its number", async () => {
    const asked: [number, number][] = [];
    const told = vi.fn();
    const store = new FrameStore(10, 700_000, (first, count) => {
      asked.push([first, count]);
      return Promise.resolve(loaded(first, count));
    }, told);
    expect(store.size).toBe(2);
    expect(store.get(5)).toBeUndefined();
    store.want(5);
    await tick();
    expect(asked).toEqual([[4, 2], [6, 2]]);
    expect(store.get(5)?.points?.[0]).toBe(5);
    expect(store.get(7)?.points?.[3]).toBe(7);
    store.want(4);
    expect(asked.length).toBe(2);
    store.want(9);
    await tick();
    expect(asked[2]).toEqual([8, 2]);
    expect(told).toHaveBeenCalledTimes(3);
  });

  it("are forgotten, the longest unused first, where they would be too many", async () => {
    const store = new FrameStore(100, 1 << 21, (first, count) => Promise.resolve(loaded(first, count, 1000)), () => undefined, 40_000);
    for (const i of [0, 10, 20, 30]) {
      store.want(i);
      await tick();
    }
    expect(store.bytes).toBeLessThanOrEqual(40_000);
    expect(store.get(30)).toBeDefined();
    expect(store.get(0)).toBeUndefined();
  });

  it("that are no longer wanted are given up, and a failure is told and can be tried again", async () => {
    const signals: AbortSignal[] = [];
    let fail = true;
    const store = new FrameStore(100, 1 << 21, (first, count, signal) => {
      signals.push(signal);
      return fail ? Promise.reject(new Error("gone")) : Promise.resolve(loaded(first, count));
    }, () => undefined);
    store.want(0);
    store.want(50);
    expect(signals[0]?.aborted).toBe(true);
    await tick();
    expect(store.error?.message).toBe("gone");
    fail = false;
    store.retry(50);
    await tick();
    expect(store.get(50)?.points?.[0]).toBe(50);
  });

  it("are cut from one answer, whatever they hold", () => {
    const frames = split({ facts: { count: 2 }, arrays: { labels: Uint16Array.of(1, 2, 3, 4), centers: Float32Array.of(5, 6) } });
    expect(frames.map((f) => [...(f.labels ?? [])])).toEqual([[1, 2], [3, 4]]);
    expect(frames.map((f) => [...(f.centers ?? [])])).toEqual([[5], [6]]);
  });

  it("are read from bytes: facts, then arrays at multiples of eight", () => {
    const head = new TextEncoder().encode(
      JSON.stringify({ x: "é", arrays: [{ name: "a", dtype: "uint16", shape: [3], at: 0 }, { name: "b", dtype: "float32", shape: [1, 2], at: 8 }] }),
    );
    const length = Math.ceil(head.length / 8) * 8;
    const content = new Uint8Array(8 + length + 16).fill(32);
    new DataView(content.buffer).setUint32(0, length, true);
    content.set(head, 8);
    content.set(new Uint8Array(Uint16Array.of(1, 2, 65535).buffer), 8 + length);
    content.set(new Uint8Array(Float32Array.of(0.5, -2).buffer), 16 + length);
    const { facts, arrays } = unpack<{ x: string }>(content.buffer);
    expect(facts.x).toBe("é");
    expect([...(arrays.a ?? [])]).toEqual([1, 2, 65535]);
    expect([...(arrays.b ?? [])]).toEqual([0.5, -2]);
  });
});

describe("rows of frames", () => {
  it("are chosen as the server does", () => {
    expect([...spread(10, 4)]).toEqual([0, 2, 5, 7]);
    expect([...spread(3, 4)]).toEqual([0, 1, 2]);
    expect([...gathered(Float32Array.of(1, 2, 3, 4), Uint32Array.of(0, 3))]).toEqual([1, 4]);
    expect([...gathered(Uint16Array.of(1, 2), Uint32Array.of(0, 1))]).toEqual([1, 2]);
  });
  it("have two coordinates, and means by cluster", () => {
    const [x, y] = columns(Float32Array.of(1, 2, 9, 3, 4, 9), 2);
    expect([[...x], [...y]]).toEqual([[1, 3], [2, 4]]);
    const [mx, my] = means(x, y, Uint16Array.of(2, 2), 2);
    expect([mx[1], my[1]]).toEqual([2, 3]);
    expect(mx[0]).toBeNaN();
  });
  it("belong to the newest kept iteration", () => {
    expect([0, 9, 10, 24, 99].map((i) => indexOf([0, 10, 25], i))).toEqual([0, 0, 1, 1, 2]);
  });
});
