import { useState } from "react";

import { Refused } from "../api/client";
import { Said, useSay } from "../i18n";

/** An error in place: what, where, what is allowed, the remedy; and a way on. */
export function ErrorBox({ error, onRetry, onClose }: { error: Error; onRetry?: () => void; onClose?: () => void }) {
  const say = useSay();
  const [copied, setCopied] = useState("");
  const problems = error instanceof Refused ? error.problems : [];
  // A request that got no answer, or one without words, has no problems to tell: the browser's own say less than ours.
  const words = error instanceof Said ? say(error.key) : error.message;
  const plain = error instanceof TypeError ? say("app.unreachable") : words || say("app.unsaid", { status: error instanceof Refused ? error.status : "–" });
  const copy = (): void => {
    const details = [...problems.map((p) => [p.code, where(p), p.fact, p.allowed, p.remedy].filter(Boolean).join(" ")), plain];
    void navigator.clipboard.writeText(problems.length > 0 ? details.slice(0, -1).join("\n") : plain).then(() => {
      setCopied(error.message);
    });
  };
  return (
    <div role="alert" className="banner bad">
      <div className="banner-text">
        <strong>{say("app.error")}.</strong> {problems.length === 0 && plain}
        {problems.map((p, i) => (
          <div key={i}>
            <code>{p.code}</code> {where(p) && <strong>{where(p)}</strong>} {p.fact} {p.allowed} {p.remedy}
          </div>
        ))}
      </div>
      <span className="banner-buttons">
        {onRetry && (
          <button type="button" className="button" onClick={onRetry}>
            {say("app.retry")}
          </button>
        )}
        <button type="button" className="button" onClick={copy}>
          {say(copied !== "" && copied === error.message ? "app.copied" : "app.copy")}
        </button>
        {onClose && (
          <button type="button" className="button quiet" aria-label={say("app.close")} onClick={onClose}>
            ✕
          </button>
        )}
      </span>
    </div>
  );
}

function where(problem: { place: { name: string; setting: string } }): string {
  return [problem.place.name, problem.place.setting].filter(Boolean).join(".");
}
