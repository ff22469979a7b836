import { api } from "../../api/client";
import { useSay } from "../../i18n";
import { Bits } from "../../scatter/bits";
import { MISSING_CODE } from "../../parts/palette";
import { ColumnSelect } from "./Toolbar";
import type { Explored } from "./useExplored";
import { type Loaded, useLoaded } from "./useLoaded";
import { shown, whole } from "../../parts/values";

/** Which rows were observed: those of a table, or those with a label. The others are new, and drawn small and faint. */
export interface ObservedChoice {
  by: "none" | "table" | "column";
  ref: string;
  column: string;
  value: string;
  label: string;
}

export const NOTHING_OBSERVED: ObservedChoice = { by: "none", ref: "", column: "", value: "", label: "" };
const MOST_LABELS = 2000;
const MOST_VALUES = 200;

export interface Observed {
  bits: Bits;
  n: number;
  labels: ReadonlyMap<number, string> | null;
  /** The values of the column, to choose from. */
  values: string[];
}

export function useObserved(of: Explored | undefined, choice: ObservedChoice): Loaded<Observed | null> {
  const key = of && choice.by !== "none" ? `${of.at.ref} ${of.at.point ?? 0} ${of.info.id} ${JSON.stringify(choice)}` : null;
  const loaded = useLoaded(key, async (signal): Promise<Observed | null> => {
    if (!of) return null;
    const found = choice.by === "table" ? await rowsOf(of, choice.ref) : await rowsWith(of, choice, signal);
    if (!found) return null;
    const positions = found.bits.positions(MOST_LABELS);
    let labels: Map<number, string> | null = null;
    if (choice.label && positions.length > 0) {
      const told = await api.rows(of.at, { start: 0, count: positions.length, columns: choice.label === "-" ? [] : [choice.label], at: positions }, signal);
      const texts = choice.label === "-" ? told.ids : (told.columns[choice.label] ?? []).map(shown);
      labels = new Map(told.positions.map((p, i) => [p, texts[i] ?? ""]));
    }
    return { ...found, n: found.bits.count(), labels };
  });
  return key === null ? { ...loaded, value: null } : loaded;
}

async function rowsOf(of: Explored, ref: string): Promise<{ bits: Bits; values: string[] } | null> {
  const table = of.related.tables.find((t) => t.ref === ref);
  if (!table) return null;
  const all = new Bits(table.height);
  for (let i = 0; i < table.height; i++) all.add(i);
  const found = await api.match({ file: of.at.file, ref, point: table.point }, all.toBase64(), { file: of.at.file, ref: of.at.ref, point: of.at.point ?? 0 });
  return { bits: Bits.fromBase64(found.height, found.rows), values: [] };
}

async function rowsWith(of: Explored, { column, value }: ObservedChoice, signal: AbortSignal): Promise<{ bits: Bits; values: string[] } | null> {
  if (!of.related.columns.some((c) => c.name === column)) return null;
  const [codes, labels] = await Promise.all([api.codes(of.at, column, signal), api.labels(of.at, column, signal)]);
  const wanted = value === "" ? null : labels.indexOf(value);
  const bits = new Bits(codes.length);
  codes.forEach((code, at) => {
    if (wanted === null ? code !== MISSING_CODE : code === wanted) bits.add(at);
  });
  return { bits, values: labels.slice(0, MOST_VALUES) };
}

export function ObservedFields({ of, choice, values, onChoice }: { of: Explored; choice: ObservedChoice; values: readonly string[]; onChoice: (choice: ObservedChoice) => void }) {
  const say = useSay();
  const tables = of.related.tables.filter((t) => t.near !== "own" && t.matched > 0 && t.matched < of.info.height);
  const columns = of.related.columns.filter((c) => c.kind === "category" && c.near !== "beside");
  const value = choice.by === "none" ? "" : choice.by === "table" ? `t ${choice.ref}` : `c ${choice.column}`;
  if (tables.length === 0 && columns.length === 0) return null;
  return (
    <>
      <label>
        {say("explore.observed")}{" "}
        <select
          className="field column-select"
          value={value}
          onChange={(e) => {
            const name = e.target.value.slice(2);
            const by = e.target.value === "" ? "none" : e.target.value.startsWith("t ") ? "table" : "column";
            onChoice({ by, ref: by === "table" ? name : "", column: by === "column" ? name : "", value: "", label: choice.label || "-" });
          }}
        >
          <option value="">{say("explore.observed.none")}</option>
          {tables.length > 0 && (
            <optgroup label={say("explore.observed.tables")}>
              {tables.map((t) => (
                <option key={t.ref} value={`t ${t.ref}`}>
                  {t.ref} ({whole(t.matched)})
                </option>
              ))}
            </optgroup>
          )}
          <optgroup label={say("explore.observed.columns")}>
            {columns.map((c) => (
              <option key={c.name} value={`c ${c.name}`}>
                {c.name}
              </option>
            ))}
          </optgroup>
        </select>
      </label>
      {choice.by === "column" && (
        <select
          className="field column-select"
          aria-label={say("explore.observed.value")}
          value={choice.value}
          onChange={(e) => {
            onChoice({ ...choice, value: e.target.value });
          }}
        >
          <option value="">{say("explore.observed.any")}</option>
          {values.map((v) => (
            <option key={v}>{v}</option>
          ))}
        </select>
      )}
      {choice.by !== "none" && (
        <>
          <label>
            <input
              type="checkbox"
              checked={choice.label !== ""}
              onChange={(e) => {
                onChoice({ ...choice, label: e.target.checked ? "-" : "" });
              }}
            />{" "}
            {say("explore.observed.names")}
          </label>
          {choice.label !== "" && (
            <ColumnSelect
              label={say("explore.observed.label")}
              related={of.related}
              kinds={["category", "text", "number"]}
              value={choice.label === "-" ? "" : choice.label}
              none={say("explore.rowid")}
              onValue={(name) => {
                onChoice({ ...choice, label: name === "" ? "-" : name });
              }}
            />
          )}
        </>
      )}
    </>
  );
}
