import { useEffect, useState } from "react";

import type { FlowNode, StepInfo, WorkflowState } from "../../api/types";
import { edit, setState, useStore } from "../../app/store";
import { useSay } from "../../i18n";
import { Monitor } from "./Monitor";
import { SettingField } from "./SettingField";
import { columnsAt } from "./columns";

const TABS = ["settings", "value", "help", "log"] as const;

export function Inspector({ workflow }: { workflow: WorkflowState }) {
  const say = useSay();
  const chosen = useStore((s) => s.chosen);
  const steps = useStore((s) => s.steps);
  const [tab, setTab] = useState<(typeof TABS)[number]>("settings");
  const node = workflow.nodes.find((n) => n.name === chosen);
  const info = node && steps.get(node.step);
  if (!node || !info) return <aside className="inspector">{<About workflow={workflow} />}</aside>;
  return (
    <aside className="inspector" aria-label={node.name}>
      <Name key={node.name} node={node} />
      <p className="soft">
        {info.title} · <code>{info.name}</code>
      </p>
      {[...node.problems, ...node.status.problems].map((p, i) => (
        <p key={i} className="problem" role="alert">
          <code>{p.code}</code> {p.place.setting} {p.fact} {p.allowed} {p.remedy}
        </p>
      ))}
      {node.status.notes.map((n, i) => (
        <p key={i} className="note">
          <code>{n.code}</code> {n.text}
        </p>
      ))}
      <div className="tabs" role="tablist">
        {TABS.map((t) => (
          <button key={t} type="button" role="tab" aria-selected={t === tab} onClick={() => {
            setTab(t);
          }}>
            {say(`tab.${t}`)}
          </button>
        ))}
      </div>
      {tab === "settings" && <Settings node={node} info={info} workflow={workflow} />}
      {tab === "value" && <Monitor workflow={workflow} node={node} info={info} />}
      {tab === "help" && <pre className="help">{info.page}</pre>}
      {tab === "log" && <Log node={node.name} />}
    </aside>
  );
}

function Name({ node }: { node: FlowNode }) {
  const say = useSay();
  const [name, setName] = useState(node.name);
  const done = (): void => {
    if (name === node.name || name === "") return;
    void edit({ op: "rename", node: node.name, to: name }).then((ok) => {
      if (ok) setState({ chosen: name });
      else setName(node.name);
    });
  };
  return (
    <input
      className="name"
      aria-label={say("form.name")}
      value={name}
      onChange={(e) => {
        setName(e.target.value);
      }}
      onBlur={done}
      onKeyDown={(e) => {
        if (e.key === "Enter") done();
      }}
    />
  );
}

function Settings({ node, info, workflow }: { node: FlowNode; info: StepInfo; workflow: WorkflowState }) {
  const say = useSay();
  const [columns, setColumns] = useState<Record<string, string[]>>({});
  useEffect(() => {
    let gone = false;
    void columnsAt(workflow, node).then((found) => {
      if (!gone) setColumns(found);
    });
    return () => {
      gone = true;
    };
  }, [workflow, node]);
  const names = Object.keys(info.schema.properties);
  const field = (name: string) => {
    const schema = info.schema.properties[name] ?? {};
    return (
      <SettingField
        key={`${node.name}.${name}`}
        name={name}
        schema={schema}
        required={info.schema.required.includes(name)}
        value={node.given[name]}
        given={name in node.given}
        columns={columns[schema.port ?? info.ports[0]?.name ?? ""] ?? []}
        onSet={(value) => void edit({ op: "set", node: node.name, setting: name, value })}
        onUnset={() => void edit({ op: "unset", node: node.name, setting: name })}
      />
    );
  };
  const advanced = names.filter((n) => info.schema.properties[n]?.advanced);
  return (
    <div className="settings">
      {names.length === 0 && <p className="soft">{say("form.none")}</p>}
      {names.filter((n) => !advanced.includes(n)).map(field)}
      {advanced.length > 0 && (
        <details>
          <summary>{say("form.advanced")}</summary>
          {advanced.map(field)}
        </details>
      )}
    </div>
  );
}

function About({ workflow }: { workflow: WorkflowState }) {
  const say = useSay();
  return (
    <>
      <h2>{workflow.title || workflow.file}</h2>
      <p>{workflow.description}</p>
      {workflow.results.some((r) => r.value !== undefined) && (
        <table className="facts">
          <tbody>
            {workflow.results.map((r) => (
              <tr key={r.name}>
                <th scope="row">{r.name}</th>
                <td>{typeof r.value === "number" ? Number(r.value.toPrecision(5)).toString() : r.value === undefined ? "–" : JSON.stringify(r.value)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {workflow.finding && (
        <p>
          <strong>{say("about.finding")}</strong> {workflow.finding}
        </p>
      )}
      <p className="soft">{say("about.choose")}</p>
    </>
  );
}

function Log({ node }: { node: string }) {
  const lines = useStore((s) => s.log).filter((l) => l.node === node);
  return <pre className="help">{lines.map((l) => l.text).join("\n")}</pre>;
}
