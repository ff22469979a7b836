import type { Op, WorkflowState } from "../../api/types";

/** Where the line stands: midway between the merges it lies between, as in the figure. */
export function middleOf(low: number, high: number | null): number {
  return high === null ? low * 1.02 : (low + high) / 2;
}

/** The same with as few digits as leave the cut what it is: it is read by people, and written into the workflow. */
export function roundHeight(low: number, high: number | null): number {
  const middle = middleOf(low, high);
  for (let digits = 3; digits < 16; digits++) {
    const short = Number(middle.toPrecision(digits));
    if (short >= low && (high === null || short < high)) return short;
  }
  return middle;
}

/** The height that cuts into the next number of clusters: fewer above the highest merge undone, more below the highest kept. */
export function nextHeight(cut: { low: number; high: number | null }, way: "fewer" | "more"): number | null {
  if (way === "fewer") return cut.high;
  if (cut.low <= 0) return null;
  // The largest number below `low` that a double holds, or nearly.
  return cut.low * (1 - 2 ** -52);
}

/** What writes a cut into the workflow: the step that cuts this tree is changed, or a new one added. */
export function cutOps(workflow: WorkflowState, dendrogram: string, height: number): Op[] {
  const wire = (to: string, port: string): string | undefined => workflow.wires.find((w) => w.to === to && w.port === port)?.from;
  const tree = wire(dendrogram, "linkage");
  if (tree === undefined) return [];
  const table = wire(dendrogram, "table");
  const there = workflow.nodes.find((n) => n.step === "learn.cut" && wire(n.name, "linkage") === tree);
  if (!there) return [{ op: "add", step: "learn.cut", given: { linkage: short(tree), ...(table === undefined ? {} : { table: short(table) }), height } }];
  const free: Op[] = "clusters" in there.given ? [{ op: "unset", node: there.name, setting: "clusters" }] : [];
  return [...free, { op: "set", node: there.name, setting: "height", value: height }];
}

/** References in files are short where they can be: the first output is the step. */
function short(ref: string): string {
  return ref.replace(/\.(linkage|table|map)$/, (whole, output: string) => (output === "linkage" ? "" : whole));
}
