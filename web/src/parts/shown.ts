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
