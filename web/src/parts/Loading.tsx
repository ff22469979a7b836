import type { ReactNode } from "react";

import { useSay } from "../i18n";

/** What is awaited: in the middle of its place, or (`here`) in the line where it will stand. */
export function Loading({ here = false, text, children }: { here?: boolean; text?: string; children?: ReactNode }) {
  const say = useSay();
  return (
    <p className="loading" role="status" data-state="loading" data-here={here}>
      <span className="spinner" aria-hidden="true" /> {text ?? say("app.loading")} {children}
    </p>
  );
}
