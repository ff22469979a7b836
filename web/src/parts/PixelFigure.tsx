import "./parts.css";

import { type KeyboardEvent, type PointerEvent, useEffect, useId, useMemo, useRef, useState } from "react";

import { api, type At } from "../api/client";
import type { ImageInfo, PixelTold } from "../api/types";
import { failed, useStore } from "../app/store";
import { type Say, useSay } from "../i18n";
import type { Combine } from "../scatter/types";
import { useAsked } from "./asked";
import { placeIn, useFrame } from "./figureFrame";
import { type Box, imagesOf } from "./marks";
import { CLICK, howOf } from "./PickFigure";
import { frameOf, type Place, placeOf, placeTowards, rowsOf, rowsWithin, stripes } from "./pixels";
import { selectMarks } from "./selecting";
import { shown } from "./shown";
import { VegaFigure, type View } from "./VegaFigure";

const REST = 40;
const FAR = 10;
/** Pixels that the tip may be wide. */
const TIP = 350;

/** A heat map that is one image: the pointer and the keys tell its cells, a click or Enter selects their rows. */
export function PixelFigure({ at, spec, label }: { at: At; spec: Record<string, unknown>; label: string }) {
  const say = useSay();
  const helpId = useId();
  const host = useRef<HTMLDivElement>(null);
  const selection = useStore((s) => s.selection);
  const [view, setView] = useState<View | null>(null);
  const frame = useFrame(view, host);
  const [hover, setHover] = useState<Place | null>(null);
  const [focus, setFocus] = useState<Place | null>(null);
  const [box, setBox] = useState<Box | null>(null);
  const start = useRef<[number, number] | null>(null);
  const images = useMemo(() => (view ? imagesOf(view) : []), [view]);
  const lies = useAsked(`${at.file} ${at.ref} ${at.point ?? 0}`, (signal) => api.image(at, signal)).value;
  const place = hover ?? focus;
  const cells = useCells(at, place);
  const { told } = cells;

  const pick = (rows: number[], how: Combine): void => {
    selectMarks(at, rows.map((row) => ({ at: row })), how).catch(failed);
  };
  const pickPlace = (wanted: Place | null, how: Combine): void => {
    if (wanted) cells.get(wanted).then((found) => {
      pick(rowsOf(found), how);
    }, failed);
  };
  const onPointerDown = (event: PointerEvent): void => {
    if (event.button === 0 && lies) start.current = placeIn(host.current, frame, event);
  };
  const onPointerMove = (event: PointerEvent): void => {
    if (!lies) return;
    const [x1, y1] = placeIn(host.current, frame, event);
    if (start.current) {
      const [x0, y0] = start.current;
      if (!box && Math.hypot(x1 - x0, y1 - y0) < CLICK) return;
      if (!box) host.current?.setPointerCapture(event.pointerId);
      setHover(null);
      setBox({ x0, y0, x1, y1 });
    } else {
      const now = placeOf(images, lies, x1, y1);
      if (now?.panel !== hover?.panel || now?.down !== hover?.down || now?.across !== hover?.across) setHover(now);
    }
  };
  const onPointerUp = (event: PointerEvent): void => {
    if (!start.current || !lies) return;
    const [x, y] = placeIn(host.current, frame, event);
    if (box) pick(rowsWithin(images, lies, { ...box, x1: x, y1: y }), howOf(event));
    else pickPlace(placeOf(images, lies, x, y), howOf(event));
    start.current = null;
    setBox(null);
  };
  const stop = (): void => {
    start.current = null;
    setBox(null);
    setHover(null);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const next = lies && placeTowards(lies, focus, event.key, event.shiftKey ? FAR : 1);
    if (next) {
      event.preventDefault();
      setHover(null);
      setFocus(next);
    } else if (focus && (event.key === "Enter" || event.key === " ")) {
      event.preventDefault();
      pickPlace(focus, howOf(event));
    } else if (event.key === "Escape") {
      stop();
      setFocus(null);
    }
  };
  const ring = lies && place ? frameOf(images, lies, place) : null;
  const lines = lies && told ? linesOf(say, lies, told) : [];
  const k = frame ? frame.width / frame.w : 1;
  const right = ring !== null && frame !== null && frame.left + (ring.x + ring.width) * k + TIP > frame.room;

  return (
    <div
      ref={host}
      className="picking pixels"
      tabIndex={0}
      role="group"
      aria-label={label}
      aria-describedby={helpId}
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onPointerUp={onPointerUp}
      onPointerCancel={stop}
      onPointerLeave={() => {
        setHover(null);
      }}
      onKeyDown={onKeyDown}
    >
      <VegaFigure spec={spec} label={label} onView={setView} />
      {frame && lies && (
        <svg
          className="picking-over"
          aria-hidden="true"
          viewBox={`0 0 ${frame.w} ${frame.h}`}
          style={{ left: frame.left, top: frame.top, width: frame.width, height: frame.height }}
        >
          {selection?.rows === lies.rows_key && images.map((image, p) => <Stripes key={p} lies={lies} bits={selection.bits} image={image} />)}
          {ring && <rect className="halo" x={ring.x - 2} y={ring.y - 2} width={ring.width + 4} height={ring.height + 4} rx={2} />}
          {ring && <rect className="focused" x={ring.x - 2} y={ring.y - 2} width={ring.width + 4} height={ring.height + 4} rx={2} />}
          {box && <rect className="brush" x={Math.min(box.x0, box.x1)} y={Math.min(box.y0, box.y1)} width={Math.abs(box.x1 - box.x0)} height={Math.abs(box.y1 - box.y0)} />}
        </svg>
      )}
      {ring && frame && lines.length > 0 && (
        <dl
          className="pixel-tip"
          aria-hidden="true"
          data-right={right}
          style={{ left: frame.left + (right ? ring.x - 8 : ring.x + ring.width + 8) * k, top: frame.top + (ring.y + ring.height) * k + 6 }}
        >
          {lines.map(([name, text]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{text}</dd>
            </div>
          ))}
        </dl>
      )}
      <p id={helpId} className="soft picking-help">
        {say("pixels.help")}
      </p>
      <p className="picking-said" role="status">
        {focus && !hover ? lines.map(([name, text]) => `${name} ${text}`).join(", ") : ""}
      </p>
    </div>
  );
}

