/** One plot: what is set from outside, what gestures mean, and who hears of it. */

import { Bits } from "./bits";
import { listen, type Place } from "./gestures";
import { combined, rowsWithin, type Polygon } from "./lasso";
import { Model } from "./model";
import { Mosaic } from "./mosaic";
import { nearestRow } from "./nearest";
import { fitted, moved, projection, zoomed } from "./projection";
import { Stage } from "./stage";
import type { Coloring, Combine, Pictures, Renderer, Scatter, ScatterEvents, ScatterOptions, Tool, View } from "./types";

/** How near the pointer must be to a point, in CSS pixels. */
const HOVER = 12;
const CELLS = 15;

export class Plot implements Scatter {
  private readonly model = new Model();
  private readonly stage: Stage;
  private readonly heard = new Map<keyof ScatterEvents, Set<ScatterEvents[keyof ScatterEvents]>>();
  private readonly deafen: () => void;
  private tool: Tool = "move";
  private pointer: Place | null = null;

  constructor(host: HTMLElement, options: ScatterOptions) {
    this.stage = new Stage(host, options, this.model, {
      frame: () => {
        this.hover();
      },
      status: (status) => {
        this.tell("status", status);
      },
    });
    const { stage } = this;
    this.deafen = listen(stage.root, {
      area: () => stage.area,
      tool: () => this.tool,
      pan: (dx, dy) => {
        this.show(moved(stage.view, -dx / stage.area.width, dy / stage.area.height));
      },
      zoom: (factor, [x, y]) => {
        this.show(zoomed(stage.view, factor, x / stage.area.width, 1 - y / stage.area.height, this.model.index.extent));
      },
      region: (path) => {
        stage.region = path;
        stage.request(false);
      },
      chosen: (path, combine) => {
        if (path.length === 0 && combine !== "replace") return;
        const bits = this.selectWithin(path.map((place) => this.dataAt(place)), combine);
        this.tell("select", bits, { tool: this.tool, combine });
      },
      hover: (place) => {
        this.pointer = place;
        stage.request(false);
      },
      open: (place) => {
        const row = this.rowAt(place);
        if (row !== null) this.tell("open", row);
      },
    });
    this.setTool("move");
  }

  get renderer(): Renderer {
    return this.stage.painter.kind;
  }

  get view(): View {
    return { ...this.stage.view };
  }

  setPoints(x: Float32Array, y: Float32Array): void {
    this.model.setPoints(x, y);
    this.fit();
  }

  setColoring(coloring: Coloring): void {
    this.model.setColoring(coloring);
    this.stage.request(true);
  }

  setStyle(style: { size?: number | null; opacity?: number | null }): void {
    this.stage.style = { ...this.stage.style, ...style };
    this.stage.request(true);
  }

  setObserved(bits: Bits | null, labels?: ReadonlyMap<number, string>): void {
    this.model.setObserved(bits, labels);
    this.stage.request(true);
  }

  setVisible(bits: Bits | null): void {
    this.model.setVisible(bits);
    this.stage.request(true);
  }

  setSelection(bits: Bits | null): void {
    if (this.model.setSelection(bits)) this.stage.request(true);
  }

  setTool(tool: Tool): void {
    this.tool = tool;
    this.stage.root.style.cursor = tool === "move" ? "grab" : "crosshair";
  }

  setMosaic(pictures: Pictures | null, cells = CELLS): void {
    const came = (): void => {
      this.stage.request(true);
    };
    const failed = (error: unknown): void => {
      this.tell("failed", error);
    };
    this.stage.setMosaic(pictures && new Mosaic(pictures, cells, came, failed));
  }

  setView(view: View): void {
    if (!(view.x1 > view.x0 && view.y1 > view.y0)) throw new RangeError("A view needs x0 < x1 and y0 < y1.");
    this.stage.view = { ...view };
    this.stage.request(true, true);
  }

  setDark(dark: boolean): void {
    this.stage.dark = dark;
    this.stage.request(true);
  }

  fit(): void {
    this.stage.view = fitted(this.model.index.extent);
    this.stage.request(true);
    this.tell("view", this.view);
  }

  selectWithin(polygon: Polygon, combine: Combine = "replace"): Bits {
    const bits = combined(this.model.selection, rowsWithin(this.model.index, polygon, this.model.hidden), combine);
    this.setSelection(bits);
    return bits;
  }

  on<E extends keyof ScatterEvents>(event: E, heard: ScatterEvents[E]): () => void {
    const all = this.heard.get(event) ?? new Set();
    this.heard.set(event, all.add(heard));
    return () => all.delete(heard);
  }

  toCanvas(): HTMLCanvasElement {
    return this.stage.picture();
  }

  destroy(): void {
    this.deafen();
    this.stage.destroy();
    this.heard.clear();
  }

  private tell<E extends keyof ScatterEvents>(event: E, ...said: Parameters<ScatterEvents[E]>): void {
    for (const heard of this.heard.get(event) ?? []) (heard as (...said: Parameters<ScatterEvents[E]>) => void)(...said);
  }

  private show(view: View): void {
    this.stage.view = view;
    this.stage.request(true, true);
    this.tell("view", this.view);
  }

  private dataAt([x, y]: Place): [number, number] {
    const { view, area } = this.stage;
    return [view.x0 + (x / area.width) * (view.x1 - view.x0), view.y1 - (y / area.height) * (view.y1 - view.y0)];
  }

  private rowAt(place: Place): number | null {
    const { stage, model } = this;
    if (stage.mosaic !== null) return stage.mosaic.rowAt(place[0], place[1], stage.area);
    const p = projection(stage.view, stage.area.width / HOVER, stage.area.height / HOVER);
    const [x, y] = this.dataAt(place);
    return nearestRow(model.index, { x, y, perX: p.xScale, perY: -p.yScale }, model.hidden);
  }

  private hover(): void {
    const { pointer, stage } = this;
    const row = pointer === null || stage.region !== null ? null : this.rowAt(pointer);
    if (row === stage.hovered) return;
    stage.hovered = row;
    this.tell("hover", row, { x: (pointer?.[0] ?? 0) + stage.area.x, y: (pointer?.[1] ?? 0) + stage.area.y });
  }
}
