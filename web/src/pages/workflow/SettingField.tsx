import { useId, useState } from "react";

import type { Schema } from "../../api/types";
import { useSay } from "../../i18n";
import { fromOf, read, shapeOf, type SweepKind, sweepOf, sweepText, written } from "./forms";

interface Props {
  name: string;
  schema: Schema;
  required: boolean;
  value: unknown;
  given: boolean;
  columns: string[];
  onSet: (value: unknown) => void;
  onUnset: () => void;
}

/** One setting: a value, a sweep over many, or what another step found. Empty means: the default. */
export function SettingField({ name, schema, required, value, given, columns, onSet, onUnset }: Props) {
  const say = useSay();
  const id = useId();
  const sweep = sweepText(value);
  const from = fromOf(value);
  const odd = !sweep && from === null && typeof value === "object" && value !== null && "sweep" in value;
  const mode = sweep ? "sweep" : from !== null ? "from" : "value";
  const help = [schema.description, schema.unit && `[${schema.unit}]`].filter(Boolean).join(" ");
  const change = (to: string): void => {
    if (to === "value") onUnset();
    else if (to === "sweep") onSet({ sweep: [given && value !== null ? value : (schema.default ?? 1)] });
    else onSet({ from: "" });
  };
  return (
    <div className="setting" data-setting={name} data-given={given}>
      <label htmlFor={id}>
        {name}
        {required && !given && <span className="needed"> {say("form.needed")}</span>}
      </label>
      <div className="setting-line">
        {mode === "value" ? (
          <Value id={id} schema={schema} value={given ? value : undefined} columns={columns} onSet={onSet} onUnset={onUnset} odd={odd} />
        ) : sweep ? (
          <Sweep id={id} kind={sweep.kind} text={sweep.text} onSet={onSet} />
        ) : (
          <Line key={from} id={id} text={from ?? ""} placeholder="best.alpha" onDone={(text) => {
            onSet({ from: text });
          }} />
        )}
        <select className="mode" aria-label={say("form.mode", { name })} value={mode} disabled={odd} onChange={(e) => {
          change(e.target.value);
        }}>
          <option value="value">=</option>
          <option value="sweep">{say("form.sweep")}</option>
          <option value="from">{say("form.from")}</option>
        </select>
      </div>
      {help && <p className="soft">{help}</p>}
    </div>
  );
}

function Value({ id, schema, value, columns, onSet, onUnset, odd }: {
  id: string;
  schema: Schema;
  value: unknown;
  columns: string[];
  onSet: (value: unknown) => void;
  onUnset: () => void;
  odd: boolean;
}) {
  const say = useSay();
  const shape = shapeOf(schema);
  const placeholder = schema.default === undefined ? "" : schema.default === null ? say("form.nothing") : written(schema.default);
  const done = (text: string): void => {
    if (text.trim() === "") onUnset();
    else onSet(shape.field === "text" || shape.field === "column" || shape.field === "path" ? text : read(text));
  };
  if (odd) return <code id={id}>{written(value)}</code>;
  if (shape.field === "check") {
    return (
      <input id={id} type="checkbox" checked={Boolean(value ?? schema.default)} onChange={(e) => {
        onSet(e.target.checked);
      }} />
    );
  }
  if (shape.field === "choice" || (shape.field === "column" && columns.length > 0)) {
    const choices = shape.field === "choice" ? shape.choices : columns;
    const now = value === undefined ? "" : written(value);
    return (
      <select id={id} className="field" value={now} onChange={(e) => {
        done(e.target.value);
      }}>
        <option value="">{placeholder ? `${placeholder} (${say("form.default")})` : "–"}</option>
        {choices.map((c) => (
          <option key={c}>{c}</option>
        ))}
        {now !== "" && !choices.includes(now) && <option>{now}</option>}
      </select>
    );
  }
  return <Line key={written(value)} id={id} text={written(value)} placeholder={placeholder} onDone={done} />;
}

function Sweep({ id, kind, text, onSet }: { id: string; kind: SweepKind; text: string; onSet: (value: unknown) => void }) {
  const say = useSay();
  return (
    <>
      <select className="mode" aria-label={say("form.sweep.kind")} value={kind} onChange={(e) => {
        onSet(sweepOf({ kind: e.target.value as SweepKind, text }));
      }}>
        <option value="list">{say("form.sweep.list")}</option>
        <option value="range">{say("form.sweep.range")}</option>
        <option value="log">{say("form.sweep.log")}</option>
      </select>
      <Line key={text} id={id} text={text} placeholder={kind === "list" ? "1, 2, 5" : kind === "range" ? "10, 200, 10" : "0.001, 1, 7"} onDone={(t) => {
        onSet(sweepOf({ kind, text: t }));
      }} />
    </>
  );
}

/** A line of text that counts when it is left, or on Enter; Escape takes it back. */
function Line({ id, text, placeholder, onDone }: { id: string; text: string; placeholder: string; onDone: (text: string) => void }) {
  const [now, setNow] = useState(text);
  const done = (): void => {
    if (now !== text) onDone(now);
  };
  return (
    <input
      id={id}
      className="field"
      value={now}
      placeholder={placeholder}
      onChange={(e) => {
        setNow(e.target.value);
      }}
      onBlur={done}
      onKeyDown={(e) => {
        if (e.key === "Enter") done();
        if (e.key === "Escape") setNow(text);
      }}
    />
  );
}
