import { useEffect, useState } from "react";

import { api } from "../../api/client";
import { useSay } from "../../i18n";
import { Tile } from "./Tile";
import type { PictureStore } from "./pictures";
import type { Explored } from "./useExplored";
import { useLoaded } from "./useLoaded";
import { shown } from "../../parts/values";

const WAIT = 70;

/** What is under the pointer: row id, picture, and some columns. */
export function HoverCard(props: { of: Explored; position: number; place: { x: number; y: number }; columns: readonly string[]; store: PictureStore | null }) {
  const { of, position, place, columns, store } = props;
  const say = useSay();
  const [rested, setRested] = useState<number | null>(null);
  useEffect(() => {
    const timer = setTimeout(() => {
      setRested(position);
    }, WAIT);
    return () => {
      clearTimeout(timer);
    };
  }, [position]);
  const key = rested === null ? null : `${of.at.ref} ${of.info.id} ${rested} ${columns.join("\n")}`;
  const told = useLoaded(key, (signal) => api.rows(of.at, { start: 0, count: 1, columns: [...columns], at: rested === null ? [] : [rested] }, signal));
  const rows = told.value;
  if (rows?.positions[0] !== position) return null;
  const left = place.x > 520;
  return (
    <div className="hover-card" role="status" data-left={left} style={{ left: place.x + (left ? -14 : 14), top: place.y + 10 }}>
      {store && <Tile store={store} position={position} side={96} label={say("explore.picture", { id: rows.ids[0] ?? "" })} />}
      <div>
        <strong>{rows.ids[0]}</strong>
        <dl>
          {columns.map((name) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd className={typeof rows.columns[name]?.[0] === "number" ? "n" : ""}>{shown(rows.columns[name]?.[0])}</dd>
            </div>
          ))}
        </dl>
      </div>
    </div>
  );
}
