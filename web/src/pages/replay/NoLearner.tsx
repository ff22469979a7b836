import { api } from "../../api/client";
import { failed, loadProject, openWorkflow, setState } from "../../app/store";
import { useSay } from "../../i18n";

/** What to do where no step of the workflow can be replayed. */
export function NoLearner() {
  const say = useSay();
  const study = async (): Promise<void> => {
    try {
      const { file } = await api.create("study:nmf-replay");
      await loadProject();
      await openWorkflow(file);
    } catch (reason) {
      failed(reason);
    }
  };
  return (
    <div className="empty" data-page="replay" data-state="empty">
      <h1>{say("replay.empty")}</h1>
      <p>{say("replay.empty.how")}</p>
      <button
        type="button"
        className="button"
        onClick={() => {
          setState({ page: "workflow" });
        }}
      >
        {say("replay.empty.add")}
      </button>{" "}
      <button type="button" className="button" onClick={() => void study()}>
        {say("replay.empty.study")}
      </button>
    </div>
  );
}
