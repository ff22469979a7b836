import { useCallback, useEffect, useMemo, useState } from "react";

import type { Drawn } from "../../api/replay";
import { type View, VegaFigure } from "../../parts/VegaFigure";

/** Factors as interpret.replay draws them; `iteration` moves what in a page of its own the slider moves. */
export function Factors({ drawn, iteration }: { drawn: Drawn; iteration: number | null }) {
  const [view, setView] = useState<View | null>(null);
  const onView = useCallback((now: View | null) => {
    setView(now);
  }, []);
  const spec = useMemo(() => {
    const params = (drawn.spec.params as Record<string, unknown>[] | undefined) ?? [];
    const free = params.map((p) => Object.fromEntries(Object.entries(p).filter(([k]) => k !== "bind")));
    return { ...drawn.spec, params: free };
  }, [drawn]);
  useEffect(() => {
    if (!view || iteration === null) return;
    view.signal("shown", iteration);
    view.runAsync().catch(() => undefined);
  }, [view, iteration]);
  return <VegaFigure spec={spec} label={drawn.text} onView={onView} />;
}