/** The rows selected, over an image and beside it: a thin row is seen by its marks in the margins. */
function Stripes({ lies, bits, image }: { lies: ImageInfo; bits: Parameters<typeof stripes>[1]; image: { x: number; y: number; width: number; height: number } }) {
  const found = useMemo(() => stripes(lies, bits), [lies, bits]);
  const each = image.height / lies.down.blocks;
  const bars = found.map(([from, n]) => ({ y: image.y + from * each, height: Math.max(1, n * each) }));
  const path = (x: number, width: number): string => bars.map((b) => `M${x},${b.y}h${width}v${b.height}h${-width}z`).join("");
  return (
    <>
      <path className="stripe" d={path(image.x, image.width)} />
      <path className="stripe-mark" d={`${path(image.x - 4.5, 3)}${path(image.x + image.width + 1.5, 6)}`} data-stripes={found.length} />
    </>
  );
}

/** What is behind a block, line by line. */
function linesOf(say: Say, lies: ImageInfo, told: PixelTold): [string, string][] {
  const [rows, columns] = [told.rows[1] - told.rows[0], told.columns[1] - told.columns[0]];
  const span = (of: "row" | "column"): string => {
    const one = told[of];
    if (one) return one.name;
    return told.first[of] === told.last[of] ? told.first[of] : say("pixels.span", { first: told.first[of], last: told.last[of] });
  };
  const value = told.value === null ? say("pixels.missing") : shown(told.value);
  const found: [string, string][] = [[say("pixels.row"), span("row")], [say("pixels.column"), span("column")], [say("pixels.value"), value]]; // prettier-ignore
  if (rows * columns > 1 && told.value !== null) found.push([say("pixels.of"), say(`pixels.${lies.shown}`, { rows, columns })]);
  return found;
}

/** What is behind a block: asked for where the pointer or the focus rests, and kept. */
function useCells(at: At, place: Place | null): { told: PixelTold | null; get: (place: Place) => Promise<PixelTold> } {
  const [known] = useState(() => new Map<string, PixelTold>());
  const [, setCount] = useState(0);
  const { file, ref, point } = at;
  const key = place ? keyOf(place) : "";
  useEffect(() => {
    if (key === "" || known.has(key)) return;
    const control = new AbortController();
    const timer = setTimeout(() => {
      api.pixel({ file, ref, point: point ?? 0 }, placeOfKey(key), control.signal).then(
        (told) => {
          known.set(key, told);
          setCount((n) => n + 1);
        },
        () => undefined, // what is not told under the pointer is told, or refused, by a click
      );
    }, REST);
    return () => {
      clearTimeout(timer);
      control.abort();
    };
  }, [file, ref, point, known, key]);
  return {
    told: known.get(key) ?? null,
    get: async (wanted) => known.get(keyOf(wanted)) ?? (await api.pixel(at, wanted)),
  };
}

function keyOf(place: Place): string {
  return `${place.panel} ${place.down} ${place.across}`;
}

function placeOfKey(key: string): Place {
  const [panel = 0, down = 0, across = 0] = key.split(" ").map(Number);
  return { panel, down, across };
}
