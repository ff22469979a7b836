/** Pointer, wheel, touch and keys, told as what they mean. Places are CSS pixels of the plot. */

import type { Box } from "./labels";
import type { Combine, Tool } from "./types";

export type Place = readonly [number, number];

export interface Meanings {
  area(): Box;
  tool(): Tool;
  /** Move by pixels. */
  pan(dx: number, dy: number): void;
  zoom(factor: number, place: Place): void;
  /** The region drawn so far; null: none any more. */
  region(path: readonly Place[] | null): void;
  /** A region, finished; one without size is a click. */
  chosen(path: readonly Place[], combine: Combine): void;
  hover(place: Place | null): void;
  open(place: Place): void;
}

const ORIGIN: Place = [0, 0];
const CLICK = 3;
const STEP = 2;
const KEY_PAN = 0.1;
const KEY_ZOOM = 1.25;

export function listen(root: HTMLElement, to: Meanings): () => void {
  const pointers = new Map<number, Place>();
  let path: Place[] | null = null;
  const placeOf = (event: MouseEvent): Place => {
    const [box, area] = [root.getBoundingClientRect(), to.area()];
    return [event.clientX - box.left - area.x, event.clientY - box.top - area.y];
  };
  const outside = ([x, y]: Place): boolean => {
    const { width, height } = to.area();
    return x < 0 || y < 0 || x > width || y > height;
  };
  const forget = (): void => {
    path = null;
    to.region(null);
  };
  const outline = (): Place[] => {
    const [a, b] = [path?.[0] ?? ORIGIN, path?.at(-1) ?? ORIGIN];
    return to.tool() === "box" ? [a, [b[0], a[1]], b, [a[0], b[1]]] : [...(path ?? [])];
  };

  const down = (event: PointerEvent): void => {
    const place = placeOf(event);
    // The middle button moves the view with any tool.
    if (event.button > 1 || (pointers.size === 0 && outside(place))) return;
    if (event.button === 1) event.preventDefault();
    root.focus({ preventScroll: true });
    root.setPointerCapture(event.pointerId);
    pointers.set(event.pointerId, place);
    to.hover(null);
    if (pointers.size > 1) forget();
    else if (to.tool() !== "move" && event.button === 0) path = [place];
  };
  const move = (event: PointerEvent): void => {
    const place = placeOf(event);
    const before = pointers.get(event.pointerId);
    if (before === undefined) {
      if (pointers.size === 0) to.hover(outside(place) ? null : place);
      return;
    }
    if (pointers.size > 1) {
      pinch(event.pointerId, before, place);
    } else if (path) {
      const last = path.at(-1) ?? place;
      if (Math.hypot(place[0] - last[0], place[1] - last[1]) < STEP) return;
      path.push(place);
      to.region(outline());
    } else {
      to.pan(place[0] - before[0], place[1] - before[1]);
    }
    pointers.set(event.pointerId, place);
  };
  const pinch = (id: number, before: Place, place: Place): void => {
    const other = [...pointers].find(([key]) => key !== id)?.[1];
    if (other === undefined) return;
    const middle = (p: Place): Place => [(p[0] + other[0]) / 2, (p[1] + other[1]) / 2];
    const apart = (p: Place): number => Math.max(Math.hypot(p[0] - other[0], p[1] - other[1]), 1);
    const [from, now] = [middle(before), middle(place)];
    to.pan(now[0] - from[0], now[1] - from[1]);
    to.zoom(apart(before) / apart(place), now);
  };
  const up = (event: PointerEvent): void => {
    if (!pointers.delete(event.pointerId) || path === null) return;
    path.push(placeOf(event));
    const [made, tool] = [path, to.tool()];
    const [xs, ys] = [made.map((p) => p[0]), made.map((p) => p[1])];
    const size = Math.max(Math.max(...xs) - Math.min(...xs), Math.max(...ys) - Math.min(...ys));
    const [a, b] = [made[0] ?? ORIGIN, made.at(-1) ?? ORIGIN];
    forget();
    to.chosen(size < CLICK ? [] : tool === "box" ? [a, b] : made, event.shiftKey ? "add" : event.altKey ? "remove" : "replace");
  };
  const cancel = (event: PointerEvent): void => {
    pointers.delete(event.pointerId);
    forget();
  };
  const wheel = (event: WheelEvent): void => {
    const place = placeOf(event);
    if (outside(place)) return;
    event.preventDefault();
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : event.deltaMode === WheelEvent.DOM_DELTA_PAGE ? 400 : 1;
    to.zoom(Math.exp(Math.min(Math.max(event.deltaY * lines * 0.0015, -0.7), 0.7)), place);
  };
  const key = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { width, height } = to.area();
    const middle: Place = [width / 2, height / 2];
    const keys: Record<string, () => void> = {
      ArrowLeft: () => { to.pan(width * KEY_PAN, 0); },
      ArrowRight: () => { to.pan(-width * KEY_PAN, 0); },
      ArrowUp: () => { to.pan(0, height * KEY_PAN); },
      ArrowDown: () => { to.pan(0, -height * KEY_PAN); },
      "+": () => { to.zoom(1 / KEY_ZOOM, middle); },
      "=": () => { to.zoom(1 / KEY_ZOOM, middle); },
      "-": () => { to.zoom(KEY_ZOOM, middle); },
    };
    if (event.key === "Escape" && path !== null) {
      forget();
      event.stopPropagation();
      return;
    }
    const meant = keys[event.key];
    if (meant === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    meant();
  };
  const leave = (): void => {
    if (pointers.size === 0) to.hover(null);
  };
  const open = (event: MouseEvent): void => {
    const place = placeOf(event);
    if (!outside(place)) to.open(place);
  };

  const gone = new AbortController();
  const { signal } = gone;
  root.addEventListener("pointerdown", down, { signal });
  root.addEventListener("pointermove", move, { signal });
  root.addEventListener("pointerup", up, { signal });
  root.addEventListener("pointercancel", cancel, { signal });
  root.addEventListener("pointerleave", leave, { signal });
  root.addEventListener("wheel", wheel, { signal, passive: false });
  root.addEventListener("keydown", key, { signal });
  root.addEventListener("dblclick", open, { signal });
  return () => {
    gone.abort();
  };
}
