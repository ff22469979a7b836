/** A cell or figure as text, with five digits. */
export function shown(value: unknown): string {
  if (typeof value === "number") return Number(value.toPrecision(5)).toString();
  if (Array.isArray(value)) return `${value.slice(0, 3).map(shown).join(", ")}${value.length > 3 ? ` … (${value.length})` : ""}`;
  if (value === null || value === undefined) return "–";
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** Settings in words: `perplexity = 30, seed = 0`. */
export function settingsSaid(settings: Record<string, unknown>): string {
  return Object.entries(settings)
    .map(([k, v]) => `${k} = ${shown(v)}`)
    .join(", ");
}

/** The settings that are not everywhere the same, in their order. */
export function differing(points: readonly Record<string, unknown>[]): string[] {
  const names = [...new Set(points.flatMap((p) => Object.keys(p)))];
  return names.filter((n) => new Set(points.map((p) => JSON.stringify(p[n]))).size > 1);
}

/** The points of a sweep in words: of their settings those that differ, or their number where none does. */
export function pointNames(points: readonly Record<string, unknown>[]): string[] {
  const names = differing(points);
  return points.map((p, i) => settingsSaid(Object.fromEntries(names.filter((n) => n in p).map((n) => [n, p[n]]))) || String(i + 1));
}
