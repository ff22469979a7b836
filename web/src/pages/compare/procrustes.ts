/** Turns one map so that it lies on another as well as it can: shift, turn, mirror and scale; shapes stay. */

export interface Turn {
  /** What a point (x, y) becomes: (a x + b y + dx, c x + d y + dy). */
  a: number;
  b: number;
  c: number;
  d: number;
  dx: number;
  dy: number;
  /** Share of the spread of the target that is left as distance: 0 is a perfect fit (as scipy.spatial.procrustes). */
  disparity: number;
}

/**
 * The orthogonal Procrustes problem of the plane, in closed form. With the 2 x 2 matrix M of products of centered
 * coordinates, the best rotation has the gain |(M00 + M11, M01 - M10)|, the best mirror |(M00 - M11, M01 + M10)|.
 * Rows that lack a coordinate in either map do not count. `null` where fewer than two rows, or no spread, are left.
 */
export function procrustes(x: Float32Array, y: Float32Array, u: Float32Array, v: Float32Array): Turn | null {
  let [n, mx, my, mu, mv] = [0, 0, 0, 0, 0];
  const known = (i: number): boolean => Number.isFinite((x[i] ?? NaN) + (y[i] ?? NaN) + (u[i] ?? NaN) + (v[i] ?? NaN));
  for (let i = 0; i < x.length; i++) {
    if (!known(i)) continue;
    n++;
    mx += x[i] ?? 0;
    my += y[i] ?? 0;
    mu += u[i] ?? 0;
    mv += v[i] ?? 0;
  }
  if (n < 2) return null;
  [mx, my, mu, mv] = [mx / n, my / n, mu / n, mv / n];
  let [xx, uu, xu, xv, yu, yv] = [0, 0, 0, 0, 0, 0];
  for (let i = 0; i < x.length; i++) {
    if (!known(i)) continue;
    const [p, q, r, s] = [(x[i] ?? 0) - mx, (y[i] ?? 0) - my, (u[i] ?? 0) - mu, (v[i] ?? 0) - mv];
    xx += p * p + q * q;
    uu += r * r + s * s;
    xu += p * r;
    xv += p * s;
    yu += q * r;
    yv += q * s;
  }
  if (xx === 0 || uu === 0) return null;
  const [turned, mirrored] = [Math.hypot(xu + yv, xv - yu), Math.hypot(xu - yv, xv + yu)];
  const mirror = mirrored > turned;
  const gain = mirror ? mirrored : turned;
  if (gain === 0) return null;
  const [cos, sin] = mirror ? [(xu - yv) / gain, (xv + yu) / gain] : [(xu + yv) / gain, (xv - yu) / gain];
  const scale = gain / xx;
  const [a, b, c, d] = mirror ? [scale * cos, scale * sin, scale * sin, -scale * cos] : [scale * cos, -scale * sin, scale * sin, scale * cos];
  const disparity = Math.max(0, 1 - (gain * gain) / (xx * uu));
  return { a, b, c, d, dx: mu - a * mx - b * my, dy: mv - c * mx - d * my, disparity };
}

export function turned(turn: Turn, x: Float32Array, y: Float32Array): [Float32Array, Float32Array] {
  return [x.map((p, i) => turn.a * p + turn.b * (y[i] ?? NaN) + turn.dx), x.map((p, i) => turn.c * p + turn.d * (y[i] ?? NaN) + turn.dy)];
}
