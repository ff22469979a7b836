import { useEffect, useState } from "react";

import { type Glimpse, type Packed, replays } from "../../api/replay";

export interface Live {
  /** The newest glimpse of the run under way, or the last one of the run before. */
  glimpse: Packed<Glimpse> | null;
  /** Iterations and what was lowered, as far as they were seen. */
  curve: [number, number][];
  seen: number;
}

const NOTHING: Live = { glimpse: null, curve: [], seen: 0 };
const REST = 250; // milliseconds until a run that shows nothing is asked again

const rest = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Watch the run of a workflow: the server makes a glimpse only while this asks for one. */
export function useLive(file: string, running: boolean): Live {
  const [live, setLive] = useState<Live>(NOTHING);
  useEffect(() => {
    if (!running) return;
    const control = new AbortController();
    const { signal } = control;
    const watch = async (): Promise<void> => {
      let after = 0;
      while (!signal.aborted) {
        try {
          const found = await replays.live(file, after, signal);
          if (found === null) await rest(REST);
          else {
            const first = after === 0;
            after = found.facts.number;
            setLive((before) => grown(first ? NOTHING : before, found));
          }
        } catch {
          // The connection is gone, or the page left: the banner says so, and the next round tries again.
          await rest(4 * REST);
        }
      }
    };
    void watch();
    return () => {
      control.abort();
    };
  }, [file, running]);
  return live;
}

function grown(before: Live, glimpse: Packed<Glimpse>): Live {
  const { facts } = glimpse;
  const last = before.glimpse?.facts;
  const same = last?.task === facts.task && last.part === facts.part && last.iteration <= facts.iteration;
  const curve = same ? before.curve : [];
  return {
    glimpse,
    curve: facts.value === null ? curve : [...curve, [facts.iteration, facts.value]],
    seen: before.seen + 1,
  };
}
