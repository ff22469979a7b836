import { useCallback, useMemo, useState } from "react";

import { api } from "../../api/client";
import { useSay } from "../../i18n";
import { useTitle } from "../../i18n/steps";
import { useAsked } from "../../parts/asked";
import { ErrorBox } from "../../parts/ErrorBox";
import type { FigureRef } from "../../parts/figures";
import { Loading } from "../../parts/Loading";
import type { Datum } from "../../parts/marks";
import { PickFigure } from "../../parts/PickFigure";
import { useKept } from "../../parts/kept";
import { settingsSaid } from "../../parts/shown";
import { Thumbnail } from "../../parts/Thumbnail";
import type { Combine } from "../../scatter/types";
import { brushed } from "./board";
import { swept } from "./scoreTable";
import { SortableScores } from "./ScoreTables";
import type { ShownRecord } from "./stale";
import { StaleMark } from "./StaleMark";

const MANY = 24;

const ofBoard = (datum: Datum): boolean => typeof datum.p === "number" && typeof datum.k === "string";
const said = (datum: Datum): string => `${String(datum.k)} = ${String(datum.t)} (${Number(datum.p) + 1})`;

/** A sweep at a glance: parallel coordinates whose brush filters the table, and a figure at every point. */
export function SweepBoard({ file, record, figures }: { file: string; record: ShownRecord; figures: readonly FigureRef[] }) {
  const say = useSay();
  const titled = useTitle();
  const [kept, setKept] = useState<ReadonlySet<number> | null>(null);
  const of = `${file} ${record.ref} ${record.points.map((p) => p.point).join()} ${JSON.stringify(record.points[0]?.figures)}`;
  // What is stale cannot be asked for: the last good board stays.
  const { value, error, again } = useAsked(record.stale ? "" : of, (signal) => api.board(file, record.ref, signal));
  const spec = useKept(`board ${file} ${record.ref}`, value);
  const table = useMemo(() => {
    const whole = swept(record);
    return kept ? { ...whole, rows: whole.rows.filter((r) => kept.has(r.point)) } : whole;
  }, [record, kept]);
  const onPick = useCallback((data: Datum[], how: Combine) => {
    setKept((before) => brushed(before, data.map((d) => Number(d.p)), how));
  }, []);
  const ringed = useCallback((datum: Datum) => kept?.has(Number(datum.p)) ?? false, [kept]);
  const every = record.points.length;
  return (
    <section className="picture board" aria-label={record.ref} data-board={record.ref} data-stale={record.stale}>
      <header>
        <h2>{say("board.title", { name: record.node })}</h2>
        <span className="soft">{titled(record)}</span>
        {record.stale && <StaleMark said />}
        {every < record.of && <span className="soft">{say("board.part", { n: every, of: record.of })}</span>}
        <span className="space" />
        {kept && (
          <button type="button" className="button" onClick={() => {
            setKept(null);
          }}>
            {say("board.all")}
          </button>
        )}
      </header>
      {error && <ErrorBox error={error} onRetry={again} />}
      {spec && <PickFigure spec={spec} label={say("board.title", { name: record.node })} wanted={ofBoard} describe={said} onPick={onPick} picked={ringed} help={say("board.help")} />}
      {!spec && !error && !record.stale && <Loading here />}
      <SortableScores table={table} heading={say("board.points")} total={every} marked={false} />
      <Multiples file={file} record={record} of={of} kept={kept} figures={figures} />
    </section>
  );
}

/** One figure at all points, small and beside each other. */
function Multiples({ file, record, of, kept, figures }: { file: string; record: ShownRecord; of: string; kept: ReadonlySet<number> | null; figures: readonly FigureRef[] }) {
  const say = useSay();
  const [ref, setRef] = useState("");
  const [all, setAll] = useState(false);
  const info = useAsked(ref === "" || record.stale ? "" : `${of} ${ref}`, () => api.value({ file, ref }));
  const points = info.value && ref !== "" ? info.value.points : [];
  const wanted = record.points.filter((p) => kept?.has(p.point) ?? true);
  const shown = points
    .map((settings, point) => ({ settings, point }))
    .filter(({ settings }) => wanted.some((p) => Object.entries(settings).every(([k, v]) => !(k in p.settings) || p.settings[k] === v)));
  if (figures.length === 0 || (record.stale && shown.length === 0)) return null;
  return (
    <>
      <label className="multiples-choice">
        {say("board.figure")}{" "}
        <select className="field" value={ref} onChange={(e) => {
          setRef(e.target.value);
        }}>
          <option value="">–</option>
          {figures.map((f) => (
            <option key={f.ref} value={f.ref}>
              {f.ref}
            </option>
          ))}
        </select>
      </label>
      {info.error && <ErrorBox error={info.error} onRetry={info.again} />}
      {shown.length > 0 && (
        <div className="multiples" data-multiples={shown.length}>
          {(all ? shown : shown.slice(0, MANY)).map(({ settings, point }) => (
            <figure key={point}>
              <Thumbnail address={api.figureAddress({ file, ref, point }, "svg", info.value?.id)} alt={`${ref}, ${settingsSaid(settings)}`} />
              <figcaption>{settingsSaid(settings)}</figcaption>
            </figure>
          ))}
        </div>
      )}
      {!all && shown.length > MANY && (
        <button type="button" className="button" onClick={() => {
          setAll(true);
        }}>
          {say("board.more", { n: shown.length - MANY })}
        </button>
      )}
    </>
  );
}
