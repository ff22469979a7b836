import * as $3Dmol from "3dmol";
import { useEffect, useRef, useState } from "react";

import type { Structure } from "../../api/types";
import { useSay } from "../../i18n";
import { ErrorBox } from "../../parts/ErrorBox";
import { asError } from "./useLoaded";

/** Atoms in three dimensions, with the cell of a crystal: drag to turn, wheel to come near. */
export default function Structure3D({ shape, dark, label }: { shape: Structure; dark: boolean; label: string }) {
  const say = useSay();
  const host = useRef<HTMLDivElement>(null);
  const [cells, setCells] = useState(1);
  const [error, setError] = useState<Error | null>(null);
  useEffect(() => {
    const box = host.current;
    if (!box) return;
    let viewer: ReturnType<typeof $3Dmol.createViewer> | undefined;
    try {
      viewer = $3Dmol.createViewer(box, { backgroundColor: dark ? "#14181c" : "#ffffff", antialias: true, disableFog: true });
      const model = viewer.addModel(shape.text, shape.format);
      viewer.setStyle({}, { stick: { radius: 0.13 }, sphere: { scale: 0.27 } });
      if (shape.kind === "crystal") {
        if (cells > 1) viewer.replicateUnitCell(cells, cells, cells, model, true);
        const name = { fontColor: dark ? "#e8ecef" : "#1d2329", showBackground: false, fontSize: 16 };
        const styles = { alabelstyle: name, blabelstyle: name, clabelstyle: name };
        viewer.addUnitCell(model, { box: { color: dark ? "#a3afba" : "#5a6570" }, alabel: "a", blabel: "b", clabel: "c", ...styles });
        // A little from above: along an axis a cell is a flat square.
        viewer.rotate(-75, "x");
        viewer.rotate(20, "y");
      }
      viewer.zoomTo();
      viewer.zoom(1.25);
      viewer.render();
      box.dataset.drawn = "true";
    } catch (reason) {
      const told = asError(reason);
      queueMicrotask(() => {
        setError(told);
      });
    }
    return () => {
      viewer?.clear();
      box.replaceChildren();
      delete box.dataset.drawn;
    };
  }, [shape, dark, cells]);
  if (error) return <ErrorBox error={error} />;
  return (
    <div className="structure">
      <div ref={host} className="structure-view" role="img" aria-label={label} />
      {shape.kind === "crystal" && (
        <button
          type="button"
          className="button small"
          aria-pressed={cells === 2}
          onClick={() => {
            setCells(cells === 1 ? 2 : 1);
          }}
        >
          {say("explore.drawer.cells")}
        </button>
      )}
      <p className="soft">{say("explore.drawer.turn")}</p>
    </div>
  );
}
