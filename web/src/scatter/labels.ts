/** Which labels are shown: each beside its point, none over another or over a point that has one; earlier ones come first. */

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Wanted {
  readonly text: string;
  /** The middle of the point. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

export interface Placed extends Box {
  readonly text: string;
}

export function overlap(a: Box, b: Box): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

/** Place labels to the right of their points, else left, above or below; what finds no room is left out. */
export function placeLabels(wanted: readonly Wanted[], area: Box, height: number, away: number): Placed[] {
  const placed: Placed[] = [];
  const buckets = new Map<number, Box[]>();
  const rowsOf = (box: Box): number[] => {
    const found: number[] = [];
    for (let k = Math.floor(box.y / height); k <= Math.floor((box.y + box.height) / height); k++) found.push(k);
    return found;
  };
  const free = (box: Box): boolean => rowsOf(box).every((k) => !(buckets.get(k) ?? []).some((other) => overlap(box, other)));
  const take = (box: Box): void => {
    for (const k of rowsOf(box)) {
      const bucket = buckets.get(k);
      if (bucket === undefined) buckets.set(k, [box]);
      else bucket.push(box);
    }
  };
  const half = away / 2;
  for (const { x, y } of wanted) take({ x: x - half, y: y - half, width: 2 * half, height: 2 * half });
  for (const { text, x, y, width } of wanted) {
    if (x < area.x || y < area.y || x > area.x + area.width || y > area.y + area.height) continue;
    const places: [number, number][] = [
      [x + away, y - height / 2],
      [x - away - width, y - height / 2],
      [x - width / 2, y - away - height],
      [x - width / 2, y + away],
    ];
    const boxes = places.map(([left, top]): Placed => ({ text, x: left, y: top, width, height }));
    const box = boxes.find((b) => inside(b, area) && free(b));
    if (box === undefined) continue;
    placed.push(box);
    take(box);
  }
  return placed;
}

function inside(box: Box, area: Box): boolean {
  return box.x >= area.x && box.y >= area.y && box.x + box.width <= area.x + area.width && box.y + box.height <= area.y + area.height;
}
