import { useState } from "react";

import type { FlowNode, Port, StepInfo, WorkflowState } from "../../api/types";
import { tryEdit, useStore } from "../../app/store";
import { useSay } from "../../i18n";
import { useTold } from "../../i18n/told";
import { asked } from "./Settings";
import { shortest, sourcesFor } from "./wiring";

/** The ports of a node: what is wired to each can be chosen here, without a mouse. */
export function Wires({ node, info, workflow }: { node: FlowNode; info: StepInfo; workflow: WorkflowState }) {
  if (info.ports.length === 0) return null;
  return (
    <div className="wires">
      {info.ports.map((port) => (
        <PortField key={`${node.name}.${port.name}`} node={node} port={port} workflow={workflow} />
      ))}
    </div>
  );
}

function PortField({ node, port, workflow }: { node: FlowNode; port: Port; workflow: WorkflowState }) {
  const say = useSay();
  const told = useTold();
  const steps = useStore((s) => s.steps);
  const [refused, setRefused] = useState("");
  const wires = workflow.wires.filter((w) => w.to === node.name && w.port === port.name && w.index >= 0);
  const sources = sourcesFor(workflow, steps, node.name, port.name);
  const now = wires.map((w) => shortest(workflow, steps, w.from));
  const axes = [...new Set(now.flatMap((n) => workflow.axes[n.split(".")[0] ?? ""] ?? []))];
  const over = wires[0]?.over ?? null;
  const set = (...ops: Parameters<typeof tryEdit>): void => {
    setRefused("");
    void asked(tryEdit(...ops)).then(setRefused);
  };
  const wire = (from: string): void => {
    const change = { op: "wire", from, to: node.name, port: port.name } as const;
    const old = now[0];
    if (from === "") set({ op: "unwire", to: node.name, port: port.name });
    else if (port.many && old !== undefined && now.length === 1) set({ op: "unwire", to: node.name, port: port.name, from: old }, change);
    else set(change);
  };
  const id = `port-${node.name}-${port.name}`;
  const problems = node.problems.filter((p) => p.place.setting === port.name || (p.code === "TK107" && p.fact.includes(`'${port.name}'`)));
  return (
    <div className="setting port" data-port={port.name}>
      <div className="setting-label">
        <label htmlFor={id}>
          → {port.name} <span className="soft">{port.types.join(" / ")}</span>
          {!port.optional && now.length === 0 && <span className="needed"> {say("form.needed")}</span>}
        </label>
      </div>
      {now.length > 1 ? (
        <ul className="wired">
          {now.map((ref, i) => (
            <li key={ref}>
              <code>{ref}</code>
              <button type="button" className="button quiet" aria-label={say("wire.remove", { from: ref })} onClick={() => {
                set({ op: "unwire", to: node.name, port: port.name, from: wires[i]?.from ?? ref });
              }}>
                ✕
              </button>
            </li>
          ))}
        </ul>
      ) : (
        <select id={id} className="field" value={now[0] ?? ""} onChange={(e) => {
          wire(e.target.value);
        }}>
          <option value="">{sources.length > 0 || now.length > 0 ? "–" : say("wire.nothing", { wanted: port.types.join(" / ") })}</option>
          {[...new Set([...sources, ...now])].map((s) => (
            <option key={s}>{s}</option>
          ))}
        </select>
      )}
      {port.many && now.length > 0 && (
        <select className="field" aria-label={say("wire.more", { port: port.name })} value="" onChange={(e) => {
          if (e.target.value) set({ op: "wire", from: e.target.value, to: node.name, port: port.name });
        }}>
          <option value="">+ {say("wire.more", { port: port.name })}</option>
          {sources.filter((s) => !now.includes(s)).map((s) => (
            <option key={s}>{s}</option>
          ))}
        </select>
      )}
      {port.gathers && axes.length > 0 && now[0] !== undefined && (
        <div className="setting-line gather" role="group" aria-label={say("wire.gather")}>
          <span>{say("wire.gather")}</span>
          {axes.map((axis) => (
            <label key={axis}>
              <input type="checkbox" checked={over === null || over.includes(axis)} onChange={() => {
                const before = over ?? axes;
                const after = before.includes(axis) ? before.filter((a) => a !== axis) : [...before, axis];
                if (after.length === 0) return;
                const all = after.length === axes.length;
                set({ op: "wire", from: now[0] ?? "", to: node.name, port: port.name, over: all ? null : after });
              }} />
              {axis}
            </label>
          ))}
        </div>
      )}
      {refused && (
        <p className="problem" role="alert">
          {refused}
        </p>
      )}
      {problems.filter((p) => p.code !== "TK107").map((p, i) => (
        <p key={i} className="problem" role="alert">
          <code>{p.code}</code> {p.fact} {p.allowed} {p.remedy}
        </p>
      ))}
      {port.help && <p className="soft">{told(port.help)}</p>}
    </div>
  );
}
