import { useState } from "react";

import { useSay } from "../../i18n";
import { MISSING, palette, type Classes, ramp, type Ramp } from "../../parts/palette";
import { shown, whole } from "../../parts/values";

/** What the colors mean; a click on a class selects its rows. */
export function Legend(props: { title: string; colors: Classes | Ramp; dark: boolean; onClass: (code: number | null, add: boolean) => void }) {
  const { title, colors, dark, onClass } = props;
  const say = useSay();
  const [open, setOpen] = useState(true);
  return (
    <div className="legend" data-open={open}>
      <button
        type="button"
        className="legend-title"
        aria-expanded={open}
        onClick={() => {
          setOpen(!open);
        }}
      >
        <span aria-hidden="true">{open ? "▾" : "▸"}</span> {title}
      </button>
      {open && colors.kind === "classes" && <ClassList colors={colors} dark={dark} onClass={onClass} />}
      {open && colors.kind === "ramp" && (
        <div className="ramp">
          <div className="ramp-bar" style={{ background: `linear-gradient(to right, ${ramp.join(",")})` }} />
          <div className="ramp-ends">
            <span>{shown(colors.low)}</span>
            <span>{shown(colors.high)}</span>
          </div>
        </div>
      )}
      {open && colors.missing > 0 && (
        <p className="soft legend-missing">
          <span className="dot" style={{ background: MISSING }} /> {say("explore.legend.missing", { n: whole(colors.missing) })}
        </p>
      )}
    </div>
  );
}

function ClassList({ colors, dark, onClass }: { colors: Classes; dark: boolean; onClass: (code: number, add: boolean) => void }) {
  const say = useSay();
  const tones = palette(colors.names.length - (colors.others > 0 ? 1 : 0), dark);
  return (
    <ul>
      {colors.names.map((name, code) => {
        const rest = colors.others > 0 && code === colors.names.length - 1;
        const text = rest ? say("explore.legend.others", { n: colors.others }) : name === "" ? "–" : name;
        return (
          <li key={code}>
            <button
              type="button"
              title={say("explore.legend.select", { name: text })}
              onClick={(e) => {
                onClass(code, e.shiftKey);
              }}
            >
              <span className="dot" style={{ background: rest ? MISSING : tones[code] }} />
              <span className="name">{text}</span>
              <span className="count">{whole(colors.counts[code] ?? 0)}</span>
            </button>
          </li>
        );
      })}
    </ul>
  );
}
