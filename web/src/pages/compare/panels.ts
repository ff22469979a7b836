import type { MapInfo, MapScore } from "../../api/types";
import { shown } from "../../parts/shown";

export const MOST = 6;

/** Scores that stand under a title, the most telling first. */
const TELLING = [
  "trustworthiness", "continuity", "neighbor_preservation", "label_accuracy", "kl_divergence", "stress", "relative_error",
  "ratio_2_cumulative", "share", "parts",
]; // prettier-ignore

export function keyOf(map: { ref: string; point: number }): string {
  return `${map.ref}#${map.point}`;
}

/** The maps shown before anybody chose: one of each method first, then further ones, four at most. */
export function firstChoice(maps: readonly MapInfo[]): string[] {
  const ready = maps.filter((m) => m.id !== "");
  const seen = new Set<string>();
  const fresh = ready.filter((m) => !seen.has(m.node) && seen.add(m.node));
  return [...fresh, ...ready.filter((m) => !fresh.includes(m))].slice(0, 4).map(keyOf);
}

/** The title of each map: its method, and of its settings those that tell it from the other maps shown. */
export function titlesOf(maps: readonly MapInfo[]): string[] {
  const titles = maps.map((map) => {
    const same = maps.filter((m) => m.method === map.method).map((m): Record<string, unknown> => ({ ...m.given, ...m.settings }));
    const mine: Record<string, unknown> = { ...map.given, ...map.settings };
    const names = [...new Set(same.flatMap((s) => Object.keys(s)))];
    const told = names.filter((n) => n in map.settings || new Set(same.map((s) => JSON.stringify(s[n]))).size > 1);
    return [map.method, ...told.map((n) => `${n} = ${shown(mine[n])}`)].join(", ");
  });
  return titles.map((t, i) => (titles.filter((o) => o === t).length > 1 ? `${t} (${maps[i]?.node ?? ""})` : t));
}

export interface ShownScore extends MapScore {
  best: boolean;
}

/** The scores of each map, telling ones first; marked where a map is the best of those shown. */
export function scoresOf(maps: readonly MapInfo[], most = 4): ShownScore[][] {
  const value = (map: MapInfo, name: string): number | null => map.quality.find((q) => q.name === name)?.value ?? null;
  return maps.map((map) => {
    const told = TELLING.flatMap((name) => map.quality.find((q) => q.name === name) ?? []).slice(0, most);
    return told.map((score) => {
      const all = maps.flatMap((m) => value(m, score.name) ?? []);
      const goal = score.goal === "maximize" ? Math.max(...all) : score.goal === "minimize" ? Math.min(...all) : NaN;
      const best = all.length > 1 && score.value === goal && all.some((v) => v !== goal);
      return { ...score, best };
    });
  });
}
