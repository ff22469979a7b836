import { useSay } from "../i18n";
import { Start } from "./Start";
import { openWorkflow, useStore } from "./store";

/** What to do when nothing is open: take up a workflow of the folder, drop a file, take a study, or begin with nothing. */
export function EmptyPage() {
  const say = useSay();
  const project = useStore((s) => s.project);
  return (
    <div className="empty" data-state="empty">
      <h1>{say("empty.title")}</h1>
      {project && project.workflows.length > 0 && (
        <>
          <h2>{say("empty.folder", { name: project.name })}</h2>
          <ul className="studies">
            {project.workflows.map((w) => (
              <li key={w.file}>
                <button type="button" className="study" onClick={() => void openWorkflow(w.file)}>
                  <strong>{w.title || w.file}</strong>
                  <code>{w.file}</code>
                </button>
              </li>
            ))}
          </ul>
        </>
      )}
      <Start />
    </div>
  );
}
