import { useSay } from "../../i18n";
import type { Status } from "../../scatter/types";
import { whole } from "../../parts/values";

/** What is drawn, and how: nothing is left out in silence. */
export function StatusLine({ status, observed, selected, busy }: { status: Status | null; observed: number | null; selected: number; busy: boolean }) {
  const say = useSay();
  if (!status) return <div className="explore-status">{busy ? say("app.loading") : ""}</div>;
  return (
    <div className="explore-status" data-points={status.points} data-renderer={status.renderer} data-sampled={status.sampled}>
      <span>{say("explore.status.points", { n: whole(status.points) })}</span>
      {status.missing > 0 && <span>{say("explore.status.missing", { n: whole(status.missing) })}</span>}
      {observed !== null && <span>{say("explore.status.observed", { n: whole(observed) })}</span>}
      <span>{say("explore.status.selected", { n: whole(selected) })}</span>
      <span>
        {say("explore.status.renderer", { name: status.renderer === "webgl2" ? "WebGL2" : "CPU" })}
        {status.renderer === "webgl2" && status.software ? ` ${say("explore.status.software")}` : ""}
      </span>
      <span>{status.sampled ? say("explore.status.sample", { n: whole(status.drawn) }) : say("explore.status.all")}</span>
      {busy && <span>{say("app.loading")}</span>}
    </div>
  );
}
