import "./parts.css";

import { type KeyboardEvent, type PointerEvent, type ReactNode, useId, useRef, useState } from "react";

import type { Combine } from "../scatter/types";
import { type Frame, placeIn, useFrame } from "./figureFrame";
import type { Box } from "./marks";
import { VegaFigure, type View } from "./VegaFigure";

interface Props {
  spec: Record<string, unknown>;
  label: string;
  /** What a gesture does, in words. */
  help: string;
  /** What has the focus of the keys, in words. */
  said: string;
  view: View | null;
  onView: (view: View | null) => void;
  /** Whether there is anything to pick. */
  ready: boolean;
  /** A click, at a place in the figure's own pixels. */
  onClick: (x: number, y: number, how: Combine) => void;
  onBox: (box: Box, how: Combine) => void;
  /** Where the pointer rests; null while a rectangle is drawn, and outside. */
  onHover?: (at: [number, number] | null) => void;
  onKey: (event: KeyboardEvent) => void;
  /** What lies over the figure, in its own pixels. */
  children?: ReactNode;
  /** What stands beside it, in those of the page. */
  beside?: (frame: Frame) => ReactNode;
  className?: string;
}

/** Pixels that a pointer may move between down and up and still have clicked. */
const CLICK = 4;

export function howOf(event: { shiftKey: boolean; altKey: boolean }): Combine {
  return event.shiftKey ? "add" : event.altKey ? "remove" : "replace";
}

/** A figure that hears clicks, rectangles and keys, with room above it for what they lead to. */
export function Picking({ spec, label, help, said, view, onView, ready, onClick, onBox, onHover, onKey, children, beside, className = "" }: Props) {
  const helpId = useId();
  const host = useRef<HTMLDivElement>(null);
  const frame = useFrame(view, host);
  const [box, setBox] = useState<Box | null>(null);
  const start = useRef<[number, number] | null>(null);

  const stop = (): void => {
    start.current = null;
    setBox(null);
  };
  const leave = (): void => {
    onHover?.(null);
  };
  const onPointerDown = (event: PointerEvent): void => {
    if (event.button === 0 && ready) start.current = placeIn(host.current, frame, event);
  };
  const onPointerMove = (event: PointerEvent): void => {
    const [x1, y1] = placeIn(host.current, frame, event);
    if (!start.current) {
      onHover?.([x1, y1]);
      return;
    }
    const [x0, y0] = start.current;
    if (!box && Math.hypot(x1 - x0, y1 - y0) < CLICK) return;
    if (!box) host.current?.setPointerCapture(event.pointerId);
    leave();
    setBox({ x0, y0, x1, y1 });
  };
  const onPointerUp = (event: PointerEvent): void => {
    if (!start.current) return;
    const [x, y] = placeIn(host.current, frame, event);
    stop();
    if (box) onBox({ ...box, x1: x, y1: y }, howOf(event));
    else onClick(x, y, howOf(event));
  };
  return (
    <div
      ref={host}
      className={`picking ${className}`}
      tabIndex={0}
      role="group"
      aria-label={label}
      aria-describedby={helpId}
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onPointerUp={onPointerUp}
      onPointerCancel={() => {
        stop();
        leave();
      }}
      onPointerLeave={leave}
      onKeyDown={(event) => {
        if (event.key === "Escape") {
          stop();
          leave();
        }
        onKey(event);
      }}
    >
      <VegaFigure spec={spec} label={label} onView={onView} />
      {frame && (
        <svg
          className="picking-over"
          aria-hidden="true"
          viewBox={`0 0 ${frame.w} ${frame.h}`}
          style={{ left: frame.left, top: frame.top, width: frame.width, height: frame.height }}
        >
          {children}
          {box && <rect className="brush" x={Math.min(box.x0, box.x1)} y={Math.min(box.y0, box.y1)} width={Math.abs(box.x1 - box.x0)} height={Math.abs(box.y1 - box.y0)} />}
        </svg>
      )}
      {frame && beside?.(frame)}
      <p id={helpId} className="soft picking-help">
        {help}
      </p>
      <p className="picking-said" role="status">
        {said}
      </p>
    </div>
  );
}
