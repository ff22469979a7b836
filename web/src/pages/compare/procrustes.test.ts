import { describe, expect, it } from "vitest";

import { procrustes, turned } from "./procrustes";

const f = (...v: number[]): Float32Array => Float32Array.from(v);
const [x, y] = [f(0, 2, 2, 0, -1), f(0, 0, 1, 3, 1)];

function moved(angle: number, scale: number, mirror: boolean, dx: number, dy: number): [Float32Array, Float32Array] {
  const [c, s] = [Math.cos(angle) * scale, Math.sin(angle) * scale];
  const k = mirror ? -1 : 1;
  return [x.map((p, i) => c * p - k * s * (y[i] ?? 0) + dx), x.map((p, i) => s * p + k * c * (y[i] ?? 0) + dy)];
}

describe("procrustes", () => {
  it("undoes a turn, a mirror, a scale and a shift", () => {
    for (const mirror of [false, true]) {
      for (const angle of [0, 0.3, 2, -3]) {
        const [u, v] = moved(angle, 2.5, mirror, 4, -7);
        const turn = procrustes(u, v, x, y);
        if (!turn) throw new Error("no turn");
        expect(turn.disparity).toBeCloseTo(0, 6);
        const [a, b] = turned(turn, u, v);
        a.forEach((p, i) => {
          expect(p).toBeCloseTo(x[i] ?? NaN, 4);
        });
        b.forEach((p, i) => {
          expect(p).toBeCloseTo(y[i] ?? NaN, 4);
        });
        // A mirror has the determinant of a mirror, a turn that of a turn: scale squared.
        expect(turn.a * turn.d - turn.b * turn.c).toBeCloseTo((mirror ? -1 : 1) / 2.5 ** 2, 5);
      }
    }
  });

  it("leaves what SciPy leaves of two clouds that do not fit", () => {
    // scipy.spatial.procrustes([[1, 1], [1, 3.5], [0, 3], [-2, 1.5], [.5, 0]], [[0, 0], [2, 0], [2, 1], [0, 3], [-1, 1]])[2]
    const turn = procrustes(x, y, f(1, 1, 0, -2, 0.5), f(1, 3.5, 3, 1.5, 0));
    expect(turn?.disparity).toBeCloseTo(0.0331765935214211, 6);
  });

  it("does not count rows without a place, and needs two that differ", () => {
    const [u, v] = moved(1, 2, false, 1, 1);
    u[3] = NaN;
    expect(procrustes(u, v, x, y)?.disparity).toBeCloseTo(0, 6);
    expect(procrustes(f(1), f(1), f(2), f(2))).toBeNull();
    expect(procrustes(f(1, 1), f(1, 1), f(2, 3), f(2, 3))).toBeNull();
  });
});
