import { api } from "../api/client";
import type { WorkflowState } from "../api/types";
import { failed } from "../app/store";
import { type Key, useSay } from "../i18n";

/** Says in words what is yellow, and offers the run that makes it new. */
export function StaleNote({ workflow, text }: { workflow: WorkflowState; text: Key }) {
  const say = useSay();
  return (
    <div className="banner" role="status" data-state="stale">
      <span className="banner-text">
        <span aria-hidden="true">◐</span> <strong>{say("state.stale")}</strong> · {say(text)}
      </span>
      {!workflow.running && workflow.problems.length === 0 && (
        <button
          type="button"
          className="button small"
          onClick={() => {
            api.run(workflow.file).catch(failed);
          }}
        >
          ▶ {say("run.all")}
        </button>
      )}
    </div>
  );
}
