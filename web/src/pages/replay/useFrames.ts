import { useEffect, useMemo, useReducer } from "react";

import { type History, replays } from "../../api/replay";
import { type Frame, FrameStore, type Load } from "./frames";

export interface Frames {
  /** A frame; while it is on its way the nearest that is here. */
  near: (index: number) => { frame: Frame; index: number } | null;
  here: (index: number) => boolean;
  want: (index: number) => void;
  error: Error | null;
  retry: () => void;
}

/** Frames of a history, fetched ahead of the one shown. */
export function useFrames(file: string, point: number, history: History | null): Frames {
  const [version, told] = useReducer((n: number) => n + 1, 0);
  const store = useMemo(() => {
    if (history?.state !== "kept" || history.kind === "parts") return null;
    const shown = Math.min(history.rows, history.most_rows);
    const bytes = history.kind === "map" ? shown * 8 : shown * 2 + 4 * history.centers * history.features.length;
    const load: Load = (first, count, signal) => replays.frames(file, history.node, point, first, count, signal);
    return new FrameStore(history.iterations.length, bytes, load, told);
  }, [file, point, history]);
  useEffect(
    () => () => {
      store?.close();
    },
    [store],
  );
  // A new set of answers whenever something has come: whoever holds one asks again.
  return useMemo(
    (): Frames => ({
      near: (index) => store?.nearest(index) ?? null,
      here: (index) => store === null || store.get(index) !== undefined,
      want: (index) => {
        store?.want(index);
      },
      error: store?.error ?? null,
      retry: () => {
        store?.retry(0);
        told();
      },
    }),
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [store, version],
  );
}
