/** Seeded numbers for tests. */

/** A generator of numbers from 0 to 1 (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Clumps, single rows far away, equal rows, rows on whole numbers and rows without a place. */
export function rowsOf(n: number, seed: number): { x: Float32Array; y: Float32Array } {
  const random = randomOf(seed);
  const [x, y] = [new Float32Array(n), new Float32Array(n)];
  for (let i = 0; i < n; i++) {
    const kind = random();
    const clump = Math.floor(random() * 5);
    x[i] = clump * 3 + (random() + random() - 1) * 2;
    y[i] = (clump % 2) * 4 + (random() + random() - 1) * 2;
    if (kind < 0.05) [x[i], y[i]] = [Math.round(x[i] ?? 0), Math.round(y[i] ?? 0)];
    else if (kind < 0.06) x[i] = NaN;
    else if (kind < 0.07) y[i] = Infinity;
    else if (kind < 0.072) [x[i], y[i]] = [random() * 1000, -random() * 1000];
    else if (kind < 0.1 && i > 0) [x[i], y[i]] = [x[i - 1] ?? 0, y[i - 1] ?? 0];
  }
  return { x, y };
}
