import { useContext, useEffect, useState } from "react";

import type { FlowNode, WorkflowState } from "../../api/types";
import { isEnter } from "../../app/keys";
import { edit, setState, useStore } from "../../app/store";
import { LanguageContext, useSay } from "../../i18n";
import { titleOf } from "../../i18n/steps";
import { useTold } from "../../i18n/told";
import { About } from "./About";
import { Help } from "./Help";
import { Monitor } from "./Monitor";
import { Settings } from "./Settings";
import { Wires } from "./Wires";

const TABS = ["settings", "value", "help", "log"] as const;
type Tab = (typeof TABS)[number];

export function Inspector({ workflow }: { workflow: WorkflowState }) {
  const say = useSay();
  const told = useTold();
  const language = useContext(LanguageContext);
  const chosen = useStore((s) => s.chosen);
  const steps = useStore((s) => s.steps);
  const [tab, setTab] = useState<Tab>("settings");
  const node = workflow.nodes.find((n) => n.name === chosen);
  const info = node && steps.get(node.step);
  if (!node || !info) {
    return (
      <aside className="inspector" aria-label={say("about.title")}>
        <About key={workflow.file} workflow={workflow} />
      </aside>
    );
  }
  // What names a setting or a port stands beside it.
  const beside = new Set([...Object.keys(info.schema.properties), ...info.ports.map((p) => p.name)]);
  const own = [...node.problems, ...node.status.problems].filter((p) => tab !== "settings" || !beside.has(p.place.setting));
  return (
    <aside className="inspector" aria-label={node.name}>
      <Name key={`name ${node.name}`} node={node} />
      <p className="soft">
        {titleOf(language, info)} · <code>{info.name}</code>
      </p>
      <p className="summary">{told(info.summary)}</p>
      {own.map((p, i) => (
        <p key={i} className="problem" role="alert">
          <code>{p.code}</code> {p.place.setting} {p.fact} {p.allowed} {p.remedy}
        </p>
      ))}
      {node.status.state === "stale" && <p className="note">◐ {say("node.stale")}</p>}
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
      {tab === "settings" && (
        <>
          <Wires node={node} info={info} workflow={workflow} />
          <Settings key={`settings ${node.name}`} node={node} info={info} workflow={workflow} />
        </>
      )}
      {tab === "value" && <Monitor key={`monitor ${node.name}`} workflow={workflow} node={node} info={info} />}
      {tab === "help" && <Help info={info} />}
      {tab === "log" && <Log node={node} />}
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
      spellCheck={false}
      onChange={(e) => {
        setName(e.target.value);
      }}
      onBlur={done}
      onKeyDown={(e) => {
        if (isEnter(e)) done();
        if (e.key === "Escape") setName(node.name);
      }}
    />
  );
}

function Log({ node }: { node: FlowNode }) {
  const say = useSay();
  const all = useStore((s) => s.log);
  const lines = all.filter((l) => l.node === node.name);
  useEffect(() => {
    document.querySelector(".inspector pre.log")?.scrollTo({ top: 1e9 });
  }, [lines.length]);
  return lines.length === 0 ? <p className="soft">{say("log.none")}</p> : <pre className="help log">{lines.map((l) => l.text).join("\n")}</pre>;
}

