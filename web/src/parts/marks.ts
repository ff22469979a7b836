/** The marks of a drawn figure, where they stand, and what each of them carries. Knows Vega's scene, and no page. */

export type Datum = Record<string, unknown>;

export interface Mark {
  /** Left, top, width and height, in pixels of the figure. */
  x: number;
  y: number;
  width: number;
  height: number;
  datum: Datum;
}

export interface Box {
  x0: number;
  y0: number;
  x1: number;
  y1: number;
}

interface SceneItem {
  x?: number;
  y?: number;
  width?: number;
  height?: number;
  size?: number;
  align?: string;
  baseline?: string;
  items?: Scene[];
  datum?: Datum;
}

interface Scene {
  marktype?: string;
  role?: string;
  name?: string;
  items?: SceneItem[];
}

/** A drawn figure, as far as its marks are concerned. */
export interface Drawing {
  scenegraph: () => unknown;
  origin: () => number[];
  padding: () => unknown;
}

function rootOf(drawing: Drawing): { root: Scene; x: number; y: number } {
  const { root } = drawing.scenegraph() as { root: Scene };
  const [x = 0, y = 0] = drawing.origin();
  const around = drawing.padding() as number | { left?: number; top?: number };
  const [left, top] = typeof around === "number" ? [around, around] : [around.left ?? 0, around.top ?? 0];
  return { root, x: x + left, y: y + top };
}

/** Find all points and cells that carry what `wanted` accepts; the ones drawn last come last. */
export function marksOf(drawing: Drawing, wanted: (datum: Datum) => boolean): Mark[] {
  const found: Mark[] = [];
  const walk = (scene: Scene, dx: number, dy: number): void => {
    for (const item of scene.items ?? []) {
      const [x, y] = [dx + (item.x ?? 0), dy + (item.y ?? 0)];
      if (scene.marktype === "group") {
        for (const child of item.items ?? []) if (!child.role?.startsWith("legend")) walk(child, x, y);
      } else if (item.datum && wanted(item.datum)) {
        if (scene.marktype === "symbol") {
          const side = Math.sqrt(item.size ?? 36);
          found.push({ x: x - side / 2, y: y - side / 2, width: side, height: side, datum: item.datum });
        } else if (scene.marktype === "rect") {
          found.push({ x, y, width: item.width ?? 0, height: item.height ?? 0, datum: item.datum });
        }
      }
    }
  };
  const { root, x, y } = rootOf(drawing);
  walk(root, x, y);
  return found;
}

/** Find all images, in the order of the panels they stand in. */
export function imagesOf(drawing: Drawing): Mark[] {
  const found: Mark[] = [];
  const walk = (scene: Scene, dx: number, dy: number): void => {
    for (const item of scene.items ?? []) {
      const [x, y, width, height] = [dx + (item.x ?? 0), dy + (item.y ?? 0), item.width ?? 0, item.height ?? 0];
      if (scene.marktype === "group") for (const child of item.items ?? []) walk(child, x, y);
      else if (scene.marktype === "image") {
        const left = item.align === "center" ? width / 2 : item.align === "right" ? width : 0;
        const above = item.baseline === "middle" ? height / 2 : item.baseline === "bottom" ? height : 0;
        found.push({ x: x - left, y: y - above, width, height, datum: item.datum ?? {} });
      }
    }
  };
  const { root, x, y } = rootOf(drawing);
  walk(root, x, y);
  return found;
}

export function center(mark: Mark): [number, number] {
  return [mark.x + mark.width / 2, mark.y + mark.height / 2];
}

/** The mark under a place: the topmost that holds it, else the nearest within reach. */
export function markAt(marks: readonly Mark[], x: number, y: number, reach = 6): Mark | null {
  let best: Mark | null = null;
  let least = reach;
  for (const mark of marks) {
    const dx = Math.max(mark.x - x, 0, x - mark.x - mark.width);
    const dy = Math.max(mark.y - y, 0, y - mark.y - mark.height);
    const far = Math.hypot(dx, dy);
    if (far <= least) {
      best = mark;
      least = far;
    }
  }
  return best;
}

export function marksWithin(marks: readonly Mark[], box: Box): Mark[] {
  const [left, right] = [Math.min(box.x0, box.x1), Math.max(box.x0, box.x1)];
  const [top, bottom] = [Math.min(box.y0, box.y1), Math.max(box.y0, box.y1)];
  return marks.filter((mark) => {
    const [x, y] = center(mark);
    return x >= left && x <= right && y >= top && y <= bottom;
  });
}

const ARROWS: Record<string, [number, number]> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** The mark that an arrow key leads to: the nearest in its direction, aside counting double. */
export function markTowards(marks: readonly Mark[], from: Mark | null, key: string): Mark | null {
  const way = ARROWS[key];
  if (!way) return null;
  if (!from) return marks[0] ?? null;
  const [x, y] = center(from);
  let best: Mark | null = null;
  let least = Infinity;
  for (const mark of marks) {
    const [mx, my] = center(mark);
    const along = (mx - x) * way[0] + (my - y) * way[1];
    const aside = Math.abs((mx - x) * way[1]) + Math.abs((my - y) * way[0]);
    if (along > 0.5 && along + 2 * aside < least) {
      best = mark;
      least = along + 2 * aside;
    }
  }
  return best ?? from;
}

/** Where a group of the scene stands, by its name: the frame of a panel. */
export function groupAt(drawing: Drawing, name: string): Mark | null {
  let found: Mark | null = null;
  const walk = (scene: Scene, dx: number, dy: number): void => {
    for (const item of scene.items ?? []) {
      const [x, y] = [dx + (item.x ?? 0), dy + (item.y ?? 0)];
      if (scene.name === name) found ??= { x, y, width: item.width ?? 0, height: item.height ?? 0, datum: {} };
      for (const child of item.items ?? []) walk(child, x, y);
    }
  };
  const { root, x, y } = rootOf(drawing);
  walk(root, x, y);
  return found;
}
