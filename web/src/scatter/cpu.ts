/** The CPU back end: points written straight into the words of a picture. */

import { placing, ROOM, runsOf } from "./placing";
import { sprite, type Painter, type Pass, type Scene } from "./scene";

const CHUNK = 16_384;

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
  const found = pass.list === null ? runsOf(scene) : [0, pass.list.length];
  for (let k = 0; k < found.length; k += 2) {
    const to = found[k + 1] ?? 0;
    for (let from = found[k] ?? 0; from < to; from += CHUNK) yield [from, Math.min(to, from + CHUNK)];
  }
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
  private readonly least: number;
  private readonly right: number;
  private readonly low: number;
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
    const size = Math.min(pass.size, ROOM);
    this.wide = scene.width + 2 * ROOM;
    this.least = ROOM + 1 - size;
    this.right = ROOM + scene.width;
    this.low = ROOM + scene.height;
    // The place is that of the upper left pixel of the point, in the picture with its room.
    const shift = ROOM + 0.5 - size / 2;
    const { exact, ax, bx, ay, by } = placing(scene);
    [this.exact, this.ax, this.bx, this.ay, this.by] = [exact, ax, bx + shift, ay, by + shift];
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
    const { words, exact, ax, bx, ay, by, wide, least, right, low, offsets, covers, opaque } = this;
    const { shades, states, index } = this.scene;
    const { order, qx, qy, x, y } = index;
    const { palette, flat, want } = this.pass;
    const marks = offsets.length;
    let drawn = 0;
    for (let i = from; i < to; i++) {
      if ((states[i] ?? 0) !== want) continue;
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
      if (!(u >= least && v >= least && u < right && v < low)) continue;
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
