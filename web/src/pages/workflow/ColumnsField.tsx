import { useState } from "react";

import { isEnter } from "../../app/keys";
import { useSay } from "../../i18n";
import { Line } from "./Line";
import type { KnownColumn } from "./columns";
import { COLUMNS, columnsOf, type ColumnsHow, columnsValue } from "./sweeps";

const KINDS = ["number", "category", "text", "vector", "image", "molecule", "crystal"];
const MANY = 12;

interface Props {
  id: string;
  value: unknown;
  placeholder: string;
  columns: readonly KnownColumn[];
  onSet: (value: unknown) => void;
  onUnset: () => void;
}

/** Which columns: all numbers, all, these, all but these, by a pattern, by kind. */
export function ColumnsField({ id, value, placeholder, columns, onSet, onUnset }: Props) {
  const say = useSay();
  const given = value !== undefined && value !== null;
  const { how, names } = columnsOf(value);
  const choose = (to: string): void => {
    if (to === "") onUnset();
    else onSet(columnsValue({ how: to as ColumnsHow, names: to === "match" ? ["^"] : to === "kind" ? ["number"] : names.filter((n) => columns.some((c) => c.name === n)) }));
  };
  return (
    <div className="columns-field">
      <select id={id} className="field" value={given ? how : ""} onChange={(e) => {
        choose(e.target.value);
      }}>
        <option value="">{placeholder ? `${placeholder} (${say("form.default")})` : "–"}</option>
        {COLUMNS.filter((c) => c !== "other" || how === "other").map((c) => (
          <option key={c} value={c}>
            {say(`columns.${c}`)}
          </option>
        ))}
      </select>
      {given && how === "other" && <code>{JSON.stringify(value)}</code>}
      {given && how === "match" && (
        <Line id={`${id}-match`} label={say("columns.match")} text={names[0] ?? ""} onDone={(text) => {
          onSet({ match: text });
        }} />
      )}
      {given && how === "kind" && (
        <Checks all={KINDS.map((k) => ({ name: k, kind: "" }))} chosen={names} onChange={(to) => {
          onSet({ kind: to });
        }} />
      )}
      {given && (how === "these" || how === "except") && (
        <Checks all={columns} chosen={names} onChange={(to) => {
          onSet(columnsValue({ how, names: to }));
        }} />
      )}
    </div>
  );
}

/** Names to be ticked; those that are chosen but not known stay in the list. What is not known can be typed. */
export function Checks({ all, chosen, onChange }: { all: readonly KnownColumn[]; chosen: readonly string[]; onChange: (to: string[]) => void }) {
  const say = useSay();
  const [text, setText] = useState("");
  const known = new Set(all.map((c) => c.name));
  const listed = [...all, ...chosen.filter((c) => !known.has(c)).map((name) => ({ name, kind: "" }))];
  const shown = listed.filter((c) => c.name.toLowerCase().includes(text.toLowerCase()));
  const flip = (name: string): void => {
    onChange(chosen.includes(name) ? chosen.filter((c) => c !== name) : [...chosen, name]);
  };
  return (
    <div className="checks">
      {(listed.length > MANY || listed.length === 0) && (
        <input
          className="field"
          placeholder={say(listed.length === 0 ? "columns.type" : "columns.search")}
          aria-label={say(listed.length === 0 ? "columns.type" : "columns.search")}
          value={text}
          onChange={(e) => {
            setText(e.target.value);
          }}
          onKeyDown={(e) => {
            if (!isEnter(e) || text === "") return;
            const name = shown.length === 1 ? (shown[0]?.name ?? text) : text;
            if (!chosen.includes(name)) onChange([...chosen, name]);
            setText("");
          }}
        />
      )}
      <div className="checks-list" role="group">
        {shown.map((c) => (
          <label key={c.name}>
            <input type="checkbox" checked={chosen.includes(c.name)} onChange={() => {
              flip(c.name);
            }} />
            {c.name} {c.kind && <span className="soft">{say(`kind.${c.kind}` as "kind.number")}</span>}
          </label>
        ))}
      </div>
      <span className="soft">{say("columns.chosen", { n: chosen.length, of: listed.length })}</span>
    </div>
  );
}
