import { useState } from "react";

import { api } from "../../api/client";
import { useSay } from "../../i18n";
import { ErrorBox } from "../../parts/ErrorBox";
import type { Bits } from "../../scatter/bits";
import type { Explored } from "./useExplored";
import { useLoaded } from "./useLoaded";
import { whole } from "../../parts/values";

const [FEW, MANY] = [6, 40];

/** What sets the selection apart, strongest first. The two axes are left out: on them it was drawn. */
export function Contrast({ of, bits, version, axes, onColumn }: { of: Explored; bits: Bits; version: number; axes: readonly string[]; onColumn: (name: string) => void }) {
  const say = useSay();
  const [all, setAll] = useState(false);
  const told = useLoaded(`${of.at.ref} ${of.at.point ?? 0} ${of.info.id} ${version}`, (signal) => api.contrast(of.at, bits.toBase64(), signal));
  const columns = told.fresh ? told.value?.columns.filter((c) => !axes.includes(c.name)) : undefined;
  return (
    <section className="contrast" aria-busy={told.busy} aria-label={say("explore.contrast")}>
      <h3>{say("explore.contrast")}</h3>
      {told.busy && (
        <p className="soft">
          {say("explore.contrast.busy", { n: whole(of.related.columns.length) })}{" "}
          <button type="button" className="button small" onClick={told.cancel}>
            {say("explore.cancel")}
          </button>
        </p>
      )}
      {told.stopped && (
        <p className="soft">
          {say("explore.stopped")}{" "}
          <button type="button" className="button small" onClick={told.retry}>
            {say("app.retry")}
          </button>
        </p>
      )}
      {told.error && <ErrorBox error={told.error} onRetry={told.retry} />}
      {columns?.length === 0 && <p className="soft">{say("explore.contrast.none")}</p>}
      {columns && columns.length > 0 && (
        <ol>
          {columns.slice(0, all ? MANY : FEW).map((c) => (
            <li key={c.name} data-column={c.name}>
              <button
                type="button"
                title={say("explore.contrast.color", { name: c.name })}
                onClick={() => {
                  onColumn(c.name);
                }}
              >
                <span className="name">{c.name}</span>
                <span className="effect">
                  <span className="effect-bar" data-sign={c.effect < 0 ? "less" : "more"} style={{ width: `${Math.abs(c.effect) * 100}%` }} />
                </span>
                <span className="number">{c.kind === "number" ? `${c.effect < 0 ? "−" : "+"}${Math.abs(c.effect).toFixed(2)}` : c.effect.toFixed(2)}</span>
                <span className="said soft">
                  {say(c.kind === "number" ? "explore.contrast.numbers" : "explore.contrast.classes", { label: c.label, inside: c.inside, outside: c.outside })}
                </span>
              </button>
            </li>
          ))}
        </ol>
      )}
      {columns && columns.length > 0 && (
        <p className="soft">
          {columns.length > FEW && (
            <button
              type="button"
              className="button small"
              aria-expanded={all}
              onClick={() => {
                setAll(!all);
              }}
            >
              {say(all ? "explore.contrast.fewer" : "explore.contrast.more", { n: Math.min(columns.length, MANY) - FEW })}
            </button>
          )}{" "}
          {say("explore.contrast.about")}
          {told.value && told.value.sample < told.value.of ? ` ${say("explore.contrast.sample", { n: whole(told.value.sample), of: whole(told.value.of) })}` : ""}
        </p>
      )}
    </section>
  );
}
