import { useEffect } from "react";

const MOST = 60;
const kept = new Map<string, unknown>();

/** Keep what a view shows, under a name; the oldest goes. */
export function keep(name: string, value: unknown): void {
  kept.delete(name);
  kept.set(name, value);
  for (const oldest of kept.keys()) {
    if (kept.size <= MOST) break;
    kept.delete(oldest);
  }
}

export function keptAs(name: string): unknown {
  return kept.get(name) ?? null;
}

/** What there is now, else what was there last, even if the page was left meanwhile: what is stale stays in view. */
export function useKept<T>(name: string, now: T | null): T | null {
  useEffect(() => {
    if (now !== null) keep(name, now);
  }, [name, now]);
  return now ?? (keptAs(name) as T | null);
}
