import { useId, useState } from "react";

import type { WorkflowState } from "../../api/types";
import { isEnter } from "../../app/keys";
import { edit, tryEdit, useStore } from "../../app/store";
import { useSay } from "../../i18n";
import { shown } from "../../parts/shown";
import { Line } from "./Line";
import { SettingField } from "./SettingField";
import { asked } from "./Settings";
import { figuresFor } from "./wiring";

/** The workflow as a whole: title, description, variables, results, finding. */
export function About({ workflow }: { workflow: WorkflowState }) {
  const say = useSay();
  const id = useId();
  return (
    <div className="about">
      <label className="soft" htmlFor={`${id}-title`}>
        {say("about.name")}
      </label>
      <Line id={`${id}-title`} text={workflow.title} placeholder={workflow.file} onDone={(text) => void edit({ op: "about", key: "title", text })} />
      <label className="soft" htmlFor={`${id}-description`}>
        {say("about.description")}
      </label>
      <Area key={workflow.description} id={`${id}-description`} text={workflow.description} onDone={(text) => void edit({ op: "about", key: "description", text })} />
      <Variables workflow={workflow} />
      <Results workflow={workflow} />
      {workflow.finding && (
        <p>
          <strong>{say("about.finding")}</strong> {workflow.finding}
        </p>
      )}
      {workflow.warnings.map((n, i) => (
        <p key={i} className="note">
          <code>{n.code}</code> {n.text}
        </p>
      ))}
      <p className="soft">{say("about.choose")}</p>
    </div>
  );
}

function Area({ id, text, onDone }: { id: string; text: string; onDone: (text: string) => void }) {
  const [now, setNow] = useState(text.trim());
  return (
    <textarea
      id={id}
      className="field"
      rows={Math.min(8, Math.max(2, Math.ceil(now.length / 46)))}
      value={now}
      onChange={(e) => {
        setNow(e.target.value);
      }}
      onBlur={() => {
        if (now.trim() !== text.trim()) onDone(now.trim());
      }}
    />
  );
}

function Variables({ workflow }: { workflow: WorkflowState }) {
  const say = useSay();
  const [name, setName] = useState("");
  const add = (): void => {
    if (name !== "") void edit({ op: "variable", name, value: 1 }).then((ok) => {
      if (ok) setName("");
    });
  };
  return (
    <section aria-label={say("about.variables")}>
      <h3>{say("about.variables")}</h3>
      {Object.entries(workflow.variables).map(([variable, value]) => (
        <SettingField
          key={variable}
          name={variable}
          schema={{}}
          required={false}
          value={value}
          given
          columns={[]}
          sources={[]}
          others={[]}
          problems={workflow.problems.filter((p) => p.place.name === variable && !workflow.nodes.some((n) => n.name === variable))}
          onSet={(to) => asked(tryEdit({ op: "variable", name: variable, value: to }))}
          onUnset={() => void edit({ op: "variable", name: variable })}
        />
      ))}
      <div className="setting-line">
        <input className="field" placeholder={say("about.variable.new")} aria-label={say("about.variable.new")} value={name} onChange={(e) => {
          setName(e.target.value);
        }} onKeyDown={(e) => {
          if (isEnter(e)) add();
        }} />
        <button type="button" className="button" disabled={name === ""} onClick={add}>
          {say("about.add")}
        </button>
      </div>
    </section>
  );
}

function Results({ workflow }: { workflow: WorkflowState }) {
  const say = useSay();
  const id = useId();
  const steps = useStore((s) => s.steps);
  const [name, setName] = useState("");
  const [ref, setRef] = useState("");
  const known = figuresFor(workflow, steps, "").filter((f) => !(f in workflow.variables));
  const add = (): void => {
    void edit({ op: "result", name, ref }).then((ok) => {
      if (!ok) return;
      setName("");
      setRef("");
    });
  };
  return (
    <section aria-label={say("about.results")}>
      <h3>{say("about.results")}</h3>
      <table className="facts">
        <tbody>
          {workflow.results.map((r) => (
            <tr key={r.name}>
              <th scope="row" title={r.ref}>
                {r.name}
              </th>
              <td>{shown(r.value)}</td>
              <td>
                <button type="button" className="button quiet" aria-label={say("about.result.remove", { name: r.name })} onClick={() => void edit({ op: "unresult", name: r.name })}>
                  ✕
                </button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <div className="setting-line">
        <input className="field" placeholder={say("about.result.name")} aria-label={say("about.result.name")} value={name} onChange={(e) => {
          setName(e.target.value);
        }} />
        <input className="field" list={id} placeholder="best.alpha" aria-label={say("about.result.ref")} value={ref} onChange={(e) => {
          setRef(e.target.value);
        }} onKeyDown={(e) => {
          if (isEnter(e) && name !== "" && ref !== "") add();
        }} />
        <datalist id={id}>
          {known.map((f) => (
            <option key={f} value={f} />
          ))}
        </datalist>
        <button type="button" className="button" disabled={name === "" || ref === ""} onClick={add}>
          {say("about.add")}
        </button>
      </div>
    </section>
  );
}
