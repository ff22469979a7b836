/** Colors: of the two themes, of classes and of ramps, as the 32-bit words that canvases keep (little endian: ABGR). */

import type { Coloring } from "./types";

export interface Theme {
  readonly ground: string;
  readonly ink: string;
  readonly soft: string;
  readonly line: string;
  readonly grid: string;
  readonly accent: string;
  /** Rows whose color is missing. */
  readonly missing: string;
  /** All rows, where nothing colors them. */
  readonly one: string;
}

export const LIGHT: Theme = {
  ground: "#ffffff", ink: "#1d2329", soft: "#5a6570", line: "#b9c0c7", grid: "#eef0f2", accent: "#0b62a4", missing: "#a7aeb5", one: "#0072b2",
};
export const DARK: Theme = {
  ground: "#14181c", ink: "#e8ecef", soft: "#a3afba", line: "#4a545f", grid: "#20262d", accent: "#6cb4ee", missing: "#69737d", one: "#56b4e9",
};

export function theme(dark: boolean): Theme {
  return dark ? DARK : LIGHT;
}

const MISSING_CODE = 65535;
export const RAMP_STEPS = 1024;

/** A color as a word. Texts are `#rgb`, `#rrggbb` or `rgb(r, g, b)`. */
export function word(color: string): number {
  const short = /^#([0-9a-f])([0-9a-f])([0-9a-f])$/i.exec(color);
  const long = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(color);
  const named = /^rgb\(\s*(\d+)[\s,]+(\d+)[\s,]+(\d+)\s*\)$/i.exec(color);
  const parts = short?.slice(1).map((d) => parseInt(d + d, 16)) ?? long?.slice(1).map((d) => parseInt(d, 16)) ?? named?.slice(1).map(Number);
  if (parts === undefined) throw new RangeError(`'${color}' is no color here; colors are #rgb, #rrggbb or rgb(r, g, b).`);
  return packed(parts[0] ?? 0, parts[1] ?? 0, parts[2] ?? 0);
}

function packed(r: number, g: number, b: number): number {
  return (0xff000000 | (b << 16) | (g << 8) | r) >>> 0;
}

/** A color on the way to another: 0 is the first, 1 the second. */
export function mix(from: number, to: number, part: number): number {
  const at = (shift: number): number => {
    const [a, b] = [(from >>> shift) & 255, (to >>> shift) & 255];
    return Math.round(a + (b - a) * part);
  };
  return packed(at(0), at(8), at(16));
}

export function css(color: number): string {
  return `rgb(${color & 255}, ${(color >>> 8) & 255}, ${(color >>> 16) & 255})`;
}

/** The words of a coloring; the last is that of missing values. */
export function paletteOf(coloring: Coloring, colors: Theme): Uint32Array {
  const missing = word(colors.missing);
  if (coloring.kind === "one") return Uint32Array.of(word(coloring.color ?? colors.one), missing);
  const given = coloring.colors.map(word);
  if (given.length === 0) throw new RangeError("A coloring needs at least one color.");
  if (coloring.kind === "classes") return Uint32Array.from([...given, missing]);
  const palette = new Uint32Array(RAMP_STEPS + 1);
  for (let k = 0; k < RAMP_STEPS; k++) {
    const at = (k / (RAMP_STEPS - 1)) * (given.length - 1);
    const low = Math.min(Math.floor(at), given.length - 1);
    palette[k] = mix(given[low] ?? 0, given[Math.min(low + 1, given.length - 1)] ?? 0, at - low);
  }
  palette[RAMP_STEPS] = missing;
  return palette;
}

/** Which word of the palette a row has. Classes beyond the colors given take them in turn. */
export function shadeOf(coloring: Coloring, row: number): number {
  return shadesOf(coloring, Uint32Array.of(row))[0] ?? 0;
}

/** The same for each row in `order`. */
export function shadesOf(coloring: Coloring, order: Uint32Array): Uint16Array {
  const shades = new Uint16Array(order.length);
  if (coloring.kind === "one") return shades;
  if (coloring.kind === "classes") {
    const { codes, colors } = coloring;
    for (let k = 0; k < order.length; k++) {
      const code = codes[order[k] ?? 0] ?? MISSING_CODE;
      shades[k] = code === MISSING_CODE ? colors.length : code < colors.length ? code : code % colors.length;
    }
    return shades;
  }
  const { values, low, high } = coloring;
  const scale = high > low ? (RAMP_STEPS - 1) / (high - low) : 0;
  const middle = high > low ? 0 : (RAMP_STEPS - 1) / 2;
  for (let k = 0; k < order.length; k++) {
    const value = values[order[k] ?? 0] ?? NaN;
    const at = (value - low) * scale + middle + 0.5;
    shades[k] = value !== value ? RAMP_STEPS : at < 0 ? 0 : at >= RAMP_STEPS ? RAMP_STEPS - 1 : at;
  }
  return shades;
}

/** Each word on its way to the ground. */
export function faded(palette: Uint32Array, ground: number, part: number): Uint32Array {
  return palette.map((color) => mix(color, ground, part));
}
