import { useCallback, useEffect, useRef, useState } from "react";

import type { Rows } from "../../api/types";
import { asError } from "./useLoaded";

const PAGE = 100;

export interface Row {
  id: string;
  position: number;
  cells: Record<string, unknown>;
}

/** A long list of rows of which only the pages that were wanted are fetched. */
export interface RowPages {
  /** `null`: not known yet. */
  total: number | null;
  row: (at: number) => Row | undefined;
  want: (from: number, to: number) => void;
  error: Error | undefined;
  retry: () => void;
}

interface Kept {
  key: string;
  pages: ReadonlyMap<number, Rows>;
  total: number | null;
  error: Error | undefined;
}

export function useRows(key: string, ask: (start: number, count: number, signal: AbortSignal) => Promise<Rows>): RowPages {
  const [kept, setKept] = useState<Kept>({ key, pages: new Map(), total: null, error: undefined });
  const [turn, setTurn] = useState(0);
  const asked = useRef<{ pages: Set<number>; control: AbortController }>({ pages: new Set(), control: new AbortController() });
  const asker = useRef(ask);
  useEffect(() => {
    asker.current = ask;
  });
  const want = useCallback(
    (from: number, to: number) => {
      const { pages, control } = asked.current;
      for (let page = Math.floor(from / PAGE); page * PAGE < Math.max(to, from + 1); page++) {
        if (pages.has(page)) continue;
        pages.add(page);
        asker.current(page * PAGE, PAGE, control.signal).then(
          (rows) => {
            if (control.signal.aborted) return;
            setKept((k) => ({
              key,
              pages: new Map(k.key === key ? k.pages : []).set(page, rows),
              total: rows.total,
              error: undefined,
            }));
          },
          (reason: unknown) => {
            if (control.signal.aborted) return;
            setKept((k) => ({ key, pages: k.key === key ? k.pages : new Map(), total: null, error: asError(reason) }));
          },
        );
      }
    },
    [key],
  );
  useEffect(() => {
    asked.current = { pages: new Set(), control: new AbortController() };
    const { control } = asked.current;
    want(0, 1);
    return () => {
      control.abort();
    };
  }, [want, turn]);
  const now = kept.key === key;
  const row = (at: number): Row | undefined => {
    const page = now ? kept.pages.get(Math.floor(at / PAGE)) : undefined;
    const k = at % PAGE;
    const id = page?.ids[k];
    const position = page?.positions[k];
    if (!page || id === undefined || position === undefined) return undefined;
    return { id, position, cells: Object.fromEntries(Object.entries(page.columns).map(([n, c]) => [n, c[k]])) };
  };
  const retry = useCallback(() => {
    setTurn((t) => t + 1);
  }, []);
  return { total: now ? kept.total : null, row, want, error: now ? kept.error : undefined, retry };
}
