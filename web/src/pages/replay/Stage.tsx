import { useEffect, useMemo, useRef, useState } from "react";

import { useSay } from "../../i18n";
import { Bits, createScatter, type Scatter, type Status } from "../../scatter";
import { useDark } from "../../parts/useDark";
import type { Colors } from "./coloring";

export interface Scene {
  x: Float32Array;
  y: Float32Array;
  /** How many points at the end are centers, which are drawn large, with their numbers. */
  centers: number;
  xTitle: string;
  yTitle: string;
}

/** The rows of one iteration as points. */
export function Stage({ scene, colors, label, fit }: { scene: Scene; colors: Colors | null; label: string; fit: boolean }) {
  const say = useSay();
  const dark = useDark();
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<Scatter | null>(null);
  const drawn = useRef<Scene | null>(null);
  const [status, setStatus] = useState<Status | null>(null);
  const { xTitle, yTitle } = scene;
  const first = useMemo(() => ({ xTitle, yTitle, label }), [xTitle, yTitle, label]);

  useEffect(() => {
    if (!host.current) return;
    const scatter = createScatter(host.current, { ...first, dark: document.documentElement.dataset.theme === "dark" });
    scatter.on("status", setStatus);
    plot.current = scatter;
    drawn.current = null;
    return () => {
      plot.current = null;
      scatter.destroy();
    };
  }, [first]);
  useEffect(() => {
    const scatter = plot.current;
    if (!scatter || drawn.current === scene) return;
    const { view } = scatter;
    const again = drawn.current !== null && !fit;
    scatter.setPoints(scene.x, scene.y);
    if (again) scatter.setView(view);
    if (scene.centers > 0) {
      const n = scene.x.length;
      // The many beside what is observed are small and faint: here they count.
      scatter.setStyle({ opacity: 1, size: n < 5000 ? 9 : null });
      const at = Array.from({ length: scene.centers }, (_, c) => n - scene.centers + c);
      scatter.setObserved(Bits.of(n, at), new Map(at.map((p, c) => [p, String(c + 1)])));
    }
    drawn.current = scene;
  }, [scene, fit, first]);
  useEffect(() => {
    const fits = colors !== null && (colors.coloring.kind !== "classes" || colors.coloring.codes.length === scene.x.length);
    plot.current?.setColoring(fits ? colors.coloring : { kind: "one" });
  }, [colors, scene, first]);
  useEffect(() => {
    plot.current?.setDark(dark);
  }, [dark, first]);

  return (
    <div className="replay-stage">
      <div ref={host} className="replay-plot" data-renderer={status?.renderer} data-drawn={status?.drawn} />
      <p className="soft replay-renderer">
        {status && say("replay.renderer", { renderer: status.renderer === "cpu" ? "CPU" : "WebGL2", n: (status.points - scene.centers).toLocaleString("en-US") })}
      </p>
    </div>
  );
}
