/** What the server says of reports. */

import type { Stage } from "./types";

export type ClosingPart = "done" | "found" | "unknown";

/** A figure of the report: `live` maps can be explored in it, colored by `columns`. */
export interface ChosenFigure {
  ref: string;
  caption: string;
  live: boolean;
  columns: string[];
}

/** Without `figures` all are in the report. */
export interface ReportChoice {
  figures?: ChosenFigure[];
}

/** The why-map, and of which value each figure of one map is. */
export interface Why {
  stages: { name: Stage; cards: { title: string; step: string; names: string[]; settings: [string, string][] }[] }[];
  maps: Record<string, string>;
}
