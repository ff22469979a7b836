import "@xyflow/react/dist/style.css";

import {
  Background,
  type Connection,
  Controls,
  type Edge,
  type IsValidConnection,
  MiniMap,
  type OnConnectEnd,
  type OnSelectionChangeFunc,
  ReactFlow,
  type ReactFlowInstance,
  useNodesInitialized,
  useNodesState,
  useReactFlow,
} from "@xyflow/react";
import { type DragEvent, type KeyboardEvent, useCallback, useEffect, useMemo, useRef, useState } from "react";

import type { Wire, WorkflowState } from "../../api/types";
import { isTyping } from "../../app/keys";
import { edit, getState, setState, useStore } from "../../app/store";
import { useSay } from "../../i18n";
import { useTitle } from "../../i18n/steps";
import { Bands } from "./Bands";
import { STEP_DRAG } from "./Palette";
import { handlesOf, StepNode, type StepNodeType } from "./StepNode";
import { addStep, nodeOf, outputOf, refOf, removal, whyNot } from "./wiring";

const NODE_TYPES = { step: StepNode };

/** Below this, names cannot be read: a wide graph is shown from its left end on instead. */
const READABLE = 0.62;
const MARGIN = 44;

/** Show the whole graph where it stays readable, else its beginning. */
export function look(flow: ReactFlowInstance, box: Element | null): void {
  const nodes = flow.getNodes();
  if (nodes.length === 0 || !box) return;
  const { width, height } = box.getBoundingClientRect();
  const all = flow.getNodesBounds(nodes);
  const zoom = Math.max(READABLE, Math.min(1, (width - 2 * MARGIN) / all.width, (height - 4 * MARGIN) / all.height));
  const x = all.width * zoom + 2 * MARGIN <= width ? (width - all.width * zoom) / 2 : MARGIN;
  const y = all.height * zoom + 4 * MARGIN <= height ? (height - all.height * zoom) / 2 : 2 * MARGIN;
  void flow.setViewport({ x: x - all.x * zoom, y: y - all.y * zoom, zoom });
}

function idOf(wire: Wire): string {
  return `${wire.from}>${wire.to}.${wire.port}.${wire.index}`;
}

interface Why {
  text: string;
  x: number;
  y: number;
}

