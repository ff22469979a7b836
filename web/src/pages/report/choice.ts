import type { ChosenFigure, ReportChoice } from "../../api/reportTypes";
import type { FigureRef } from "../../parts/figures";

/** A figure as the page lists it: chosen or not, with what the author says of it. */
export interface Entry extends ChosenFigure {
  figure: FigureRef;
  included: boolean;
}

/** All figures there are: those chosen in their order, then the others; all chosen where nothing is said. */
export function entriesOf(figures: readonly FigureRef[], report: ReportChoice | undefined): Entry[] {
  const fresh = (figure: FigureRef, included: boolean): Entry => ({
    figure,
    included,
    ref: figure.ref,
    caption: "",
    live: false,
    columns: [],
  });
  const chosen = report?.figures;
  if (!chosen) return figures.map((f) => fresh(f, true));
  const there = new Map(figures.map((f) => [f.ref, f]));
  const first = chosen.flatMap((c): Entry[] => {
    const figure = there.get(c.ref);
    return figure ? [{ ...c, figure, included: true }] : [];
  });
  const named = new Set(chosen.map((c) => c.ref));
  return [...first, ...figures.filter((f) => !named.has(f.ref)).map((f) => fresh(f, false))];
}

export function choiceOf(entries: readonly Entry[]): ReportChoice {
  return {
    figures: entries
      .filter((e) => e.included)
      .map(({ ref, caption, live, columns }) => ({ ref, caption, live, columns })),
  };
}

/** Change one entry; one that is taken in stands last among those chosen. */
export function changed(entries: readonly Entry[], ref: string, change: Partial<Entry>): Entry[] {
  const now = entries.map((e) => (e.ref === ref ? { ...e, ...change } : e));
  return change.included === undefined ? now : [...now.filter((e) => e.included), ...now.filter((e) => !e.included)];
}

/** Move an entry by one place among those chosen. */
export function moved(entries: readonly Entry[], ref: string, by: 1 | -1): Entry[] {
  const at = entries.findIndex((e) => e.ref === ref);
  const [one, other] = [entries[at], entries[at + by]];
  if (!one?.included || !other?.included) return [...entries];
  const now = [...entries];
  now[at] = other;
  now[at + by] = one;
  return now;
}

export function sizeOf(bytes: number): string {
  return bytes < 1e6 ? `${Math.max(1, Math.round(bytes / 1e3))} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
