import { type RefObject, useCallback, useEffect, useRef, useState } from "react";

/** Browsers draw no element higher than some 16 million pixels: longer lists scroll in larger steps. */
const HIGHEST = 8_000_000;
const AHEAD = 4;

export interface Window {
  from: number;
  to: number;
  /** Where the line `from` stands, and how high all of it is; pixels. */
  top: number;
  height: number;
}

/** Which lines of a long list are to be seen. */
export function windowOf(scrolled: number, room: number, line: number, total: number): Window {
  const whole = total * line;
  const height = Math.min(whole, HIGHEST);
  if (whole <= HIGHEST) {
    const from = Math.max(0, Math.floor(scrolled / line) - AHEAD);
    return { from, to: Math.min(total, Math.ceil((scrolled + room) / line) + AHEAD), top: from * line, height };
  }
  const part = Math.min(1, Math.max(0, scrolled / (height - room)));
  const first = Math.floor(part * Math.max(0, total - Math.floor(room / line)));
  const to = Math.min(total, first + Math.ceil(room / line) + AHEAD);
  return { from: first, to, top: Math.min(scrolled, height - (to - first) * line), height };
}

/** The lines of a scrolled element that are to be seen, and the `ref` and `onScroll` of that element. */
export function useVirtual(line: number, total: number): [Window, RefObject<HTMLDivElement | null>, () => void] {
  const place = useRef<HTMLDivElement>(null);
  const [at, setAt] = useState({ scrolled: 0, room: 400 });
  const scrolled = useCallback(() => {
    const box = place.current;
    if (box) setAt((a) => (a.scrolled === box.scrollTop && a.room === box.clientHeight ? a : { scrolled: box.scrollTop, room: box.clientHeight }));
  }, []);
  useEffect(() => {
    if (!place.current) return;
    const sized = new ResizeObserver(scrolled);
    sized.observe(place.current);
    return () => {
      sized.disconnect();
    };
  }, [scrolled]);
  return [windowOf(at.scrolled, at.room, line, total), place, scrolled];
}
