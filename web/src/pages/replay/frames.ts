/** Frames of a history, fetched in chunks ahead of where the reader is; memory is bounded. */

import type { Packed } from "../../api/replay";

/** One state: places of the rows shown, or their clusters and the centers. */
export interface Frame {
  points?: Float32Array;
  labels?: Uint16Array;
  centers?: Float32Array;
}

export type Load = (first: number, count: number, signal: AbortSignal) => Promise<Packed<{ first: number; count: number }>>;

interface Chunk {
  frames: Frame[];
  bytes: number;
  used: number;
}

const CHUNK_BYTES = 2 << 20;
const MOST_IN_CHUNK = 40;

export class FrameStore {
  private readonly chunks = new Map<number, Chunk>();
  private readonly under = new Map<number, AbortController>();
  private clock = 0;
  readonly size: number;
  error: Error | null = null;

  /** `frameBytes`: of one frame; `told`: hears that something has come, or failed. */
  constructor(
    readonly total: number,
    frameBytes: number,
    private readonly load: Load,
    private readonly told: () => void,
    private readonly budget = 96 << 20,
  ) {
    this.size = Math.max(1, Math.min(MOST_IN_CHUNK, Math.floor(CHUNK_BYTES / Math.max(1, frameBytes))));
  }

  /** The frame, where it is here. */
  get(index: number): Frame | undefined {
    const chunk = this.chunks.get(Math.floor(index / this.size));
    if (chunk) chunk.used = ++this.clock;
    return chunk?.frames[index % this.size];
  }

  /** The frame, or the nearest one that is here. */
  nearest(index: number): { frame: Frame; index: number } | null {
    const frame = this.get(index);
    if (frame !== undefined) return { frame, index };
    let best: number | null = null;
    for (const [k, chunk] of this.chunks) {
      const at = Math.min(Math.max(index, k * this.size), k * this.size + chunk.frames.length - 1);
      if (best === null || Math.abs(at - index) < Math.abs(best - index)) best = at;
    }
    const found = best === null ? undefined : this.get(best);
    return best === null || found === undefined ? null : { frame: found, index: best };
  }

  /** Fetch the chunk of a frame and the one that follows; what else was under way is given up. */
  want(index: number): void {
    const at = Math.floor(index / this.size);
    const wanted = [at, at + 1].filter((k) => k * this.size < this.total);
    for (const [k, control] of this.under) {
      if (!wanted.includes(k)) {
        control.abort();
        this.under.delete(k);
      }
    }
    for (const k of wanted) if (!this.chunks.has(k) && !this.under.has(k) && this.error === null) this.fetch(k);
  }

  retry(index: number): void {
    this.error = null;
    this.want(index);
  }

  close(): void {
    for (const control of this.under.values()) control.abort();
    this.under.clear();
  }

  get bytes(): number {
    return [...this.chunks.values()].reduce((sum, c) => sum + c.bytes, 0);
  }

  private fetch(k: number): void {
    const control = new AbortController();
    this.under.set(k, control);
    const first = k * this.size;
    this.load(first, Math.min(this.size, this.total - first), control.signal).then(
      (packed) => {
        if (this.under.get(k) !== control) return;
        this.under.delete(k);
        const frames = split(packed);
        const bytes = Object.values(packed.arrays).reduce((sum, a) => sum + a.byteLength, 0);
        this.chunks.set(k, { frames, bytes, used: ++this.clock });
        this.forget(k);
        this.told();
      },
      (reason: unknown) => {
        if (this.under.get(k) !== control) return;
        this.under.delete(k);
        this.error = reason instanceof Error ? reason : new Error(String(reason));
        this.told();
      },
    );
  }

  private forget(newest: number): void {
    while (this.bytes > this.budget && this.chunks.size > 2) {
      const oldest = [...this.chunks].filter(([k]) => k !== newest).sort((a, b) => a[1].used - b[1].used)[0];
      if (oldest === undefined) return;
      this.chunks.delete(oldest[0]);
    }
  }
}

/** Cut the arrays of several frames into those of each. */
export function split({ facts, arrays }: Packed<{ count: number }>): Frame[] {
  const part = <A extends Float32Array | Uint16Array>(array: A, i: number): A => {
    const each = array.length / facts.count;
    return array.subarray(i * each, (i + 1) * each) as A;
  };
  return Array.from({ length: facts.count }, (_, i) => {
    const frame: Frame = {};
    if (arrays.points instanceof Float32Array) frame.points = part(arrays.points, i);
    if (arrays.labels instanceof Uint16Array) frame.labels = part(arrays.labels, i);
    if (arrays.centers instanceof Float32Array) frame.centers = part(arrays.centers, i);
    return frame;
  });
}

/** Which of n rows are shown, at most so many: evenly over the table, as the server chooses them. */
export function spread(n: number, most: number): Uint32Array {
  const shown = Math.min(n, most);
  return Uint32Array.from({ length: shown }, (_, k) => Math.floor((k * n) / shown));
}

/** The numbers of some rows. */
export function gathered<A extends Float32Array | Uint16Array>(values: A, at: Uint32Array): A {
  if (at.length === values.length) return values;
  const found = values instanceof Float32Array ? new Float32Array(at.length) : new Uint16Array(at.length);
  at.forEach((i, k) => {
    found[k] = values[i] ?? NaN;
  });
  return found as A;
}

/** Columns of places that lie row by row; only the first two coordinates of d are taken. */
export function columns(points: Float32Array, rows: number): [Float32Array, Float32Array] {
  const d = points.length / Math.max(rows, 1);
  const x = new Float32Array(rows);
  const y = new Float32Array(rows);
  for (let i = 0; i < rows; i++) {
    x[i] = points[i * d] ?? NaN;
    y[i] = points[i * d + 1] ?? NaN;
  }
  return [x, y];
}

/** Means of the rows of each of k clusters (counted from 1); NaN where one has none. */
export function means(x: Float32Array, y: Float32Array, labels: Uint16Array, k: number): [Float32Array, Float32Array] {
  const [sx, sy, n] = [new Float64Array(k), new Float64Array(k), new Float64Array(k)];
  labels.forEach((label, i) => {
    const c = label - 1;
    sx[c] = (sx[c] ?? 0) + (x[i] ?? 0);
    sy[c] = (sy[c] ?? 0) + (y[i] ?? 0);
    n[c] = (n[c] ?? 0) + 1;
  });
  const mean = (sums: Float64Array): Float32Array => Float32Array.from(sums, (s, c) => s / (n[c] ?? 0));
  return [mean(sx), mean(sy)];
}

/** The newest kept iteration that is not later, as an index. */
export function indexOf(iterations: readonly number[], iteration: number): number {
  let found = 0;
  iterations.forEach((i, k) => {
    if (i <= iteration) found = k;
  });
  return found;
}
