/** The CPU back end: points written straight into the words of a picture. */

import { cellsOf, eachRun, QUANTA } from "./pointIndex";
import { projection } from "./projection";
import { HIDDEN, OBSERVED, SELECTED, sprite, type Painter, type Pass, type Scene } from "./scene";

/** Room around the picture, so that no point needs to be cut at its border. */
const ROOM = 64;
const CHUNK = 16_384;
const ALL = HIDDEN | SELECTED | OBSERVED;
/** Beyond this many pixels per quantum, places are taken from the 32-bit coordinates. */
const COARSE = 0.25;

export class CpuPainter implements Painter {
  readonly kind = "cpu";
  readonly software = true;
  readonly canvas = document.createElement("canvas");
  private readonly context: CanvasRenderingContext2D;
  private picture: ImageData | null = null;

  constructor() {
    const context = this.canvas.getContext("2d", { alpha: false });
    if (context === null) throw new Error("This browser has no canvas to draw into.");
    this.context = context;
  }

  *paint(scene: Scene): Generator<undefined, number> {
    const { width, height } = scene;
    const [wide, high] = [width + 2 * ROOM, height + 2 * ROOM];
    if (this.picture?.width !== wide || this.picture.height !== high) this.picture = new ImageData(wide, high);
    const picture = this.picture;
    const words = new Uint32Array(picture.data.buffer);
    background(words, scene);
    let drawn = 0;
    for (const pass of scene.passes) {
      const brush = new Brush(words, scene, pass);
      for (const [from, to] of runs(scene, pass)) {
        const n = pass.list === null ? brush.draw(from, to) : brush.drawList(pass.list, from, to);
        if (!pass.flat) drawn += n;
        yield;
      }
    }
    if (this.canvas.width !== width || this.canvas.height !== height) {
      this.canvas.width = width;
      this.canvas.height = height;
    }
    this.context.putImageData(picture, -ROOM, -ROOM, ROOM, ROOM, width, height);
    return drawn;
  }

  destroy(): void {
    this.picture = null;
    this.canvas.remove();
  }
}

/** Pieces of work of like size: runs of the order, or of the list of a pass. */
function* runs(scene: Scene, pass: Pass): Generator<[number, number]> {
  const found: number[] = [];
  if (pass.list === null) eachRun(scene.index, cellsOf(scene.index, withRoom(scene)), scene.levels, (from, to) => found.push(from, to));
  else found.push(0, pass.list.length);
  for (let k = 0; k < found.length; k += 2) {
    const to = found[k + 1] ?? 0;
    for (let from = found[k] ?? 0; from < to; from += CHUNK) yield [from, Math.min(to, from + CHUNK)];
  }
}

function withRoom({ view, width, height }: Scene): Scene["view"] {
  const [x, y] = [((view.x1 - view.x0) * ROOM) / width, ((view.y1 - view.y0) * ROOM) / height];
  return { x0: view.x0 - x, x1: view.x1 + x, y0: view.y0 - y, y1: view.y1 + y };
}

function background(words: Uint32Array, { width, height, ground, lines }: Scene): void {
  words.fill(ground);
  const wide = width + 2 * ROOM;
  for (const y of lines.y) {
    for (let k = 0; k < lines.thick; k++) words.fill(lines.color, (y + k + ROOM) * wide, (y + k + ROOM + 1) * wide);
  }
  for (const x of lines.x) {
    for (let row = ROOM; row < height + ROOM; row++) words.fill(lines.color, row * wide + x + ROOM, row * wide + x + ROOM + lines.thick);
  }
}

/** One pass: the places of points in pixels, and the pixels of one point. */
class Brush {
  private readonly wide: number;
  private readonly high: number;
  private readonly exact: boolean;
  private readonly ax: number;
  private readonly bx: number;
  private readonly ay: number;
  private readonly by: number;
  private readonly offsets: Int32Array;
  private readonly covers: Int32Array;
  private readonly opaque: boolean;

  constructor(
    private readonly words: Uint32Array,
    private readonly scene: Scene,
    private readonly pass: Pass,
  ) {
    const { index, view, width, height } = scene;
    this.wide = width + 2 * ROOM;
    this.high = height + 2 * ROOM;
    const size = Math.min(pass.size, ROOM);
    const p = projection(view, width, height);
    const { x0, x1, y0, y1 } = index.extent ?? view;
    const [xStep, yStep] = [(x1 - x0) / QUANTA, (y1 - y0) / QUANTA];
    this.exact = Math.max(Math.abs(xStep * p.xScale), Math.abs(yStep * p.yScale)) > COARSE;
    // The place is that of the upper left pixel of the point, in the picture with its room.
    const shift = ROOM + 0.5 - size / 2;
    this.ax = this.exact ? p.xScale : xStep * p.xScale;
    this.ay = this.exact ? p.yScale : yStep * p.yScale;
    this.bx = shift + p.xShift + (this.exact ? 0 : x0 * p.xScale);
    this.by = shift + p.yShift + (this.exact ? 0 : y0 * p.yScale);
    const [offsets, covers]: [number[], number[]] = [[], []];
    sprite(size).forEach((cover, k) => {
      const alpha = Math.round(cover * pass.opacity);
      if (alpha === 0) return;
      offsets.push(Math.floor(k / size) * this.wide + (k % size));
      covers.push(alpha);
    });
    this.offsets = Int32Array.from(offsets);
    this.covers = Int32Array.from(covers);
    this.opaque = covers.every((alpha) => alpha === 256);
  }

  drawList(list: Uint32Array, from: number, to: number): number {
    let n = 0;
    for (let k = from; k < to; k++) {
      const i = list[k] ?? 0;
      n += this.draw(i, i + 1);
    }
    return n;
  }

  draw(from: number, to: number): number {
    const { words, exact, ax, bx, ay, by, wide, offsets, covers, opaque } = this;
    const { shades, states, index } = this.scene;
    const { order, qx, qy, x, y } = index;
    const { palette, flat, want } = this.pass;
    const marks = offsets.length;
    // A point whose upper left pixel stands here or farther is not seen; nor is one that ends before the picture begins.
    const [right, low] = [wide - ROOM, this.high - ROOM];
    let drawn = 0;
    for (let i = from; i < to; i++) {
      if (((states[i] ?? 0) & ALL) !== want) continue;
      let u: number;
      let v: number;
      if (exact) {
        const at = order[i] ?? 0;
        u = (x[at] ?? 0) * ax + bx;
        v = (y[at] ?? 0) * ay + by;
      } else {
        u = (qx[i] ?? 0) * ax + bx;
        v = (qy[i] ?? 0) * ay + by;
      }
      if (!(u >= 0 && v >= 0 && u < right && v < low)) continue;
      const base = (v | 0) * wide + (u | 0);
      const color = palette[flat ? 0 : (shades[i] ?? 0)] ?? 0;
      drawn++;
      if (opaque) {
        for (let k = 0; k < marks; k++) words[base + (offsets[k] ?? 0)] = color;
        continue;
      }
      const [rb, g] = [color & 0xff00ff, color & 0xff00];
      for (let k = 0; k < marks; k++) {
        const at = base + (offsets[k] ?? 0);
        const alpha = covers[k] ?? 0;
        const rest = 256 - alpha;
        const old = words[at] ?? 0;
        words[at] =
          0xff000000 |
          (((Math.imul(rb, alpha) + Math.imul(old & 0xff00ff, rest)) >>> 8) & 0xff00ff) |
          (((Math.imul(g, alpha) + Math.imul(old & 0xff00, rest)) >>> 8) & 0xff00);
      }
    }
    return drawn;
  }
}
