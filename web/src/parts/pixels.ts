import type { ImageInfo, PixelTold } from "../api/types";
import type { Bits } from "../scatter/bits";
import type { Box, Mark } from "./marks";

/** A block of cells of a large heat map: which panel, and where in its image. */
export interface Place {
  panel: number;
  down: number;
  across: number;
}

/** The block under a place of the figure; null beside all images. */
export function placeOf(images: readonly Mark[], lies: ImageInfo, x: number, y: number): Place | null {
  const panel = images.findIndex((m) => x >= m.x && x < m.x + m.width && y >= m.y && y < m.y + m.height);
  const image = images[panel];
  if (!image) return null;
  const part = (at: number, size: number, blocks: number): number => Math.min(blocks - 1, Math.floor((at / size) * blocks));
  return { panel, down: part(y - image.y, image.height, lies.down.blocks), across: part(x - image.x, image.width, lies.across.blocks) };
}

/** Where a block is drawn. */
export function frameOf(images: readonly Mark[], lies: ImageInfo, place: Place): Omit<Mark, "datum"> | null {
  const image = images[place.panel];
  if (!image) return null;
  const [width, height] = [image.width / lies.across.blocks, image.height / lies.down.blocks];
  return { x: image.x + place.across * width, y: image.y + place.down * height, width, height };
}

const ARROWS: Record<string, [number, number]> = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

/** The block that an arrow key leads to, `by` blocks on; beyond the side of an image lies the next panel. */
export function placeTowards(lies: ImageInfo, from: Place | null, key: string, by = 1): Place | null {
  const way = ARROWS[key];
  if (!way) return null;
  if (!from) return { panel: 0, down: 0, across: 0 };
  const within = (at: number, most: number): number => Math.min(Math.max(at, 0), most);
  const across = from.across + way[1] * by;
  const last = lies.across.blocks - 1;
  if (across < 0 && from.across === 0 && from.panel > 0) return { ...from, panel: from.panel - 1, across: last };
  if (across > last && from.across === last && from.panel < lies.panels - 1) return { ...from, panel: from.panel + 1, across: 0 };
  return { panel: from.panel, down: within(from.down + way[0] * by, lies.down.blocks - 1), across: within(across, last) };
}

/** The rows that a click on a block means: of an extreme its own, of a mean all of the block. */
export function rowsOf(told: PixelTold): number[] {
  return told.row ? [told.row.at] : span(told.rows);
}

/** The rows of all blocks that a rectangle touches; none where it touches no image. */
export function rowsWithin(images: readonly Mark[], lies: ImageInfo, box: Box): number[] {
  const [left, right] = [Math.min(box.x0, box.x1), Math.max(box.x0, box.x1)];
  const [top, bottom] = [Math.min(box.y0, box.y1), Math.max(box.y0, box.y1)];
  const image = images.find((m) => left < m.x + m.width && right > m.x && top < m.y + m.height && bottom > m.y);
  if (!image) return [];
  const block = (y: number): number => Math.floor(((y - image.y) / image.height) * lies.down.blocks);
  const from = lies.rows[0] + Math.max(0, block(top)) * lies.down.block;
  const to = lies.rows[0] + (Math.min(lies.down.blocks - 1, block(bottom)) + 1) * lies.down.block;
  return span([from, Math.min(to, lies.rows[1])]);
}

function span([from, to]: readonly [number, number]): number[] {
  return Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);
}

/** Runs of blocks down that hold selected rows: first block, and how many. */
export function stripes(lies: ImageInfo, bits: Bits): [number, number][] {
  const found: [number, number][] = [];
  for (const at of bits.positions()) {
    if (at < lies.rows[0] || at >= lies.rows[1]) continue;
    const block = Math.floor((at - lies.rows[0]) / lies.down.block);
    const run = found.at(-1);
    if (run && block < run[0] + run[1]) continue;
    if (run && block === run[0] + run[1]) run[1]++;
    else found.push([block, 1]);
  }
  return found;
}

/** Whether a figure, or a panel of it, is drawn as an image of its cells. */
export function hasImage(spec: unknown): boolean {
  if (typeof spec !== "object" || spec === null) return false;
  const { mark, layer, concat, hconcat, vconcat } = spec as Record<string, unknown>;
  const kind = typeof mark === "object" && mark !== null ? (mark as { type?: unknown }).type : mark;
  return kind === "image" || [layer, concat, hconcat, vconcat].some((part) => Array.isArray(part) && part.some(hasImage));
}
