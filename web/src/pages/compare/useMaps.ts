import { useEffect, useState } from "react";

import { api } from "../../api/client";
import type { Kind, MapInfo, Related } from "../../api/types";
import { useStore } from "../../app/store";
import { useAsked } from "../../parts/asked";
import { type Colors, type Drawn, readMap } from "../../parts/parallel";
import { Bits } from "../../scatter/bits";
import { numbers } from "../../parts/palette";
import { keyOf } from "./panels";

export interface Shown {
  map: MapInfo;
  drawn: Drawn | null;
  error: Error | null;
}

const drawings = new Map<string, Promise<Drawn>>();
const MOST_KEPT = 12;

/** Fetch a map once for as long as the value stays the same; the last dozen stay. */
function drawing(file: string, map: MapInfo, of: string): Promise<Drawn> {
  const known = drawings.get(of);
  if (known) return known;
  const at = { file, ref: map.ref, point: map.point };
  const made = readMap(at, map.axes, new AbortController().signal);
  drawings.set(of, made);
  made.catch(() => drawings.delete(of));
  for (const key of [...drawings.keys()].slice(0, -MOST_KEPT)) drawings.delete(key);
  return made;
}

/** The maps chosen, as far as they are there. */
export function useDrawn(file: string, maps: readonly MapInfo[]): { shown: Shown[]; again: () => void } {
  const [found, setFound] = useState<ReadonlyMap<string, { drawn: Drawn | null; error: Error | null }>>(new Map());
  const [round, setRound] = useState(0);
  const names = maps.map((m) => `${file} ${keyOf(m)} ${m.id}`);
  const all = names.join("\n");
  useEffect(() => {
    let gone = false;
    const put = (of: string, drawn: Drawn | null, error: Error | null): void => {
      if (!gone) setFound((before) => new Map(before).set(of, { drawn, error }));
    };
    maps.forEach((map, i) => {
      const of = names[i] ?? "";
      drawing(file, map, of).then(
        (drawn) => {
          put(of, drawn, null);
        },
        (reason: unknown) => {
          put(of, null, reason instanceof Error ? reason : new Error(String(reason)));
        },
      );
    });
    return () => {
      gone = true;
    };
    // The names say which maps these are.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [all, round]);
  const shown = maps.map((map, i) => ({ map, ...(found.get(names[i] ?? "") ?? { drawn: null, error: null }) }));
  return {
    shown,
    again: () => {
      setRound((n) => n + 1);
    },
  };
}

/** What is known of the rows of a map: its own columns, and those of tables about the same rows. */
export function useRelated(drawn: Drawn | undefined): Related | null {
  const key = drawn ? `${drawn.at.file} ${drawn.at.ref} ${drawn.at.point ?? 0} ${drawn.info.id}` : "";
  return useAsked(key, (signal) => (drawn ? api.related(drawn.at, signal) : Promise.reject(new Error()))).value;
}

/** The cells of a column for each map; maps that have no such column stay without color. */
export function useColors(drawn: readonly (Drawn | null)[], column: string, kind: Kind | undefined): { colors: Colors[]; error: Error | null } {
  const key = column === "" || !kind ? "" : `${column} ${kind} ${drawn.map((d) => (d ? `${d.at.ref}#${d.at.point ?? 0} ${d.info.id}` : "-")).join()}`;
  const none: Colors = { kind: "none" };
  const asked = useAsked(key, (signal) =>
    Promise.all(
      drawn.map(async (d): Promise<Colors> => {
        if (!d) return none;
        const related = await api.related(d.at, signal);
        if (!related.columns.some((c) => c.name === column && c.kind === kind)) return none;
        if (kind === "number") {
          const values = await api.numbers({ ...d.at, wide: true }, column, signal);
          const found = numbers(values); // few whole numbers are classes, as on the explore page
          return found.kind === "classes" ? { kind: "classes", codes: found.codes, labels: found.names } : { kind: "numbers", values };
        }
        const [codes, labels] = await Promise.all([api.codes({ ...d.at, wide: true }, column, signal), api.labels({ ...d.at, wide: true }, column, signal)]);
        return { kind: "classes", codes, labels };
      }),
    ),
  );
  const fits = key !== "" && asked.value?.length === drawn.length;
  return { colors: fits ? (asked.value ?? []) : drawn.map(() => none), error: asked.error };
}

const matched = new WeakMap<Bits, Map<string, Promise<Bits>>>();

/** The shared selection as rows of each map: as it is where the rows are the same, else by row id. */
export function useSelections(drawn: readonly (Drawn | null)[]): (Bits | null)[] {
  const selection = useStore((s) => s.selection);
  const [found, setFound] = useState<{ of: Bits | null; bits: ReadonlyMap<string, Bits> }>({ of: null, bits: new Map() });
  const nameOf = (d: Drawn): string => `${d.at.ref}#${d.at.point ?? 0} ${d.info.id}`;
  const others = selection ? drawn.filter((d) => d !== null && d.info.rows !== selection.rows) : [];
  const names = others.map((d) => (d ? nameOf(d) : "")).join("\n");
  useEffect(() => {
    if (!selection) return;
    let gone = false;
    for (const d of others) {
      if (!d) continue;
      carried(selection, d).then(
        (bits) => {
          if (!gone) setFound((b) => ({ of: selection.bits, bits: new Map(b.of === selection.bits ? b.bits : []).set(nameOf(d), bits) }));
        },
        () => undefined, // such a map shows no selection; its panel says so
      );
    }
    return () => {
      gone = true;
    };
    // The names say which maps these are.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [selection, names]);
  return drawn.map((d) => {
    if (!d || !selection) return null;
    if (d.info.rows === selection.rows) return selection.bits;
    return found.of === selection.bits ? (found.bits.get(nameOf(d)) ?? null) : null;
  });

  function carried(from: NonNullable<typeof selection>, to: Drawn): Promise<Bits> {
    const known = matched.get(from.bits) ?? new Map<string, Promise<Bits>>();
    matched.set(from.bits, known);
    const name = nameOf(to);
    const before = known.get(name);
    if (before) return before;
    const at = { file: to.at.file, ref: from.ref, point: from.point };
    const asked = api.match(at, from.bits.toBase64(), to.at).then((m) => Bits.fromBase64(m.height, m.rows));
    known.set(name, asked);
    return asked;
  }
}
