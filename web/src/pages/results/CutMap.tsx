import { useMemo, useState } from "react";

import type { MapInfo } from "../../api/types";
import { select, useStore } from "../../app/store";
import { useSay } from "../../i18n";
import { useAsked } from "../../parts/asked";
import { ErrorBox } from "../../parts/ErrorBox";
import { Loading } from "../../parts/Loading";
import { MapPlot } from "../../parts/MapPlot";
import { readMap } from "../../parts/parallel";
import type { Coloring, Tool } from "../../scatter/types";
import { palette } from "../../parts/palette";
import { useDark } from "../../parts/useDark";
import { decoded } from "./codes";

/** The clusters of a cut on a map of the same rows. */
export function CutMap({ file, map, codes, clusters }: { file: string; map: MapInfo; codes: string; clusters: number }) {
  const say = useSay();
  const dark = useDark();
  const [tool] = useState<Tool>("lasso");
  const selection = useStore((s) => s.selection);
  const asked = useAsked(`${file} ${map.ref} ${map.point} ${map.id}`, (signal) =>
    readMap({ file, ref: map.ref, point: map.point }, map.axes, signal),
  );
  const coloring = useMemo(
    (): Coloring => ({ kind: "classes", codes: decoded(codes), colors: palette(clusters, dark) }),
    [codes, clusters, dark],
  );
  if (asked.error) return <ErrorBox error={asked.error} onRetry={asked.again} />;
  if (!asked.value) return <Loading here />;
  const { x, y, info } = asked.value;
  const label = say("cut.map.label", { name: map.node });
  return (
    <div className="cut-map" data-cut-map={map.ref}>
      <MapPlot
        x={x}
        y={y}
        coloring={coloring}
        selection={selection?.rows === info.rows ? selection.bits : null}
        tool={tool}
        label={label}
        onSelect={(bits) => {
          select({ ref: map.ref, point: map.point, rows: info.rows, bits });
        }}
      />
    </div>
  );
}
