import { useCallback, useEffect, useRef, useState } from "react";

/** Something that is fetched. The last good one stays while the next is under way, or when that fails. */
export interface Loaded<T> {
  /** What was fetched for the present key; else what was there before. */
  value: T | undefined;
  /** It belongs to the present key. */
  fresh: boolean;
  busy: boolean;
  stopped: boolean;
  error: Error | undefined;
  retry: () => void;
  cancel: () => void;
}

interface Kept<T> {
  key: string;
  turn: number;
  value: T | undefined;
  error: Error | undefined;
  stopped: boolean;
}

export const asError = (reason: unknown): Error => (reason instanceof Error ? reason : new Error(String(reason)));

/** Fetch whenever the key changes; `null`: nothing to fetch now. */
export function useLoaded<T>(key: string | null, load: (signal: AbortSignal) => Promise<T>): Loaded<T> {
  const [kept, setKept] = useState<Kept<T> | null>(null);
  const [turn, setTurn] = useState(0);
  const control = useRef<AbortController | null>(null);
  const loader = useRef(load);
  useEffect(() => {
    loader.current = load;
  });
  useEffect(() => {
    if (key === null) return;
    const mine = new AbortController();
    control.current = mine;
    loader.current(mine.signal).then(
      (value) => {
        if (!mine.signal.aborted) setKept({ key, turn, value, error: undefined, stopped: false });
      },
      (reason: unknown) => {
        if (!mine.signal.aborted) setKept((k) => ({ key, turn, value: k?.value, error: asError(reason), stopped: false }));
      },
    );
    return () => {
      mine.abort();
    };
  }, [key, turn]);
  const retry = useCallback(() => {
    setTurn((t) => t + 1);
  }, []);
  const cancel = useCallback(() => {
    control.current?.abort();
    if (key !== null) setKept((k) => ({ key, turn, value: k?.value, error: undefined, stopped: true }));
  }, [key, turn]);
  const now = kept?.key === key && kept.turn === turn;
  return {
    value: kept?.value,
    fresh: now && kept.error === undefined && !kept.stopped,
    busy: key !== null && !now,
    stopped: now && kept.stopped,
    error: now ? kept.error : undefined,
    retry,
    cancel,
  };
}
