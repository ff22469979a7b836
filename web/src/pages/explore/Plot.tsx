import { type RefObject, useEffect, useRef, useState } from "react";

import { createScatter } from "../../scatter";
import type { Bits } from "../../scatter/bits";
import { plotArea } from "../../scatter/overlay";
import type { Coloring, Pictures, Scatter, Status, Tool, View } from "../../scatter/types";
import type { Points } from "./useExplored";

export interface Marker {
  key: string;
  x: number;
  y: number;
  kind: "note" | "focus";
  text: string;
  onClick?: () => void;
}

export interface PlotProps {
  points: Points;
  coloring: Coloring;
  size: number | null;
  opacity: number | null;
  observed: Bits | null;
  labels: ReadonlyMap<number, string> | null;
  selection: Bits | null;
  tool: Tool;
  pictures: Pictures | null;
  cells: number;
  dark: boolean;
  label: string;
  description: string;
  markers: readonly Marker[];
  /** Hands out the plot, which can be asked to fit or to show a view. */
  onPlot: (plot: Scatter | null) => void;
  onSelect: (bits: Bits) => void;
  onHover: (position: number | null, place: { x: number; y: number }) => void;
  onOpen: (position: number) => void;
  onStatus: (status: Status) => void;
  onFailed: (reason: unknown) => void;
}

/** The scatter plot in the page: what is set goes in, what is done comes out. */
export function Plot(props: PlotProps) {
  const { points, coloring, size, opacity, observed, labels, selection, tool, pictures, cells, dark } = props;
  const host = useRef<HTMLDivElement>(null);
  const heard = useRef(props);
  const [scatter, setScatter] = useState<Scatter | null>(null);
  const [view, setView] = useState<View | null>(null);
  useEffect(() => {
    heard.current = props;
  });

  const { x, y } = points;
  const { label, description } = props;
  useEffect(() => {
    if (!host.current) return;
    const made = createScatter(host.current, { renderer: "auto", xTitle: x, yTitle: y, label, description });
    made.on("select", (bits) => {
      heard.current.onSelect(bits);
    });
    made.on("hover", (position, place) => {
      heard.current.onHover(position, place);
    });
    made.on("open", (position) => {
      heard.current.onOpen(position);
    });
    made.on("status", (status) => {
      heard.current.onStatus(status);
    });
    made.on("failed", (reason) => {
      heard.current.onFailed(reason);
    });
    made.on("view", setView);
    heard.current.onPlot(made);
    setScatter(made);
    return () => {
      heard.current.onPlot(null);
      made.destroy();
    };
  }, [x, y, label, description]);

  useEffect(() => {
    scatter?.setPoints(points.xs, points.ys); // which tells the view that fits them
  }, [scatter, points.xs, points.ys]);
  useEffect(() => scatter?.setColoring(coloring), [scatter, coloring]);
  useEffect(() => scatter?.setStyle({ size, opacity }), [scatter, size, opacity]);
  useEffect(() => scatter?.setObserved(observed, labels ?? undefined), [scatter, observed, labels]);
  useEffect(() => scatter?.setSelection(selection), [scatter, selection, points.xs]);
  useEffect(() => scatter?.setTool(tool), [scatter, tool]);
  useEffect(() => scatter?.setMosaic(pictures, cells), [scatter, pictures, cells]);
  useEffect(() => scatter?.setDark(dark), [scatter, dark]);

  return (
    <div
      className="plot"
      ref={host}
      data-view={view ? [view.x0, view.x1, view.y0, view.y1].join(" ") : ""}
      data-cells={pictures ? cells : 0}
    >
      {view && <Markers host={host} view={view} points={points} markers={props.markers} />}
    </div>
  );
}

function Markers({ host, view, points, markers }: { host: RefObject<HTMLDivElement | null>; view: View; points: Points; markers: readonly Marker[] }) {
  const [room, setRoom] = useState<[number, number]>([0, 0]);
  useEffect(() => {
    const box = host.current;
    if (!box) return;
    const sized = new ResizeObserver(() => {
      setRoom([box.clientWidth, box.clientHeight]);
    });
    sized.observe(box);
    return () => {
      sized.disconnect();
    };
  }, [host]);
  const area = plotArea(room[0], room[1], points.x, points.y);
  return (
    <>
      {markers.map((m) => {
        const across = (m.x - view.x0) / (view.x1 - view.x0);
        const down = (view.y1 - m.y) / (view.y1 - view.y0);
        if (!(across >= 0 && across <= 1 && down >= 0 && down <= 1)) return null;
        const style = { left: area.x + across * area.width, top: area.y + down * area.height };
        return m.onClick ? (
          <button key={m.key} type="button" className="marker" data-kind={m.kind} style={style} title={m.text} aria-label={m.text} onClick={m.onClick} />
        ) : (
          <span key={m.key} className="marker" data-kind={m.kind} style={style} title={m.text} />
        );
      })}
    </>
  );
}
