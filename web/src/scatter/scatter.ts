/** One plot in one element: what is set from outside and by gestures, and when it is drawn. */

import { Bits } from "./bits";
import { CpuPainter } from "./cpu";
import { listen, type Place } from "./gestures";
import { combined, rowsWithin, type Polygon } from "./lasso";
import { LABEL_FONT, LABEL_HEIGHT, axesOf, drawOverlay, plotArea, type Axes } from "./overlay";
import { placeLabels, type Box, type Placed } from "./labels";
import { Model } from "./model";
import { nearestRow } from "./nearest";
import { theme, word } from "./palette";
import { cellsOf, countIn, levelsFor } from "./pointIndex";
import { fitted, moved, projection, zoomed } from "./projection";
import { opacityOfPart, passesOf, styleFor, type Painter, type Scene } from "./scene";
import type { Coloring, Combine, Pictures, Renderer, Scatter, ScatterEvents, ScatterOptions, Tool, View } from "./types";

/** Rows drawn while the view moves, and without the page feeling it. */
const BUDGET = 400_000;
/** How long the view must rest until all is drawn, and how long one piece of that may take; milliseconds. */
const REST = 150;
const SLICE = 20;
const STATUS_EVERY = 100;
const HOVER = 12;

export class Plot implements Scatter {
  private readonly root = document.createElement("div");
  private readonly overlay = document.createElement("canvas");
  private readonly over: CanvasRenderingContext2D;
  private readonly model = new Model();
  private readonly heard = new Map<keyof ScatterEvents, Set<ScatterEvents[keyof ScatterEvents]>>();
  private readonly forget: (() => void)[] = [];
  private readonly slices = new MessageChannel();
  private painter: Painter;
  private area: Box = { x: 0, y: 0, width: 1, height: 1 };
  private scale = 1;
  private now: View = fitted(null);
  private style: { size: number | null; opacity: number | null } = { size: null, opacity: null };
  private tool: Tool = "move";
  private dark: boolean;
  private mosaic: { pictures: Pictures | null; cells: number } = { pictures: null, cells: 15 };
  private region: readonly Place[] | null = null;
  private hovered: number | null = null;
  private pointer: Place | null = null;
  private labels: readonly Placed[] = [];
  private asked = { frame: 0, points: false, moving: false, rest: 0 };
  private refining: Generator<undefined, number> | null = null;
  private refiningSince = 0;
  private told = 0;

  constructor(
    host: HTMLElement,
    private readonly options: ScatterOptions,
  ) {
    this.dark = options.dark ?? false;
    const over = this.overlay.getContext("2d");
    if (over === null) throw new Error("This browser has no canvas to draw into.");
    this.over = over;
    this.painter = new CpuPainter();
    const { root } = this;
    root.style.cssText = "position:relative;width:100%;height:100%;overflow:hidden;touch-action:none;user-select:none";
    root.tabIndex = 0;
    root.setAttribute("role", "img");
    root.setAttribute("aria-label", options.label ?? "Scatter plot");
    root.setAttribute("aria-description", options.description ?? "Arrow keys move the view; plus and minus zoom.");
    this.overlay.style.cssText = "position:absolute;inset:0;width:100%;height:100%;pointer-events:none";
    root.append(this.painter.canvas, this.overlay);
    host.append(root);
    this.layout();
    const sized = new ResizeObserver(() => {
      this.layout();
    });
    sized.observe(root);
    this.slices.port1.onmessage = () => {
      this.refine();
    };
    this.forget.push(
      () => {
        sized.disconnect();
      },
      listen(root, {
        area: () => this.area,
        tool: () => this.tool,
        pan: (dx, dy) => {
          this.show(moved(this.now, -dx / this.area.width, dy / this.area.height));
        },
        zoom: (factor, [x, y]) => {
          this.show(zoomed(this.now, factor, x / this.area.width, 1 - y / this.area.height, this.model.index.extent));
        },
        region: (path) => {
          this.region = path;
          this.request(false);
        },
        chosen: (path, combine) => {
          if (path.length > 0 || combine === "replace") this.choose(path.map((p) => this.dataAt(p)), combine);
        },
        hover: (place) => {
          this.pointer = place;
          this.request(false);
        },
        open: (place) => {
          const row = this.rowAt(place);
          if (row !== null) this.tell("open", row);
        },
      }),
    );
    this.setTool("move");
  }

  get renderer(): Renderer {
    return this.painter.kind;
  }

  get view(): View {
    return { ...this.now };
  }

  setPoints(x: Float32Array, y: Float32Array): void {
    this.model.setPoints(x, y);
    this.hovered = null;
    this.fit();
  }

