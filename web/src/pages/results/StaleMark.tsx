import { useSay } from "../../i18n";

/** Says that what stands here is of the workflow as it was; `said`: in a whole sentence. */
export function StaleMark({ said = false }: { said?: boolean }) {
  const say = useSay();
  return (
    <span className="stale-mark" title={say("results.stale")}>
      ◐ {say(said ? "results.stale" : "state.stale")}
    </span>
  );
}
