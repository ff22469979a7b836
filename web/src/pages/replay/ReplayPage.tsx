import { useSay } from "../../i18n";

export function ReplayPage() {
  const say = useSay();
  return <p className="empty">{say("app.loading")}</p>;
}