  setColoring(coloring: Coloring): void {
    this.model.setColoring(coloring);
    this.request(true);
  }

  setStyle(style: { size?: number | null; opacity?: number | null }): void {
    this.style = { ...this.style, ...style };
    this.request(true);
  }

  setObserved(bits: Bits | null, labels?: ReadonlyMap<number, string>): void {
    this.model.setObserved(bits, labels);
    this.request(true);
  }

  setVisible(bits: Bits | null): void {
    this.model.setVisible(bits);
    this.request(true);
  }

  setSelection(bits: Bits | null): void {
    if (bits === this.model.selection) return;
    this.model.setSelection(bits);
    this.request(true);
  }

  setTool(tool: Tool): void {
    this.tool = tool;
    this.root.style.cursor = tool === "move" ? "grab" : "crosshair";
  }

  setMosaic(pictures: Pictures | null, cells = 15): void {
    this.mosaic = { pictures, cells };
    this.request(false);
  }

  setView(view: View): void {
    if (!(view.x1 > view.x0 && view.y1 > view.y0)) throw new RangeError("A view needs x0 < x1 and y0 < y1.");
    this.now = { ...view };
    this.request(true, true);
  }

  setDark(dark: boolean): void {
    this.dark = dark;
    this.request(true);
  }

  fit(): void {
    this.now = fitted(this.model.index.extent);
    this.request(true);
    this.tell("view", this.view);
  }

  selectWithin(polygon: Polygon, combine: Combine = "replace"): Bits {
    const found = polygon.length < 2 ? new Bits(this.model.rows) : rowsWithin(this.model.index, polygon, this.model.hidden);
    const bits = combined(this.model.selection, found, combine);
    this.setSelection(bits);
    return bits;
  }

  on<E extends keyof ScatterEvents>(event: E, heard: ScatterEvents[E]): () => void {
    const all = this.heard.get(event) ?? new Set();
    this.heard.set(event, all.add(heard));
    return () => all.delete(heard);
  }

  toCanvas(): HTMLCanvasElement {
    const picture = document.createElement("canvas");
    [picture.width, picture.height] = [this.overlay.width, this.overlay.height];
    const to = picture.getContext("2d");
    if (to === null) throw new Error("This browser has no canvas to draw into.");
    this.stopRefining();
    finish(this.painter.paint(this.scene(this.model.index.levels)));
    this.drawOver();
    to.fillStyle = theme(this.dark).ground;
    to.fillRect(0, 0, picture.width, picture.height);
    to.drawImage(this.painter.canvas, Math.round(this.area.x * this.scale), Math.round(this.area.y * this.scale));
    to.drawImage(this.overlay, 0, 0);
    return picture;
  }

  destroy(): void {
    this.stopRefining();
    cancelAnimationFrame(this.asked.frame);
    for (const end of this.forget) end();
    this.slices.port1.close();
    this.painter.destroy();
    this.root.remove();
    this.heard.clear();
  }

  private tell<E extends keyof ScatterEvents>(event: E, ...said: Parameters<ScatterEvents[E]>): void {
    for (const heard of this.heard.get(event) ?? []) (heard as (...said: Parameters<ScatterEvents[E]>) => void)(...said);
  }

  private show(view: View): void {
    this.now = view;
    this.request(true, true);
    this.tell("view", this.view);
  }

  private choose(polygon: Polygon, combine: Combine): void {
    this.tell("select", this.selectWithin(polygon, combine), { tool: this.tool, combine });
  }

  private dataAt([x, y]: Place): [number, number] {
    const { x0, x1, y0, y1 } = this.now;
    return [x0 + (x / this.area.width) * (x1 - x0), y1 - (y / this.area.height) * (y1 - y0)];
  }

  private pixelOf(row: number): Place {
    const p = projection(this.now, this.area.width, this.area.height);
    return [(this.model.index.x[row] ?? NaN) * p.xScale + p.xShift, (this.model.index.y[row] ?? NaN) * p.yScale + p.yShift];
  }

  private rowAt(place: Place): number | null {
    const p = projection(this.now, this.area.width * (1 / HOVER), this.area.height * (1 / HOVER));
    const [x, y] = this.dataAt(place);
    return nearestRow(this.model.index, { x, y, perX: p.xScale, perY: -p.yScale }, this.model.hidden);
  }

  private layout(): void {
    const { clientWidth, clientHeight } = this.root;
    this.scale = window.devicePixelRatio || 1;
    this.area = plotArea(clientWidth, clientHeight, this.options.xTitle ?? "", this.options.yTitle ?? "");
    const { x, y, width, height } = this.area;
    this.overlay.width = Math.max(1, Math.round(clientWidth * this.scale));
    this.overlay.height = Math.max(1, Math.round(clientHeight * this.scale));
    this.painter.canvas.style.cssText = `position:absolute;left:${x}px;top:${y}px;width:${width}px;height:${height}px`;
    this.request(true);
  }

