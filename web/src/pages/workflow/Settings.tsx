import { useEffect, useState } from "react";

import { api, Refused } from "../../api/client";
import type { FlowNode, StepInfo, WorkflowState } from "../../api/types";
import { failed, tryEdit, useStore } from "../../app/store";
import { useSay } from "../../i18n";
import { columnsAt, type KnownColumn } from "./columns";
import { SettingField } from "./SettingField";
import { othersOf } from "./sweeps";
import { figuresFor, nodeOf } from "./wiring";

/** Set something, and return why it was refused, for the field that asked. */
export async function asked(change: ReturnType<typeof tryEdit>): Promise<string> {
  const found = await change;
  if (!(found instanceof Error)) return "";
  // What is wrong with the value (400) or leads nowhere (404) is told at the field.
  if (!(found instanceof Refused) || ![400, 404].includes(found.status)) {
    failed(found);
    return "";
  }
  return found.problems.map((p) => [p.code, p.fact, p.allowed, p.remedy].filter(Boolean).join(" ")).join("\n");
}

export function Settings({ node, info, workflow }: { node: FlowNode; info: StepInfo; workflow: WorkflowState }) {
  const say = useSay();
  const steps = useStore((s) => s.steps);
  const [{ of, columns }, setColumns] = useState<{ of: number; columns: Record<string, KnownColumn[]> }>({ of: 0, columns: {} });
  useEffect(() => {
    let gone = false;
    void columnsAt(workflow, node).then((found) => {
      if (!gone) setColumns({ of: workflow.version, columns: found });
    });
    return () => {
      gone = true;
    };
  }, [workflow, node]);
  const names = Object.keys(info.schema.properties);
  const sources = figuresFor(workflow, steps, node.name);
  const takesColumns = names.some((n) => JSON.stringify(info.schema.properties[n]).includes('"column'));
  const before = workflow.wires.filter((w) => w.to === node.name && w.index === 0).map((w) => nodeOf(w.from));
  const field = (name: string) => {
    const schema = info.schema.properties[name] ?? {};
    const mine = columns[schema.port ?? info.ports[0]?.name ?? ""] ?? [];
    return (
      <SettingField
        key={name}
        name={name}
        schema={schema}
        required={info.schema.required.includes(name)}
        value={node.given[name]}
        given={name in node.given}
        columns={mine}
        sources={sources}
        others={othersOf(info.schema.properties, node.given, name)}
        problems={[...node.problems, ...node.status.problems].filter((p) => p.place.setting === name)}
        onSet={(value) => asked(tryEdit({ op: "set", node: node.name, setting: name, value }))}
        onUnset={() => void asked(tryEdit({ op: "unset", node: node.name, setting: name }))}
      />
    );
  };
  // A setting that is folded away but given would be a hidden cause: those are shown.
  const folded = names.filter((n) => info.schema.properties[n]?.advanced && !(n in node.given));
  return (
    <div className="settings" data-columns={of === workflow.version ? "known" : "asked"}>
      {takesColumns && before.length > 0 && Object.keys(columns).length === 0 && (
        <p className="soft">
          {say("columns.unknown")}{" "}
          <button type="button" className="button" disabled={workflow.running || workflow.problems.some((p) => before.includes(p.place.name))} onClick={() => {
            api.run(workflow.file, before).catch(failed);
          }}>
            {say("columns.run")}
          </button>
        </p>
      )}
      {names.length === 0 && <p className="soft">{say("form.none")}</p>}
      {names.filter((n) => !folded.includes(n)).map(field)}
      {folded.length > 0 && (
        <details>
          <summary>
            {say("form.advanced")} <span className="soft">{folded.length}</span>
          </summary>
          {folded.map(field)}
        </details>
      )}
    </div>
  );
}
