import { useEffect, useState } from "react";

import { api, type At } from "../api/client";
import { failed, getState, select, type Selection, useStore } from "../app/store";
import { Bits } from "../scatter/bits";
import type { Combine } from "../scatter/types";
import type { Datum } from "./marks";

const MOST_IDS = 2000;

/** Make the rows behind marks of a figure or list the selection, or part of it; return what is selected now. */
export async function selectMarks(at: At, marks: Datum[], how: Combine): Promise<Selection | null> {
  if (marks.length === 0) {
    if (how === "replace") select(null);
    return getState().selection;
  }
  try {
    const picked = await api.pick(at, marks.map(plainMark));
    const bits = Bits.fromBase64(picked.height, picked.bits);
    const { ref, point, rows } = picked;
    select({ ref, point, rows, bits: joined(getState().selection, rows, bits, how) });
  } catch (error) {
    failed(error);
  }
  return getState().selection;
}

/** A selection as a gesture makes it: where it speaks of other rows than the one before, it takes its place. */
export function joined(before: Selection | null, rows: string, bits: Bits, how: Combine): Bits {
  if (how === "replace" || before?.rows !== rows) return how === "remove" ? new Bits(bits.length) : bits;
  return before.bits.combined(bits, how);
}

/** What a mark carries, without what Vega adds for itself. */
function plainMark(datum: Datum): Datum {
  return Object.fromEntries(Object.entries(datum).filter(([, v]) => typeof v === "string" || typeof v === "number"));
}

/** The row ids of the selection; none where nothing, or too much, is selected. */
export function useSelectedIds(): ReadonlySet<string> {
  const selection = useStore((s) => s.selection);
  const file = useStore((s) => s.file);
  const [found, setFound] = useState<{ of: Selection | null; ids: ReadonlySet<string> }>({ of: null, ids: NONE });
  useEffect(() => {
    if (!selection || file === null || selection.n > MOST_IDS) return;
    let gone = false;
    idsOf(file, selection).then(
      (ids) => {
        if (!gone) setFound({ of: selection, ids });
      },
      () => undefined, // figures stay without rings; the bar above tells of the selection itself
    );
    return () => {
      gone = true;
    };
  }, [selection, file]);
  return found.of === selection && selection ? found.ids : NONE;
}

const NONE: ReadonlySet<string> = new Set();
const asked = new WeakMap<Selection, Promise<ReadonlySet<string>>>();

function idsOf(file: string, selection: Selection): Promise<ReadonlySet<string>> {
  const known = asked.get(selection);
  if (known) return known;
  const at = { file, ref: selection.ref, point: selection.point };
  const ask = { start: 0, count: MOST_IDS, columns: [], within: selection.bits.toBase64() };
  const found = api.rows(at, ask).then((rows) => new Set(rows.ids));
  asked.set(selection, found);
  return found;
}
