import { Handle, type Node, type NodeProps, Position, useConnection } from "@xyflow/react";
import { useContext } from "react";

import type { FlowNode, LensEntry, StepInfo } from "../../api/types";
import { type Progress, useStore } from "../../app/store";
import { LanguageContext, useSay } from "../../i18n";
import { titleOf } from "../../i18n/steps";
import { useTold } from "../../i18n/told";
import { Lens } from "./Lens";
import { time } from "./times";
import { whyNot } from "./wiring";

export type StepNodeData = {
  node: FlowNode;
  info: StepInfo | undefined;
  progress: Progress | undefined;
  lens: LensEntry | undefined;
} & Record<string, unknown>;
export type StepNodeType = Node<StepNodeData, "step">;

/** Where the first handle is, how far apart they are, and how high the lines of a node are. */
const FIRST = 26;
const APART = 14;
const LEAST = 84;
const WIDTH = 180;
const HANDLE = 10;

/** Where the handles of a node are: told, so that wires never wait for a node to be measured. */
export function handlesOf(info: StepInfo | undefined): NonNullable<StepNodeType["handles"]> {
  const at = (id: string, type: "source" | "target", i: number) => ({
    id,
    type,
    position: type === "source" ? Position.Right : Position.Left,
    x: (type === "source" ? WIDTH : 0) - HANDLE / 2,
    y: FIRST + i * APART - HANDLE / 2,
    width: HANDLE,
    height: HANDLE,
  });
  const ports = (info?.ports ?? []).map((p, i) => at(p.name, "target", i));
  return [...ports, ...(info?.outputs ?? []).map((o, i) => at(o.name, "source", i))];
}

/** Shape and word say the state; color only repeats it. */
const MARKS = { new: "○", stale: "◐", cached: "●", running: "▶", failed: "✕", done: "●" } as const;

export function StepNode({ data, selected }: NodeProps<StepNodeType>) {
  const say = useSay();
  const told = useTold();
  const language = useContext(LanguageContext);
  const fits = useFits(data.node.name);
  const { node, info, progress, lens } = data;
  const state = progress ? "running" : node.problems.length > 0 ? "failed" : node.status.state;
  const word = !progress && node.problems.length > 0 ? say("node.problems", { n: node.problems.length }) : say(`state.${state}`);
  const share = progress && progress.total > 0 ? Math.min(1, progress.done / progress.total) : null;
  const points = node.status.points > 1 ? say("node.points", { done: node.status.done, of: node.status.points }) : "";
  const handles = Math.max(info?.ports.length ?? 0, info?.outputs.length ?? 0);
  const notes = node.status.notes.length;
  const facts = [
    points,
    share !== null ? `${Math.round(share * 100)} %` : "",
    progress && progress.left !== null ? say("node.left", { time: time(progress.left) }) : "",
    !progress && state === "cached" && node.status.seconds !== null ? time(node.status.seconds) : "",
  ].filter(Boolean);
  return (
    <div className="node" style={{ minHeight: Math.max(LEAST, FIRST + handles * APART) }} data-stage={node.stage} data-state={state} data-selected={selected} data-node={node.name}>
      <div className="node-head">
        <span className="node-stage">{say(`stage.${node.stage}`)}</span>
        {notes > 0 && (
          <span className="node-notes" title={node.status.notes.map((n) => `${n.code} ${n.text}`).join("\n")}>
            ⚠ {say("node.notes", { n: notes })}
          </span>
        )}
      </div>
      <div className="node-name">{node.name}</div>
      <div className="node-step">{info ? titleOf(language, info) : node.step}</div>
      <div className="node-state">
        <span aria-hidden="true">{MARKS[state]}</span> {[word, ...facts].join(" · ")}
      </div>
      {progress && (
        <div className="node-progress" data-unknown={share === null} role="progressbar" aria-label={node.name} aria-valuenow={share === null ? undefined : Math.round(share * 100)} aria-valuemin={0} aria-valuemax={100}>
          <span style={{ width: share === null ? "30%" : `${share * 100}%` }} />
        </div>
      )}
      {lens && <Lens lens={lens} />}
      {info?.ports.map((port, i) => (
        <Handle
          key={port.name}
          id={port.name}
          type="target"
          position={Position.Left}
          style={{ top: FIRST + i * APART }}
          title={`${port.name}: ${port.types.join(" / ")}${port.help ? ` – ${told(port.help)}` : ""}`}
          aria-label={port.name}
          data-fits={fits("target", port.name)}
        />
      ))}
      {info?.outputs.map((output, i) => (
        <Handle
          key={output.name}
          id={output.name}
          type="source"
          position={Position.Right}
          style={{ top: FIRST + i * APART }}
          title={`${output.name}: ${output.type}${output.help ? ` – ${told(output.help)}` : ""}`}
          aria-label={output.name}
          data-fits={fits("source", output.name)}
        />
      ))}
    </div>
  );
}

/** While a wire is drawn, say of each handle of a node whether it could end there. */
function useFits(node: string): (type: "source" | "target", name: string) => "yes" | "no" | undefined {
  const from = useConnection((c) => (c.inProgress ? c.fromHandle : null));
  const workflow = useStore((s) => s.workflow);
  const steps = useStore((s) => s.steps);
  return (type, name) => {
    if (!from || !workflow) return undefined;
    if (from.type === type) return "no";
    const here = { node: from.nodeId, name: from.id ?? "" };
    const [out, into] = from.type === "source" ? [here, { node, name }] : [{ node, name }, here];
    return whyNot(workflow, steps, { node: out.node, output: out.name }, { node: into.node, port: into.name }) === "" ? "yes" : "no";
  };
}
