import "@xyflow/react/dist/style.css";

import {
  Background,
  type Connection,
  Controls,
  type Edge,
  type IsValidConnection,
  MiniMap,
  type OnConnectEnd,
  ReactFlow,
  useNodesState,
} from "@xyflow/react";
import { useCallback, useEffect, useMemo } from "react";

import type { WorkflowState } from "../../api/types";
import { edit, getState, setState, useStore } from "../../app/store";
import { useSay } from "../../i18n";
import { StepNode, type StepNodeType } from "./StepNode";
import { nodeOf, outputOf, whyNot } from "./wiring";

const NODE_TYPES = { step: StepNode };

export function Canvas({ workflow, onWhy }: { workflow: WorkflowState; onWhy: (why: string) => void }) {
  const say = useSay();
  const steps = useStore((s) => s.steps);
  const progress = useStore((s) => s.progress);
  const chosen = useStore((s) => s.chosen);
  const [nodes, setNodes, onNodesChange] = useNodesState<StepNodeType>([]);

  useEffect(() => {
    setNodes(
      workflow.nodes.map((node) => ({
        id: node.name,
        type: "step",
        position: { x: node.x, y: node.y },
        selected: node.name === chosen,
        data: {
          node,
          info: steps.get(node.step),
          progress: progress.get(node.name),
          lens: workflow.lens.find((l) => l.node === node.name),
        },
      })),
    );
  }, [workflow, steps, progress, chosen, setNodes]);

  const edges = useMemo<Edge[]>(
    () =>
      workflow.wires.map((w) => ({
        id: `${w.from}>${w.to}.${w.port}.${w.index}`,
        source: nodeOf(w.from),
        sourceHandle: outputOf(w.from),
        target: w.to,
        targetHandle: w.index < 0 ? null : w.port,
        animated: progress.has(w.to),
        label: w.index < 0 ? w.port : undefined,
        className: w.index < 0 ? "wire-setting" : "wire",
        data: { wire: w },
      })),
    [workflow.wires, progress],
  );

  const reason = useCallback(
    (c: { source: string; sourceHandle?: string | null; target: string; targetHandle?: string | null }): string => {
      const from = { node: c.source, output: c.sourceHandle ?? "" };
      const why = whyNot(workflow, steps, from, { node: c.target, port: c.targetHandle ?? "" });
      if (why === "") return "";
      return typeof why === "string" ? say(`wire.${why}`) : say("wire.type", { port: c.targetHandle ?? "", ...why });
    },
    [workflow, steps, say],
  );
  const isValid: IsValidConnection = useCallback((c) => reason(c) === "", [reason]);
  const onConnect = useCallback(
    (c: Connection) => {
      onWhy("");
      void edit({ op: "wire", from: refOf(workflow, c.source, c.sourceHandle), to: c.target, port: c.targetHandle ?? "" });
    },
    [workflow, onWhy],
  );
  const onConnectEnd: OnConnectEnd = useCallback(
    (_, state) => {
      const { fromHandle, toHandle } = state;
      if (state.isValid === false && fromHandle && toHandle) {
        const [out, into] = fromHandle.type === "source" ? [fromHandle, toHandle] : [toHandle, fromHandle];
        onWhy(reason({ source: out.nodeId, sourceHandle: out.id ?? null, target: into.nodeId, targetHandle: into.id ?? null }));
      }
    },
    [onWhy, reason],
  );

  return (
    <ReactFlow
      nodes={nodes}
      edges={edges}
      nodeTypes={NODE_TYPES}
      onNodesChange={onNodesChange}
      onConnect={onConnect}
      onConnectEnd={onConnectEnd}
      isValidConnection={isValid}
      onNodeClick={(_, node) => {
        setState({ chosen: node.id });
      }}
      onPaneClick={() => {
        setState({ chosen: null });
      }}
      onNodeDragStop={(_, node) => {
        void edit({ op: "move", node: node.id, x: Math.round(node.position.x), y: Math.round(node.position.y) });
      }}
      onNodesDelete={(gone) => {
        void edit(...gone.map((n) => ({ op: "remove", node: n.id }) as const));
        if (gone.some((n) => n.id === getState().chosen)) setState({ chosen: null });
      }}
      onEdgesDelete={(gone) => {
        const wires = gone.map((e) => (e.data as { wire: WorkflowState["wires"][number] }).wire);
        const there = new Set(workflow.nodes.map((n) => n.name));
        const ops = wires
          .filter((w) => there.has(w.to))
          .map((w) =>
            w.index < 0
              ? ({ op: "unset", node: w.to, setting: w.port } as const)
              : ({ op: "unwire", to: w.to, port: w.port, from: shortest(workflow, w.from) } as const),
          );
        if (ops.length > 0) void edit(...ops);
      }}
      deleteKeyCode={["Delete", "Backspace"]}
      fitView
      fitViewOptions={{ maxZoom: 1, padding: 0.15 }}
      minZoom={0.15}
      proOptions={{ hideAttribution: true }}
    >
      <Background />
      <Controls showInteractive={false} />
      <MiniMap pannable zoomable />
    </ReactFlow>
  );
}

/** A reference as people write it: the main output needs no name. */
function refOf(workflow: WorkflowState, node: string, output: string | null | undefined): string {
  return shortest(workflow, `${node}.${output ?? ""}`);
}

function shortest(workflow: WorkflowState, ref: string): string {
  const info = getState().steps.get(workflow.nodes.find((n) => n.name === nodeOf(ref))?.step ?? "");
  return info?.outputs[0]?.name === outputOf(ref) ? nodeOf(ref) : ref;
}
