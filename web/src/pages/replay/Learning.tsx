import { useEffect, useMemo, useState } from "react";

import { api } from "../../api/client";
import { type History, replays } from "../../api/replay";
import type { WorkflowState } from "../../api/types";
import { edit, failed, useStore } from "../../app/store";
import { useSay } from "../../i18n";
import { useTitle } from "../../i18n/steps";
import { useAsked } from "../../parts/asked";
import { ErrorBox } from "../../parts/ErrorBox";
import { pointNames } from "../../parts/shown";
import { Loading } from "../../parts/Loading";
import { Bar } from "./Bar";
import { Curve } from "./Curve";
import { Factors } from "./Factors";
import { FilmMaker } from "./FilmMaker";
import type { Learner } from "./learners";
import { usualHistory } from "./learners";
import { Scrubber } from "./Scrubber";
import { measureText } from "./text";
import { useFrames } from "./useFrames";
import { useKept } from "./useKept";
import { useKeys } from "./useKeys";
import type { Live } from "./useLive";
import { usePlayer } from "./usePlayer";
import { type Chosen, useScene } from "./useScene";
import { Viewer } from "./Viewer";

export interface Props {
  workflow: WorkflowState;
  learner: Learner;
  all: Learner[];
  live: Live;
  point: number;
  onPoint: (point: number) => void;
  onChoose: (node: string) => void;
}

const calm = (): boolean => matchMedia("(prefers-reduced-motion: reduce)").matches;

