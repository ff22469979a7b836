import { useState } from "react";

import type { History } from "../../api/replay";

/** The last history that was there: it stays in view when a change makes it stale, until there is another. */
export function useKept(facts: History | null): History | null {
  const [kept, setKept] = useState<History | null>(null);
  const next = facts?.state === "kept" ? facts : facts?.state === "none" ? null : kept;
  if (next !== kept) setKept(next);
  return next;
}
