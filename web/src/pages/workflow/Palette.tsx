import { type KeyboardEvent, useContext, useEffect, useMemo, useRef, useState } from "react";

import type { Stage, StepInfo } from "../../api/types";
import { isEnter, isTyping } from "../../app/keys";
import { useStore } from "../../app/store";
import { LanguageContext, useSay } from "../../i18n";
import { titleOf } from "../../i18n/steps";
import { useTold } from "../../i18n/told";
import { Loading } from "../../parts/Loading";
import { search } from "./search";
import { addStep } from "./wiring";

export const STEP_DRAG = "application/x-tenkai-step";
const STAGES: Stage[] = ["collect", "process", "learn", "interpret"];

/** All steps by stage; a search in both languages; Enter or a click adds, a drag puts it where it falls. */
export function Palette() {
  const say = useSay();
  const told = useTold();
  const language = useContext(LanguageContext);
  const steps = useStore((s) => s.steps);
  const [text, setText] = useState("");
  const [at, setAt] = useState<number | null>(null);
  const [open, setOpen] = useState<ReadonlySet<Stage>>(new Set(["collect"]));
  const field = useRef<HTMLInputElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const found = useMemo(() => search(steps.values(), text, told), [steps, text, told]);
  const shown = useMemo(() => STAGES.flatMap((stage) => found.filter((s) => s.stage === stage)), [found]);
  const searching = text.trim() !== "";
  // What fits best is marked, in whichever stage it stands.
  const [best] = found;
  const marked = !searching ? undefined : at === null ? best : shown[Math.min(at, shown.length - 1)];

  useEffect(() => {
    const onKey = (event: globalThis.KeyboardEvent): void => {
      if (event.key === "/" && !isTyping(event.target)) {
        event.preventDefault();
        field.current?.focus();
        field.current?.select();
      }
    };
    addEventListener("keydown", onKey);
    return () => {
      removeEventListener("keydown", onKey);
    };
  }, []);
  useEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: "nearest" });
  }, [marked]);

  const onKey = (event: KeyboardEvent): void => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const now = marked ? shown.indexOf(marked) : -1;
      setAt(Math.max(0, Math.min(shown.length - 1, now + (event.key === "ArrowDown" ? 1 : -1))));
    } else if (isEnter(event) && marked) void addStep(marked.name);
    else if (event.key === "Escape") {
      setText("");
      field.current?.blur();
    }
  };
  const item = (s: StepInfo) => (
    <button
      key={s.name}
      id={`step-${s.name}`}
      type="button"
      role="option"
      aria-selected={s === marked}
      title={told(s.summary)}
      data-step={s.name}
      draggable
      onDragStart={(e) => {
        e.dataTransfer.setData(STEP_DRAG, s.name);
        e.dataTransfer.effectAllowed = "copy";
      }}
      onClick={() => void addStep(s.name)}
    >
      {titleOf(language, s)} <span className="soft">{s.name.slice(s.stage.length + 1)}</span>
    </button>
  );

  return (
    <aside className="palette" aria-label={say("palette.title")}>
      <input
        ref={field}
        className="field"
        type="search"
        role="combobox"
        aria-expanded={searching}
        aria-controls="palette-list"
        aria-activedescendant={marked ? `step-${marked.name}` : undefined}
        placeholder={`${say("palette.search")}  /`}
        aria-label={say("palette.search")}
        value={text}
        onChange={(e) => {
          setText(e.target.value);
          setAt(null);
        }}
        onKeyDown={onKey}
      />
      <div className="palette-list" id="palette-list" role="listbox" aria-label={say("palette.title")} ref={list}>
        {STAGES.map((stage) => {
          const of = shown.filter((s) => s.stage === stage);
          if (of.length === 0) return null;
          return (
            <details
              key={stage}
              open={searching || open.has(stage)}
              data-stage={stage}
              onToggle={(e) => {
                if (searching) return;
                const now = new Set(open);
                if (e.currentTarget.open) now.add(stage);
                else now.delete(stage);
                if (now.size !== open.size) setOpen(now);
              }}
            >
              <summary>
                {say(`stage.${stage}`)} <span className="soft">{of.length}</span>
              </summary>
              {of.map(item)}
            </details>
          );
        })}
        {steps.size > 0 && shown.length === 0 && <p className="soft">{say("palette.none", { text })}</p>}
        {steps.size === 0 && <Loading here />}
      </div>
      <p className="soft">{say("palette.how")}</p>
    </aside>
  );
}
