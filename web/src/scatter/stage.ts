/** The layers of a plot and when they are drawn: a part of the points while the view moves, all of them in slices when it rests. */

import { CpuPainter } from "./cpu";
import type { Place } from "./gestures";
import { placeLabels, type Box } from "./labels";
import type { Model } from "./model";
import type { Mosaic } from "./mosaic";
import { LABEL_FONT, LABEL_HEIGHT, axesOf, drawOverlay, plotArea } from "./overlay";
import { theme, word } from "./palette";
import { cellsOf, countIn, levelsFor } from "./pointIndex";
import { fitted, projection } from "./projection";
import { opacityOfPart, passesOf, styleFor, type Painter, type Scene } from "./scene";
import type { Renderer, ScatterOptions, Status, View } from "./types";
import { drawnByHardware, WebglPainter } from "./webgl";

/** Rows drawn at once where software draws them; while the view moves fewer, down to the least, where a picture takes longer than it may. */
const BUDGET = 400_000;
const LEAST = 50_000;
const QUICK = 10;
const SLOW = 25;
/** How long the view must rest until all is drawn, and how long one slice of that may take; milliseconds. */
const REST = 150;
const SLICE = 20;
const STATUS_EVERY = 100;
const HOVER_RADIUS = 7;
const LABEL_AWAY = 8;

export class Stage {
  readonly root = document.createElement("div");
  view: View = fitted(null);
  style: { size: number | null; opacity: number | null } = { size: null, opacity: null };
  dark: boolean;
  region: readonly Place[] | null = null;
  hovered: number | null = null;
  mosaic: Mosaic | null = null;
  painter: Painter;
  area: Box = { x: 0, y: 0, width: 1, height: 1 };
  private readonly overlay = document.createElement("canvas");
  private readonly over: CanvasRenderingContext2D;
  private readonly slices = new MessageChannel();
  private readonly sized: ResizeObserver;
  private scale = 1;
  private asked = { frame: 0, points: false, moving: false, rest: 0 };
  private refining: { work: Generator<undefined, number>; since: number } | null = null;
  private told = 0;
  private budget = BUDGET;
  private unlabeled = 0;
  private readonly widths = new Map<string, number>();
  private gone = false;

  constructor(
    host: HTMLElement,
    private readonly options: ScatterOptions,
    private readonly model: Model,
    private readonly heard: { frame: () => void; status: (status: Status) => void },
  ) {
    this.dark = options.dark ?? false;
    const over = this.overlay.getContext("2d");
    if (over === null) throw new Error("This browser has no canvas to draw into.");
    this.over = over;
    this.painter = this.painterOf(options.renderer ?? "auto");
    const { root } = this;
    root.style.cssText = "position:relative;width:100%;height:100%;overflow:hidden;touch-action:none;user-select:none";
    root.tabIndex = 0;
    root.setAttribute("role", "img");
    root.setAttribute("aria-label", options.label ?? "Scatter plot");
    root.setAttribute("aria-description", options.description ?? "Arrow keys move the view; plus and minus zoom.");
    this.overlay.style.cssText = "position:absolute;inset:0;width:100%;height:100%;pointer-events:none";
    root.append(this.painter.canvas, this.overlay);
    host.append(root);
    this.slices.port1.onmessage = () => {
      this.refine();
    };
    this.sized = new ResizeObserver(() => {
      this.layout();
    });
    this.sized.observe(root);
    this.layout();
  }

  setMosaic(mosaic: Mosaic | null): void {
    this.mosaic?.destroy();
    this.mosaic = mosaic;
    if (mosaic !== null) this.overlay.before(mosaic.canvas);
    this.request(true);
  }

  /** Draw at the next frame: what lies over the points, and the points where they changed. */
  request(points: boolean, moving = false): void {
    if (points) {
      this.asked.points = true;
      this.asked.moving = moving;
      this.stopRefining();
    }
    if (this.asked.frame !== 0 || this.gone) return;
    this.asked.frame = requestAnimationFrame(() => {
      this.asked.frame = 0;
      if (window.devicePixelRatio !== this.scale) this.layout();
      this.heard.frame();
      // Labels are placed first: the status of the points tells how many found no room.
      this.drawOver();
      if (this.asked.points) this.drawPoints();
    });
  }

