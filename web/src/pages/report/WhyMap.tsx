import type { Why } from "../../api/reportTypes";
import type { WorkflowState } from "../../api/types";
import { setState } from "../../app/store";
import { useSay } from "../../i18n";
import { useTitle } from "../../i18n/steps";
import { Loading } from "../../parts/Loading";

/** The finding, and below it what each stage did to reach it; a card leads to its step. */
export function WhyMap({ workflow, why }: { workflow: WorkflowState; why: Why | null }) {
  const say = useSay();
  const titled = useTitle();
  if (why === null) return <Loading />;
  return (
    <div className="whymap" aria-label={say("report.why")}>
      <p className="whymap-result" data-empty={workflow.finding === ""}>
        {workflow.finding || say("report.why.none")}
      </p>
      <ol className="whymap-stages">
        {why.stages.map((stage) => (
          <li key={stage.name} data-stage={stage.name}>
            <h3>{say(`stage.${stage.name}`)}</h3>
            {stage.cards.length === 0 && <p className="soft">{say("report.why.nothing")}</p>}
            {stage.cards.map((card) => (
              <button
                key={card.names.join()}
                type="button"
                onClick={() => {
                  setState({ page: "workflow", chosen: card.names[0] ?? null });
                }}
              >
                <strong>
                  {titled(card)}
                  {card.names.length > 1 && ` × ${card.names.length}`}
                </strong>
                <span className="soft">{card.names.join(", ")}</span>
                {card.settings.map(([name, value]) => (
                  <span key={name}>
                    <span className="soft">{name}</span> {value}
                  </span>
                ))}
              </button>
            ))}
          </li>
        ))}
      </ol>
      <p className="soft">{say("report.why.shown")}</p>
    </div>
  );
}
