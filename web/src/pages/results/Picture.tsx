import { type ReactNode, useCallback, useMemo, useState } from "react";

import { api, Refused } from "../../api/client";
import { useStore } from "../../app/store";
import { useSay } from "../../i18n";
import { useTitle } from "../../i18n/steps";
import { useAsked } from "../../parts/asked";
import { ErrorBox } from "../../parts/ErrorBox";
import type { FigureRef } from "../../parts/figures";
import { Loading } from "../../parts/Loading";
import { useKept } from "../../parts/kept";
import type { Datum } from "../../parts/marks";
import { PickFigure } from "../../parts/PickFigure";
import { hasImage } from "../../parts/pixels";
import { PixelFigure } from "../../parts/PixelFigure";
import { selectMarks, useSelectedIds } from "../../parts/selecting";
import { settingsSaid } from "../../parts/shown";
import { VegaFigure } from "../../parts/VegaFigure";
import type { Combine } from "../../scatter/types";
import { CutTree } from "./CutTree";
import { StaleMark } from "./StaleMark";
import { describe, waysOf } from "./ways";

interface Props {
  file: string;
  figure: FigureRef;
  step: string;
  state: string;
}

/** One figure with its points, its files, and what its marks lead to. */
export function Picture({ file, figure, step, state }: Props) {
  const say = useSay();
  const titled = useTitle();
  const [point, setPoint] = useState(0);
  const at = useMemo(() => ({ file, ref: figure.ref, point }), [file, figure.ref, point]);
  // What is stale cannot be asked for: the last good picture stays.
  const asked = useAsked(figure.done > point ? `${file} ${figure.ref} ${point} ${figure.done} ${state}` : "", async () => {
    const [spec, info] = await Promise.all([api.figure(at), api.value(at)]);
    return { spec, info, point };
  });
  const kept = useKept(`figure ${file} ${figure.ref} ${point}`, asked.value?.point === point ? asked.value : null);
  const drawn = kept ?? (asked.busy ? asked.value : null);
  const stale = state === "stale" || (drawn !== null && figure.done <= point);
  // Of a sweep some points may be there and this one not: that is told by the mark, and is no error.
  const waits = stale && asked.error instanceof Refused && asked.error.status === 404;
  const points = drawn?.info.points ?? [];
  let body: ReactNode = null;
  if (drawn && step === "interpret.dendrogram") body = <CutTree key={`${point} ${drawn.info.id}`} at={at} spec={drawn.spec} label={figure.ref} />;
  else if (drawn && step === "interpret.heatmap" && hasImage(drawn.spec)) body = <PixelFigure key={`${point} ${drawn.info.id}`} at={at} spec={drawn.spec} label={drawn.info.text || figure.ref} />;
  else if (drawn && waysOf(step)) body = <Picking at={at} step={step} spec={drawn.spec} label={drawn.info.text || figure.ref} />;
  else if (drawn) body = <VegaFigure spec={drawn.spec} label={drawn.info.text || figure.ref} />;
  return (
    <section className="picture" aria-label={figure.ref} data-figure={figure.ref} data-stale={stale} id={`figure-${figure.ref}`}>
      <header>
        <h2>{figure.ref}</h2>
        <span className="soft">{titled(figure)}</span>
        {stale && <StaleMark said={drawn !== null} />}
        {figure.points > 1 && (
          <select className="field" aria-label={say("monitor.point")} value={point} onChange={(e) => {
            setPoint(Number(e.target.value));
          }}>
            {Array.from({ length: figure.points }, (_, i) => (
              <option key={i} value={i}>
                {points[i] ? settingsSaid(points[i]) : i + 1}
              </option>
            ))}
          </select>
        )}
        <span className="space" />
        {(["svg", "png", "pdf"] as const).map((form) => (
          <a key={form} className="button" href={figure.done > point ? api.figureAddress(at, form) : undefined} aria-disabled={figure.done <= point} download={`${figure.ref}.${form}`}>
            {form.toUpperCase()}
          </a>
        ))}
      </header>
      {asked.error && !waits && <ErrorBox error={asked.error} onRetry={asked.again} />}
      {!drawn && (!asked.error || waits) && (asked.busy ? <Loading here /> : <p className="soft">{say("monitor.none")}</p>)}
      {body}
      {drawn?.info.lens.map((line) => (
        <p key={line} className="soft">
          ◎ {line}
        </p>
      ))}
    </section>
  );
}

/** A figure whose marks are rows: a click or a rectangle selects them. */
function Picking({ at, step, spec, label }: { at: { file: string; ref: string; point: number }; step: string; spec: Record<string, unknown>; label: string }) {
  const selection = useStore((s) => s.selection);
  const ids = useSelectedIds();
  const [cells, setCells] = useState<{ of: unknown; keys: ReadonlySet<string> }>({ of: null, keys: new Set() });
  const ways = waysOf(step);
  const wanted = useCallback((datum: Datum) => waysOf(step)?.wanted(datum) ?? false, [step]);
  const onPick = useCallback(
    (data: Datum[], how: Combine) => {
      const keys = data.flatMap((d) => waysOf(step)?.cell?.(d) ?? []);
      selectMarks(at, data, how).then(
        (of) => {
          setCells((before) => ({ of, keys: how === "add" && before.of !== null ? new Set([...before.keys, ...keys]) : new Set(keys) }));
        },
        () => undefined,
      );
    },
    [at, step],
  );
  // Cells are marked as long as the selection is the one they made; points whenever their row is selected.
  const picked = (datum: Datum): boolean => {
    const cell = ways?.cell?.(datum);
    if (cell !== undefined) return selection !== null && cells.of === selection && cells.keys.has(cell);
    return typeof datum.id === "string" && ids.has(datum.id);
  };
  return <PickFigure spec={spec} label={label} wanted={wanted} describe={describe} onPick={onPick} picked={picked} />;
}
