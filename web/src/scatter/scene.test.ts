import { expect, test } from "vitest";

import { faded, LIGHT, mix, paletteOf, RAMP_STEPS, shadesOf, word } from "./palette";
import { FADED, OBSERVED, opacityOfPart, passesOf, SELECTED, sprite, styleFor } from "./scene";

const NO_MARKS = { selected: null, observed: null, anySelected: false, anyObserved: false };
const PALETTE = Uint32Array.of(word("#ff0000"), word(LIGHT.missing));

test("colors become words, red lowest", () => {
  expect([word("#102030"), word("#123"), word("rgb(16, 32, 48)")]).toEqual([0xff302010, 0xff332211, 0xff302010]);
  expect(() => word("tomato")).toThrow("'tomato' is no color here; colors are #rgb, #rrggbb or rgb(r, g, b).");
  expect(mix(word("#000000"), word("#ffffff"), 0.5)).toBe(word("#808080"));
  expect([...faded(PALETTE, word("#ffffff"), 1)]).toEqual([word("#ffffff"), word("#ffffff")]);
});

test("classes, a code missing and a class beyond the colors", () => {
  const classes = { kind: "classes", codes: Uint16Array.of(1, 65535, 0, 3), colors: ["#ff0000", "#00ff00"] } as const;
  expect([...shadesOf(classes, Uint32Array.of(0, 1, 2, 3))]).toEqual([1, 2, 0, 1]);
  expect([...paletteOf(classes, LIGHT)]).toEqual([word("#ff0000"), word("#00ff00"), word(LIGHT.missing)]);
  expect(() => paletteOf({ ...classes, colors: [] }, LIGHT)).toThrow("at least one color");
});

test("a ramp from low to high, beyond its ends, and missing", () => {
  const ramp = { kind: "ramp", values: Float32Array.of(0, 10, 5, -3, 99, NaN), low: 0, high: 10, colors: ["#000000", "#ff0000", "#ffffff"] } as const;
  const shades = [...shadesOf(ramp, Uint32Array.of(0, 1, 2, 3, 4, 5))];
  expect(shades).toEqual([0, RAMP_STEPS - 1, 512, 0, RAMP_STEPS - 1, RAMP_STEPS]);
  const palette = paletteOf(ramp, LIGHT);
  expect([palette[0], palette[RAMP_STEPS - 1], palette[RAMP_STEPS]]).toEqual([word("#000000"), word("#ffffff"), word(LIGHT.missing)]);
  expect((palette[512] ?? 0) & 255).toBe(255);
  expect([...shadesOf({ ...ramp, high: 0 }, Uint32Array.of(0, 5))]).toEqual([512, RAMP_STEPS]);
});

test("a selection fades the others and rings its own; observed rows are large and uppermost", () => {
  const marks = { ...NO_MARKS, anySelected: true, anyObserved: true };
  const passes = passesOf(PALETTE, LIGHT, marks, { size: 2, opacity: 0.5, scale: 1 });
  expect(passes.map((p) => p.want)).toEqual([0, SELECTED, SELECTED, OBSERVED, OBSERVED, 6, 6]);
  expect(passes.map((p) => p.flat)).toEqual([false, true, false, true, false, true, false]);
  expect(passes[0]?.palette[0]).toBe(mix(word("#ff0000"), word("#ffffff"), FADED));
  expect(passes[2]?.palette[0]).toBe(word("#ff0000"));
  expect(passes[1]?.size).toBeGreaterThan(passes[2]?.size ?? 0);
  expect(passes[4]?.size).toBeGreaterThan(3 * (passes[0]?.size ?? 0));
});

test("on a screen of two pixels per pixel, points have twice the pixels", () => {
  for (const size of [1, 2, 3, 8]) {
    const [one, two] = [1, 2].map((scale) => passesOf(PALETTE, LIGHT, NO_MARKS, { size, opacity: 1, scale })[0]?.size);
    expect([one, two]).toEqual([size, 2 * size]);
  }
});

test("points are square while small, then round", () => {
  expect([...sprite(1)]).toEqual([256]);
  expect([...sprite(2)]).toEqual([256, 256, 256, 256]);
  const disc = sprite(9);
  expect([disc[0], disc[40]]).toEqual([0, 256]);
  // The area of a disc of 9 pixels is 63.6.
  expect(disc.reduce((a, b) => a + b, 0) / 256).toBeCloseTo(63.6, 0);
});

test("more points are smaller and fainter; a part looks as dense as all", () => {
  const styles = [10, 1e3, 1e4, 1e5, 1e6, 1e7].map(styleFor);
  styles.slice(1).forEach((style, k) => {
    expect(style.size).toBeLessThanOrEqual(styles[k]?.size ?? 0);
    expect(style.opacity).toBeLessThanOrEqual(styles[k]?.opacity ?? 0);
  });
  // Four points of opacity 0.5 over each other let 1/16 through; one for the four does too.
  expect(opacityOfPart(0.5, 0.25)).toBeCloseTo(15 / 16, 12);
  expect(opacityOfPart(0.5, 1)).toBe(0.5);
});