  /** Everything, drawn now. */
  picture(): HTMLCanvasElement {
    const picture = document.createElement("canvas");
    [picture.width, picture.height] = [this.overlay.width, this.overlay.height];
    const to = picture.getContext("2d");
    if (to === null) throw new Error("This browser has no canvas to draw into.");
    this.stopRefining();
    if (this.mosaic === null) finish(this.painter.paint(this.scene(this.model.index.levels)));
    else this.drawMosaic(this.mosaic);
    this.drawOver();
    to.fillStyle = theme(this.dark).ground;
    to.fillRect(0, 0, picture.width, picture.height);
    to.drawImage(this.mosaic?.canvas ?? this.painter.canvas, Math.round(this.area.x * this.scale), Math.round(this.area.y * this.scale));
    to.drawImage(this.overlay, 0, 0);
    return picture;
  }

  pixelOf(row: number): Place {
    const p = projection(this.view, this.area.width, this.area.height);
    const { x, y } = this.model.index;
    return [(x[row] ?? NaN) * p.xScale + p.xShift, (y[row] ?? NaN) * p.yScale + p.yShift];
  }

  destroy(): void {
    this.gone = true;
    this.stopRefining();
    cancelAnimationFrame(this.asked.frame);
    this.sized.disconnect();
    this.slices.port1.close();
    this.mosaic?.destroy();
    this.painter.destroy();
    this.root.remove();
  }

  /** `auto`: WebGL2 only where hardware draws it. */
  private painterOf(renderer: Renderer | "auto"): Painter {
    if (renderer === "auto") return this.painterOf(drawnByHardware() ? "webgl2" : "cpu");
    return renderer === "cpu" ? new CpuPainter() : new WebglPainter(this.lost);
  }

  /** The browser took the graphics hardware away: go on without; the status tells. */
  private readonly lost = (): void => {
    if (this.gone) return;
    const painter = new CpuPainter();
    this.painter.canvas.replaceWith(painter.canvas);
    this.painter = painter;
    this.layout();
  };

  private layout(): void {
    const { clientWidth, clientHeight } = this.root;
    this.scale = window.devicePixelRatio || 1;
    const area = plotArea(clientWidth, clientHeight, this.options.xTitle ?? "", this.options.yTitle ?? "");
    // On whole device pixels: a pixel of the picture is one of the screen.
    const whole = (at: number): number => Math.round(at * this.scale) / this.scale;
    const { x, y, width, height } = { x: whole(area.x), y: whole(area.y), width: whole(area.width), height: whole(area.height) };
    this.area = { x, y, width, height };
    this.overlay.width = Math.max(1, Math.round(clientWidth * this.scale));
    this.overlay.height = Math.max(1, Math.round(clientHeight * this.scale));
    this.painter.canvas.style.cssText = `position:absolute;left:${x}px;top:${y}px;width:${width}px;height:${height}px`;
    this.request(true);
  }

  private drawPoints(): void {
    const { index } = this.model;
    const { moving } = this.asked;
    this.asked.points = false;
    this.stopRefining();
    const since = performance.now();
    if (this.mosaic !== null) {
      this.report(this.drawMosaic(this.mosaic), false, performance.now() - since);
      return;
    }
    const budget = moving ? this.budget : BUDGET;
    const levels = this.painter.software ? levelsFor(index, cellsOf(index, this.view), budget) : index.levels;
    const sampled = levels < index.levels;
    const drawn = finish(this.painter.paint(this.scene(levels)));
    const took = performance.now() - since;
    if (took > SLOW) this.budget = Math.max(LEAST, this.budget / 2);
    else if (took < QUICK) this.budget = Math.min(BUDGET, this.budget * 2);
    if (!moving || !sampled || since - this.told > STATUS_EVERY) this.report(drawn, sampled, took);
    if (!sampled) return;
    const all = (): void => {
      this.refining = { work: this.painter.paint(this.scene(index.levels)), since: performance.now() };
      this.refine();
    };
    this.asked.rest = window.setTimeout(all, moving ? REST : 0);
  }

