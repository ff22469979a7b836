import type { ReactNode } from "react";

import { api } from "../../api/client";
import type { WorkflowState } from "../../api/types";
import { edit, failed, step, useStore } from "../../app/store";
import { useSay } from "../../i18n";
import { changed } from "./changed";

export function run(workflow: WorkflowState, to?: string[]): void {
  if (workflow.running || workflow.problems.length > 0 || to?.length === 0) return;
  api.run(workflow.file, to).catch(failed);
}

interface Props {
  workflow: WorkflowState;
  selected: readonly string[];
  said: string;
  onDuplicate: () => void;
  onInsert: () => void;
  onArranged: () => void;
}

export function Toolbar({ workflow, selected, said, onDuplicate, onInsert, onArranged }: Props) {
  const say = useSay();
  const chosen = useStore((s) => s.chosen);
  const sound = workflow.problems.length === 0;
  const outdated = changed(workflow);
  const button = (label: ReactNode, on: () => void, more: { off?: boolean; hint?: string; primary?: boolean } = {}) => (
    <button type="button" className={more.primary ? "button primary" : "button"} disabled={more.off} title={more.hint} onClick={on}>
      {label}
    </button>
  );
  return (
    <div className="toolbar" role="toolbar" aria-label={say("page.workflow")}>
      {workflow.running
        ? button(<>■ {say("run.stop")}</>, () => {
            api.cancel(workflow.file).catch(failed);
          })
        : button(
            <>
              ▶ {say("run.all")}
              <kbd>R</kbd>
            </>,
            () => {
              run(workflow);
            },
            { primary: true, off: !sound || workflow.nodes.length === 0, hint: say("run.all.hint") },
          )}
      {button(
        <>
          {say("run.changed", { n: outdated.length })}
          <kbd>⇧R</kbd>
        </>,
        () => {
          run(workflow, outdated);
        },
        { off: !sound || workflow.running || outdated.length === 0, hint: say("run.changed.hint") },
      )}
      {button(
        say("run.node"),
        () => {
          if (chosen !== null) run(workflow, [chosen]);
        },
        { off: !sound || chosen === null || workflow.running, hint: say("run.node.hint") },
      )}
      <span className="divider" />
      {button(say("edit.undo"), () => void step(true), { off: !workflow.can_undo, hint: "Ctrl+Z" })}
      {button(say("edit.redo"), () => void step(false), { off: !workflow.can_redo, hint: "Ctrl+Shift+Z" })}
      <span className="divider" />
      {button(say("edit.duplicate"), onDuplicate, { off: selected.length === 0, hint: "Ctrl+D" })}
      {button(say("edit.remove"), () => void edit(...selected.map((node) => ({ op: "remove", node }) as const)), { off: selected.length === 0, hint: "Delete" })}
      {button(<>{say("insert.button")} …</>, onInsert)}
      {button(say("edit.arrange"), () => void edit({ op: "arrange" }).then(onArranged), { off: workflow.nodes.length === 0, hint: say("edit.arrange.hint") })}
      <span className="soft" role="status">
        {said}
      </span>
      {!sound && workflow.nodes.length > 0 && <span className="toolbar-problems">⚠ {say("problems", { n: workflow.problems.length })}</span>}
    </div>
  );
}
