/** Codes of clusters, two bytes each, the lower first. */
export function decoded(text: string): Uint16Array {
  const raw = atob(text);
  return Uint16Array.from({ length: raw.length / 2 }, (_, i) => raw.charCodeAt(2 * i) | (raw.charCodeAt(2 * i + 1) << 8));
}
