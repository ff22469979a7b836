/** The mosaic: per cell of the view the picture of one row. Only what is seen is asked for, and kept while it may be seen again. */

import type { Box } from "./labels";
import type { Model } from "./model";
import { css, type Theme } from "./palette";
import { mosaicShape, nearestInIndex } from "./mosaicRule";
import type { Pictures, View } from "./types";

const KEPT = 6000;
const BATCH = 256;
/** The view rests so long before pictures are asked for; milliseconds. */
const REST = 80;
const FRAME = 2;

type Picture = CanvasImageSource | null;

export class Mosaic {
  readonly canvas = document.createElement("canvas");
  private readonly context: CanvasRenderingContext2D;
  private readonly kept = new Map<number, Picture>();
  private keptSide = 0;
  private items: Int32Array = new Int32Array(0);
  private shape = { across: 1, down: 1 };
  private wait = 0;
  private asking: AbortController | null = null;
  private asked = new Set<number>();

  constructor(
    private readonly pictures: Pictures,
    private readonly cells: number,
    private readonly came: () => void,
    private readonly failed: (error: unknown) => void,
  ) {
    const context = this.canvas.getContext("2d");
    if (context === null) throw new Error("This browser has no canvas to draw into.");
    this.context = context;
  }

  /** The row that stands at a place of the plot. */
  rowAt(x: number, y: number, area: Box): number | null {
    const { across, down } = this.shape;
    const [column, row] = [Math.floor((x / area.width) * across), Math.floor((y / area.height) * down)];
    if (column < 0 || row < 0 || column >= across || row >= down) return null;
    const item = this.items[row * across + column] ?? -1;
    return item < 0 ? null : item;
  }

  /** Draw what is there and ask for the rest; returns how many cells have a row. */
  draw(model: Model, view: View, area: Box, scale: number, colors: Theme): number {
    const { canvas, context } = this;
    this.shape = mosaicShape(area.width, area.height, this.cells);
    this.items = nearestInIndex(model.index, view, this.shape.across, this.shape.down, model.hidden);
    const [width, height] = [Math.max(1, Math.round(area.width * scale)), Math.max(1, Math.round(area.height * scale))];
    [canvas.width, canvas.height] = [width, height];
    canvas.style.cssText = `position:absolute;left:${area.x}px;top:${area.y}px;width:${area.width}px;height:${area.height}px`;
    context.fillStyle = colors.ground;
    context.fillRect(0, 0, width, height);
    const { across, down } = this.shape;
    const [wide, high] = [width / across, height / down];
    const edge = Math.max(1, Math.round(scale));
    const side = Math.max(4, Math.floor(Math.min(wide, high)) - edge);
    const inner = Math.max(2, side - 2 * FRAME * edge);
    this.keepFor(inner);
    const palette = model.palette(colors);
    const missing: number[] = [];
    let n = 0;
    this.items.forEach((row, cell) => {
      if (row < 0) return;
      n++;
      const left = Math.round((cell % across) * wide + (wide - side) / 2);
      const top = Math.round(Math.floor(cell / across) * high + (high - side) / 2);
      const selected = model.selection?.has(row) ?? false;
      context.globalAlpha = model.selected > 0 && !selected ? 0.3 : 1;
      const color = css(palette[model.shadeOf(row)] ?? 0);
      const picture = this.kept.get(row);
      if (picture === undefined) missing.push(row);
      else if (picture !== null) context.drawImage(picture, left + FRAME * edge, top + FRAME * edge, inner, inner);
      else dot(context, left + side / 2, top + side / 2, side / 6, color);
      // The frame in the color of the class; around it, of a selected row, one of ink.
      const outer = selected ? FRAME * edge : 0;
      frame(context, left + outer, top + outer, side - 2 * outer, FRAME * edge, color);
      if (selected) frame(context, left, top, side, FRAME * edge, colors.ink);
    });
    context.globalAlpha = 1;
    this.ask(missing, inner);
    return n;
  }

  destroy(): void {
    window.clearTimeout(this.wait);
    this.asking?.abort();
    this.kept.clear();
    this.canvas.remove();
  }

  private keepFor(side: number): void {
    if (side === this.keptSide) return;
    this.keptSide = side;
    this.kept.clear();
  }

  /** Ask for pictures when the view rests; what is no longer wanted is called off. */
  private ask(rows: readonly number[], side: number): void {
    if (this.asking !== null && rows.length > 0 && rows.every((row) => this.asked.has(row))) return;
    this.asking?.abort();
    this.asking = null;
    window.clearTimeout(this.wait);
    if (rows.length === 0) return;
    const asking = new AbortController();
    this.asking = asking;
    this.asked = new Set(rows);
    this.wait = window.setTimeout(() => {
      void this.fetch(rows, side, asking);
    }, REST);
  }

  private async fetch(rows: readonly number[], side: number, asking: AbortController): Promise<void> {
    try {
      for (let from = 0; from < rows.length; from += BATCH) {
        const batch = rows.slice(from, from + BATCH);
        const pictures = await this.pictures(batch, side, asking.signal);
        if (asking.signal.aborted) return;
        if (pictures.length !== batch.length) throw new RangeError(`${batch.length} pictures were asked for, ${pictures.length} came.`);
        batch.forEach((row, k) => this.kept.set(row, pictures[k] ?? null));
        for (const row of this.kept.keys()) {
          if (this.kept.size <= KEPT) break;
          if (!this.asked.has(row)) this.kept.delete(row);
        }
        this.came();
      }
    } catch (error) {
      if (!asking.signal.aborted) this.failed(error);
    }
  }
}

function frame(context: CanvasRenderingContext2D, left: number, top: number, side: number, thick: number, color: string): void {
  context.lineWidth = thick;
  context.strokeStyle = color;
  context.strokeRect(left + thick / 2, top + thick / 2, side - thick, side - thick);
}

function dot(context: CanvasRenderingContext2D, x: number, y: number, radius: number, color: string): void {
  context.fillStyle = color;
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fill();
}
