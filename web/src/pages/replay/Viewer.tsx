import { useState } from "react";

import { useSay } from "../../i18n";
import { Loading } from "../../parts/Loading";
import { MISSING } from "../../parts/palette";
import { ramp } from "../../parts/palette";
import type { Colors } from "./coloring";
import type { Chosen, Sight } from "./useScene";
import { Stage } from "./Stage";

/** The rows of one iteration, with what colors them. */
export function Viewer(props: {
  sight: Sight;
  clusters: boolean;
  chosen: Chosen;
  label: string;
  onChoose: (change: Partial<Chosen>) => void;
}) {
  const { sight, clusters, label, onChoose } = props;
  const say = useSay();
  const [fit, setFit] = useState(true);
  const field = (name: "color" | "x" | "y", value: string | null) => (
    <label key={name}>
      {say(`replay.${name}`)}{" "}
      <select
        className="field"
        value={value ?? ""}
        onChange={(e) => {
          onChoose({ [name]: e.target.value === "" ? null : e.target.value });
        }}
      >
        {name === "color" && <option value="">{say("replay.color.none")}</option>}
        {sight.columns.map((c) => (
          <option key={c.name} value={c.name}>
            {c.name}
          </option>
        ))}
      </select>
    </label>
  );
  return (
    <div className="replay-viewer">
      <div className="replay-choices">
        {clusters ? [field("x", sight.x), field("y", sight.y)] : field("color", sight.color)}
        <label>
          <input
            type="checkbox"
            checked={fit}
            onChange={(e) => {
              setFit(e.target.checked);
            }}
          />{" "}
          {say("replay.fit")}
        </label>
      </div>
      {sight.scene ? <Stage scene={sight.scene} colors={sight.colors} label={label} fit={fit} /> : <Loading />}
      {sight.shown < sight.rows && (
        <p className="soft">
          {say("replay.sampled", { n: sight.shown.toLocaleString("en-US"), of: sight.rows.toLocaleString("en-US") })}
        </p>
      )}
      {sight.colors && <Legend colors={sight.colors} clusters={clusters} />}
    </div>
  );
}

function Legend({ colors, clusters }: { colors: Colors; clusters: boolean }) {
  const say = useSay();
  if (colors.ramp) {
    return (
      <div className="replay-legend">
        <strong>{colors.title}</strong>
        <span>{Number(colors.ramp.low.toPrecision(4))}</span>
        <span className="replay-ramp" style={{ background: `linear-gradient(to right, ${ramp.join(",")})` }} />
        <span>{Number(colors.ramp.high.toPrecision(4))}</span>
      </div>
    );
  }
  return (
    <ul className="replay-legend" aria-label={clusters ? say("replay.clusters") : colors.title}>
      <li>
        <strong>{clusters ? say("replay.clusters") : colors.title}</strong>
      </li>
      {colors.entries.map((e) => (
        <li key={e.name}>
          <span className="replay-dot" style={{ background: e.color || MISSING }} /> {e.name || "–"} <span className="soft">{e.n}</span>
        </li>
      ))}
    </ul>
  );
}
