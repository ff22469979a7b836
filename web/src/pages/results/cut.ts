import type { MapInfo, Op, WorkflowState } from "../../api/types";

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

/** Maps by how much of what is before them is before a step, too: what shares nothing with it has other rows. */
export function mapsNear(workflow: WorkflowState, node: string, maps: readonly MapInfo[]): { maps: MapInfo[]; first: MapInfo | undefined } {
  const before = (name: string): Set<string> => {
    const found = new Set([name]);
    for (const at of found) for (const w of workflow.wires) if (w.to === at) found.add(w.from.split(".")[0] ?? w.from);
    return found;
  };
  const mine = before(node);
  const shared = new Map(maps.map((m) => [m, [...before(m.node)].filter((n) => mine.has(n)).length]));
  const sorted = [...maps].sort((a, b) => (shared.get(b) ?? 0) - (shared.get(a) ?? 0));
  const [first] = sorted;
  return { maps: sorted, first: first && (shared.get(first) ?? 0) > 0 ? first : undefined };
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
