import "./parts.css";

import type { LensSeen } from "../api/types";
import { useSay } from "../i18n";

/** Which of the scored rows were seen before: in words, never by color alone. */
export function LensBadge({ lens }: { lens: LensSeen | null }) {
  const say = useSay();
  if (!lens) return null;
  const learned = Math.max(lens.fitted, lens.chosen);
  const kind = learned > 0 ? "learned" : lens.prepared > 0 ? "prepared" : "none";
  const said = say(`scores.lens.${kind}`, { n: learned || lens.prepared, of: lens.scored });
  return (
    <span className="lens-badge" data-seen={kind} title={lens.text.join("\n")}>
      ◎ {said}
    </span>
  );
}
