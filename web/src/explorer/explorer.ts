/** The explorer: scatter plot, tools, colors, legend, selection, without a framework; for notebooks and reports. */

import "./explorer.css";

import { createScatter } from "../scatter";
import { Bits } from "../scatter/bits";
import type { Coloring, Combine, Scatter, Status, Tool } from "../scatter/types";
import { button, element } from "./dom";
import { legendOf } from "./legend";
import { SelectionPanel } from "./panel";
import { remembered } from "./pictures";
import type { Colored, Hears, Source } from "./source";
import { onGround, VIRIDIS, watchTheme } from "./theme";
import { Tip } from "./tip";
import { type Language, type Say, speaker } from "./words";

export interface ExplorerOptions {
  language: Language;
  /** CSS pixels. */
  height: number;
  color: string;
}

const TOOLS = [
  ["move", "V"],
  ["box", "B"],
  ["lasso", "L"],
] as const;

export class Explorer {
  readonly scatter: Scatter;
  private readonly say: Say;
  private readonly root: HTMLElement;
  private readonly chooser: HTMLSelectElement;
  private readonly tools = new Map<Tool, HTMLButtonElement>();
  private readonly mosaicButton: HTMLButtonElement | null;
  private readonly legendPlace = element("div", { class: "tkx-legend" });
  private readonly statusPlace = element("div", { class: "tkx-status", role: "status" });
  private readonly panel: SelectionPanel;
  private readonly pictures: Source["pictures"];
  private readonly ends: (() => void)[] = [];
  private colored: Colored | null = null;
  private bits: Bits;
  private dark = false;
  private status: Status | null = null;
  private told = "";

  constructor(
    host: HTMLElement,
    private readonly source: Source,
    private readonly hears: Hears,
    options: ExplorerOptions,
  ) {
    const say = (this.say = speaker(options.language));
    const n = source.x.length;
    this.bits = new Bits(n);
    const pictures = (this.pictures = source.pictures && remembered(source.pictures));
    const plot = element("div", { class: "tkx-plot" });
    this.chooser = element("select", { class: "tkx-field" });
    for (const name of ["", ...source.columns]) {
      const option = element("option", {}, name || say("nothing"));
      option.value = name;
      this.chooser.append(option);
    }
    this.chooser.value = options.color;
    this.chooser.addEventListener("change", () => {
      if (this.chooser.value === "") this.show(null);
      hears.colorWanted(this.chooser.value);
    });

    const bar = element("div", { class: "tkx-bar", role: "toolbar" });
    bar.setAttribute("aria-label", say("tools"));
    for (const [tool, key] of TOOLS) {
      const made = button(say(tool), key, () => {
        this.setTool(tool);
      });
      this.tools.set(tool, made);
      bar.append(made);
    }
    bar.append(element("span", { class: "tkx-rule" }));
    this.mosaicButton = pictures
      ? button(say("mosaic"), "M", () => {
          this.setMosaic(this.mosaicButton?.getAttribute("aria-pressed") !== "true");
        })
      : null;
    this.mosaicButton?.setAttribute("aria-pressed", "false");
    if (this.mosaicButton) bar.append(this.mosaicButton);
    bar.append(
      button(say("fit"), "F", () => {
        this.scatter.fit();
      }),
      button(say("clear"), "Esc", () => {
        this.change(new Bits(n));
      }),
      element("label", { class: "tkx-color" }, say("colorBy"), this.chooser),
    );

    this.panel = new SelectionPanel(say, source, pictures, (positions) => {
      this.change(Bits.of(n, positions));
    });
    this.root = element(
      "div",
      { class: "tkx" },
      bar,
      element("div", { class: "tkx-body" }, element("div", { class: "tkx-stage" }, plot, this.legendPlace), this.panel.root),
      this.statusPlace,
    );
    this.root.style.setProperty("--tkx-height", `${options.height}px`);
    // JupyterLab listens to keys before anyone else, unless it is told that they are not meant for it.
    this.root.dataset.lmSuppressShortcuts = "true";
    host.append(this.root);

    const label = say("plot", { n, x: source.xTitle, y: source.yTitle, label: source.label });
    this.scatter = createScatter(plot, { xTitle: source.xTitle, yTitle: source.yTitle, label });
    this.scatter.setPoints(source.x, source.y);
    this.wire(plot);
    this.setTool("lasso");
    this.panel.show(this.bits);
  }

