import { useId, useState } from "react";

import type { Problem, Schema } from "../../api/types";
import { useSay } from "../../i18n";
import { useTold } from "../../i18n/told";
import { Checks, ColumnsField } from "./ColumnsField";
import type { KnownColumn } from "./columns";
import { type Parsed, parse, type Shape, shapeOf, show, written } from "./forms";
import { Line } from "./Line";
import { SweepField } from "./SweepField";
import { fromOf, type Other, sweepText } from "./sweeps";

interface Props {
  name: string;
  schema: Schema;
  required: boolean;
  value: unknown;
  given: boolean;
  columns: readonly KnownColumn[];
  /** What a setting can take from elsewhere: variables, and figures of other steps. */
  sources: readonly string[];
  others: readonly Other[];
  problems: readonly Problem[];
  /** Sets the value; what is returned is why it was refused. */
  onSet: (value: unknown) => Promise<string>;
  onUnset: () => void;
}

/** One setting: a value, a sweep over many, or what another step found. Empty means: the default. */
export function SettingField({ name, schema, required, value, given, columns, sources, others, problems, onSet, onUnset }: Props) {
  const say = useSay();
  const told = useTold();
  const id = useId();
  const [refused, setRefused] = useState("");
  // A mode that is chosen but not filled in yet is no matter of the file.
  const [begun, setBegun] = useState<"" | "from">("");
  const shape = shapeOf(schema);
  const sweep = sweepText(value, shape);
  const from = fromOf(value) ?? (begun === "from" ? "" : null);
  const odd = !sweep && from === null && typeof value === "object" && value !== null && "sweep" in value;
  const nothing = given && value === null && schema.default !== null;
  const mode = sweep ? "sweep" : from !== null ? "from" : nothing ? "nothing" : "value";
  const help = [schema.description && told(schema.description), schema.unit && `[${schema.unit}]`].filter(Boolean).join(" ");
  const set = (to: unknown): void => {
    setRefused("");
    setBegun("");
    void onSet(to).then(setRefused);
  };
  const unset = (): void => {
    setRefused("");
    setBegun("");
    onUnset();
  };
  const change = (to: string): void => {
    const fallback = shape.choices[0] ?? (shape.field === "check" ? false : (shape.low ?? 1));
    const first = given && mode === "value" && value !== null ? value : (schema.default ?? fallback);
    if (to === "sweep") set({ sweep: [first] });
    else if (to === "nothing") set(null);
    else if (to === "from") setBegun("from");
    else if (given) unset();
    else setBegun("");
  };
  return (
    <div className="setting" data-setting={name} data-given={given} data-mode={mode}>
      <div className="setting-label">
        <label htmlFor={id}>
          {name}
          {schema.unit && <span className="soft"> [{schema.unit}]</span>}
          {required && !given && <span className="needed"> {say("form.needed")}</span>}
        </label>
        {given && (
          <button type="button" className="link" title={say("form.reset")} aria-label={say("form.reset.of", { name })} onClick={unset}>
            ↺
          </button>
        )}
        <select className="mode" aria-label={say("form.mode", { name })} value={mode} disabled={odd} onChange={(e) => {
          change(e.target.value);
        }}>
          <option value="value">{say("form.value")}</option>
          <option value="sweep">{say("form.sweep")}</option>
          <option value="from">{say("form.from")}</option>
          {((shape.nullable && schema.default !== null) || nothing) && <option value="nothing">{say("form.nothing")}</option>}
        </select>
      </div>
      {odd ? (
        <code id={id}>{written(value)}</code>
      ) : sweep ? (
        <SweepField id={id} sweep={sweep} shape={shape} others={others} onSet={set} />
      ) : from !== null ? (
        <Line id={id} text={from} placeholder="best.alpha" suggestions={sources} onDone={(text) => {
          if (text.trim() === "") unset();
          else set({ from: text.trim() });
        }} />
      ) : nothing ? null : (
        <Value id={id} shape={shape} fallback={schema.default} value={given ? value : undefined} columns={columns} wrong={refused !== ""} onSet={set} onWrong={setRefused} onUnset={unset} />
      )}
      {refused && (
        <p className="problem" role="alert">
          {refused}
        </p>
      )}
      {problems.map((p, i) => (
        <p key={i} className="problem" role="alert">
          <code>{p.code}</code> {p.fact} {p.allowed} {p.remedy}
        </p>
      ))}
      {help && <p className="soft">{help}</p>}
    </div>
  );
}

interface ValueProps {
  id: string;
  shape: Shape;
  fallback: unknown;
  value: unknown;
  columns: readonly KnownColumn[];
  wrong: boolean;
  onSet: (value: unknown) => void;
  onWrong: (why: string) => void;
  onUnset: () => void;
}

function Value({ id, shape, fallback, value, columns, wrong, onSet, onWrong, onUnset }: ValueProps) {
  const say = useSay();
  const placeholder = fallback === undefined ? "" : fallback === null ? say("form.nothing") : show(shape, fallback) || '""';
  const done = (text: string): void => {
    if (text.trim() === "") {
      onUnset();
      return;
    }
    const parsed: Parsed = parse(shape, text);
    if ("wrong" in parsed) onWrong(say(`form.wrong.${parsed.wrong}`, { text }));
    else onSet(parsed.value);
  };
  if (shape.field === "check") {
    return (
      <label className="check">
        <input id={id} type="checkbox" checked={Boolean(value ?? fallback)} onChange={(e) => {
          onSet(e.target.checked);
        }} />
        {say(Boolean(value ?? fallback) ? "form.yes" : "form.no")}
        {value === undefined && <span className="soft"> ({say("form.default")})</span>}
      </label>
    );
  }
  if (shape.field === "columns") {
    return <ColumnsField id={id} value={value} placeholder={placeholder} columns={columns} onSet={onSet} onUnset={onUnset} />;
  }
  if (shape.field === "list" && shape.items?.field === "column" && columns.length > 0) {
    const chosen = Array.isArray(value) ? value.map(String) : typeof value === "string" ? [value] : [];
    return (
      <div id={id}>
        <Checks all={columns} chosen={chosen} onChange={(to) => {
          if (to.length > 0) onSet(shape.single && to.length === 1 ? to[0] : to);
          else onUnset();
        }} />
      </div>
    );
  }
  if (shape.field === "choice" || (shape.field === "column" && shape.choices.length === 0 && columns.length > 0)) {
    const choices = shape.field === "choice" ? shape.choices.map((c) => ({ text: written(c), value: c, kind: "" })) : columns.map((c) => ({ text: c.name, value: c.name, kind: c.kind }));
    const now = value === undefined ? "" : shape.field === "choice" ? written(value) : show(shape, value);
    return (
      <select id={id} className="field" value={now} onChange={(e) => {
        const chosen = choices.find((c) => c.text === e.target.value);
        if (chosen) onSet(chosen.value);
        else onUnset();
      }}>
        <option value="">{placeholder ? `${placeholder} (${say("form.default")})` : "–"}</option>
        {choices.map((c) => (
          <option key={c.text} value={c.text}>
            {c.text}
            {c.kind && ` · ${say(`kind.${c.kind}` as "kind.number")}`}
          </option>
        ))}
        {now !== "" && !choices.some((c) => c.text === now) && <option>{now}</option>}
      </select>
    );
  }
  const suggestions = [...shape.choices.map(written), ...(shape.field === "column" ? columns.map((c) => c.name) : [])];
  return <Line id={id} text={show(shape, value)} placeholder={placeholder} suggestions={suggestions} wrong={wrong} numeric={shape.field === "number" && suggestions.length === 0} onDone={done} />;
}
