import { ViewportPortal } from "@xyflow/react";

import type { WorkflowState } from "../../api/types";
import { useSay } from "../../i18n";

const HEADING = 44;
const BELOW = 150;
const NODE = 180;

/** Whether a step stands in its band: a band whose steps were all moved away would be an empty box. */
function stands(node: { name: string; x: number }, band: WorkflowState["bands"][number]): boolean {
  return band.nodes.includes(node.name) && node.x < band.x + band.width && node.x + NODE > band.x;
}

/** The stages behind the graph: a band and a heading each, from left to right. */
export function Bands({ workflow }: { workflow: WorkflowState }) {
  const say = useSay();
  if (workflow.nodes.length === 0) return null;
  const ys = workflow.nodes.map((n) => n.y);
  const top = Math.min(...ys) - HEADING - 14;
  const height = Math.max(...ys) + BELOW - top;
  return (
    <ViewportPortal>
      {workflow.bands.filter((b) => workflow.nodes.some((n) => stands(n, b))).map((band, i) => (
        <div key={i} className="band" data-stage={band.stage} style={{ transform: `translate(${band.x}px, ${top}px)`, width: band.width, height }}>
          <h3>{say(`stage.${band.stage}`)}</h3>
        </div>
      ))}
    </ViewportPortal>
  );
}
