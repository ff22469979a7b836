/** What a plot knows of its rows: where they are, how they are colored, and which are shown, selected and observed. */

import { Bits } from "./bits";
import { paletteOf, shadeOf, shadesOf, type Theme } from "./palette";
import { buildIndex, type PointIndex } from "./pointIndex";
import { HIDDEN, OBSERVED, SELECTED, type Marks } from "./scene";
import type { Coloring } from "./types";

/** Up to so many marked rows are kept as a list, and drawn in full even while the view moves. */
const LIST = 100_000;

export class Model {
  index: PointIndex = buildIndex(new Float32Array(0), new Float32Array(0));
  coloring: Coloring = { kind: "one" };
  shades: Uint16Array = new Uint16Array(0);
  states: Uint8Array = new Uint8Array(0);
  marks: Marks = { selected: null, observed: null, anySelected: false, anyObserved: false };
  selection: Bits | null = null;
  observed: Bits | null = null;
  labels: ReadonlyMap<number, string> = new Map();
  visible: Bits | null = null;
  selected = 0;
  /** Rows with a place that the filter lets through. */
  shown = 0;

  get rows(): number {
    return this.index.rows;
  }

  /** Colors and sets are kept where the number of rows is the same. */
  setPoints(x: Float32Array, y: Float32Array): void {
    const same = x.length === this.index.rows;
    this.index = buildIndex(x, y);
    if (!same) {
      this.coloring = { kind: "one" };
      this.selection = this.observed = this.visible = null;
      this.labels = new Map();
    }
    this.shades = shadesOf(this.coloring, this.index.order);
    this.mark();
  }

  setColoring(coloring: Coloring): void {
    const given = coloring.kind === "classes" ? coloring.codes.length : coloring.kind === "ramp" ? coloring.values.length : this.rows;
    this.sameRows("The coloring", given);
    this.coloring = coloring;
    this.shades = shadesOf(coloring, this.index.order);
  }

  /** Returns whether anything changed: pages hand back what a gesture made. */
  setSelection(bits: Bits | null): boolean {
    this.sameRows("The selection", bits?.length);
    const [before, now] = [this.selection, bits && new Bits(bits.length, bits.bytes.slice())];
    this.selection = now;
    if (before === now || (before && now?.equals(before))) return false;
    this.mark();
    return true;
  }

  setObserved(bits: Bits | null, labels?: ReadonlyMap<number, string>): void {
    this.sameRows("The set of observed rows", bits?.length);
    this.observed = bits;
    this.labels = labels ?? new Map();
    this.mark();
  }

  setVisible(bits: Bits | null): void {
    this.sameRows("The filter", bits?.length);
    this.visible = bits;
    this.mark();
  }

  palette(colors: Theme): Uint32Array {
    return paletteOf(this.coloring, colors);
  }

  shadeOf(row: number): number {
    return shadeOf(this.coloring, row);
  }

  isShown(row: number): boolean {
    return this.visible?.has(row) ?? true;
  }

  readonly hidden = (place: number): boolean => ((this.states[place] ?? 0) & HIDDEN) !== 0;

  private sameRows(what: string, given: number | undefined): void {
    if (given !== undefined && given !== this.rows) throw new RangeError(`${what} has ${given} rows; the points have ${this.rows}.`);
  }

  private mark(): void {
    const { order } = this.index;
    const states = new Uint8Array(order.length);
    const [visible, selection, observed] = [this.visible?.bytes, this.selection?.bytes, this.observed?.bytes];
    if (visible) marked(states, order, visible, 0, HIDDEN);
    const anySelected = selection?.some((byte) => byte !== 0) ?? false;
    const anyObserved = observed?.some((byte) => byte !== 0) ?? false;
    if (selection && anySelected) marked(states, order, selection, 1, SELECTED);
    if (observed && anyObserved) marked(states, order, observed, 1, OBSERVED);
    this.states = states;
    this.selected = this.selection?.count() ?? 0;
    this.marks = {
      selected: anySelected ? listed(states, SELECTED) : null,
      observed: anyObserved ? listed(states, OBSERVED) : null,
      anySelected,
      anyObserved,
    };
    this.shown = visible ? states.reduce((n, state) => n + (state & HIDDEN ? 0 : 1), 0) : states.length;
  }
}

/** Set a mark on the rows whose bit has a value. */
function marked(states: Uint8Array, order: Uint32Array, bytes: Uint8Array, wanted: 0 | 1, mark: number): void {
  for (let k = 0; k < order.length; k++) {
    const at = order[k] ?? 0;
    if ((((bytes[at >> 3] ?? 0) >> (at & 7)) & 1) === wanted) states[k] = (states[k] ?? 0) | mark;
  }
}

/** The places with a mark, unless they are too many. */
function listed(states: Uint8Array, mark: number): Uint32Array | null {
  const found = new Uint32Array(LIST);
  let n = 0;
  for (let k = 0; k < states.length; k++) {
    if (((states[k] ?? 0) & mark) === 0) continue;
    if (n === LIST) return null;
    found[n++] = k;
  }
  return found.slice(0, n);
}
