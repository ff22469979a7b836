import { useCallback, useEffect, useState } from "react";

export const SPEEDS = [2, 5, 10, 20, 40] as const;

export interface Player {
  index: number;
  playing: boolean;
  speed: number;
  go: (index: number) => void;
  toggle: () => void;
  setSpeed: (speed: number) => void;
}

/** Which of so many frames is shown, and whether it moves on. A frame that is not here yet is waited for. */
export function usePlayer(total: number, here: (index: number) => boolean): Player {
  const [wanted, setWanted] = useState(Infinity);
  const [playing, setPlaying] = useState(false);
  const [speed, setSpeed] = useState<number>(10);
  const index = Math.max(0, Math.min(wanted, total - 1));
  const go = useCallback((to: number) => {
    setPlaying(false);
    setWanted(to);
  }, []);
  const toggle = useCallback(() => {
    if (!playing && index >= total - 1) setWanted(0);
    setPlaying(!playing && total > 1);
  }, [playing, index, total]);
  useEffect(() => {
    if (!playing) return;
    const timer = setInterval(() => {
      if (index >= total - 1) setPlaying(false);
      else if (here(index + 1)) setWanted(index + 1);
    }, 1000 / speed);
    return () => {
      clearInterval(timer);
    };
  }, [playing, speed, index, total, here]);
  return { index, playing: playing && total > 1, speed, go, toggle, setSpeed };
}
