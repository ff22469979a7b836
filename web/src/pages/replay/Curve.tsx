import { useCallback, useEffect, useState } from "react";

import type { CurveSpecs } from "../../api/replay";
import { type View, VegaFigure } from "../../parts/VegaFigure";

const LOG_FROM = 20; // as in the figures: what falls by more than this factor is drawn on a log axis

/** What the step lowers, by iteration, with a mark at the one shown. The picture is made in Python; this fills it. */
export function Curve({ specs, curve, shown }: { specs: CurveSpecs; curve: readonly [number, number | null][]; shown: number | null }) {
  const [view, setView] = useState<View | null>(null);
  const known = curve.filter((p): p is [number, number] => p[1] !== null);
  const low = Math.min(...known.map((p) => p[1]));
  const high = Math.max(...known.map((p) => p[1]));
  const log = known.length > 1 && low > 0 && high / low > LOG_FROM;
  const onView = useCallback((drawn: View | null) => {
    setView(drawn);
  }, []);
  useEffect(() => {
    if (!view) return;
    const points = curve.filter((p) => p[1] !== null).map(([x, y]) => ({ x, y }));
    view.data("curve", points);
    // The newest one that is not later: live curves have gaps.
    const mark = shown === null ? [] : points.filter((p) => p.x <= shown).slice(-1);
    view.data("shown", mark);
    view.resize().runAsync().catch(() => undefined);
  }, [view, curve, shown]);
  return <VegaFigure spec={log ? specs.log : specs.linear} label={specs.name} onView={onView} />;
}
