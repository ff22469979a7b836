import { useContext } from "react";

import type { StepInfo } from "../../api/types";
import { LanguageContext, useSay } from "../../i18n";
import { useTold } from "../../i18n/told";

/** The page of a step. It is written in English; in another language, what is told of ports, outputs and settings stands before it. */
export function Help({ info }: { info: StepInfo }) {
  const say = useSay();
  const told = useTold();
  if (useContext(LanguageContext) === "en") return <pre className="help">{info.page}</pre>;
  const settings = Object.entries(info.schema.properties).map(([name, { description = "", unit = "" }]) => ({ name, help: description, facts: unit }));
  const ports = info.ports.map((p) => ({ name: p.name, help: p.help, facts: p.types.join(" / ") }));
  const outputs = info.outputs.map((o) => ({ name: o.name, help: o.help, facts: o.type }));
  return (
    <>
      {([["help.ports", ports], ["help.outputs", outputs], ["help.settings", settings]] as const)
        .filter(([, items]) => items.length > 0)
        .map(([key, items]) => (
          <section key={key}>
            <h3>{say(key)}</h3>
            <dl className="help-items">
              {items.map(({ name, help, facts }) => (
                <div key={name}>
                  <dt>
                    {name} <span className="soft">{facts}</span>
                  </dt>
                  <dd>{told(help)}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      <h3>{say("help.page")}</h3>
      <pre className="help" lang="en">
        {info.page}
      </pre>
    </>
  );
}
