import { lazy, Suspense, useEffect, useMemo, useRef } from "react";

import { api } from "../../api/client";
import type { Kind } from "../../api/types";
import { useSay } from "../../i18n";
import { ErrorBox } from "../../parts/ErrorBox";
import type { PictureStore } from "./pictures";
import { Tile } from "./Tile";
import type { Explored } from "./useExplored";
import { useLoaded } from "./useLoaded";
import { grouped, PICTURES, shown } from "../../parts/values";

// The viewer is large, and most looks at a map need none.
const Structure3D = lazy(() => import("./Structure3D"));

const MOST = 300;
const DOUBLE = 700; // ms

interface DrawerProps {
  of: Explored;
  position: number;
  thing: { name: string; kind: Kind } | null;
  store: PictureStore | null;
  dark: boolean;
  onStep: (by: 1 | -1) => void;
  onClose: () => void;
}

/** One thing, large: its picture or its atoms in three dimensions, and all that is known of it. */
export function Drawer({ of, position, thing, store, dark, onStep, onClose }: DrawerProps) {
  const say = useSay();
  const box = useRef<HTMLElement>(null);
  const opened = useRef(0);
  const names = useMemo(() => of.related.columns.filter((c) => !PICTURES.includes(c.kind)).slice(0, MOST), [of.related]);
  const told = useLoaded(`${of.at.ref} ${of.info.id} ${position}`, (signal) =>
    api.rows(of.at, { start: 0, count: 1, columns: names.map((c) => c.name), at: [position] }, signal),
  );
  const built = thing && (thing.kind === "molecule" || thing.kind === "crystal") ? thing.name : null;
  const structure = useLoaded(built === null ? null : `${of.at.ref} ${of.info.id} ${position} ${built}`, (signal) =>
    api.structure(of.at, built ?? "", position, signal),
  );
  useEffect(() => {
    box.current?.focus();
    opened.current = performance.now();
  }, []);
  const rows = told.value?.positions[0] === position ? told.value : undefined;
  const shape = structure.fresh ? structure.value : undefined;
  // As an image, which runs no script, whatever the drawing holds.
  const picture = shape?.svg ? `data:image/svg+xml,${encodeURIComponent(shape.svg)}` : null;

  return (
    <aside
      ref={box}
      className="drawer"
      tabIndex={-1}
      aria-label={say("explore.drawer")}
      data-position={position}
      onMouseDown={(e) => {
        // The second click of a double click on a thing falls here, and is not meant for the text under it.
        if (e.detail > 1 && performance.now() - opened.current < DOUBLE) e.preventDefault();
      }}
      onKeyDown={(e) => {
        if (e.key === "ArrowRight" || e.key === "ArrowDown") onStep(1);
        else if (e.key === "ArrowLeft" || e.key === "ArrowUp") onStep(-1);
        else return;
        e.preventDefault();
        e.stopPropagation();
      }}
    >
      <header>
        <h2>{rows?.ids[0] ?? "…"}</h2>
        <span className="space" />
        <button
          type="button"
          className="button small"
          aria-label={say("explore.drawer.before")}
          onClick={() => {
            onStep(-1);
          }}
        >
          ←
        </button>
        <button
          type="button"
          className="button small"
          aria-label={say("explore.drawer.next")}
          onClick={() => {
            onStep(1);
          }}
        >
          →
        </button>
        <button type="button" className="button small" onClick={onClose}>
          {say("explore.close")}
          <kbd>Esc</kbd>
        </button>
      </header>
      {told.error && <ErrorBox error={told.error} onRetry={told.retry} />}
      {thing?.kind === "image" && store && <Tile store={store} position={position} side={300} label={say("explore.picture", { id: rows?.ids[0] ?? "" })} />}
      {built !== null && structure.busy && <p className="soft">{say("explore.drawer.busy")}</p>}
      {structure.error && built !== null && <ErrorBox error={structure.error} onRetry={structure.retry} />}
      {shape && (
        <>
          {shape.text && (
            <Suspense fallback={<p className="soft">{say("app.loading")}</p>}>
              <Structure3D key={position} shape={shape} dark={dark} label={say("explore.drawer.shape", { id: rows?.ids[0] ?? "" })} />
            </Suspense>
          )}
          {shape.reason && <p className="note">{say("explore.drawer.none", { reason: shape.reason })}</p>}
          {picture && <img className="plane" src={picture} alt={say("explore.drawer.plane")} />}
          <dl className="thing-facts">
            {shape.facts.map(([name, text]) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{text}</dd>
              </div>
            ))}
          </dl>
        </>
      )}
      {rows &&
        grouped(names).map(([ref, columns]) => (
          <section key={ref}>
            <h3>{ref}</h3>
            <dl className="thing-facts">
              {columns.map((c) => (
                <div key={c.name}>
                  <dt>{c.name}</dt>
                  <dd className={typeof rows.columns[c.name]?.[0] === "number" ? "n" : ""}>{shown(rows.columns[c.name]?.[0])}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
    </aside>
  );
}
