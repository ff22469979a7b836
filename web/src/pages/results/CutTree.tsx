import { type KeyboardEvent, type PointerEvent, useCallback, useEffect, useRef, useState } from "react";

import { api, type At, Refused } from "../../api/client";
import type { MapInfo, TreeCut } from "../../api/types";
import { edit, failed, useStore } from "../../app/store";
import { useSay } from "../../i18n";
import { useAsked } from "../../parts/asked";
import { ErrorBox } from "../../parts/ErrorBox";
import { groupAt } from "../../parts/marks";
import { settingsSaid, shown } from "../../parts/shown";
import { VegaFigure, type View } from "../../parts/VegaFigure";
import { CutMap } from "./CutMap";
import { cutOps, mapsNear, middleOf, nextHeight, roundHeight } from "./cut";
import { TreeSettings } from "./TreeSettings";

/** The frame of the tree inside its figure: where heights lie. */
interface Frame {
  left: number;
  top: number;
  height: number;
  place: (height: number) => number;
  heightAt: (x: number) => number;
}

const REDRAW = 180;

/** A dendrogram with a line that can be moved: clusters are colored in the tree and on a map. */
export function CutTree({ at, spec, label }: { at: At; spec: Record<string, unknown>; label: string }) {
  const say = useSay();
  const workflow = useStore((s) => s.workflow);
  const [cut, setCut] = useState<TreeCut | null>(null);
  const [redrawn, setRedrawn] = useState<Record<string, unknown> | null>(null);
  const [moving, setMoving] = useState<number | null>(null);
  const [asked, setAsked] = useState<number | null>(null);
  const [error, setError] = useState<Error | null>(null);
  const [said, setSaid] = useState("");
  const [linked, setLinked] = useState("");
  // Which map the clusters of the rows were asked for: another one has other rows.
  const [codesOf, setCodesOf] = useState("");
  const file = at.file;
  const done = workflow?.nodes.map((n) => n.status.done).join() ?? "";
  const computed = useAsked(`${file} ${done}`, (signal) => api.maps(file, signal)).value?.filter((m) => m.id !== "") ?? [];
  const { maps, first } = workflow ? mapsNear(workflow, at.ref.split(".")[0] ?? at.ref, computed) : { maps: [], first: undefined };
  const map = maps.find((m) => placeOf(m) === linked) ?? first;
  const hear = useCallback((now: TreeCut, to: string) => {
    setCut(now);
    setCodesOf(to);
  }, []);
  const asker = useAsker(at, map, hear, setRedrawn, setError);

  useEffect(() => {
    asker.ask(null, false);
  }, [asker]);
  const height = moving ?? (cut ? middleOf(cut.low, cut.high) : null);
  const busy = !cut || (asked !== null && cut.height !== asked);
  const told = moving ?? (cut ? roundHeight(cut.low, cut.high) : null);
  const move = (to: number, last: boolean): void => {
    setSaid("");
    setMoving(last ? null : to);
    setAsked(to);
    asker.ask(to, last);
  };
  const onStep = (way: "fewer" | "more"): void => {
    const next = cut ? nextHeight(cut, way) : null;
    if (next !== null) move(next, true);
  };
  const save = async (): Promise<void> => {
    if (!workflow || !cut) return;
    const to = roundHeight(cut.low, cut.high);
    const ops = cutOps(workflow, at.ref.split(".")[0] ?? at.ref, to);
    const changed = ops.length > 0 ? await edit(...ops) : null;
    if (changed) setSaid(say("cut.saved", { height: shown(to) }));
  };

  return (
    <div className="cut-tree" data-clusters={cut?.clusters} data-height={told} data-busy={busy}>
      <TreeSettings at={at} tree={cut?.tree ?? null} />
      <div className="cut-line-tools">
        <strong role="status">{cut ? say("cut.clusters", { n: cut.clusters, height: shown(told) }) : say("app.loading")}</strong>
        <button type="button" className="button" disabled={!cut || cut.clusters === 1} onClick={() => {
          onStep("fewer");
        }}>
          − {say("cut.fewer")}
        </button>
        <button type="button" className="button" disabled={!cut || cut.low <= 0} onClick={() => {
          onStep("more");
        }}>
          + {say("cut.more")}
        </button>
        <button type="button" className="button" disabled={busy || moving !== null} onClick={() => {
          save().catch(failed);
        }}>
          {say("cut.save")}
        </button>
        <span role="status" className="soft">
          {said}
        </span>
      </div>
      {error && (
        <ErrorBox error={error} onRetry={() => {
          asker.ask(height, true);
        }} />
      )}
      <div className="cut-both">
        <Line spec={redrawn ?? spec} label={label} cut={cut} height={height} onMove={move} onStep={onStep} />
        <div className="cut-aside">
          {cut && <Sizes cut={cut} />}
          {maps.length > 0 && (
            <label>
              {say("cut.map")}{" "}
              <select className="field" value={map ? placeOf(map) : ""} onChange={(e) => {
                setLinked(e.target.value);
              }}>
                {!map && <option value="">–</option>}
                {maps.map((m) => (
                  <option key={placeOf(m)} value={placeOf(m)}>
                    {[m.node, settingsSaid(m.settings)].filter(Boolean).join(", ")}
                  </option>
                ))}
              </select>
            </label>
          )}
          {map && cut?.codes !== undefined && codesOf === placeOf(map) && (
            <CutMap key={`${codesOf} ${map.id}`} file={file} map={map} codes={cut.codes} clusters={cut.clusters} />
          )}
        </div>
      </div>
    </div>
  );
}

