import "./compare.css";

import { useCallback, useEffect, useMemo, useState } from "react";

import { api } from "../../api/client";
import type { MapInfo, WorkflowState } from "../../api/types";
import { explore, failed, select, setState, useStore } from "../../app/store";
import { useSay } from "../../i18n";
import { useAsked } from "../../parts/asked";
import { ErrorBox } from "../../parts/ErrorBox";
import { Loading } from "../../parts/Loading";
import { SelectionBar } from "../../parts/SelectionBar";
import { StaleNote } from "../../parts/StaleNote";
import type { Coloring, Tool } from "../../scatter/types";
import { useDark } from "../../parts/useDark";
import { COLORS, figureColor, firstColor } from "../../parts/values";
import { type Legend, colorings, LegendRow } from "./coloring";
import { MapPanel } from "./MapPanel";
import { MapChooser } from "./MapChooser";
import { firstChoice, keyOf, MOST, scoresOf, titlesOf } from "./panels";
import { useColors, useDrawn, useRelated, useSelections } from "./useMaps";

/** What was chosen here for each workflow, for as long as the page is open. */
const chosenBefore = new Map<string, { maps: string[] | null; column: string | null; aligned: boolean }>();
/** Maps as they were computed last: what became stale stays in view until it is computed again. */
const lastMaps = new Map<string, MapInfo>();
const NOTHING = { maps: null, column: null, aligned: false };
const TOOLS: { tool: Tool; key: string }[] = [
  { tool: "move", key: "v" },
  { tool: "lasso", key: "l" },
  { tool: "box", key: "b" },
];

/** Maps side by side: one selection, one color, and how far each can be trusted. */
export function ComparePage() {
  const workflow = useStore((s) => s.workflow);
  const file = workflow?.file ?? "";
  const stamp = workflow?.nodes.map((n) => `${n.name}:${n.status.state}:${n.status.done}`).join() ?? "";
  const asked = useAsked(workflow ? `${file} ${stamp}` : "", (signal) => api.maps(file, signal));
  if (!workflow) return null;
  const maps = asked.value;
  const some = maps?.some((m) => m.id !== "" || lastMaps.has(`${file} ${keyOf(m)}`));
  return (
    <div className="compare" data-page="compare">
      {asked.error && <ErrorBox error={asked.error} onRetry={asked.again} />}
      {!maps && !asked.error && <Loading />}
      {maps && !some && <NoMaps some={maps.length > 0} file={file} running={workflow.running} />}
      {maps && some && <Maps key={file} workflow={workflow} maps={maps} />}
    </div>
  );
}

function NoMaps({ some, file, running }: { some: boolean; file: string; running: boolean }) {
  const say = useSay();
  return (
    <div className="empty" data-state="empty">
      <h1>{say("compare.empty")}</h1>
      <p>{say(some ? "compare.empty.run" : "compare.empty.add")}</p>
      {some && (
        <button type="button" className="button primary" disabled={running} onClick={() => {
          api.run(file).catch(failed);
        }}>
          ▶ {say("run.all")}
        </button>
      )}{" "}
      <button type="button" className="button" onClick={() => {
        setState({ page: "workflow" });
      }}>
        {say("compare.empty.workflow")}
      </button>
    </div>
  );
}

