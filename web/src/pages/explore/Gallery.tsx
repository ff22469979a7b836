import { useEffect, useState } from "react";

import { api, type Choice } from "../../api/client";
import { useSay } from "../../i18n";
import { ErrorBox } from "../../parts/ErrorBox";
import type { PictureStore } from "./pictures";
import { Tile } from "./Tile";
import type { Explored } from "./useExplored";
import { useRows } from "./useRows";
import { useLoaded } from "./useLoaded";
import { COLORS, shown } from "../../parts/values";
import { useVirtual } from "./virtual";

const GAP = 6;
const CAPTION = 28;

interface GalleryProps {
  of: Explored;
  store: PictureStore;
  /** The rows shown, and a text that changes with them. */
  within: string | undefined;
  version: number;
  axes: readonly [string, string];
  label: string | null;
  focus: number | null;
  onOpen: (position: number) => void;
}

/** The things behind the rows as tiles, in the order of a column or along an axis; only what is to be seen is fetched. */
export function Gallery({ of, store, within, version, axes, label, focus, onOpen }: GalleryProps) {
  const say = useSay();
  const [sort, setSort] = useState<string | null>(null);
  const [descending, setDescending] = useState(false);
  const [named, setNamed] = useState(true);
  const [side, setSide] = useState(64);
  const [width, setWidth] = useState(320);
  const by = sort ?? axes[0];
  const choice: Choice = { ...(within === undefined ? {} : { within }), ...(by === "-" ? {} : { sort: { column: by, descending } }) };
  const columns = label === null ? [] : [label];
  const rows = useRows(`${of.at.ref} ${of.info.id} ${version} ${by} ${descending} ${label ?? ""}`, (start, count, signal) =>
    api.rows(of.at, { ...choice, start, count, columns }, signal),
  );
  const total = rows.total ?? 0;
  const across = Math.max(1, Math.floor((width + GAP) / (side + GAP)));
  const line = side + GAP + (named ? CAPTION : 0);
  const [view, place, scrolled] = useVirtual(line, Math.ceil(total / across));
  const [from, to] = [view.from * across, Math.min(total, view.to * across)];
  const { want } = rows;
  useEffect(() => {
    if (to > from) want(from, to);
  }, [want, from, to]);
  useEffect(() => {
    const box = place.current;
    if (!box) return;
    const sized = new ResizeObserver(() => {
      setWidth(box.clientWidth - 8);
    });
    sized.observe(box);
    return () => {
      sized.disconnect();
    };
  }, [place]);
  // Tiles say nothing of what fails; this asks for one of them.
  const first = rows.row(from)?.position;
  const probe = useLoaded(first === undefined ? null : `${of.info.id} ${first}`, () => store.soon(first ?? 0, side));

  const error = rows.error ?? probe.error;
  return (
    <section className="gallery" aria-label={say("explore.gallery")}>
      <div className="gallery-bar">
        <label>
          {say("explore.gallery.sort")}{" "}
          <select
            className="field"
            value={by}
            onChange={(e) => {
              setSort(e.target.value);
            }}
          >
            <option value={axes[0]}>{say("explore.gallery.along", { name: axes[0] })}</option>
            <option value={axes[1]}>{say("explore.gallery.along", { name: axes[1] })}</option>
            <option value="-">{say("explore.gallery.order")}</option>
            {of.related.columns
              .filter((c) => COLORS.includes(c.kind) && !axes.includes(c.name))
              .map((c) => (
                <option key={c.name} value={c.name}>
                  {c.name}
                </option>
              ))}
          </select>
        </label>
        <button
          type="button"
          className="button small"
          aria-pressed={descending}
          title={say("explore.gallery.descending")}
          aria-label={say("explore.gallery.descending")}
          onClick={() => {
            setDescending(!descending);
          }}
        >
          {descending ? "↓" : "↑"}
        </button>
        <label>
          <input
            type="checkbox"
            checked={named}
            onChange={(e) => {
              setNamed(e.target.checked);
            }}
          />{" "}
          {say("explore.gallery.names")}
        </label>
        <label className="grow">
          <span className="hidden">{say("explore.gallery.side")}</span>
          <input
            type="range"
            aria-label={say("explore.gallery.side")}
            min={32}
            max={192}
            step={8}
            value={side}
            onChange={(e) => {
              setSide(Number(e.target.value));
            }}
          />
        </label>
      </div>
      {probe.busy && !error && <p className="soft">{say("explore.gallery.busy")}</p>}
      {error && <ErrorBox error={error} onRetry={rows.error ? rows.retry : probe.retry} />}
      <div className="gallery-room" ref={place} onScroll={scrolled} tabIndex={0} role="group" aria-label={say("explore.gallery")} data-total={total}>
        <div style={{ height: view.height, position: "relative" }}>
          <div className="gallery-tiles" style={{ top: view.top, gap: GAP, gridTemplateColumns: `repeat(${across}, ${side}px)` }}>
            {Array.from({ length: Math.max(0, to - from) }, (_, i) => {
              const row = rows.row(from + i);
              if (!row) return <div key={`wait ${i}`} className="tile-wait" style={{ width: side, height: side + (named ? CAPTION : 0) }} />;
              const value = label === null ? "" : shown(row.cells[label]);
              return (
                <button
                  key={row.position}
                  type="button"
                  className="thing"
                  data-position={row.position}
                  data-id={row.id}
                  data-focus={row.position === focus}
                  title={`${row.id} ${value}`}
                  style={{ width: side }}
                  onClick={() => {
                    onOpen(row.position);
                  }}
                >
                  <Tile store={store} position={row.position} side={side} label={`${row.id} ${value}`} />
                  {named && (
                    <span className="thing-name">
                      {row.id}
                      <b>{value}</b>
                    </span>
                  )}
                </button>
              );
            })}
          </div>
        </div>
      </div>
    </section>
  );
}
