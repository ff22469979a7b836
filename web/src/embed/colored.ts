/** The color of the points as Python sends it: what the legend says, and one code or number per row. */

import type { Colored } from "../explorer/source";
import { type Bytes, float32, uint16 } from "./bytes";

export type Said =
  | { kind: "classes"; name: string; names: string[]; colors: string[]; counts: number[]; missing: number }
  | { kind: "ramp"; name: string; low: number; high: number; missing: number };

export function coloredOf(said: Partial<Said>, bytes: Bytes): Colored | null {
  if (said.kind === "classes") return { ...(said as Extract<Said, { kind: "classes" }>), codes: uint16(bytes) };
  if (said.kind === "ramp") return { ...(said as Extract<Said, { kind: "ramp" }>), values: float32(bytes) };
  return null;
}
