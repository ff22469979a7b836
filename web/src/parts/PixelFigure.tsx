import { type KeyboardEvent, useEffect, useMemo, useState } from "react";

import { api, type At } from "../api/client";
import type { ImageInfo, PixelTold } from "../api/types";
import { failed, useStore } from "../app/store";
import { type Say, useSay } from "../i18n";
import type { Combine } from "../scatter/types";
import { useAsked } from "./asked";
import type { Frame } from "./figureFrame";
import { imagesOf } from "./marks";
import { howOf, Picking } from "./Picking";
import { frameOf, type Place, placeOf, placeTowards, rowsOf, rowsWithin, stripes } from "./pixels";
import { selectMarks } from "./selecting";
import { shown } from "./shown";
import type { View } from "./VegaFigure";

const REST = 40;
const FAR = 10;
/** Pixels that the tip may be wide. */
const TIP = 350;

/** A heat map that is one image: the pointer and the keys tell its cells, a click or Enter selects their rows. */
export function PixelFigure({ at, spec, label }: { at: At; spec: Record<string, unknown>; label: string }) {
  const say = useSay();
  const selection = useStore((s) => s.selection);
  const [view, setView] = useState<View | null>(null);
  const [hover, setHover] = useState<Place | null>(null);
  const [focus, setFocus] = useState<Place | null>(null);
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
  const onHover = (to: [number, number] | null): void => {
    const now = to && lies ? placeOf(images, lies, ...to) : null;
    if (now?.panel !== hover?.panel || now?.down !== hover?.down || now?.across !== hover?.across) setHover(now);
  };
  const onKey = (event: KeyboardEvent): void => {
    const next = lies && placeTowards(lies, focus, event.key, event.shiftKey ? FAR : 1);
    if (next) {
      event.preventDefault();
      setHover(null);
      setFocus(next);
    } else if (focus && (event.key === "Enter" || event.key === " ")) {
      event.preventDefault();
      pickPlace(focus, howOf(event));
    } else if (event.key === "Escape") setFocus(null);
  };
  const ring = lies && place ? frameOf(images, lies, place) : null;
  const lines = lies && told ? linesOf(say, lies, told) : [];

  return (
    <Picking
      className="pixels"
      spec={spec}
      label={label}
      help={say("pixels.help")}
      said={focus && !hover ? lines.map(([name, text]) => `${name} ${text}`).join(", ") : ""}
      view={view}
      onView={setView}
      ready={lies !== null}
      onClick={(x, y, how) => {
        if (lies) pickPlace(placeOf(images, lies, x, y), how);
      }}
      onBox={(box, how) => {
        if (lies) pick(rowsWithin(images, lies, box), how);
      }}
      onHover={onHover}
      onKey={onKey}
      beside={(frame) => ring && lines.length > 0 && <Tip frame={frame} ring={ring} lines={lines} />}
    >
      {lies && selection?.rows === lies.rows_key && images.map((image, p) => <Stripes key={p} lies={lies} bits={selection.bits} image={image} />)}
      {ring &&
        ["halo", "focused"].map((name) => (
          <rect key={name} className={name} x={ring.x - 2} y={ring.y - 2} width={ring.width + 4} height={ring.height + 4} rx={2} />
        ))}
    </Picking>
  );
}

/** What is behind the block in the ring, beside it. */
function Tip({ frame, ring, lines }: { frame: Frame; ring: { x: number; y: number; width: number; height: number }; lines: readonly [string, string][] }) {
  const k = frame.width / frame.w;
  const right = frame.left + (ring.x + ring.width) * k + TIP > frame.room;
  return (
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
