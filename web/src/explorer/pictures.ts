/** Pictures of rows, each asked for once: tiles of a sheet, as Python or the report has them. */

import type { Pictures } from "../scatter/types";

const MOST = 6000;
/** Tiles in one line of a sheet. */
const PER_LINE = 32;

/** Keep what was drawn; the oldest goes first. */
export function remembered(pictures: Pictures): Pictures {
  const kept = new Map<string, CanvasImageSource | null>();
  return async (positions, side, signal) => {
    const key = (at: number): string => `${side}/${at}`;
    const lacking = positions.filter((at) => !kept.has(key(at)));
    if (lacking.length) {
      const found = await pictures(lacking, side, signal);
      lacking.forEach((at, i) => {
        kept.set(key(at), found[i] ?? null);
      });
    }
    const given = positions.map((at) => kept.get(key(at)) ?? null);
    for (const old of kept.keys()) {
      if (kept.size <= MOST) break;
      kept.delete(old);
    }
    return given;
  };
}

/** Cut a sheet into its tiles. */
export async function tilesOf(sheet: Blob, count: number, side: number): Promise<CanvasImageSource[]> {
  const whole = await createImageBitmap(sheet);
  const tiles = await Promise.all(
    Array.from({ length: count }, (_, i) =>
      createImageBitmap(whole, (i % PER_LINE) * side, Math.floor(i / PER_LINE) * side, side, side),
    ),
  );
  whole.close();
  return tiles;
}

/** Show a tile as an element. */
export function tileCanvas(tile: CanvasImageSource, side: number): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = side;
  const to = canvas.getContext("2d");
  if (to) {
    // Small pictures made large show their pixels, as they are.
    to.imageSmoothingEnabled = !("width" in tile && Number(tile.width) * 2 <= side);
    to.drawImage(tile, 0, 0, side, side);
  }
  return canvas;
}