/** One step that learns: as it is now while it runs, any kept iteration afterwards. */
export function Learning({ workflow, learner, all, live, point, onPoint, onChoose }: Props) {
  const say = useSay();
  const titled = useTitle();
  const { node } = learner;
  const { file } = workflow;
  const connected = useStore((s) => s.connected);
  const [chosen, setChosen] = useState<Chosen>({ color: undefined, x: null, y: null });
  const [follow, setFollow] = useState(() => !calm());
  const [held, setHeld] = useState<Live["glimpse"]>(null);

  const { state, done } = node.status;
  const asked = useAsked(`${file} ${node.name} ${point} ${state} ${done} ${workflow.running}`, (signal) =>
    replays.history(file, node.name, point, signal),
  );
  const facts = asked.value;
  const names = useMemo(() => pointNames(facts?.settings ?? []), [facts?.settings]);
  const kept = useKept(facts);
  const newest = live.glimpse?.facts.node === node.name ? live.glimpse : null;
  // While the step learns, what was kept before is not what is looked for.
  const watching = newest !== null && (workflow.running || kept === null) && facts?.state !== "kept";
  // Where nothing shall move, the first look stays, and the numbers go on.
  if (!follow && held === null && newest !== null) setHeld(newest);
  const glimpse = follow ? newest : held;
  const history = watching ? facts : (kept ?? facts);

  const iterations = kept?.iterations ?? [];
  const frames = useFrames(file, point, watching ? null : kept);
  const player = usePlayer(iterations.length, frames.here);
  const near = frames.near(player.index);
  useEffect(() => {
    frames.want(player.index);
  }, [frames, player.index]);
  const figure = useAsked(!watching && kept?.kind === "parts" ? `${file} ${node.name} ${point} ${kept.iterations.length} ${String(kept.values.at(-1))}` : "", (signal) =>
    replays.figure(file, node.name, point, signal),
  );
  const liveFigure = useAsked(watching && glimpse?.facts.kind === "parts" ? `${file} ${glimpse.facts.number}` : "", (signal) => replays.liveFigure(file, signal));
  const measure = watching ? newest.facts.measure : (history?.measure ?? "");
  const curve = useAsked(measure && `${file} ${measure}`, (signal) => replays.curve(file, measure, signal));

  // Until the first frame has come, the last look at the run stays.
  const frame = watching ? (glimpse?.arrays ?? null) : (near?.frame ?? glimpse?.arrays ?? null);
  // Colors and columns come from the rows that the step was given.
  const source = workflow.nodes.find((n) => n.name === history?.data.ref.split(".")[0]);
  const rows = watching ? (glimpse?.facts.rows ?? 0) : (history?.rows ?? 0);
  const sight = useScene(file, history, source?.status.done ?? 0, frame, rows, chosen);

  const index = near?.index ?? player.index;
  const at = watching ? newest.facts.iteration : (iterations[index] ?? null);
  const value = watching ? newest.facts.value : (kept?.values[index] ?? null);
  const name = watching ? newest.facts.name : (kept?.name ?? "");
  const text = at === null ? "" : say("replay.at", { n: at.toLocaleString("en-US") }) + (value === null ? "" : ` · ${name} ${measureText(value)}`);
  useKeys(player, iterations.length - 1, !watching && kept !== null);

  const stale = kept !== null && facts?.state !== "kept" && !watching;
  const parts = history?.kind === "parts";
  const points = watching ? live.curve : (kept?.curve ?? []);
  const seen = watching ? liveFigure : figure;
  const keep = async (): Promise<void> => {
    if (await edit({ op: "set", node: node.name, setting: "history", value: usualHistory(node.step) })) api.run(file, [node.name]).catch(failed);
  };
  const errors: [Error | null, () => void][] = [
    [asked.error, asked.again],
    [stale ? null : frames.error, frames.retry],
    [source?.status.done ? sight.error : null, sight.again],
    [seen.error, seen.again],
  ];

  return (
    <div className="replay" data-page="replay" data-state={watching ? "live" : stale ? "stale" : kept ? "kept" : (facts?.state ?? "loading")}>
      <Bar
        {...{ workflow, learner, all, point, names, onPoint, onChoose, follow }}
        live={watching && workflow.running ? newest.facts : null}
        onFollow={(now) => {
          setHeld(newest);
          setFollow(now);
        }}
      />
      {errors.map(([error, again], i) => error && <ErrorBox key={i} error={error} onRetry={again} />)}
      {stale && (
        <p role="status" className="banner">
          {say("replay.stale")}
        </p>
      )}
      {!watching && !kept && facts && (
        <div className="replay-missing" role="status">
          <p>{say(facts.state === "none" ? "replay.none" : workflow.running ? "replay.waiting" : "replay.missing")}</p>
          {facts.state === "none" && connected && (
            <button type="button" className="button primary" onClick={() => void keep()}>
              {say("replay.keep", { n: usualHistory(node.step) })}
            </button>
          )}
        </div>
      )}
      {!facts && !asked.error && <Loading />}
      {(watching || kept) && (
        <>
          <h2 className="replay-title" data-iteration={at ?? ""} data-value={value ?? ""}>
            {text || say("app.loading")}
            {watching && <span className="soft"> / {newest.facts.total.toLocaleString("en-US")}</span>}
            {watching && <Part {...newest.facts} />}
          </h2>
          {watching && !workflow.running && (
            <p role="status" className="banner">
              {say("replay.last.look")}{" "}
              <button type="button" className="button" onClick={() => void keep()}>
                {say("replay.keep", { n: usualHistory(node.step) })}
              </button>
            </p>
          )}
          <div className="replay-body" data-kind={history?.kind}>
            {parts ? (
              seen.value ? (
                <div className="replay-factors">
                  <Factors drawn={seen.value} iteration={watching ? null : at} />
                </div>
              ) : (
                <div>{!seen.error && <Loading />}</div>
              )
            ) : (
              <Viewer
                sight={sight}
                clusters={history?.kind === "clusters"}
                chosen={chosen}
                label={`${node.name} (${titled(node)})`}
                onChoose={(change) => {
                  setChosen((c) => ({ ...c, ...change }));
                }}
              />
            )}
            <aside className="replay-side">
              {curve.value && points.length > 0 && !(parts && seen.value) && <Curve specs={curve.value} curve={points} shown={at} />}
              {!watching && kept && !stale && (
                <FilmMaker
                  order={{
                    file,
                    node: node.name,
                    point,
                    fps: player.speed,
                    ...film(kept, sight),
                  }}
                />
              )}
              {!watching && kept && <p className="soft">{say("replay.keys")}</p>}
            </aside>
          </div>
        </>
      )}
      {!watching && kept && <Scrubber player={player} iterations={iterations} text={text} />}
    </div>
  );
}

/** Which of several runs of a step this is. */
function Part({ part, parts }: { part: number; parts: number }) {
  const say = useSay();
  return parts > 1 ? <span className="soft"> · {say("replay.part", { n: part + 1, of: parts })}</span> : null;
}

/** What the film is colored by, and in which columns clusters are drawn: those of one table, as the figure needs. */
function film(kept: History, sight: ReturnType<typeof useScene>): { color?: string; x?: string; y?: string; data?: { ref: string; point: number } } {
  const of = (name: string | null) => sight.columns.find((c) => c.name === name);
  if (kept.kind === "map") {
    const column = of(sight.color);
    return column ? { color: column.column, ...elsewhere(kept, column.ref) } : {};
  }
  const [x, y] = [of(sight.x), of(sight.y)];
  if (kept.kind !== "clusters" || x === undefined || x.ref !== y?.ref) return {};
  return { x: x.column, y: y.column, ...elsewhere(kept, x.ref) };
}

function elsewhere(kept: History, ref: string): { data?: { ref: string; point: number } } {
  return ref === kept.data.ref ? {} : { data: { ref, point: kept.data.point } };
}
