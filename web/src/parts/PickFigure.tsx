import "./parts.css";

import { type KeyboardEvent, type PointerEvent, type ReactNode, useCallback, useId, useMemo, useRef, useState } from "react";

import { useSay } from "../i18n";
import type { Combine } from "../scatter/types";
import { placeIn, useFrame } from "./figureFrame";
import { type Box, type Datum, type Mark, markAt, marksOf, markTowards, marksWithin } from "./marks";
import { VegaFigure, type View } from "./VegaFigure";

interface Props {
  spec: Record<string, unknown>;
  label: string;
  /** Which marks can be picked. One function, kept between drawings. */
  wanted: (datum: Datum) => boolean;
  /** What a mark is, in words. */
  describe: (datum: Datum) => string;
  /** Hears the marks picked by a click, a rectangle or a key. */
  onPick: (data: Datum[], how: Combine) => void;
  /** Which marks stand out now. */
  picked?: (datum: Datum) => boolean;
  onView?: (view: View | null) => void;
  /** What a gesture does; else: it selects rows. */
  help?: string;
  /** What else lies over the figure, in its own pixels. */
  children?: ReactNode;
}

/** Pixels that a pointer may move between down and up and still have clicked. */
export const CLICK = 4;

export function howOf(event: { shiftKey: boolean; altKey: boolean }): Combine {
  return event.shiftKey ? "add" : event.altKey ? "remove" : "replace";
}

/** A figure whose marks can be picked: by a click, by a rectangle, by the arrow keys and Enter. */
export function PickFigure({ spec, label, wanted, describe, onPick, picked, onView, help, children }: Props) {
  const say = useSay();
  const helpId = useId();
  const place = useRef<HTMLDivElement>(null);
  const [view, setView] = useState<View | null>(null);
  const frame = useFrame(view, place);
  const [box, setBox] = useState<Box | null>(null);
  const [focus, setFocus] = useState<Mark | null>(null);
  const start = useRef<[number, number] | null>(null);

  const heard = useCallback(
    (now: View | null) => {
      setView(now);
      setFocus(null);
      onView?.(now);
    },
    [onView],
  );
  const marks = useMemo(() => (view ? marksOf(view, wanted) : []), [view, wanted]);

  const at = (event: PointerEvent): [number, number] => placeIn(place.current, frame, event);
  const onPointerDown = (event: PointerEvent): void => {
    if (event.button === 0 && marks.length > 0) start.current = at(event);
  };
  const onPointerMove = (event: PointerEvent): void => {
    if (!start.current) return;
    const [[x0, y0], [x1, y1]] = [start.current, at(event)];
    if (!box && Math.hypot(x1 - x0, y1 - y0) < CLICK) return;
    if (!box) place.current?.setPointerCapture(event.pointerId);
    setBox({ x0, y0, x1, y1 });
  };
  const onPointerUp = (event: PointerEvent): void => {
    if (!start.current) return;
    const [x, y] = at(event);
    const found = box ? marksWithin(marks, { ...box, x1: x, y1: y }) : [markAt(marks, x, y)].filter((m) => m !== null);
    start.current = null;
    setBox(null);
    if (found.length > 0 || box) onPick(found.map((m) => m.datum), howOf(event));
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const next = markTowards(marks, focus, event.key);
    if (next) {
      event.preventDefault();
      setFocus(next);
    } else if (focus && (event.key === "Enter" || event.key === " ")) {
      event.preventDefault();
      onPick([focus.datum], howOf(event));
    } else if (event.key === "Escape") {
      start.current = null;
      setBox(null);
      setFocus(null);
    }
  };
  const shown = picked ? marks.filter((m) => picked(m.datum)) : [];

  return (
    <div
      ref={place}
      className="picking"
      tabIndex={0}
      role="group"
      aria-label={label}
      aria-describedby={helpId}
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onPointerUp={onPointerUp}
      onPointerCancel={() => {
        start.current = null;
        setBox(null);
      }}
      onKeyDown={onKeyDown}
    >
      <VegaFigure spec={spec} label={label} onView={heard} />
      {frame && (
        <svg
          className="picking-over"
          aria-hidden="true"
          viewBox={`0 0 ${frame.w} ${frame.h}`}
          style={{ left: frame.left, top: frame.top, width: frame.width, height: frame.height }}
        >
          {shown.map((m, i) => (
            <rect key={i} className="picked" x={m.x - 2} y={m.y - 2} width={m.width + 4} height={m.height + 4} rx={3} />
          ))}
          {focus && <rect className="focused" x={focus.x - 4} y={focus.y - 4} width={focus.width + 8} height={focus.height + 8} rx={4} />}
          {box && (
            <rect
              className="brush"
              x={Math.min(box.x0, box.x1)}
              y={Math.min(box.y0, box.y1)}
              width={Math.abs(box.x1 - box.x0)}
              height={Math.abs(box.y1 - box.y0)}
            />
          )}
          {children}
        </svg>
      )}
      <p id={helpId} className="soft picking-help">
        {help ?? say("pick.help")}
      </p>
      <p className="picking-said" role="status">
        {focus ? describe(focus.datum) : ""}
      </p>
    </div>
  );
}
