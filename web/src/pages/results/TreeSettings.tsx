import { api, type At } from "../../api/client";
import type { Schema, TreeCut } from "../../api/types";
import { edit, failed, useStore } from "../../app/store";
import { useSay } from "../../i18n";

/** Metric and method of the tree: settings of the step that makes it, changed in place and computed anew. */
export function TreeSettings({ at, tree }: { at: At; tree: TreeCut["tree"] | null }) {
  const say = useSay();
  const workflow = useStore((s) => s.workflow);
  const steps = useStore((s) => s.steps);
  if (!workflow || !tree) return null;
  const node = tree.ref.split(".")[0] ?? "";
  const source = workflow.wires.find((w) => w.to === node && w.port === "data")?.from.split(".")[0];
  const measured = workflow.nodes.find((n) => n.name === source && n.step === "learn.distances")?.name;
  const change = async (owner: string, setting: string, value: string): Promise<void> => {
    const changed = await edit({ op: "set", node: owner, setting, value });
    if (changed) await api.run(at.file, [at.ref.split(".")[0] ?? at.ref]);
  };
  const choice = (owner: string, setting: "method" | "metric") => {
    const step = workflow.nodes.find((n) => n.name === owner)?.step ?? "";
    const allowed = choicesOf(steps.get(step)?.schema.properties[setting]);
    if (allowed.length === 0) return null;
    return (
      <label>
        {say(`cut.${setting}`)}{" "}
        <select className="field" value={tree[setting]} disabled={workflow.running} onChange={(e) => {
          change(owner, setting, e.target.value).catch(failed);
        }}>
          {!allowed.includes(tree[setting]) && <option>{tree[setting]}</option>}
          {allowed.map((v) => (
            <option key={v}>{v}</option>
          ))}
        </select>
      </label>
    );
  };
  return (
    <div className="tree-settings">
      {choice(node, "method")}
      {choice(measured ?? node, "metric")}
      {workflow.running && <span className="soft">{say("app.running")} …</span>}
    </div>
  );
}

function choicesOf(schema: Schema | undefined): string[] {
  const all = [schema, ...(schema?.anyOf ?? [])].flatMap((s) => s?.enum ?? []);
  return all.filter((v) => typeof v === "string");
}