  /** Show a color, or none. */
  show(colored: Colored | null): void {
    this.colored = colored;
    this.told = "";
    this.chooser.value = colored?.name ?? "";
    this.scatter.setColoring(this.coloring());
    this.drawLegend();
    this.tell();
  }

  /** Show a selection that was made elsewhere. */
  select(bits: Bits): void {
    this.bits = bits;
    this.scatter.setSelection(bits.count() ? bits : null);
    this.panel.show(bits);
    this.tell();
  }

  /** Tell something in the status line, such as that nobody answers. */
  tellAlso(text: string): void {
    this.told = text;
    this.tell();
  }

  destroy(): void {
    this.ends.forEach((end) => {
      end();
    });
    this.panel.destroy();
    this.scatter.destroy();
    this.root.remove();
  }

  private change(bits: Bits): void {
    this.select(bits);
    this.hears.selected(bits.bytes, bits.count());
  }

  private wire(plot: HTMLElement): void {
    const tip = new Tip(plot, this.source, this.pictures);
    // What is in view, in units of the data, for whoever tests or scripts the page.
    const view = (): void => {
      const { x0, x1, y0, y1 } = this.scatter.view;
      plot.dataset.view = JSON.stringify([x0, x1, y0, y1]);
    };
    view();
    this.ends.push(
      this.scatter.on("select", (bits) => {
        this.change(bits);
      }),
      this.scatter.on("status", (status) => {
        this.status = status;
        this.tell();
      }),
      this.scatter.on("view", view),
      this.scatter.on("hover", (position, place) => {
        tip.show(position, place);
      }),
      () => {
        tip.destroy();
      },
      watchTheme((dark) => {
        this.dark = dark;
        this.root.dataset.dark = String(dark);
        this.scatter.setDark(dark);
        this.scatter.setColoring(this.coloring());
        this.drawLegend();
      }),
    );
    this.root.addEventListener("keydown", this.onKey);
  }

  private readonly onKey = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target instanceof HTMLSelectElement) return;
    const key = event.key.toUpperCase();
    const tool = TOOLS.find(([, k]) => k === key)?.[0];
    if (tool) this.setTool(tool);
    else if (key === "M" && this.pictures) this.setMosaic(this.mosaicButton?.getAttribute("aria-pressed") !== "true");
    else if (key === "F") this.scatter.fit();
    else if (key === "ESCAPE") this.change(new Bits(this.source.x.length));
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  private setTool(tool: Tool): void {
    this.scatter.setTool(tool);
    for (const [name, made] of this.tools) made.setAttribute("aria-pressed", String(name === tool));
  }

  private setMosaic(on: boolean): void {
    this.scatter.setMosaic(on ? this.pictures : null);
    this.mosaicButton?.setAttribute("aria-pressed", String(on));
  }

  private coloring(): Coloring {
    const found = this.colored;
    if (!found) return { kind: "one" };
    if (found.kind === "ramp") return { kind: "ramp", values: found.values, low: found.low, high: found.high, colors: VIRIDIS };
    return { kind: "classes", codes: found.codes, colors: found.colors.map((c) => onGround(c, this.dark)) };
  }

  private drawLegend(): void {
    const made = this.colored && legendOf(this.colored, this.say, this.dark, (code, how) => {
      this.selectClass(code, how);
    });
    this.legendPlace.replaceChildren(...(made ? [made] : []));
  }

  /** Make the rows of one class the selection, or add them. */
  private selectClass(code: number, how: Combine): void {
    if (this.colored?.kind !== "classes") return;
    const codes = this.colored.codes;
    const found = new Bits(codes.length);
    for (let i = 0; i < codes.length; i++) if (codes[i] === code) found.add(i);
    this.change(how === "replace" ? found : this.bits.combined(found, how));
  }

  private tell(): void {
    const { say, status } = this;
    const parts = [say("points", { n: this.source.x.length })];
    if (status?.missing) parts.push(say("gaps", { n: status.missing }));
    if (status?.sampled) parts.push(say("sampled", { n: status.drawn }));
    const n = this.bits.count();
    if (n) parts.push(say("selected", { n }));
    if (status) parts.push(say("renderer", { name: say(status.renderer) }));
    parts.push(...this.source.left_out);
    if (this.told) parts.push(this.told);
    const keys = element("span", { class: "tkx-keys" }, say(this.pictures ? "keys" : "keysWithoutPictures"));
    this.statusPlace.replaceChildren(...parts.map((p) => element("span", {}, p)), keys);
  }
}
