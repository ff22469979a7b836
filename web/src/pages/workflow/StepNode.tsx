import { Handle, type Node, type NodeProps, Position } from "@xyflow/react";

import type { FlowNode, LensEntry, StepInfo } from "../../api/types";
import type { Progress } from "../../app/store";
import { useSay } from "../../i18n";

export type StepNodeData = {
  node: FlowNode;
  info: StepInfo | undefined;
  progress: Progress | undefined;
  lens: LensEntry | undefined;
} & Record<string, unknown>;
export type StepNodeType = Node<StepNodeData, "step">;

/** Where the first handle is, and how far apart they are. */
const FIRST = 26;
const APART = 14;

/** Shape and word say the state; color only repeats it. */
const MARKS = { new: "○", stale: "◐", cached: "●", running: "▶", failed: "✕", done: "●" } as const;

export function StepNode({ data, selected }: NodeProps<StepNodeType>) {
  const say = useSay();
  const { node, info, progress, lens } = data;
  const state = progress ? "running" : node.problems.length > 0 ? "failed" : node.status.state;
  const share = progress && progress.total > 0 ? Math.min(1, progress.done / progress.total) : null;
  const seen = lens && [lens.prepared, lens.fitted, lens.chosen].some((s) => s !== "none");
  const points = node.status.points > 1 ? ` ${node.status.done}/${node.status.points}` : "";
  const handles = Math.max(info?.ports.length ?? 0, info?.outputs.length ?? 0);
  return (
    <div className="node" style={{ minHeight: FIRST + handles * APART }} data-stage={node.stage} data-state={state} data-selected={selected} data-node={node.name}>
      <div className="node-head">
        <span className="node-name">{node.name}</span>
        <span className="node-state" title={say(`state.${state}`)}>
          <span aria-hidden="true">{MARKS[state]}</span> {say(`state.${state}`)}
          {points}
        </span>
      </div>
      <div className="node-step">{info?.title ?? node.step}</div>
      {share !== null && (
        <div className="node-progress" role="progressbar" aria-valuenow={Math.round(share * 100)} aria-valuemin={0} aria-valuemax={100}>
          <span style={{ width: `${share * 100}%` }} />
        </div>
      )}
      {(seen ?? false) && (
        <div className="node-lens" title={lens?.text}>
          ◎ {say("lens.seen")}
        </div>
      )}
      {info?.ports.map((port, i) => (
        <Handle
          key={port.name}
          id={port.name}
          type="target"
          position={Position.Left}
          style={{ top: FIRST + i * APART }}
          title={`${port.name}: ${port.types.join(" / ")}`}
          aria-label={port.name}
        />
      ))}
      {info?.outputs.map((output, i) => (
        <Handle
          key={output.name}
          id={output.name}
          type="source"
          position={Position.Right}
          style={{ top: FIRST + i * APART }}
          title={`${output.name}: ${output.type}`}
          aria-label={output.name}
        />
      ))}
    </div>
  );
}
