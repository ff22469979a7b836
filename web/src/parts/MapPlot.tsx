import { useEffect, useRef, useState } from "react";

import { Bits } from "../scatter/bits";
import { createScatter } from "../scatter";
import { useDark } from "./useDark";
import type { Coloring, Scatter, Status, Tool, View } from "../scatter/types";

interface Props {
  x: Float32Array;
  y: Float32Array;
  coloring: Coloring;
  selection: Bits | null;
  tool: Tool;
  label: string;
  description?: string;
  xTitle?: string;
  yTitle?: string;
  onSelect: (bits: Bits) => void;
  onHover?: (position: number | null) => void;
  onOpen?: (position: number) => void;
  onStatus?: (status: Status) => void;
}

/** A scatter plot as a part of a page. */
export function MapPlot({ x, y, coloring, selection, tool, label, description, xTitle, yTitle, onSelect, onHover, onOpen, onStatus }: Props) {
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<Scatter | null>(null);
  const hear = useRef({ onSelect, onHover, onOpen, onStatus });
  const [view, setView] = useState<View | null>(null);
  const dark = useDark();
  useEffect(() => {
    hear.current = { onSelect, onHover, onOpen, onStatus };
  }, [onSelect, onHover, onOpen, onStatus]);

  useEffect(() => {
    if (!host.current) return;
    const options = {
      renderer: "auto" as const,
      label,
      ...(description === undefined ? {} : { description }),
      ...(xTitle === undefined ? {} : { xTitle }),
      ...(yTitle === undefined ? {} : { yTitle }),
    };
    const made = createScatter(host.current, options);
    plot.current = made;
    made.on("select", (bits) => {
      hear.current.onSelect(bits);
    });
    made.on("hover", (position) => {
      hear.current.onHover?.(position);
    });
    made.on("open", (position) => {
      hear.current.onOpen?.(position);
    });
    made.on("view", setView);
    made.on("status", (status) => {
      hear.current.onStatus?.(status);
    });
    return () => {
      plot.current = null;
      made.destroy();
    };
  }, [label, description, xTitle, yTitle]);
  // What is set stands after the plot is made anew, too: the same dependencies first.
  const made = [label, description, xTitle, yTitle].join("\n");
  useEffect(() => {
    plot.current?.setPoints(x, y);
  }, [made, x, y]);
  useEffect(() => {
    plot.current?.setColoring(coloring);
  }, [made, x, y, coloring]);
  useEffect(() => {
    plot.current?.setSelection(selection);
  }, [made, x, y, selection]);
  useEffect(() => {
    plot.current?.setTool(tool);
  }, [made, tool]);
  useEffect(() => {
    plot.current?.setDark(dark);
  }, [made, dark]);

  return <div ref={host} className="map-plot" data-view={view ? [view.x0, view.x1, view.y0, view.y1].join(" ") : ""} />;
}
