/** Colors of classes and numbers: those of the figures (interpret/_theme.py), so that a class looks the same everywhere. */

const EIGHT = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000", "#f0e442"];
const TEN = ["#0591fd", "#ceab39", "#055825", "#d35c71", "#4c40a7", "#4ddcac", "#7d3156", "#6d7b00", "#8d719c", "#cdbbed"];
/** The ten as they are seen in the dark: as near to them as 3 to 1 on our ground and as all eyes allow (tests/interpret/test_theme.py). */
const TEN_DARK = ["#0491fd", "#d7b542", "#23723d", "#d55f73", "#6553be", "#4edcac", "#984a6d", "#7b8b00", "#9277a1", "#cdbbed"];
/** Viridis to 95 %: its last yellow is too pale on white. */
const VIRIDIS = [
  "#440154", "#481f70", "#443983", "#3b528b", "#31688e", "#287c8e", "#21918c", "#20a486", "#35b779", "#5ec962", "#90d743", "#d2e21b",
];

export const MISSING = "#989898";
export const MISSING_CODE = 65535;
/** Above so many, the rarest classes are drawn as one. */
export const MOST_CLASSES = 30;
/** Whole numbers with no more values are drawn as classes, as in the figures. */
const FEW_WHOLE = 10;

function mixed(color: string, other: number, share: number): string {
  const part = (at: number): string => {
    const here = parseInt(color.slice(at, at + 2), 16);
    return Math.round(here * (1 - share) + other * share)
      .toString(16)
      .padStart(2, "0");
  };
  return `#${part(1)}${part(3)}${part(5)}`;
}

/** Colors for n classes: the two palettes of the figures, then lighter and darker tones of the second. */
export function palette(n: number, dark: boolean): string[] {
  const base = n <= EIGHT.length ? EIGHT.map((c) => (dark && c === "#000000" ? "#ffffff" : c)) : dark ? TEN_DARK : TEN;
  return Array.from({ length: n }, (_, i) => {
    const color = base[i % base.length] ?? MISSING;
    const round = Math.floor(i / base.length);
    return round === 0 ? color : round === 1 ? mixed(color, 255, 0.5) : mixed(color, 0, 0.45);
  });
}

export const ramp: readonly string[] = VIRIDIS;

export interface Classes {
  kind: "classes";
  codes: Uint16Array;
  /** Names and numbers of rows, in the order of the codes; the last is "others" where rare ones are drawn as one. */
  names: string[];
  counts: number[];
  others: number;
  missing: number;
}

export interface Ramp {
  kind: "ramp";
  values: Float32Array;
  low: number;
  high: number;
  missing: number;
}

/** Classes in natural order of their names (2 before 10); beyond 30 the rarest are one class. */
export function classes(codes: Uint16Array, labels: readonly string[]): Classes {
  const counts = new Array<number>(labels.length).fill(0);
  let missing = 0;
  for (const code of codes) {
    if (code === MISSING_CODE) missing++;
    else counts[code] = (counts[code] ?? 0) + 1;
  }
  const natural = new Intl.Collator("en", { numeric: true });
  const byName = (a: number, b: number): number => natural.compare(labels[a] ?? "", labels[b] ?? "");
  const all = labels.map((_, i) => i);
  const often = [...all].sort((a, b) => (counts[b] ?? 0) - (counts[a] ?? 0) || byName(a, b));
  const kept = (all.length > MOST_CLASSES ? often.slice(0, MOST_CLASSES - 1) : all).sort(byName);
  const others = all.length - kept.length;
  const place = new Uint16Array(labels.length).fill(kept.length);
  kept.forEach((code, i) => {
    place[code] = i;
  });
  const mapped = codes.map((code) => (code === MISSING_CODE ? MISSING_CODE : (place[code] ?? MISSING_CODE)));
  const names = kept.map((code) => labels[code] ?? "");
  const found = kept.map((code) => counts[code] ?? 0);
  if (others > 0) {
    names.push("");
    found.push(codes.length - missing - found.reduce((a, b) => a + b, 0));
  }
  return { kind: "classes", codes: mapped, names, counts: found, others, missing };
}

/** Numbers as a ramp, or as classes where they are few whole numbers. */
export function numbers(values: Float32Array): Classes | Ramp {
  const few = new Set<number>();
  let [low, high, missing, whole] = [Infinity, -Infinity, 0, true];
  for (const v of values) {
    if (!Number.isFinite(v)) {
      missing++;
      continue;
    }
    if (v < low) low = v;
    if (v > high) high = v;
    if (whole) {
      if (Number.isInteger(v)) few.add(v);
      whole = Number.isInteger(v) && few.size <= FEW_WHOLE;
    }
  }
  if (!whole || few.size === 0) return { kind: "ramp", values, low: low > high ? 0 : low, high: low > high ? 1 : high, missing };
  const labels = [...few];
  const code = new Map(labels.map((v, i) => [v, i]));
  const codes = Uint16Array.from(values, (v) => code.get(v) ?? MISSING_CODE);
  return classes(codes, labels.map(String));
}
