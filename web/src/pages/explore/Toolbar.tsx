import type { ReactNode } from "react";

import type { Related, TableInfo } from "../../api/types";
import { explore } from "../../app/store";
import { useSay } from "../../i18n";
import type { Tool } from "../../scatter/types";
import { COLORS, drawable, grouped, isMap, pointName, whole } from "../../parts/values";

export interface Look {
  x: string | null;
  y: string | null;
  /** `undefined`: what is colored at first; `null`: nothing. */
  color: string | null | undefined;
  size: number | null;
  opacity: number | null;
}

interface ToolbarProps {
  tables: readonly TableInfo[];
  table: TableInfo;
  point: number;
  related: Related | undefined;
  axes: readonly [string, string] | null;
  color: string | null;
  look: Look;
  onLook: (change: Partial<Look>) => void;
  children: ReactNode;
}

/** Which value, which axes, which colors. */
export function Toolbar({ tables, table, point, related, axes, color, look, onLook, children }: ToolbarProps) {
  const say = useSay();
  const fit = drawable(tables);
  const shown = fit.includes(table) ? fit : [table, ...fit];
  const option = (t: TableInfo): ReactNode => (
    <option key={t.ref} value={t.ref}>
      {t.output === "map" || t.output === "table" ? t.node : t.ref} ({whole(t.points[0]?.height ?? 0)})
    </option>
  );
  return (
    <div className="toolbar explore-bar">
      <label>
        {say("explore.value")}{" "}
        <select
          className="field"
          value={table.ref}
          onChange={(e) => {
            explore(e.target.value, tables.find((t) => t.ref === e.target.value)?.points[0]?.point ?? 0);
          }}
        >
          <optgroup label={say("explore.value.maps")}>{shown.filter(isMap).map(option)}</optgroup>
          <optgroup label={say("explore.value.tables")}>{shown.filter((t) => !isMap(t)).map(option)}</optgroup>
        </select>
      </label>
      {table.points.length > 1 && (
        <select
          className="field"
          aria-label={say("monitor.point")}
          value={point}
          onChange={(e) => {
            explore(table.ref, Number(e.target.value));
          }}
        >
          {table.points.map((p) => (
            <option key={p.point} value={p.point}>
              {pointName(p.at, p.point)}
            </option>
          ))}
        </select>
      )}
      {related && axes && (
        <>
          <ColumnSelect label="x" related={related} kinds={["number"]} value={axes[0]} onValue={(x) => { onLook({ x }); }} />
          <ColumnSelect label="y" related={related} kinds={["number"]} value={axes[1]} onValue={(y) => { onLook({ y }); }} />
          <ColumnSelect
            label={say("explore.color")}
            related={related}
            kinds={COLORS}
            value={color ?? ""}
            none={say("explore.color.none")}
            onValue={(name) => {
              onLook({ color: name === "" ? null : name });
            }}
          />
          <Slider label={say("explore.size")} value={look.size} low={1} high={24} step={0.5} usual={say("explore.usual")} onValue={(size) => { onLook({ size }); }} />
          <Slider label={say("explore.opacity")} value={look.opacity} low={0.05} high={1} step={0.05} usual={say("explore.usual")} onValue={(opacity) => { onLook({ opacity }); }} />
        </>
      )}
      {children}
    </div>
  );
}

interface ColumnSelectProps {
  label: string;
  related: Related;
  kinds: readonly string[];
  value: string;
  none?: string;
  onValue: (name: string) => void;
}

/** Choose a column of the value, or of the tables about the same rows. */
export function ColumnSelect({ label, related, kinds, value, none, onValue }: ColumnSelectProps) {
  return (
    <label>
      {label}{" "}
      <select
        className="field column-select"
        value={value}
        onChange={(e) => {
          onValue(e.target.value);
        }}
      >
        {none !== undefined && <option value="">{none}</option>}
        {grouped(related.columns.filter((c) => kinds.includes(c.kind))).map(([ref, columns]) => (
          <optgroup key={ref} label={ref}>
            {columns.map((c) => (
              <option key={c.name} value={c.name}>
                {c.name}
              </option>
            ))}
          </optgroup>
        ))}
      </select>
    </label>
  );
}

interface SliderProps {
  label: string;
  value: number | null;
  low: number;
  high: number;
  step: number;
  usual: string;
  onValue: (value: number | null) => void;
}

/** A number, or what suits the number of points. */
function Slider({ label, value, low, high, step, usual, onValue }: SliderProps) {
  return (
    <label className="slider">
      {label}{" "}
      <input
        type="range"
        min={low}
        max={high}
        step={step}
        value={value ?? (low + high) / 3}
        aria-valuetext={value === null ? usual : String(value)}
        onChange={(e) => {
          onValue(Number(e.target.value));
        }}
        onDoubleClick={() => {
          onValue(null);
        }}
      />
      <output>{value ?? usual}</output>
    </label>
  );
}

interface ToolsProps {
  tool: Tool;
  onTool: (tool: Tool) => void;
  mosaic: boolean;
  /** Columns of pictures; without any there is no mosaic. */
  things: readonly string[];
  thing: string | null;
  onThing: (name: string) => void;
  cells: number;
  onCells: (cells: number) => void;
  onMosaic: () => void;
  onFit: () => void;
  onClear: () => void;
  selected: boolean;
}

export const TOOL_KEYS: readonly [Tool, string][] = [
  ["move", "V"],
  ["lasso", "L"],
  ["box", "B"],
];

/** What the pointer does. */
export function Tools(props: ToolsProps) {
  const say = useSay();
  const { tool, onTool, mosaic, things, thing, onThing, cells, onCells, onMosaic, onFit, onClear, selected } = props;
  return (
    <div className="tools" role="toolbar" aria-label={say("explore.tools")}>
      {TOOL_KEYS.map(([name, key]) => (
        <button
          key={name}
          type="button"
          className="button"
          aria-pressed={tool === name}
          aria-keyshortcuts={key}
          onClick={() => {
            onTool(name);
          }}
        >
          {say(`explore.tool.${name}` as "explore.tool.move")}
          <kbd>{key}</kbd>
        </button>
      ))}
      <span className="gap" />
      <button type="button" className="button" aria-keyshortcuts="F" onClick={onFit}>
        {say("explore.fit")}
        <kbd>F</kbd>
      </button>
      <button type="button" className="button" aria-keyshortcuts="Escape" disabled={!selected} onClick={onClear}>
        {say("explore.clear")}
        <kbd>Esc</kbd>
      </button>
      <span className="gap" />
      <button
        type="button"
        className="button"
        aria-pressed={mosaic}
        aria-keyshortcuts="M"
        disabled={things.length === 0}
        title={things.length === 0 ? say("explore.mosaic.none") : ""}
        onClick={onMosaic}
      >
        {say("explore.mosaic")}
        <kbd>M</kbd>
      </button>
      {things.length > 1 && (
        <select
          className="field"
          aria-label={say("explore.mosaic.column")}
          value={thing ?? ""}
          onChange={(e) => {
            onThing(e.target.value);
          }}
        >
          {things.map((t) => (
            <option key={t}>{t}</option>
          ))}
        </select>
      )}
      {mosaic && (
        <label className="slider">
          {say("explore.cells")}{" "}
          <input
            type="range"
            min={5}
            max={50}
            step={5}
            value={cells}
            onChange={(e) => {
              onCells(Number(e.target.value));
            }}
          />
          <output>{say("explore.cells.side", { n: cells })}</output>
        </label>
      )}
    </div>
  );
}
