import { useState } from "react";

import { Refused } from "../api/client";
import { useSay } from "../i18n";

/** An error in place: what, where, what is allowed, the remedy; and a way on. */
export function ErrorBox({ error, onRetry }: { error: Error; onRetry?: () => void }) {
  const say = useSay();
  const [copied, setCopied] = useState(false);
  const problems = error instanceof Refused ? error.problems : [];
  const copy = (): void => {
    void navigator.clipboard.writeText(error.message).then(() => {
      setCopied(true);
    });
  };
  return (
    <div role="alert" className="banner bad">
      <strong>{say("app.error")}.</strong>{" "}
      {problems.length === 0 && error.message}
      {problems.map((p, i) => (
        <div key={i}>
          <code>{p.code}</code> {[p.place.name, p.place.setting].filter(Boolean).join(" ")} {p.fact} {p.allowed} {p.remedy}
        </div>
      ))}{" "}
      {onRetry && (
        <button type="button" className="button" onClick={onRetry}>
          {say("app.retry")}
        </button>
      )}{" "}
      <button type="button" className="button" onClick={copy}>
        {say(copied ? "app.copied" : "app.copy")}
      </button>
    </div>
  );
}