/** A map of a sweep has a point of its own. */
function placeOf(map: MapInfo): string {
  return `${map.ref}#${map.point}`;
}

function Sizes({ cut }: { cut: TreeCut }) {
  const say = useSay();
  const most = 12;
  const rest = cut.sizes.length - most;
  return (
    <p className="soft">
      {say("cut.sizes")} {cut.sizes.slice(0, most).join(", ")}
      {rest > 0 && ` … (${cut.sizes.length})`}
    </p>
  );
}

/** Ask for cuts as the line moves: one at a time, the newest next; the picture is drawn anew where the line rests. */
function useAsker(
  at: At,
  map: MapInfo | undefined,
  onCut: (cut: TreeCut, to: string) => void,
  onDrawn: (spec: Record<string, unknown>) => void,
  onError: (error: Error | null) => void,
): { ask: (height: number | null, draw: boolean) => void } {
  const { file, ref, point } = at;
  const to = map ? placeOf(map) : "";
  const [asker] = useState(() => new Asker());
  useEffect(() => {
    asker.start({ file, ref, point: point ?? 0 }, to, { onCut, onDrawn, onError });
    return () => {
      asker.stop();
    };
  }, [asker, file, ref, point, to, onCut, onDrawn, onError]);
  return asker;
}

interface Heard {
  onCut: (cut: TreeCut, to: string) => void;
  onDrawn: (spec: Record<string, unknown>) => void;
  onError: (error: Error | null) => void;
}

class Asker {
  private at: At | null = null;
  private to = "";
  private heard: Heard | null = null;
  private waiting: { height: number | null; draw: boolean } | null = null;
  private last: number | null = null;
  private busy = false;
  private timer: ReturnType<typeof setTimeout> | undefined;

  start(at: At, to: string, heard: Heard): void {
    this.at = at;
    this.to = to;
    this.heard = heard;
    this.ask(this.last, false);
  }

  stop(): void {
    clearTimeout(this.timer);
    this.heard = null;
  }

  readonly ask = (height: number | null, draw: boolean): void => {
    clearTimeout(this.timer);
    this.waiting = { height, draw };
    this.last = height;
    void this.go();
    if (!draw && height !== null) {
      this.timer = setTimeout(() => {
        this.ask(height, true);
      }, REDRAW);
    }
  };

