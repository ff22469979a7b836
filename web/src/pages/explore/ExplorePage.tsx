import "./explore.css";

import { useEffect } from "react";

import { api } from "../../api/client";
import type { WorkflowState } from "../../api/types";
import { failed, setState, useStore } from "../../app/store";
import { useSay } from "../../i18n";
import { ErrorBox } from "../../parts/ErrorBox";
import { Loading } from "../../parts/Loading";
import { Explorer } from "./Explorer";
import { useChosen, useTables, useValue } from "./useExplored";
import { whole } from "../../parts/values";

/** Ask a map: select, compare, look at the things behind the points. */
export function ExplorePage() {
  const workflow = useStore((s) => s.workflow);
  return workflow ? <Page key={workflow.file} workflow={workflow} /> : null;
}

function Page({ workflow }: { workflow: WorkflowState }) {
  const say = useSay();
  const explored = useStore((s) => s.explored);
  const tables = useTables(workflow);
  const { table, point, lost } = useChosen(tables.value, workflow.running);
  const value = useValue(workflow, table, point);
  useEffect(() => {
    // What is shown stays shown, also when a change of the workflow makes another map the first one.
    if (explored === null && table !== undefined) setState({ explored: { ref: table.ref, point } });
  }, [explored, table, point]);

  if (tables.error && !tables.value) return <ErrorBox error={tables.error} onRetry={tables.retry} />;
  if (!tables.value) return <Loading />;
  if (!value.value && !table) return <Empty workflow={workflow} lost={lost || workflow.nodes.some((n) => n.status.state === "stale")} />;
  const height = table?.points.find((p) => p.point === point)?.height;
  return (
    <div className="explore" data-page="explore">
      {value.error && <ErrorBox error={value.error} onRetry={value.retry} />}
      {value.value ? (
        <Explorer
          workflow={workflow}
          tables={tables.value}
          table={table ?? null}
          point={point}
          of={value.value}
          // What waits for a run, or was made before the last change.
          stale={lost || workflow.nodes.some((n) => n.name === value.value?.at.ref.split(".")[0] && n.status.state === "stale")}
          busy={value.busy}
        />
      ) : (
        !value.error && (
          value.stopped ? (
            <p className="empty">
              {say("explore.stopped")}{" "}
              <button type="button" className="button" onClick={value.retry}>
                {say("app.retry")}
              </button>
            </p>
          ) : (
            <Loading text={say("explore.loading", { n: height ? whole(height) : "…" })}>
              <button type="button" className="button" onClick={value.cancel}>
                {say("explore.cancel")}
              </button>
            </Loading>
          )
        )
      )}
    </div>
  );
}

function Empty({ workflow, lost }: { workflow: WorkflowState; lost: boolean }) {
  const say = useSay();
  const steps = useStore((s) => s.steps);
  const makes = workflow.nodes.some((n) => steps.get(n.step)?.outputs.some((o) => o.type === "table"));
  return (
    <div className="empty" data-page="explore" data-state="empty">
      <h1>{say(workflow.running ? "explore.empty.running" : lost ? "explore.empty.stale" : "explore.empty")}</h1>
      <p>{say(makes ? "explore.empty.run" : "explore.empty.add")}</p>
      {makes && !workflow.running && workflow.problems.length === 0 && (
        <button
          type="button"
          className="button primary"
          onClick={() => {
            api.run(workflow.file).catch(failed);
          }}
        >
          {say("run.all")}
        </button>
      )}{" "}
      <button
        type="button"
        className="button"
        onClick={() => {
          setState({ page: "workflow" });
        }}
      >
        {say("explore.empty.workflow")}
      </button>
    </div>
  );
}

