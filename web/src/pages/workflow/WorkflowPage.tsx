import "./workflow.css";

import { useCallback, useEffect, useState } from "react";

import { api } from "../../api/client";
import { setState, take, useStore } from "../../app/store";
import { useSay } from "../../i18n";
import { Canvas } from "./Canvas";
import { Inspector } from "./Inspector";
import { Palette } from "./Palette";

function told(error: unknown): void {
  setState({ error: error instanceof Error ? error : new Error(String(error)) });
}

export function WorkflowPage() {
  const say = useSay();
  const workflow = useStore((s) => s.workflow);
  const chosen = useStore((s) => s.chosen);
  const [why, setWhy] = useState("");
  const file = workflow?.file ?? "";

  const run = useCallback(
    (to?: string[]) => {
      api.run(file, to).catch(told);
    },
    [file],
  );
  const step = useCallback(
    (back: boolean) => {
      (back ? api.undo(file) : api.redo(file)).then(take, told);
    },
    [file],
  );

  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const typing = event.target instanceof HTMLElement && /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName);
      if (typing) return;
      const control = event.ctrlKey || event.metaKey;
      if (control && event.key.toLowerCase() === "z") {
        event.preventDefault();
        step(!event.shiftKey);
      } else if (!control && !event.altKey && event.key.toLowerCase() === "r") run();
    };
    addEventListener("keydown", onKey);
    return () => {
      removeEventListener("keydown", onKey);
    };
  }, [run, step]);

  if (!workflow) return null;
  const others = workflow.problems.filter((p) => !workflow.nodes.some((n) => n.name === p.place.name));
  return (
    <div className="workflow" data-page="workflow">
      <div className="toolbar" role="toolbar">
        {workflow.running ? (
          <button type="button" className="button" onClick={() => void api.cancel(file)}>
            ■ {say("run.stop")}
          </button>
        ) : (
          <button type="button" className="button primary" disabled={workflow.problems.length > 0} onClick={() => {
            run();
          }}>
            ▶ {say("run.all")}
            <kbd>R</kbd>
          </button>
        )}
        <button type="button" className="button" disabled={chosen === null || workflow.running} onClick={() => {
          if (chosen !== null) run([chosen]);
        }}>
          {say("run.node")}
        </button>
        <button type="button" className="button" disabled={!workflow.can_undo} onClick={() => {
          step(true);
        }}>
          {say("edit.undo")}
        </button>
        <button type="button" className="button" disabled={!workflow.can_redo} onClick={() => {
          step(false);
        }}>
          {say("edit.redo")}
        </button>
        {why && (
          <span role="alert" className="why">
            {why}
          </span>
        )}
        <span className="soft">{workflow.problems.length > 0 && say("problems", { n: workflow.problems.length })}</span>
      </div>
      {others.map((p, i) => (
        <p key={i} className="problem" role="alert">
          <code>{p.code}</code> {p.place.file}
          {p.place.line > 0 && `:${p.place.line}`} {p.fact} {p.allowed} {p.remedy}
        </p>
      ))}
      <div className="columns">
        <Palette />
        <div className="canvas">
          <Canvas workflow={workflow} onWhy={setWhy} />
        </div>
        <Inspector workflow={workflow} />
      </div>
    </div>
  );
}