  private async go(): Promise<void> {
    const { at, waiting, heard, to } = this;
    if (this.busy || !at || !waiting || !heard) return;
    this.waiting = null;
    this.busy = true;
    try {
      const [ref, point] = to.split("#");
      const found = await api.cut(at, { height: waiting.height, draw: waiting.draw, ...(ref ? { to: { ref, point: Number(point) } } : {}) });
      this.heard?.onCut(found, to);
      if (found.spec) this.heard?.onDrawn(found.spec);
      this.heard?.onError(null);
    } catch (error) {
      // What is stale cannot be cut: the picture says so, and comes anew when it is computed.
      const stale = error instanceof Refused && error.status === 404;
      if (!stale) this.heard?.onError(error instanceof Error ? error : new Error(String(error)));
    }
    this.busy = false;
    void this.go();
  }
}

interface LineProps {
  spec: Record<string, unknown>;
  label: string;
  cut: TreeCut | null;
  height: number | null;
  onMove: (height: number, last: boolean) => void;
  onStep: (way: "fewer" | "more") => void;
}

/** The tree with the line over it: dragged, or moved by keys to the next number of clusters. */
function Line({ spec, label, cut, height, onMove, onStep }: LineProps) {
  const say = useSay();
  const host = useRef<HTMLDivElement>(null);
  const [frame, setFrame] = useState<Frame | null>(null);
  const [view, setView] = useState<View | null>(null);
  const dragging = useRef(false);
  const heard = useCallback((now: View | null) => {
    if (now) setView(now);
  }, []);
  useEffect(() => {
    const box = host.current;
    if (!view || !box) return;
    const measure = (): void => {
      setFrame(frameOf(view, box));
    };
    const watch = new ResizeObserver(measure);
    watch.observe(box);
    return () => {
      watch.disconnect();
    };
  }, [view]);
  const at = (event: PointerEvent): number => {
    const left = host.current?.getBoundingClientRect().left ?? 0;
    const asked = frame?.heightAt(event.clientX - left) ?? 0;
    return Math.min(Math.max(asked, 0), (cut?.top ?? asked) * 1.04);
  };
  const onKey = (event: KeyboardEvent): void => {
    const way = ({ ArrowLeft: "fewer", ArrowDown: "fewer", ArrowRight: "more", ArrowUp: "more" } as const)[event.key];
    if (way) {
      event.preventDefault();
      onStep(way);
    } else if (event.key === "Home" && cut) {
      event.preventDefault();
      onMove(cut.top, true);
    }
  };
  return (
    <div ref={host} className="cut-figure">
      <VegaFigure spec={spec} label={label} onView={heard} />
      {frame && height !== null && (
        <div
          className="cut-line"
          role="slider"
          tabIndex={0}
          aria-label={say("cut.line")}
          aria-valuemin={0}
          aria-valuemax={cut?.top ?? 0}
          aria-valuenow={height}
          aria-valuetext={cut ? say("cut.clusters", { n: cut.clusters, height: shown(height) }) : ""}
          style={{ left: frame.left + frame.place(height), top: frame.top, height: frame.height }}
          onKeyDown={onKey}
          onPointerDown={(e) => {
            e.currentTarget.setPointerCapture(e.pointerId);
            dragging.current = true;
          }}
          onPointerMove={(e) => {
            if (dragging.current) onMove(at(e), false);
          }}
          onPointerUp={(e) => {
            if (dragging.current) onMove(at(e), true);
            dragging.current = false;
          }}
          onPointerCancel={() => {
            dragging.current = false;
          }}
        />
      )}
    </div>
  );
}

/** Find where heights lie on the page, from the scale of the figure itself. */
function frameOf(view: View, box: HTMLElement): Frame | null {
  const svg = box.querySelector<SVGSVGElement>("svg");
  const panel = groupAt(view, "concat_0_group");
  if (!svg || !panel) return null;
  const scale = view.scale("concat_0_x") as { (value: number): number; invert: (x: number) => number };
  const [outer, inner] = [box.getBoundingClientRect(), svg.getBoundingClientRect()];
  const k = inner.width / svg.viewBox.baseVal.width;
  const left = inner.left - outer.left + panel.x * k;
  return {
    left,
    top: inner.top - outer.top + panel.y * k,
    height: panel.height * k,
    place: (height) => scale(height) * k,
    heightAt: (x) => scale.invert((x - left) / k),
  };
}
