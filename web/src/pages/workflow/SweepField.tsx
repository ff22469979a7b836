import { useState } from "react";

import { useSay } from "../../i18n";
import type { Shape } from "./forms";
import { Line } from "./Line";
import { type Other, SWEEPS, type SweepKind, sweepOf, type SweepText } from "./sweeps";

const EXAMPLES: Record<SweepKind, string> = { list: "1, 2, 5", range: "10, 200, 10", log: "0.001, 1, 7", seeds: "20" };

interface Props {
  id: string;
  sweep: SweepText;
  shape: Shape;
  /** The other settings, which a condition may name. */
  others: readonly Other[];
  onSet: (value: unknown) => void;
}

/** Many values for one setting: listed, from-to-step, on a log scale, or seeds; each perhaps under a condition. */
export function SweepField({ id, sweep, shape, others, onSet }: Props) {
  const say = useSay();
  // A kind that is chosen but has no values yet is no matter of the file: no example fits every setting.
  const [begun, setBegun] = useState<SweepKind | null>(null);
  const kind = begun ?? sweep.kind;
  const set = (change: Partial<SweepText>): void => {
    setBegun(null);
    onSet(sweepOf({ ...sweep, ...change }, shape));
  };
  const when = (i: number, change: Partial<SweepText["when"][number]>): void => {
    set({ when: sweep.when.map((w, k) => (k === i ? { ...w, ...change } : w)) });
  };
  return (
    <div className="sweep-field">
      <div className="setting-line">
        <select className="mode" aria-label={say("form.sweep.kind")} value={kind} onChange={(e) => {
          const to = e.target.value as SweepKind;
          if (to === "seeds") set({ kind: to, text: EXAMPLES.seeds });
          else setBegun(to === sweep.kind ? null : to);
        }}>
          {SWEEPS.map((kind) => (
            <option key={kind} value={kind}>
              {say(`form.sweep.${kind}`)}
            </option>
          ))}
        </select>
        <Line key={kind} id={id} text={begun === null ? sweep.text : ""} placeholder={EXAMPLES[kind]} onDone={(text) => {
          set({ kind, text });
        }} />
      </div>
      {sweep.when.map((w, i) => (
        <div key={i} className="setting-line when">
          <span>{say("form.when")}</span>
          <select className="mode" aria-label={say("form.when.setting")} value={w.setting} onChange={(e) => {
            when(i, { setting: e.target.value, text: others.find((o) => o.name === e.target.value)?.first ?? w.text });
          }}>
            {[...new Set([...others.map((o) => o.name), w.setting])].map((o) => (
              <option key={o}>{o}</option>
            ))}
          </select>
          =
          <Line id={`${id}-when-${i}`} label={say("form.when.values")} text={w.text} onDone={(text) => {
            when(i, { text });
          }} />
          <button type="button" className="button quiet" aria-label={say("form.when.remove")} onClick={() => {
            set({ when: sweep.when.filter((_, k) => k !== i) });
          }}>
            ✕
          </button>
        </div>
      ))}
      {others.length > 0 && (
        <button type="button" className="link" onClick={() => {
          const other = others.find((o) => !sweep.when.some((w) => w.setting === o.name));
          if (other) set({ when: [...sweep.when, { setting: other.name, text: other.first }] });
        }}>
          + {say("form.when.add")}
        </button>
      )}
    </div>
  );
}
