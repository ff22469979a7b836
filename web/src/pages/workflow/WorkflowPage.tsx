import "./workflow.css";

import { ReactFlowProvider, useReactFlow } from "@xyflow/react";
import { useCallback, useEffect, useRef, useState } from "react";

import { api } from "../../api/client";
import type { WorkflowState } from "../../api/types";
import { isTyping } from "../../app/keys";
import { failed, setState, step, take, useStore } from "../../app/store";
import { useSay } from "../../i18n";
import { Canvas, look } from "./Canvas";
import { changed } from "./changed";
import { Insert } from "./Insert";
import { Inspector } from "./Inspector";
import { Palette } from "./Palette";
import { run, Toolbar } from "./Toolbar";
import { useClipboard } from "./useClipboard";

export function WorkflowPage() {
  const workflow = useStore((s) => s.workflow);
  if (!workflow) return null;
  return (
    <ReactFlowProvider key={workflow.file}>
      <Page workflow={workflow} />
    </ReactFlowProvider>
  );
}

function Page({ workflow }: { workflow: WorkflowState }) {
  const say = useSay();
  const flow = useReactFlow();
  const canvas = useRef<HTMLDivElement>(null);
  const [selected, setSelected] = useState<readonly string[]>([]);
  const [inserting, setInserting] = useState(false);
  const [said, setSaid] = useState("");
  const [palette, setPalette] = useState(true);
  const [inspector, setInspector] = useState(true);
  const here = selected.filter((s) => workflow.nodes.some((n) => n.name === s));
  const middle = useCallback(() => {
    const box = canvas.current?.getBoundingClientRect() ?? { x: 0, y: 0, width: 0, height: 0 };
    const at = flow.screenToFlowPosition({ x: box.x + box.width / 3, y: box.y + box.height / 3 });
    return { x: Math.round(at.x), y: Math.round(at.y) };
  }, [flow]);
  const tell = useCallback(
    (n: number) => {
      setSaid(say("edit.copied", { n }));
    },
    [say],
  );
  const duplicate = useClipboard(here, middle, tell);
  const onSelected = useCallback((names: string[]) => {
    setSelected(names);
    setSaid("");
  }, []);

  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (isTyping(event.target)) return;
      const control = event.ctrlKey || event.metaKey;
      const key = event.key.toLowerCase();
      if (control && key === "z") {
        event.preventDefault();
        void step(!event.shiftKey);
      } else if (control && key === "y") {
        event.preventDefault();
        void step(false);
      } else if (control && key === "a") {
        event.preventDefault();
        flow.setNodes((nodes) => nodes.map((n) => ({ ...n, selected: true })));
      } else if (key === "[") setPalette((shown) => !shown);
      else if (key === "]") setInspector((shown) => !shown);
      else if (!control && !event.altKey && key === "r") run(workflow, event.shiftKey ? changed(workflow) : undefined);
      else if (event.key === "F2") document.querySelector<HTMLInputElement>(".inspector .name")?.select();
      else if (event.key === "Escape") setState({ chosen: null });
    };
    addEventListener("keydown", onKey);
    return () => {
      removeEventListener("keydown", onKey);
    };
  }, [workflow, flow]);

  const others = workflow.problems.filter((p) => !workflow.nodes.some((n) => n.name === p.place.name));
  return (
    <div className="workflow" data-page="workflow">
      <Toolbar
        workflow={workflow}
        selected={here}
        said={said}
        onDuplicate={duplicate}
        onInsert={() => {
          setInserting(true);
        }}
        onArranged={() => {
          look(flow, canvas.current);
        }}
      />
      {!workflow.consent.given && <Consent workflow={workflow} />}
      {workflow.nodes.length > 0 &&
        others.map((p, i) => (
          <p key={i} className="problem" role="alert">
            <code>{p.code}</code> {p.place.file}
            {p.place.line > 0 && `:${p.place.line}`} {p.place.name} {p.fact} {p.allowed} {p.remedy}
          </p>
        ))}
      <div className="columns" data-palette={palette} data-inspector={inspector}>
        {palette && <Palette />}
        <div ref={canvas} className="canvas-place">
          <Fold side="left" open={palette} name={say("palette.title")} onFold={setPalette} />
          <Fold side="right" open={inspector} name={say("tab.settings")} onFold={setInspector} />
          <Canvas workflow={workflow} onSelected={onSelected} />
        </div>
        {inspector && <Inspector workflow={workflow} />}
      </div>
      {inserting && (
        <Insert
          onClose={() => {
            setInserting(false);
          }}
        />
      )}
    </div>
  );
}

/** Folds the list of steps or the settings away: a wide graph needs the room. */
function Fold({ side, open, name, onFold }: { side: "left" | "right"; open: boolean; name: string; onFold: (open: boolean) => void }) {
  const say = useSay();
  const label = say(open ? "fold.close" : "fold.open", { name });
  return (
    <button type="button" className="button fold" data-side={side} aria-expanded={open} aria-label={label} title={`${label}  ${side === "left" ? "[" : "]"}`} onClick={() => {
      onFold(!open);
    }}>
      {(side === "left") === open ? "‹" : "›"}
    </button>
  );
}

/** What the workflow asks for beyond tenkai; it does not run before the user agrees. */
function Consent({ workflow }: { workflow: WorkflowState }) {
  const say = useSay();
  return (
    <div className="banner consent" role="alert">
      <div className="banner-text">
        <strong>⚠ {say("consent.title")}</strong>
        <ul>
          {workflow.asks.map((a, i) => (
            <li key={i}>
              <strong>{a.node}</strong> ({a.step}): {say(a.kind === "package" ? "consent.package" : "consent.server")} <code>{a.what}</code>
            </li>
          ))}
        </ul>
        {say("consent.why")}
      </div>
      <button type="button" className="button" onClick={() => {
        api.consent(workflow.file, workflow.consent.digest).then(take, failed);
      }}>
        {say("consent.agree")}
      </button>
    </div>
  );
}
