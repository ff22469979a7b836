/** What the explore page is told. */

import type { Kind, Stage } from "./types";

/** A computed table, and the points of its sweep that are there. */
export interface TableInfo {
  ref: string;
  node: string;
  output: string;
  step: string;
  title: string;
  stage: Stage;
  kinds: Partial<Record<Kind, number>>;
  points: { point: number; at: Record<string, unknown>; height: number | null }[];
}

/** A column of a value or of a table about the same rows; asked for by `name` with `wide`. */
export interface WideColumn {
  name: string;
  column: string;
  ref: string;
  near: "own" | "upstream" | "beside";
  kind: Kind;
  dtype: string;
}

export interface Related {
  columns: WideColumn[];
  /** The value itself first; `matched`: how many of its rows are in a table. */
  tables: { ref: string; point: number; near: WideColumn["near"]; height: number; matched: number }[];
}

export interface Structure {
  kind: "molecule" | "crystal";
  format: "sdf" | "xyz";
  /** Empty where `reason` says why there are no coordinates. */
  text: string;
  svg: string;
  reason: string;
  facts: [string, string][];
}
