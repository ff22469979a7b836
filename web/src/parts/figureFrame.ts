import { type RefObject, useEffect, useState } from "react";

import type { View } from "./VegaFigure";

/** The size of a figure in its own pixels, and where it stands on the page. */
export interface Frame {
  left: number;
  top: number;
  width: number;
  height: number;
  w: number;
  h: number;
  /** How wide the place is that the figure stands in. */
  room: number;
}

/** Where the figure drawn in a place stands, kept as the page changes its size. */
export function useFrame(view: View | null, place: RefObject<HTMLElement | null>): Frame | null {
  const [frame, setFrame] = useState<Frame | null>(null);
  useEffect(() => {
    const host = place.current;
    if (!view || !host) return;
    const measure = (): void => {
      const svg = host.querySelector<SVGSVGElement>(".figure svg");
      if (!svg) return;
      const [a, b] = [svg.getBoundingClientRect(), host.getBoundingClientRect()];
      const { width: w, height: h } = svg.viewBox.baseVal;
      setFrame({ left: a.left - b.left, top: a.top - b.top, width: a.width, height: a.height, w, h, room: b.width });
    };
    const watch = new ResizeObserver(measure);
    watch.observe(host);
    return () => {
      watch.disconnect();
    };
  }, [view, place]);
  return frame;
}

/** Where an event happened, in the figure's own pixels. */
export function placeIn(host: HTMLElement | null, frame: Frame | null, event: { clientX: number; clientY: number }): [number, number] {
  const svg = host?.querySelector(".figure svg");
  if (!svg || !frame) return [0, 0];
  const rect = svg.getBoundingClientRect();
  return [((event.clientX - rect.left) * frame.w) / rect.width, ((event.clientY - rect.top) * frame.h) / rect.height];
}
