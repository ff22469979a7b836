import { api, type At } from "../../api/client";
import type { Pictures } from "../../scatter/types";

const SIDES = [16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512];
const PER_LINE = 32;
const MOST_ASKED = 1024;
const MOST_KEPT = 6000;

/** The next size that pictures are asked for in: few sizes, so that those fetched serve again. */
export function sideFor(pixels: number): number {
  return SIDES.find((s) => s >= pixels) ?? 512;
}

/** Pictures of rows, fetched as strips for the rows asked for, and kept as long as there is room. */
export class PictureStore {
  readonly pictures: Pictures = (positions, side, signal) => this.of(positions, side, signal);
  private readonly kept = new Map<string, ImageBitmap>();
  private readonly waiting = new Map<number, { positions: Set<number>; all: Promise<void> }>();

  constructor(
    private readonly at: At,
    private readonly column: string,
  ) {}

  async of(positions: readonly number[], pixels: number, signal?: AbortSignal): Promise<(ImageBitmap | null)[]> {
    const side = sideFor(pixels);
    const lacking = [...new Set(positions)].filter((p) => !this.kept.has(`${p} ${side}`));
    for (let from = 0; from < lacking.length; from += MOST_ASKED) {
      const some = lacking.slice(from, from + MOST_ASKED);
      const sheet = await createImageBitmap(await api.pictures(this.at, this.column, some, side, signal));
      const tiles = await Promise.all(
        some.map((_, i) => createImageBitmap(sheet, (i % PER_LINE) * side, Math.floor(i / PER_LINE) * side, side, side)),
      );
      sheet.close();
      some.forEach((p, i) => {
        const tile = tiles[i];
        if (tile) this.kept.set(`${p} ${side}`, tile);
      });
    }
    const found = positions.map((p) => this.kept.get(`${p} ${side}`) ?? null);
    this.tidy(positions, side);
    return found;
  }

  /** One picture; those asked for at the same moment are fetched with one request. */
  async soon(position: number, pixels: number): Promise<ImageBitmap | null> {
    const side = sideFor(pixels * (window.devicePixelRatio || 1));
    const kept = this.kept.get(`${position} ${side}`);
    if (kept) return kept;
    let group = this.waiting.get(side);
    if (!group) {
      const positions = new Set<number>();
      const all = Promise.resolve().then(async () => {
        await new Promise((next) => setTimeout(next));
        this.waiting.delete(side);
        await this.of([...positions], side);
      });
      group = { positions, all };
      this.waiting.set(side, group);
    }
    group.positions.add(position);
    await group.all;
    return this.kept.get(`${position} ${side}`) ?? null;
  }

  /** Forget the oldest. They are not closed: somebody may be drawing one. */
  private tidy(positions: readonly number[], side: number): void {
    const wanted = new Set(positions.map((p) => `${p} ${side}`));
    for (const key of this.kept.keys()) {
      if (this.kept.size <= MOST_KEPT) break;
      if (!wanted.has(key)) this.kept.delete(key);
    }
  }
}