  private drawMosaic(mosaic: Mosaic): number {
    return mosaic.draw(this.model, this.view, this.area, this.scale, theme(this.dark));
  }

  /** Draw all rows, a slice of time after the other. */
  private refine(): void {
    if (this.refining === null) return;
    const { work, since } = this.refining;
    const until = performance.now() + SLICE;
    do {
      const step = work.next();
      if (step.done) {
        this.refining = null;
        this.report(step.value, false, performance.now() - since);
        return;
      }
    } while (performance.now() < until);
    this.slices.port2.postMessage(null);
  }

  private stopRefining(): void {
    window.clearTimeout(this.asked.rest);
    this.refining = null;
  }

  private scene(levels: number): Scene {
    const { model, view, scale, area } = this;
    const { index } = model;
    const colors = theme(this.dark);
    const usual = styleFor(model.rows);
    const [width, height] = [Math.max(1, Math.round(area.width * scale)), Math.max(1, Math.round(area.height * scale))];
    const cells = cellsOf(index, view);
    const part = levels < index.levels ? countIn(index, cells, levels) / countIn(index, cells, index.levels) : 1;
    const p = projection(view, width, height);
    const axes = axesOf(view, area);
    const inside = (at: number, end: number): boolean => at >= 0 && at < end;
    return {
      index,
      shades: model.shades,
      states: model.states,
      view,
      width,
      height,
      levels,
      filtered: model.shown < index.order.length,
      ground: word(colors.ground),
      lines: {
        x: axes.x.map(({ at }) => Math.floor(at * p.xScale + p.xShift)).filter((at) => inside(at, width)),
        y: axes.y.map(({ at }) => Math.floor(at * p.yScale + p.yShift)).filter((at) => inside(at, height)),
        color: word(colors.grid),
        thick: Math.max(1, Math.round(scale)),
      },
      passes: passesOf(model.palette(colors), colors, model.marks, {
        size: this.style.size ?? usual.size,
        opacity: opacityOfPart(this.style.opacity ?? usual.opacity, part),
        scale,
      }),
    };
  }

  private drawOver(): void {
    const { over, area, mosaic, view } = this;
    this.root.style.background = theme(this.dark).ground;
    over.setTransform(this.scale, 0, 0, this.scale, 0, 0);
    over.clearRect(0, 0, this.overlay.width, this.overlay.height);
    over.font = LABEL_FONT;
    const wanted = [...(mosaic === null ? this.model.labels : [])].flatMap(([row, text]) => {
      const [x, y] = this.pixelOf(row);
      const seen = x >= 0 && y >= 0 && x <= area.width && y <= area.height && this.model.isShown(row);
      return seen ? [{ text, x: x + area.x, y: y + area.y, width: this.widthOf(text) }] : [];
    });
    const labels = placeLabels(wanted, area, LABEL_HEIGHT, LABEL_AWAY);
    this.unlabeled = wanted.length - labels.length;
    const place = this.hovered === null || mosaic !== null ? null : this.pixelOf(this.hovered);
    drawOverlay(over, theme(this.dark), {
      area,
      view,
      axes: axesOf(view, area),
      xTitle: this.options.xTitle ?? "",
      yTitle: this.options.yTitle ?? "",
      labels,
      path: this.region,
      hover: place && { x: place[0], y: place[1], radius: HOVER_RADIUS },
    });
  }

  private widthOf(text: string): number {
    const known = this.widths.get(text);
    if (known !== undefined) return known;
    const { width } = this.over.measureText(text);
    this.widths.set(text, width);
    return width;
  }

  private report(drawn: number, sampled: boolean, milliseconds: number): void {
    this.told = performance.now();
    const { kind, software } = this.painter;
    const { rows, selected, index } = this.model;
    const { unlabeled } = this;
    this.heard.status({ renderer: kind, software, points: rows, missing: index.missing, drawn, sampled, selected, milliseconds, unlabeled });
  }
}

/** Run to the end at once. */
function finish(work: Generator<undefined, number>): number {
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
  }
}
