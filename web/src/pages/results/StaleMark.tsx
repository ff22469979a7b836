import { useSay } from "../../i18n";

/** Says that what stands here is of the workflow as it was. */
export function StaleMark() {
  const say = useSay();
  return (
    <span className="stale-mark" title={say("results.kept")}>
      {say("state.stale")}
    </span>
  );
}
