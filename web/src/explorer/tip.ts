/** What is under the pointer: the name of the row, some cells, its picture. */

import type { Pictures } from "../scatter/types";
import { element } from "./dom";
import { tileCanvas } from "./pictures";
import type { Source } from "./source";

const WAIT = 120;
const SIDE = 96;

export class Tip {
  private readonly root = element("div", { class: "tkx-tip", role: "tooltip" });
  private timer: ReturnType<typeof setTimeout> | undefined;
  private asked = new AbortController();
  private last: number | null = null;

  constructor(
    private readonly plot: HTMLElement,
    private readonly source: Source,
    private readonly pictures: Pictures | null,
  ) {
    this.root.hidden = true;
    plot.append(this.root);
  }

  show(position: number | null, place: { x: number; y: number }): void {
    if (position === null) {
      this.hide();
      return;
    }
    this.root.style.left = `${Math.min(place.x + 14, this.plot.clientWidth - 180)}px`;
    this.root.style.top = `${Math.min(place.y + 14, this.plot.clientHeight - 60)}px`;
    if (position === this.last) return;
    this.hide();
    this.last = position;
    this.timer = setTimeout(() => void this.fill(position), WAIT);
  }

  destroy(): void {
    this.hide();
    this.root.remove();
  }

  private hide(): void {
    clearTimeout(this.timer);
    this.asked.abort();
    this.last = null;
    this.root.hidden = true;
  }

  private async fill(position: number): Promise<void> {
    const { signal } = (this.asked = new AbortController());
    try {
      const [facts] = await this.source.rows([position], signal);
      if (!facts || signal.aborted) return;
      const cells = facts.cells.map(([name, text]) => element("div", {}, element("span", {}, name), " ", text));
      this.root.replaceChildren(element("b", {}, facts.id), ...cells);
      this.root.hidden = false;
      const [tile] = (await this.pictures?.([position], SIDE, signal)) ?? [];
      if (tile && this.last === position) this.root.prepend(tileCanvas(tile, SIDE));
    } catch {
      // A name that does not come is no reason to disturb: the status line tells who does not answer.
    }
  }
}
