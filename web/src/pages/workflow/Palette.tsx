import { useEffect, useMemo, useRef, useState } from "react";

import type { Stage, StepInfo } from "../../api/types";
import { edit, getState, setState, useStore } from "../../app/store";
import { useSay } from "../../i18n";

const STAGES: Stage[] = ["collect", "process", "learn", "interpret"];

/** All steps by stage; what is typed is looked for in names, titles and summaries. */
export function found(steps: Iterable<StepInfo>, text: string): StepInfo[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return [...steps].filter((s) => {
    const all = `${s.name} ${s.title} ${s.summary}`.toLowerCase();
    return words.every((w) => all.includes(w));
  });
}

export function Palette() {
  const say = useSay();
  const steps = useStore((s) => s.steps);
  const [text, setText] = useState("");
  const search = useRef<HTMLInputElement>(null);
  const shown = useMemo(() => found(steps.values(), text), [steps, text]);

  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const typing = event.target instanceof HTMLElement && /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName);
      if (event.key === "/" && !typing) {
        event.preventDefault();
        search.current?.focus();
      }
    };
    addEventListener("keydown", onKey);
    return () => {
      removeEventListener("keydown", onKey);
    };
  }, []);

  const add = async (step: string): Promise<void> => {
    const before = new Set(getState().workflow?.nodes.map((n) => n.name));
    const state = await edit({ op: "add", step });
    const fresh = state?.nodes.find((n) => !before.has(n.name));
    if (fresh) setState({ chosen: fresh.name });
  };

  return (
    <aside className="palette" aria-label={say("palette.title")}>
      <input
        ref={search}
        className="field"
        type="search"
        placeholder={`${say("palette.search")}  /`}
        aria-label={say("palette.search")}
        value={text}
        onChange={(e) => {
          setText(e.target.value);
        }}
      />
      <div className="palette-list">
        {STAGES.map((stage) => {
          const of = shown.filter((s) => s.stage === stage);
          if (of.length === 0) return null;
          return (
            <details key={stage} open={text !== "" || stage === "collect"} data-stage={stage}>
              <summary>
                {say(`stage.${stage}`)} <span className="soft">{of.length}</span>
              </summary>
              {of.map((s) => (
                <button key={s.name} type="button" title={s.summary} data-step={s.name} onClick={() => void add(s.name)}>
                  {s.title} <span className="soft">{s.name.slice(stage.length + 1)}</span>
                </button>
              ))}
            </details>
          );
        })}
        {shown.length === 0 && <p className="soft">{say("palette.none", { text })}</p>}
      </div>
    </aside>
  );
}
