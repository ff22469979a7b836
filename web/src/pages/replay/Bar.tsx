import { api } from "../../api/client";
import type { Glimpse } from "../../api/replay";
import type { WorkflowState } from "../../api/types";
import { failed, useStore } from "../../app/store";
import { useSay } from "../../i18n";
import { useTitle } from "../../i18n/steps";
import type { Learner } from "./learners";

interface Props {
  workflow: WorkflowState;
  learner: Learner;
  all: Learner[];
  point: number;
  /** What the points of the sweep are called; empty before it is known. */
  names: readonly string[];
  onPoint: (point: number) => void;
  onChoose: (node: string) => void;
  live: Glimpse | null;
  follow: boolean;
  onFollow: (follow: boolean) => void;
}

/** Which step is shown, start and stop, and what is under way. */
export function Bar({ workflow, learner, all, point, names, onPoint, onChoose, live, follow, onFollow }: Props) {
  const say = useSay();
  const titled = useTitle();
  const progress = useStore((s) => s.progress.get(learner.node.name));
  const connected = useStore((s) => s.connected);
  const { file, running } = workflow;
  return (
    <header className="replay-bar">
      <label>
        {say("replay.step")}{" "}
        <select
          className="field"
          value={learner.node.name}
          onChange={(e) => {
            onChoose(e.target.value);
          }}
        >
          {all.map((l) => (
            <option key={l.node.name} value={l.node.name}>
              {l.node.name} ({titled(l.node)})
            </option>
          ))}
        </select>
      </label>
      {learner.points > 1 && (
        <label>
          {say("monitor.point")}{" "}
          <select
            className="field"
            value={point}
            onChange={(e) => {
              onPoint(Number(e.target.value));
            }}
          >
            {Array.from({ length: learner.points }, (_, i) => (
              <option key={i} value={i}>
                {names[i] ?? i + 1}
              </option>
            ))}
          </select>
        </label>
      )}
      {running ? (
        <button
          type="button"
          className="button"
          disabled={!connected}
          onClick={() => {
            api.cancel(file).catch(failed);
          }}
        >
          ■ {say("run.stop")}
        </button>
      ) : (
        <button
          type="button"
          className="button primary"
          disabled={!connected || workflow.problems.length > 0}
          onClick={() => {
            onChoose(learner.node.name);
            api.run(file, [learner.node.name]).catch(failed);
          }}
        >
          ▶ {say("run.node")}
        </button>
      )}
      <span className="replay-state" data-state={live ? "live" : learner.node.status.state}>
        {live ? `● ${say("replay.live")}` : say(`state.${running && progress ? "running" : learner.node.status.state}`)}
      </span>
      {progress && progress.total > 0 && (
        <span className="replay-progress">
          <progress max={progress.total} value={progress.done} aria-label={say("app.running")} />
          {progress.left !== null && <span className="soft">{say("replay.left", { n: Math.ceil(progress.left) })}</span>}
        </span>
      )}
      {live && (
        <label>
          <input
            type="checkbox"
            checked={follow}
            onChange={(e) => {
              onFollow(e.target.checked);
            }}
          />{" "}
          {say("replay.follow")}
        </label>
      )}
    </header>
  );
}
