/** The colors of classes and numbers, as figures have them: told apart by all eyes (M. Okabe, K. Ito, 2002). */

const EIGHT = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000", "#f0e442"] as const;
const TEN = ["#0591fd", "#ceab39", "#055825", "#d35c71", "#4c40a7", "#4ddcac", "#7d3156", "#6d7b00", "#8d719c", "#cdbbed"] as const;

/** Viridis without its palest end, in nine steps. */
export const RAMP = ["#440154", "#482878", "#3e4989", "#31688e", "#26828e", "#1f9e89", "#35b779", "#6ece58", "#b5de2b"] as const;

/** Colors of n classes; above ten they repeat. Black turns white on a dark ground. */
export function palette(n: number, dark = false): string[] {
  const base: readonly string[] = n <= EIGHT.length ? EIGHT : TEN;
  return Array.from({ length: n }, (_, i) => base[i % base.length] ?? "").map((c) => (dark && c === "#000000" ? "#ffffff" : c));
}
