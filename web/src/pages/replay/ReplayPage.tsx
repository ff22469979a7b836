import "./replay.css";

import { useState } from "react";

import type { WorkflowState } from "../../api/types";
import { useStore } from "../../app/store";
import { NoLearner } from "./NoLearner";
import { learners, shownLearner } from "./learners";
import { Learning } from "./Learning";
import { useLive } from "./useLive";

/** Steps that learn: watched while they run, moved through afterwards. */
export function ReplayPage() {
  const workflow = useStore((s) => s.workflow);
  return workflow ? <Page key={workflow.file} workflow={workflow} /> : null;
}

function Page({ workflow }: { workflow: WorkflowState }) {
  const steps = useStore((s) => s.steps);
  const [chosen, setChosen] = useState<string | null>(null);
  const [point, setPoint] = useState(0);
  const live = useLive(workflow.file, workflow.running);
  const all = learners(workflow, steps);
  // What was watched last stays in view when the run ends.
  const learner = shownLearner(all, chosen ?? live.glimpse?.facts.node ?? null);
  if (!learner) return <NoLearner />;
  return (
    <Learning
      key={learner.node.name}
      workflow={workflow}
      learner={learner}
      all={all}
      live={live}
      point={Math.min(point, Math.max(0, learner.points - 1))}
      onPoint={setPoint}
      onChoose={(name) => {
        setChosen(name);
        if (name !== learner.node.name) setPoint(0);
      }}
    />
  );
}
