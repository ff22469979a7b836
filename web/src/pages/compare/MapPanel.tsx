import { useCallback, useEffect, useMemo, useRef, useState } from "react";

import { api } from "../../api/client";
import type { MapInfo } from "../../api/types";
import { select } from "../../app/store";
import { useSay } from "../../i18n";
import { ErrorBox } from "../../parts/ErrorBox";
import { Loading } from "../../parts/Loading";
import { MapPlot } from "../../parts/MapPlot";
import type { Drawn } from "../../parts/parallel";
import { shown } from "../../parts/shown";
import type { Bits } from "../../scatter/bits";
import type { Coloring, Status, Tool } from "../../scatter/types";
import { keyOf, type ShownScore } from "./panels";
import { procrustes, turned } from "./procrustes";

const WAIT = 90;

interface Props {
  map: MapInfo;
  title: string;
  scores: readonly ShownScore[];
  drawn: Drawn | null;
  error: Error | null;
  onRetry: () => void;
  /** The map that this one is turned like. */
  toward: Drawn | null;
  stale: boolean;
  coloring: Coloring;
  uncolored: string;
  selection: Bits | null;
  unmatched: boolean;
  tool: Tool;
  onOpen: () => void;
}

/** One map: what it is called, how good it is, and its points. */
export function MapPanel(props: Props) {
  const { map, title, scores, drawn, error, onRetry, toward, stale, coloring, uncolored, selection, unmatched, tool, onOpen } = props;
  const say = useSay();
  const hovered = useRowId(drawn);
  const [status, setStatus] = useState<Status | null>(null);
  const onSelect = useCallback(
    (bits: Bits) => {
      if (drawn) select({ ref: map.ref, point: map.point, rows: drawn.info.rows, bits });
    },
    [drawn, map.ref, map.point],
  );
  const turn = useMemo(
    () => (toward && drawn && toward !== drawn && toward.info.rows === drawn.info.rows ? procrustes(drawn.x, drawn.y, toward.x, toward.y) : null),
    [toward, drawn],
  );
  const [x, y] = useMemo(() => (drawn && turn ? turned(turn, drawn.x, drawn.y) : [drawn?.x, drawn?.y]), [drawn, turn]);
  const [a, b] = map.axes;
  return (
    <section className="map-panel" aria-label={title} data-map={keyOf(map)} data-stale={stale} data-selected={selection?.count() ?? 0}>
      <header>
        <h2>
          <button type="button" className="link" title={say("compare.open")} onClick={onOpen}>
            {title}
          </button>
          {stale && <span className="stale-mark">{say("state.stale")}</span>}
        </h2>
        <dl className="qualities">
          {scores.map((s) => (
            <div key={s.name} data-score={s.name} data-value={s.value} title={`${s.by}.${s.name}`}>
              <dt>{s.name.replaceAll("_", " ")}</dt>
              <dd>
                {s.best && <span title={say("scores.best.of")}>★ </span>}
                {s.value === null ? "–" : shown(Number(s.value.toPrecision(3)))}
              </dd>
            </div>
          ))}
          {scores.length === 0 && <div className="soft">{say("compare.noscores")}</div>}
        </dl>
      </header>
      {error && <ErrorBox error={error} onRetry={onRetry} />}
      <div className="map-place">
        {drawn && x && y && (
          <MapPlot
            x={x}
            y={y}
            coloring={coloring}
            selection={selection}
            tool={tool}
            label={title}
            {...(turn === null && a !== undefined && b !== undefined ? { xTitle: a, yTitle: b } : {})}
            onSelect={onSelect}
            onHover={hovered.ask}
            onOpen={onOpen}
            onStatus={setStatus}
          />
        )}
        {!drawn && !error && <Loading here text={say("compare.loading", { name: map.ref })} />}
      </div>
      <p className="soft map-foot">
        {drawn && say("compare.rows", { n: drawn.info.height })}
        {status && ` · ${say(status.sampled ? "compare.sampled" : "compare.drawn", { by: status.renderer === "cpu" ? "CPU" : "WebGL2", n: status.drawn })}`}
        {toward !== null && toward === drawn && ` · ${say("compare.lead")}`}
        {turn && ` · ${say("compare.disparity", { d: shown(Number(turn.disparity.toPrecision(3))) })}`}
        {uncolored && ` · ${say("compare.uncolored", { name: uncolored })}`}
        {unmatched && ` · ${say("compare.unmatched")}`}
        {hovered.id && ` · ${hovered.id}`}
      </p>
    </section>
  );
}

/** The row id of the point under the pointer, asked for once the pointer rests. */
function useRowId(drawn: Drawn | null): { id: string; ask: (position: number | null) => void } {
  const [id, setId] = useState("");
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(
    () => () => {
      clearTimeout(timer.current);
    },
    [],
  );
  const ask = useCallback(
    (position: number | null) => {
      clearTimeout(timer.current);
      if (position === null || !drawn) {
        setId("");
        return;
      }
      timer.current = setTimeout(() => {
        api.rows(drawn.at, { start: position, count: 1, columns: [] }).then(
          (rows) => {
            setId(rows.ids[0] ?? "");
          },
          () => undefined, // a name that does not come is not worth an alarm
        );
      }, WAIT);
    },
    [drawn],
  );
  return { id, ask };
}