function Maps({ workflow, maps }: { workflow: WorkflowState; maps: MapInfo[] }) {
  const { file } = workflow;
  const say = useSay();
  const dark = useDark();
  const selection = useStore((s) => s.selection);
  const [choice, setChoice] = useState(chosenBefore.get(file) ?? NOTHING);
  const [tool, setTool] = useState<Tool>("lasso");
  useEffect(() => {
    chosenBefore.set(file, choice);
  }, [file, choice]);
  useEffect(() => {
    for (const m of maps) if (m.id !== "") lastMaps.set(`${file} ${keyOf(m)}`, m);
  }, [file, maps]);
  const known = maps.flatMap((m) => (m.id !== "" ? m : (lastMaps.get(`${file} ${keyOf(m)}`) ?? [])));
  const keys = choice.maps?.filter((k) => known.some((m) => keyOf(m) === k)) ?? firstChoice(known);
  const chosen = keys.flatMap((k) => known.find((m) => keyOf(m) === k) ?? []);
  const { shown, again } = useDrawn(file, chosen);
  const drawn = shown.map((s) => s.drawn);
  const related = useRelated(drawn.find((d) => d !== null) ?? undefined);
  const coloredBy = chosen[0] ? figureColor(workflow, chosen[0].ref) : null;
  const columns = related?.columns.filter((c) => COLORS.includes(c.kind)) ?? [];
  const wanted = choice.column ?? (related ? firstColor(related, coloredBy) : null) ?? "";
  const column = columns.some((c) => c.name === wanted) ? wanted : "";
  const { colors, error: colorError } = useColors(drawn, column, columns.find((c) => c.name === column)?.kind);
  const { each, legend } = useMemo((): { each: Coloring[]; legend: Legend } => colorings(colors, dark), [colors, dark]);
  const selections = useSelections(drawn);
  // What is shown, and waits for a run.
  const waits = (m: MapInfo): boolean => m.id === "" && keys.includes(keyOf(m));
  const titles = titlesOf(chosen);
  const scores = scoresOf(chosen);
  const [lead] = drawn;
  const clear = useCallback(() => {
    select(null);
  }, []);
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const typing = event.target instanceof HTMLElement && event.target.matches("textarea, select, input:not([type=checkbox])");
      if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
      const found = TOOLS.find((t) => t.key === event.key.toLowerCase());
      if (found) setTool(found.tool);
      else if (event.key === "Escape") clear();
    };
    addEventListener("keydown", onKey);
    return () => {
      removeEventListener("keydown", onKey);
    };
  }, [clear]);

  return (
    <>
      <div className="toolbar" role="toolbar" aria-label={say("page.compare")}>
        <MapChooser maps={maps} chosen={keys} most={MOST} onChoose={(now) => {
          setChoice({ ...choice, maps: now });
        }} />
        {TOOLS.map((t) => (
          <button key={t.tool} type="button" className="button" aria-pressed={tool === t.tool} onClick={() => {
            setTool(t.tool);
          }}>
            {say(`compare.tool.${t.tool}`)}
            <kbd>{t.key.toUpperCase()}</kbd>
          </button>
        ))}
        <label>
          {say("compare.color")}{" "}
          <select className="field" value={column} onChange={(e) => {
            setChoice({ ...choice, column: e.target.value });
          }}>
            <option value="">–</option>
            {columns.map((c) => (
              <option key={c.name} value={c.name}>
                {c.name}
              </option>
            ))}
          </select>
        </label>
        <label title={say("compare.align.help")}>
          <input type="checkbox" checked={choice.aligned} onChange={(e) => {
            setChoice({ ...choice, aligned: e.target.checked });
          }} />{" "}
          {say("compare.align")}
        </label>
      </div>
      <SelectionBar />
      {maps.some(waits) && <StaleNote workflow={workflow} text="compare.stale" />}
      {colorError && <ErrorBox error={colorError} />}
      <LegendRow legend={legend} title={column} />
      <div className="panels" data-panels={chosen.length}>
        {shown.map(({ map, drawn: d, error }, i) => (
          <MapPanel
            key={keyOf(map)}
            map={map}
            title={titles[i] ?? map.ref}
            scores={scores[i] ?? []}
            drawn={d}
            error={error}
            onRetry={again}
            toward={choice.aligned ? (lead ?? null) : null}
            stale={maps.some((m) => waits(m) && keyOf(m) === keyOf(map))}
            coloring={each[i] ?? { kind: "one" }}
            uncolored={column !== "" && colors[i]?.kind === "none" && d !== null ? column : ""}
            selection={selections[i] ?? null}
            unmatched={selection !== null && d !== null && (selections[i] ?? null) === null}
            tool={tool}
            onOpen={() => {
              explore(map.ref, map.point);
            }}
          />
        ))}
      </div>
      {chosen.length === 0 && <p className="empty">{say("compare.none")}</p>}
    </>
  );
}
