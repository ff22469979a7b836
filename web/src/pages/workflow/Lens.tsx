import { useId } from "react";

import type { LensEntry } from "../../api/types";
import { type Key, useSay } from "../../i18n";

const KINDS = ["prepared", "fitted", "chosen"] as const;

/** Which part of learning has seen rows that a score is computed on: a word each, and the sentence on hover or focus. */
export function Lens({ lens }: { lens: LensEntry }) {
  const say = useSay();
  const id = useId();
  const seen = KINDS.filter((k) => lens[k] !== "none");
  return (
    <button type="button" className="lens nodrag" aria-describedby={id} data-lens={seen.length > 0 ? "seen" : "unseen"}>
      {seen.length === 0 ? (
        <span className="lens-badge">✓ {say("lens.unseen")}</span>
      ) : (
        seen.map((k) => (
          <span key={k} className="lens-badge" data-extent={lens[k]}>
            ◎ {say(`lens.${k}`)}
            {lens[k] === "some" && "?"}
          </span>
        ))
      )}
      <span role="tooltip" id={id} className="tip">
        {seen.map((k) => (
          <span key={k}>{say(`lens.${k}.${lens[k]}` as Key)} </span>
        ))}
        <span lang="en">{lens.text}</span>
      </span>
    </button>
  );
}
