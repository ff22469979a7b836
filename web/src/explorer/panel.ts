/** The selection: how many rows, their pictures and names; and notes pinned to selections. */

import type { Bits } from "../scatter/bits";
import type { Pictures } from "../scatter/types";
import { button, element } from "./dom";
import { tileCanvas } from "./pictures";
import type { Source } from "./source";
import type { Say } from "./words";

const MOST_SHOWN = 48;
const MOST_COPIED = 100_000;
const SIDE = 64;

export class SelectionPanel {
  readonly root: HTMLElement;
  private readonly count = element("p", { class: "tkx-count" });
  private readonly list = element("ol", { class: "tkx-rows" });
  private readonly copy: HTMLButtonElement;
  private asked = new AbortController();
  private bits: Bits | null = null;

  constructor(
    private readonly say: Say,
    private readonly source: Source,
    private readonly pictures: Pictures | null,
    choose: (positions: readonly number[]) => void,
  ) {
    this.copy = button(say("copy"), "", () => void this.copyIds());
    const title = element("h4", {}, say("selection"));
    this.root = element("aside", { class: "tkx-panel" }, title, this.count, this.list, this.copy);
    this.root.setAttribute("aria-label", say("selection"));
    if (source.notes.length) {
      const notes = source.notes.map((note) => {
        const entry = button(say("note", { text: note.text, n: note.positions.length }), "", () => {
          choose(note.positions);
        });
        return element("li", {}, entry);
      });
      this.root.append(element("h4", {}, say("notes")), element("ol", { class: "tkx-notes" }, ...notes));
    }
  }

  show(bits: Bits): void {
    this.bits = bits;
    this.asked.abort();
    const n = bits.count();
    this.copy.hidden = n === 0;
    this.copy.textContent = this.say("copy");
    this.count.textContent = n ? this.say("chosen", { n, of: bits.length }) : this.say("none");
    this.list.replaceChildren();
    if (n) void this.fill(bits.positions(MOST_SHOWN), n);
  }

  destroy(): void {
    this.asked.abort();
  }

  private async fill(positions: number[], n: number): Promise<void> {
    const { signal } = (this.asked = new AbortController());
    const wanted = (): boolean => !signal.aborted;
    try {
      const rows = await this.source.rows(positions, signal);
      if (!wanted()) return;
      const entries = rows.map((row) => {
        const name = element("span", { title: row.id }, row.id);
        return element("li", {}, name);
      });
      const rest = n - rows.length;
      this.list.dataset.pictures = String(this.pictures !== null);
      this.list.replaceChildren(...entries, ...(rest > 0 ? [element("li", { class: "tkx-more" }, this.say("more", { n: rest }))] : []));
      const tiles = (await this.pictures?.(positions, SIDE, signal)) ?? [];
      if (!wanted()) return;
      tiles.forEach((tile, i) => {
        if (tile) entries[i]?.prepend(tileCanvas(tile, SIDE));
      });
    } catch (error) {
      if (!wanted()) return;
      this.list.replaceChildren(element("li", { class: "tkx-more" }, this.say("failed", { text: String(error) })));
    }
  }

  private async copyIds(): Promise<void> {
    try {
      const rows = await this.source.rows(this.bits?.positions(MOST_COPIED) ?? [], new AbortController().signal);
      await navigator.clipboard.writeText(rows.map((r) => r.id).join("\n"));
      this.copy.textContent = this.say("copied");
    } catch (error) {
      this.copy.textContent = this.say("failed", { text: String(error) });
    }
  }
}
