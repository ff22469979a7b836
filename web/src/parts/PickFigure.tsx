import { type KeyboardEvent, type ReactNode, useCallback, useMemo, useState } from "react";

import { useSay } from "../i18n";
import type { Combine } from "../scatter/types";
import { type Datum, type Mark, markAt, marksOf, markTowards, marksWithin } from "./marks";
import { howOf, Picking } from "./Picking";
import type { View } from "./VegaFigure";

interface Props {
  spec: Record<string, unknown>;
  label: string;
  /** Which marks can be picked. One function, kept between drawings. */
  wanted: (datum: Datum) => boolean;
  /** What a mark is, in words. */
  describe: (datum: Datum) => string;
  /** Hears the marks picked by a click, a rectangle or a key. */
  onPick: (data: Datum[], how: Combine) => void;
  /** Which marks stand out now. */
  picked?: (datum: Datum) => boolean;
  onView?: (view: View | null) => void;
  /** What a gesture does; else: it selects rows. */
  help?: string;
  /** What else lies over the figure, in its own pixels. */
  children?: ReactNode;
}

/** A figure whose marks can be picked: by a click, by a rectangle, by the arrow keys and Enter. */
export function PickFigure({ spec, label, wanted, describe, onPick, picked, onView, help, children }: Props) {
  const say = useSay();
  const [view, setView] = useState<View | null>(null);
  const [focus, setFocus] = useState<Mark | null>(null);

  const heard = useCallback(
    (now: View | null) => {
      setView(now);
      setFocus(null);
      onView?.(now);
    },
    [onView],
  );
  const marks = useMemo(() => (view ? marksOf(view, wanted) : []), [view, wanted]);
  const pick = (found: readonly Mark[], how: Combine): void => {
    onPick(found.map((m) => m.datum), how);
  };
  const onKey = (event: KeyboardEvent): void => {
    const next = markTowards(marks, focus, event.key);
    if (next) {
      event.preventDefault();
      setFocus(next);
    } else if (focus && (event.key === "Enter" || event.key === " ")) {
      event.preventDefault();
      pick([focus], howOf(event));
    } else if (event.key === "Escape") setFocus(null);
  };
  const shown = picked ? marks.filter((m) => picked(m.datum)) : [];

  return (
    <Picking
      spec={spec}
      label={label}
      help={help ?? say("pick.help")}
      said={focus ? describe(focus.datum) : ""}
      view={view}
      onView={heard}
      ready={marks.length > 0}
      onClick={(x, y, how) => {
        const found = markAt(marks, x, y);
        if (found) pick([found], how);
      }}
      onBox={(box, how) => {
        pick(marksWithin(marks, box), how);
      }}
      onKey={onKey}
    >
      {shown.map((m, i) => (
        <rect key={i} className="picked" x={m.x - 2} y={m.y - 2} width={m.width + 4} height={m.height + 4} rx={3} />
      ))}
      {focus && <rect className="focused" x={focus.x - 4} y={focus.y - 4} width={focus.width + 8} height={focus.height + 8} rx={4} />}
      {children}
    </Picking>
  );
}
