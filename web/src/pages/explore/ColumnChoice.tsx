import { useState } from "react";

import { useSay } from "../../i18n";
import type { Explored } from "./useExplored";
import { grouped } from "../../parts/values";

const MOST = 12;

/** Which columns the table shows: of the value, and of the tables it was made from. */
export function ColumnChoice({ of, chosen, onChosen }: { of: Explored; chosen: readonly string[]; onChosen: (names: string[]) => void }) {
  const say = useSay();
  const [text, setText] = useState("");
  const fit = of.related.columns.filter((c) => c.name.toLowerCase().includes(text.toLowerCase()));
  return (
    <details className="column-choice">
      <summary className="button small">{say("explore.rows.columns")}</summary>
      <div className="popover">
        <input
          className="field"
          type="search"
          aria-label={say("explore.rows.find")}
          placeholder={say("explore.rows.find")}
          value={text}
          onChange={(e) => {
            setText(e.target.value);
          }}
        />
        {grouped(fit.slice(0, 400)).map(([ref, columns]) => (
          <fieldset key={ref}>
            <legend>{ref}</legend>
            {columns.map((c) => (
              <label key={c.name}>
                <input
                  type="checkbox"
                  checked={chosen.includes(c.name)}
                  disabled={!chosen.includes(c.name) && chosen.length >= MOST}
                  onChange={(e) => {
                    onChosen(e.target.checked ? [...chosen, c.name] : chosen.filter((n) => n !== c.name));
                  }}
                />{" "}
                {c.name} <span className="soft">{c.kind}</span>
              </label>
            ))}
          </fieldset>
        ))}
      </div>
    </details>
  );
}
