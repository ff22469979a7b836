/** What is to be drawn, whoever draws it: passes over the points, the last uppermost. */

import type { PointIndex } from "./pointIndex";
import { faded, mix, word, type Theme } from "./palette";
import type { Renderer, View } from "./types";

/** What a row is besides its color, one byte each, in the order of the index. */
export const HIDDEN = 1;
export const SELECTED = 2;
export const OBSERVED = 4;

/** How far the color of a row goes to the ground where others matter more. */
export const FADED = 0.75;
const FAINT = 0.45;

export interface Pass {
  /** Rows whose state is this. */
  readonly want: number;
  /** Instead of going through all rows in view: these places of the order. */
  readonly list: Uint32Array | null;
  readonly palette: Uint32Array;
  /** One color for all, such as that of a ring. */
  readonly flat: boolean;
  /** Diameter in device pixels, whole. */
  readonly size: number;
  readonly opacity: number;
}

export interface Scene {
  readonly index: PointIndex;
  readonly shades: Uint16Array;
  readonly states: Uint8Array;
  readonly view: View;
  /** Device pixels. */
  readonly width: number;
  readonly height: number;
  readonly ground: number;
  readonly lines: { readonly x: readonly number[]; readonly y: readonly number[]; readonly color: number; readonly thick: number };
  readonly passes: readonly Pass[];
  readonly levels: number;
  /** Whether rows are hidden. */
  readonly filtered: boolean;
}

/** Who draws points into a canvas. */
export interface Painter {
  readonly kind: Renderer;
  readonly software: boolean;
  readonly canvas: HTMLCanvasElement;
  /** Draw; a step at a time, so that the page may do other things between. Nothing is seen before the end. Returns the rows drawn. */
  paint(scene: Scene): Generator<undefined, number>;
  destroy(): void;
}

export interface Marks {
  /** Places of the order that are selected, or observed; null where they are too many for a list. */
  readonly selected: Uint32Array | null;
  readonly observed: Uint32Array | null;
  readonly anySelected: boolean;
  readonly anyObserved: boolean;
}

/** The passes of a picture: the many; then what is selected, with rings; then what is observed, large. */
export function passesOf(
  palette: Uint32Array,
  colors: Theme,
  marks: Marks,
  style: { size: number; opacity: number; scale: number },
): Pass[] {
  const { anySelected, anyObserved } = marks;
  const ground = word(colors.ground);
  const pixels = (size: number): number => Math.max(1, Math.round(size * style.scale));
  const size = pixels(anyObserved ? Math.min(style.size, Math.max(style.size * 0.6, 1)) : style.size);
  const chosen = Math.max(size, pixels(2));
  const large = Math.max(pixels(9), Math.round(size * 1.6));
  const ring = Math.max(1, Math.round(1.25 * style.scale));
  const many = anySelected ? faded(palette, ground, FADED) : anyObserved ? faded(palette, ground, FAINT) : palette;
  const ink = Uint32Array.of(word(colors.ink));
  const rim = Uint32Array.of(mix(word(colors.ink), ground, anySelected ? 0.6 : 0));
  const [own, pale] = [{ palette, flat: false }, { palette: many, flat: false }];
  const passes: Pass[] = [{ want: 0, list: null, ...pale, size, opacity: style.opacity }];
  const ringed = (want: number, list: Uint32Array | null, fill: typeof own, edge: Uint32Array, wide: number, across: number): void => {
    passes.push({ want, list, palette: edge, flat: true, size: across + 2 * wide, opacity: 1 });
    passes.push({ want, list, ...fill, size: across, opacity: 1 });
  };
  if (anySelected) ringed(SELECTED, marks.selected, own, ink, ring, chosen);
  if (anyObserved) ringed(OBSERVED, marks.observed, anySelected ? pale : own, rim, Math.max(1, Math.round(0.75 * style.scale)), large);
  if (anySelected && anyObserved) ringed(OBSERVED | SELECTED, marks.observed, own, ink, 2 * ring, large);
  return passes;
}

/** Diameter in CSS pixels and opacity by the number of points. */
export function styleFor(n: number): { size: number; opacity: number } {
  const steps: [number, number, number][] = [
    [300, 8, 0.9], [3_000, 6, 0.85], [20_000, 4, 0.8], [100_000, 3, 0.7], [400_000, 2, 0.7], [2_000_000, 1.5, 0.6], [Infinity, 1, 0.4],
  ];
  const [, size, opacity] = steps.find(([most]) => n <= most) ?? [0, 1, 0.4];
  return { size, opacity };
}

/** A part of the points drawn as dense as all of them would look. */
export function opacityOfPart(opacity: number, part: number): number {
  return part >= 1 ? opacity : 1 - (1 - opacity) ** (1 / Math.max(part, 1e-3));
}

/** The pixels of a point of whole diameter: how much of each is covered, 0 to 256, row by row; small ones are square. */
export function sprite(size: number): Uint16Array {
  const cover = new Uint16Array(size * size);
  for (let j = 0; j < size; j++) {
    for (let i = 0; i < size; i++) {
      const far = Math.hypot(i + 0.5 - size / 2, j + 0.5 - size / 2);
      cover[j * size + i] = size < 3 ? 256 : Math.round(256 * Math.min(Math.max(size / 2 + 0.5 - far, 0), 1));
    }
  }
  return cover;
}
