import { api } from "../../api/client";
import { select, type Selection, useStore } from "../../app/store";
import { Bits } from "../../scatter/bits";
import type { Explored } from "./useExplored";
import { useLoaded } from "./useLoaded";

const numbered = new WeakMap<Selection, number>();
let last = 0;

function numberOf(selection: Selection): number {
  const number = numbered.get(selection) ?? ++last;
  numbered.set(selection, number);
  return number;
}

/** The shared selection as rows of this value: as it is where the rows are the same, else carried over by row ids. */
export function useSelection(of: Explored | undefined): { bits: Bits | null; n: number; version: number; busy: boolean; error: Error | undefined } {
  const selection = useStore((s) => s.selection);
  const same = of !== undefined && selection !== null && selection.rows === of.info.rows;
  const foreign = of !== undefined && selection !== null && !same;
  const carried = useLoaded(foreign ? `${numberOf(selection)} ${of.at.ref} ${of.at.point ?? 0} ${of.info.id}` : null, async () => {
    if (!of || !selection) throw new Error("no selection");
    const found = await api.match({ file: of.at.file, ref: selection.ref, point: selection.point }, selection.bits.toBase64(), of.at);
    return { bits: Bits.fromBase64(found.height, found.rows), n: found.n };
  });
  const version = selection === null ? 0 : numberOf(selection);
  if (same) return { bits: selection.bits, n: selection.n, version, busy: false, error: undefined };
  if (!foreign) return { bits: null, n: 0, version: 0, busy: false, error: undefined };
  const there = carried.fresh && carried.value && carried.value.n > 0 ? carried.value : null;
  return { bits: there?.bits ?? null, n: there?.n ?? 0, version: there ? version : -version, busy: carried.busy, error: carried.error };
}

/** Select rows of a value, for all pages. */
export function choose(of: Explored, bits: Bits | null): void {
  select(bits === null ? null : { ref: of.at.ref, point: of.at.point ?? 0, rows: of.info.rows, bits });
}
