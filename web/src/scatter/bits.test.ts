import { expect, test } from "vitest";

import { Bits } from "./bits";

test("positions go in and come out, through base64 too", () => {
  const given = [0, 7, 8, 63, 99];
  const bits = Bits.of(100, given);
  expect(bits.positions()).toEqual(given);
  expect(bits.positions(2)).toEqual([0, 7]);
  expect(bits.count()).toBe(5);
  expect([...bits.bytes].slice(0, 2)).toEqual([0b10000001, 1]);
  expect(Bits.fromBase64(100, bits.toBase64()).equals(bits)).toBe(true);
});

test("sets are added and taken away", () => {
  const [a, b] = [Bits.of(20, [1, 2, 3]), Bits.of(20, [3, 4])];
  expect(a.combined(b, "add").positions()).toEqual([1, 2, 3, 4]);
  expect(a.combined(b, "remove").positions()).toEqual([1, 2]);
  expect(Bits.of(10, [0, 1, 9]).inverted((at) => at !== 4).positions()).toEqual([2, 3, 5, 6, 7, 8]);
  a.delete(2);
  expect(a.has(2)).toBe(false);
});

test("a million rows become text without a full stack", () => {
  const bits = new Bits(1_000_000);
  bits.bytes.fill(255);
  expect(bits.toBase64().length).toBe(Math.ceil(125_000 / 3) * 4);
});
