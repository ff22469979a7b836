import "./parts.css";

import { useState } from "react";

import { api } from "../api/client";
import { explore, select, useStore } from "../app/store";
import { useSay } from "../i18n";
import { useAsked } from "./asked";
import { ErrorBox } from "./ErrorBox";
import { Loading } from "./Loading";
import { shown } from "./shown";

const ROWS = 200;
const COLUMNS = 8;

/** How many rows are selected, which, and what can be done with them. */
export function SelectionBar() {
  const say = useSay();
  const file = useStore((s) => s.file);
  const selection = useStore((s) => s.selection);
  const [open, setOpen] = useState(false);
  if (!selection || file === null) return null;
  return (
    <div className="selection-bar" role="region" aria-label={say("selection.title")} data-selected={selection.n}>
      <strong role="status">{say("selection.count", { n: selection.n, of: selection.bits.length })}</strong>
      <span className="soft">{selection.ref}</span>
      <button type="button" className="button" aria-expanded={open} onClick={() => {
        setOpen(!open);
      }}>
        {say(open ? "selection.hide" : "selection.rows")}
      </button>
      <span className="space" />
      <button type="button" className="button" onClick={() => {
        explore(selection.ref, selection.point);
      }}>
        {say("selection.explore")}
      </button>
      <button type="button" className="button" onClick={() => {
        select(null);
      }}>
        {say("selection.clear")}
      </button>
      {open && <SelectedRows file={file} />}
    </div>
  );
}

function SelectedRows({ file }: { file: string }) {
  const say = useSay();
  const selection = useStore((s) => s.selection);
  const within = selection?.bits.toBase64() ?? "";
  const at = { file, ref: selection?.ref ?? "", point: selection?.point ?? 0 };
  const { value, error, again } = useAsked(selection ? `${at.ref} ${at.point} ${within}` : "", (signal) =>
    api.rows(at, { start: 0, count: ROWS, within }, signal),
  );
  if (error) return <ErrorBox error={error} onRetry={again} />;
  if (!value) return <Loading here />;
  const names = Object.keys(value.columns).slice(0, COLUMNS);
  return (
    <div className="selection-rows" tabIndex={0} role="group" aria-label={say("selection.rows")}>
      <table>
        <thead>
          <tr>
            <th scope="col">{say("explore.rowid")}</th>
            {names.map((n) => (
              <th key={n} scope="col">
                {n}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {value.ids.map((id, i) => (
            <tr key={id}>
              <th scope="row">{id}</th>
              {names.map((n) => (
                <td key={n}>{shown(value.columns[n]?.[i])}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {value.total > value.ids.length && <p className="soft">{say("selection.more", { n: value.total - value.ids.length })}</p>}
    </div>
  );
}