export function Canvas({ workflow, onSelected }: { workflow: WorkflowState; onSelected: (names: string[]) => void }) {
  const say = useSay();
  const titled = useTitle();
  const steps = useStore((s) => s.steps);
  const progress = useStore((s) => s.progress);
  const chosen = useStore((s) => s.chosen);
  const [nodes, setNodes, onNodesChange] = useNodesState<StepNodeType>([]);
  const [why, setWhy] = useState<Why | null>(null);
  const [wire, setWire] = useState<string | null>(null);
  const flow = useReactFlow();
  const box = useRef<HTMLDivElement>(null);
  const measured = useNodesInitialized();

  useEffect(() => {
    if (measured) look(flow, box.current);
  }, [measured, flow]);
  useEffect(() => {
    // A step that was added, or chosen elsewhere, comes into view.
    const rectangle = box.current?.getBoundingClientRect();
    const node = workflow.nodes.find((n) => n.name === chosen);
    if (!rectangle || !node) return;
    const at = flow.flowToScreenPosition({ x: node.x, y: node.y });
    const inside = at.x >= rectangle.left && at.x < rectangle.right - 60 && at.y >= rectangle.top && at.y < rectangle.bottom - 60;
    if (!inside) void flow.setCenter(node.x + 90, node.y + 40, { zoom: flow.getZoom() });
  }, [chosen, workflow.nodes, flow]);

  useEffect(() => {
    setNodes((before) => {
      const selected = new Set(before.filter((n) => n.selected).map((n) => n.id));
      if (chosen !== null && !selected.has(chosen)) {
        selected.clear();
        selected.add(chosen);
      }
      const known = new Map(before.map((n) => [n.id, n]));
      return workflow.nodes.map((node) => ({
        // Its size too: without it a node is hidden until it is measured anew.
        ...known.get(node.name),
        id: node.name,
        type: "step",
        position: { x: node.x, y: node.y },
        handles: handlesOf(steps.get(node.step)),
        selected: selected.has(node.name),
        ariaLabel: `${node.name}: ${titled(node)}, ${say(`state.${node.status.state}`)}`,
        data: {
          node,
          info: steps.get(node.step),
          progress: progress.get(node.name),
          lens: workflow.lens.find((l) => l.node === node.name),
        },
      }));
    });
  }, [workflow, steps, progress, chosen, setNodes, say, titled]);

  const edges = useMemo<Edge[]>(
    () =>
      workflow.wires.map((w) => ({
        id: idOf(w),
        selected: idOf(w) === wire,
        source: nodeOf(w.from),
        sourceHandle: w.index < 0 ? (outputOf(w.from).split(".")[0] ?? null) : outputOf(w.from),
        target: w.to,
        targetHandle: w.index < 0 ? null : w.port,
        animated: progress.has(w.to),
        label: w.index < 0 ? w.port : w.over ? say("wire.over", { axes: w.over.join(", ") }) : undefined,
        ariaLabel: `${w.from} → ${w.to}.${w.port}`,
        className: w.index < 0 ? "wire-setting" : "wire",
      })),
    [workflow.wires, progress, wire, say],
  );

  const reason = useCallback(
    (c: { source: string; sourceHandle?: string | null; target: string; targetHandle?: string | null }): string => {
      const from = { node: c.source, output: c.sourceHandle ?? "" };
      const told = whyNot(workflow, steps, from, { node: c.target, port: c.targetHandle ?? "" });
      if (told === "") return "";
      return typeof told === "string" ? say(`wire.${told}`) : say("wire.type", { port: c.targetHandle ?? "", ...told });
    },
    [workflow, steps, say],
  );
  const isValid: IsValidConnection = useCallback((c) => reason(c) === "", [reason]);
  const onConnect = useCallback(
    (c: Connection) => {
      setWhy(null);
      void edit({ op: "wire", from: refOf(workflow, steps, c.source, c.sourceHandle), to: c.target, port: c.targetHandle ?? "" });
    },
    [workflow, steps],
  );
  const onConnectEnd: OnConnectEnd = useCallback(
    (event, state) => {
      const { fromHandle, toHandle } = state;
      if (state.isValid !== false || !fromHandle || !toHandle) return;
      const [out, into] = fromHandle.type === "source" ? [fromHandle, toHandle] : [toHandle, fromHandle];
      const text =
        fromHandle.type === toHandle.type
          ? say("wire.ends")
          : reason({ source: out.nodeId, sourceHandle: out.id ?? null, target: into.nodeId, targetHandle: into.id ?? null });
      const at = "clientX" in event ? event : (event.changedTouches[0] ?? { clientX: 0, clientY: 0 });
      setWhy(text === "" ? null : { text, x: at.clientX, y: at.clientY });
    },
    [reason, say],
  );
  const onSelectionChange: OnSelectionChangeFunc = useCallback(
    ({ nodes: selected }) => {
      const names = selected.map((n) => n.id);
      onSelected(names);
      const now = getState().chosen;
      if (names.length === 0 || (now !== null && names.includes(now))) return;
      setState({ chosen: names.at(-1) ?? null });
    },
    [onSelected],
  );
  /** Write the places of nodes that stand elsewhere than the server knows. */
  const keepPlaces = (): void => {
    const at = new Map(workflow.nodes.map((n) => [n.name, n]));
    const moved = nodes.filter((n) => {
      const known = at.get(n.id);
      return known && (Math.abs(known.x - n.position.x) >= 1 || Math.abs(known.y - n.position.y) >= 1);
    });
    const ops = moved.map((n) => ({ op: "move", node: n.id, x: Math.round(n.position.x), y: Math.round(n.position.y) }) as const);
    if (ops.length > 0) void edit(...ops);
  };
  useEffect(() => {
    const onKey = (event: globalThis.KeyboardEvent): void => {
      if ((event.key !== "Delete" && event.key !== "Backspace") || isTyping(event.target)) return;
      const cut = workflow.wires.filter((w) => idOf(w) === wire);
      const gone = cut.length > 0 ? [] : nodes.filter((n) => n.selected).map((n) => n.id);
      const ops = removal(gone, cut);
      if (ops.length > 0) void edit(...ops);
      setWire(null);
    };
    addEventListener("keydown", onKey);
    return () => {
      removeEventListener("keydown", onKey);
    };
  }, [workflow.wires, wire, nodes]);
  const onDrop = (event: DragEvent): void => {
    const step = event.dataTransfer.getData(STEP_DRAG);
    if (!step) return;
    event.preventDefault();
    void addStep(step, flow.screenToFlowPosition({ x: event.clientX, y: event.clientY }));
  };
  const onKeyUp = (event: KeyboardEvent): void => {
    if (event.key.startsWith("Arrow")) keepPlaces();
  };

  return (
    <div
      ref={box}
      className="canvas"
      onDragOver={(e) => {
        if (e.dataTransfer.types.includes(STEP_DRAG)) e.preventDefault();
      }}
      onDrop={onDrop}
      onKeyUp={onKeyUp}
      onPointerDownCapture={() => {
        setWhy(null);
      }}
    >
      <ReactFlow
        nodes={nodes}
        edges={edges}
        nodeTypes={NODE_TYPES}
        onNodesChange={onNodesChange}
        onConnect={onConnect}
        onConnectEnd={onConnectEnd}
        isValidConnection={isValid}
        onSelectionChange={onSelectionChange}
        onPaneClick={() => {
          setWire(null);
          setState({ chosen: null });
        }}
        onNodeDragStop={keepPlaces}
        onSelectionDragStop={keepPlaces}
        onEdgeClick={(_, edge) => {
          setWire(edge.id);
        }}
        deleteKeyCode={null}
        multiSelectionKeyCode={["Shift", "Control", "Meta"]}
        selectionKeyCode="Shift"
        minZoom={0.15}
        proOptions={{ hideAttribution: true }}
      >
        <Background gap={24} />
        <Bands workflow={workflow} />
        <Controls showInteractive={false} fitViewOptions={{ maxZoom: 1, padding: 0.12 }} />
        {workflow.nodes.length > 0 && <MiniMap pannable zoomable nodeClassName={(n) => `mini-${(n as StepNodeType).data.node.stage}`} ariaLabel={say("canvas.overview")} />}
      </ReactFlow>
      {workflow.nodes.length === 0 && (
        <div className="canvas-empty" data-state="empty">
          <p>{say("canvas.empty")}</p>
        </div>
      )}
      {why && (
        <p role="alert" className="why" style={{ left: why.x, top: why.y }}>
          ✕ {why.text}
        </p>
      )}
    </div>
  );
}
