import { useSay } from "../../i18n";
import { type Colors, sameClasses, sameRange } from "../../parts/parallel";
import { shown } from "../../parts/shown";
import type { Coloring } from "../../scatter/types";
import { palette, ramp } from "../../parts/palette";

export type Legend = { kind: "classes"; labels: string[]; colors: string[] } | { kind: "ramp"; low: number; high: number } | null;

const MOST_NAMED = 30;

/** One coloring for all maps: a class has one color, and a color means one number. */
export function colorings(colors: readonly Colors[], dark: boolean): { each: Coloring[]; legend: Legend } {
  const one: Coloring = { kind: "one" };
  if (colors.some((c) => c.kind === "classes")) {
    const { labels, codes } = sameClasses(colors);
    const tints = palette(labels.length, dark);
    return { each: codes.map((c) => (c ? { kind: "classes", codes: c, colors: tints } : one)), legend: { kind: "classes", labels, colors: tints } };
  }
  if (colors.some((c) => c.kind === "numbers")) {
    const [low, high] = sameRange(colors);
    return {
      each: colors.map((c) => (c.kind === "numbers" ? { kind: "ramp", values: c.values, low, high, colors: ramp } : one)),
      legend: { kind: "ramp", low, high },
    };
  }
  return { each: colors.map(() => one), legend: null };
}

export function LegendRow({ legend, title }: { legend: Legend; title: string }) {
  const say = useSay();
  if (!legend) return null;
  return (
    <div className="legend-row" role="group" aria-label={say("compare.legend", { name: title })}>
      <strong>{title}</strong>
      {legend.kind === "ramp" ? (
        <span className="ramp">
          {shown(legend.low)}
          <span style={{ background: `linear-gradient(to right, ${ramp.join(", ")})` }} />
          {shown(legend.high)}
        </span>
      ) : (
        legend.labels.slice(0, MOST_NAMED).map((l, i) => (
          <span key={l} className="class">
            <span style={{ background: legend.colors[i] }} />
            {l}
          </span>
        ))
      )}
      {legend.kind === "classes" && legend.labels.length > MOST_NAMED && (
        <span className="soft">{say("compare.legend.more", { n: legend.labels.length - MOST_NAMED })}</span>
      )}
    </div>
  );
}