  /** Draw at the next frame: the overlay, and the points where they changed; fewer of them while the view moves. */
  private request(points: boolean, moving = false): void {
    this.asked.points ||= points;
    this.asked.moving = points ? moving : this.asked.moving;
    if (points) this.stopRefining();
    if (this.asked.frame === 0) {
      this.asked.frame = requestAnimationFrame(() => {
        this.asked.frame = 0;
        this.frame();
      });
    }
  }

  private frame(): void {
    if (this.asked.points) this.drawPoints();
    this.hover();
    this.drawOver();
  }

  private drawPoints(): void {
    const { index } = this.model;
    this.asked.points = false;
    this.stopRefining();
    const levels = levelsFor(index, cellsOf(index, this.now), BUDGET);
    const since = performance.now();
    const drawn = finish(this.painter.paint(this.scene(levels)));
    const sampled = levels < index.levels;
    this.report(drawn, sampled, performance.now() - since);
    if (!sampled) return;
    this.asked.rest = window.setTimeout(
      () => {
        this.refiningSince = performance.now();
        this.refining = this.painter.paint(this.scene(index.levels));
        this.refine();
      },
      this.asked.moving ? REST : 0,
    );
  }

  /** Draw all rows, a slice of time after the other. */
  private refine(): void {
    if (this.refining === null) return;
    const until = performance.now() + SLICE;
    do {
      const step = this.refining.next();
      if (step.done) {
        this.refining = null;
        this.report(step.value, false, performance.now() - this.refiningSince);
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
    const { model, now, scale, area } = this;
    const colors = theme(this.dark);
    const usual = styleFor(model.rows);
    const [width, height] = [Math.max(1, Math.round(area.width * scale)), Math.max(1, Math.round(area.height * scale))];
    const part = levels < model.index.levels ? countIn(model.index, cellsOf(model.index, now), levels) / countIn(model.index, cellsOf(model.index, now), model.index.levels) : 1;
    const p = projection(now, width, height);
    const { x, y } = this.axes();
    const inside = (at: number, end: number): boolean => at >= 0 && at < end;
    return {
      index: model.index,
      shades: model.shades,
      states: model.states,
      view: now,
      width,
      height,
      levels,
      ground: word(colors.ground),
      lines: {
        x: x.map(({ at }) => Math.floor(at * p.xScale + p.xShift)).filter((at) => inside(at, width)),
        y: y.map(({ at }) => Math.floor(at * p.yScale + p.yShift)).filter((at) => inside(at, height)),
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

  private axes(): Axes {
    return axesOf(this.now, this.area);
  }

  private hover(): void {
    const place = this.pointer;
    const row = place === null || this.region !== null ? null : this.rowAt(place);
    if (row === this.hovered) return;
    this.hovered = row;
    this.tell("hover", row, { x: (place?.[0] ?? 0) + this.area.x, y: (place?.[1] ?? 0) + this.area.y });
  }

  private drawOver(): void {
    const { over, area } = this;
    over.setTransform(this.scale, 0, 0, this.scale, 0, 0);
    over.clearRect(0, 0, this.overlay.width, this.overlay.height);
    over.font = LABEL_FONT;
    const wanted = [...this.model.labels].map(([row, text]) => {
      const [x, y] = this.pixelOf(row);
      return { text, x: x + area.x, y: y + area.y, width: over.measureText(text).width };
    });
    this.labels = placeLabels(wanted, area, LABEL_HEIGHT, 8);
    const place = this.hovered === null ? null : this.pixelOf(this.hovered);
    drawOverlay(over, theme(this.dark), {
      area,
      view: this.now,
      axes: this.axes(),
      xTitle: this.options.xTitle ?? "",
      yTitle: this.options.yTitle ?? "",
      labels: this.labels,
      path: this.region,
      hover: place && { x: place[0], y: place[1], radius: 7 },
      grid: this.mosaic.pictures && { across: this.mosaic.cells, down: this.mosaic.cells },
    });
  }

  private report(drawn: number, sampled: boolean, milliseconds: number): void {
    const now = performance.now();
    if (sampled && this.asked.moving && now - this.told < STATUS_EVERY) return;
    this.told = now;
    const { kind, software } = this.painter;
    const { rows, selected, index } = this.model;
    this.tell("status", { renderer: kind, software, points: rows, missing: index.missing, drawn, sampled, selected, milliseconds });
  }
}

/** Run to the end at once. */
function finish(work: Generator<undefined, number>): number {
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
  }
}
