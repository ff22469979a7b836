import { useEffect, useRef, useState } from "react";

import type { MapInfo } from "../../api/types";
import { useSay } from "../../i18n";
import { settingsSaid } from "../../parts/shown";
import { keyOf } from "./panels";

interface Props {
  maps: readonly MapInfo[];
  chosen: readonly string[];
  most: number;
  onChoose: (keys: string[]) => void;
}

/** Which maps stand side by side: any method, any point of a sweep. */
export function MapChooser({ maps, chosen, most, onChoose }: Props) {
  const say = useSay();
  const [open, setOpen] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!open) return;
    const away = (event: Event): void => {
      if (event.target instanceof Node && !box.current?.contains(event.target)) setOpen(false);
    };
    addEventListener("pointerdown", away);
    return () => {
      removeEventListener("pointerdown", away);
    };
  }, [open]);
  const full = chosen.length >= most;
  return (
    <div className="chooser" ref={box} onKeyDown={(e) => {
      if (e.key === "Escape" && open) {
        e.stopPropagation();
        setOpen(false);
      }
    }}>
      <button type="button" className="button" aria-expanded={open} onClick={() => {
        setOpen(!open);
      }}>
        {say("compare.maps", { n: chosen.length })} ▾
      </button>
      {open && (
        <fieldset className="chooser-list">
          <legend>{say("compare.choose", { n: most })}</legend>
          {maps.map((map) => {
            const key = keyOf(map);
            const on = chosen.includes(key);
            return (
              <label key={key} data-off={map.id === ""}>
                <input type="checkbox" checked={on} disabled={map.id === "" || (full && !on)} onChange={() => {
                  onChoose(on ? chosen.filter((k) => k !== key) : [...chosen, key]);
                }} />{" "}
                {map.node} <span className="soft">{[map.method, settingsSaid(map.settings)].filter(Boolean).join(" · ")}</span>
                {map.id === "" && <span className="soft"> {say("state.new")}</span>}
              </label>
            );
          })}
        </fieldset>
      )}
    </div>
  );
}
