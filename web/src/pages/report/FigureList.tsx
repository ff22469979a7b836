import { useEffect, useState } from "react";

import { api } from "../../api/client";
import type { ColumnInfo } from "../../api/types";
import { useSay } from "../../i18n";
import { useTitle } from "../../i18n/steps";
import { Thumbnail } from "../../parts/Thumbnail";
import { changed, type Entry, moved } from "./choice";
import { Field } from "./Texts";

interface Given {
  file: string;
  entries: Entry[];
  /** Which value each figure of one map shows. */
  maps: Record<string, string>;
  /** Says whether it is written now. */
  onChange: (entries: Entry[]) => Promise<boolean>;
}

/** Figures in the order of the report: which, with which caption, which maps to be explored. */
export function FigureList({ file, entries, maps, onChange }: Given) {
  const say = useSay();
  return (
    <>
      <h2>{say("report.figures")}</h2>
      <p className="soft">{say(entries.length ? "report.figures.help" : "results.none")}</p>
      <ol className="report-figures">
        {entries.map((entry) => (
          <FigureItem
            key={entry.ref}
            file={file}
            entry={entry}
            map={entry.figure.points === 1 ? maps[entry.figure.node] : undefined}
            onChange={(change) => onChange(changed(entries, entry.ref, change))}
            onMove={(by) => void onChange(moved(entries, entry.ref, by))}
          />
        ))}
      </ol>
    </>
  );
}

interface ItemGiven {
  file: string;
  entry: Entry;
  map: string | undefined;
  onChange: (change: Partial<Entry>) => Promise<boolean>;
  onMove: (by: 1 | -1) => void;
}

function FigureItem({ file, entry, map, onChange, onMove }: ItemGiven) {
  const say = useSay();
  const titled = useTitle();
  const at = { file, ref: entry.ref, point: 0 };
  const tick = (name: "included" | "live", text: string, help?: string) => (
    <label title={help}>
      <input
        type="checkbox"
        checked={entry[name]}
        onChange={(e) => {
          void onChange({ [name]: e.target.checked });
        }}
      />{" "}
      {text}
    </label>
  );
  return (
    <li data-figure={entry.ref} data-included={entry.included}>
      <Thumbnail address={api.figureAddress(at, "svg")} alt="" />
      <div>
        <h3>
          {entry.ref} <span className="soft">{titled(entry.figure)}</span>
        </h3>
        <div className="report-ticks">
          {tick("included", say("report.include"))}
          {entry.included && map !== undefined && tick("live", say("report.live"), say("report.live.help"))}
        </div>
        {entry.included && (
          <Field
            id={`caption-${entry.ref}`}
            label={say("report.caption")}
            text={entry.caption}
            short
            onSave={(caption) => onChange({ caption })}
          />
        )}
        {entry.included && entry.live && map !== undefined && (
          <Columns
            file={file}
            map={map}
            chosen={entry.columns}
            onChange={(columns) => void onChange({ columns })}
          />
        )}
      </div>
      <div className="report-tools">
        {entry.included &&
          ([-1, 1] as const).map((by) => (
            <button
              key={by}
              type="button"
              className="button"
              aria-label={say(by < 0 ? "report.move.up" : "report.move.down", { name: entry.ref })}
              title={say(by < 0 ? "report.up" : "report.down")}
              onClick={() => {
                onMove(by);
              }}
            >
              {by < 0 ? "↑" : "↓"}
            </button>
          ))}
        {(["svg", "png", "pdf"] as const).map((form) => (
          <a key={form} className="button" href={api.figureAddress(at, form)} download={`${entry.ref}.${form}`}>
            {form.toUpperCase()}
          </a>
        ))}
      </div>
    </li>
  );
}

const COLORS = new Set(["number", "category", "text"]);
const MOST = 12;

/** Which columns a map takes along, to be colored by. */
function Columns(given: { file: string; map: string; chosen: string[]; onChange: (columns: string[]) => void }) {
  const { file, map, chosen, onChange } = given;
  const say = useSay();
  const [columns, setColumns] = useState<ColumnInfo[] | null>(null);
  useEffect(() => {
    let gone = false;
    api.value({ file, ref: map, point: 0 }).then(
      (info) => {
        if (!gone) setColumns(info.columns.filter((c) => COLORS.has(c.kind)));
      },
      () => {
        if (!gone) setColumns([]);
      },
    );
    return () => {
      gone = true;
    };
  }, [file, map]);
  return (
    <details className="report-columns">
      <summary>{say("report.columns", { n: chosen.length })}</summary>
      {chosen.length === 0 && <p className="soft">{say("report.columns.none")}</p>}
      {columns === null && <p className="soft">{say("app.loading")}</p>}
      {columns?.map((c) => (
        <label key={c.name}>
          <input
            type="checkbox"
            checked={chosen.includes(c.name)}
            disabled={!chosen.includes(c.name) && chosen.length >= MOST}
            onChange={(e) => {
              onChange(e.target.checked ? [...chosen, c.name] : chosen.filter((n) => n !== c.name));
            }}
          />{" "}
          {c.name} <span className="soft">{c.kind}</span>
        </label>
      ))}
    </details>
  );
}
