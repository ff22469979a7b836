/** What lies over and around the points: frame, ticks, titles, labels, the gesture under way and the point under the pointer. */

import type { Box, Placed } from "./labels";
import type { Theme } from "./palette";
import { ticks } from "./projection";
import type { View } from "./types";

export const FONT = '"Inter", "Noto Sans", "Noto Sans JP", "Noto Sans CJK JP", system-ui, sans-serif';
const TICK_FONT = `11px ${FONT}`;
const TITLE_FONT = `12px ${FONT}`;
export const LABEL_FONT = `600 11px ${FONT}`;
export const LABEL_HEIGHT = 14;

export interface Axes {
  readonly x: readonly { at: number; text: string }[];
  readonly y: readonly { at: number; text: string }[];
}

/** Where the points are drawn, in an element of a size; the rest is for axes. */
export function plotArea(width: number, height: number, xTitle: string, yTitle: string): Box {
  const [left, right, top, bottom] = [yTitle ? 60 : 46, 12, 10, xTitle ? 42 : 26];
  return { x: left, y: top, width: Math.max(1, Math.floor(width - left - right)), height: Math.max(1, Math.floor(height - top - bottom)) };
}

export function axesOf(view: View, area: Box): Axes {
  return { x: ticks(view.x0, view.x1, Math.min(8, area.width / 90)), y: ticks(view.y0, view.y1, Math.min(7, area.height / 60)) };
}

export interface Drawn {
  readonly area: Box;
  readonly view: View;
  readonly axes: Axes;
  readonly xTitle: string;
  readonly yTitle: string;
  readonly labels: readonly Placed[];
  /** Pixels of the area. */
  readonly path: readonly (readonly [number, number])[] | null;
  readonly hover: { readonly x: number; readonly y: number; readonly radius: number } | null;
}

/** Draw in CSS pixels; the context is already scaled. */
export function drawOverlay(to: CanvasRenderingContext2D, colors: Theme, drawn: Drawn): void {
  frame(to, colors, drawn);
  labels(to, colors, drawn);
  gesture(to, colors, drawn);
}

function frame(to: CanvasRenderingContext2D, colors: Theme, { area, view, axes, xTitle, yTitle }: Drawn): void {
  const [right, bottom] = [area.x + area.width, area.y + area.height];
  to.lineWidth = 1;
  to.strokeStyle = colors.line;
  to.strokeRect(area.x - 0.5, area.y - 0.5, area.width + 1, area.height + 1);
  to.fillStyle = colors.soft;
  to.font = TICK_FONT;
  to.textAlign = "center";
  to.textBaseline = "top";
  to.beginPath();
  for (const { at, text } of axes.x) {
    const x = Math.round(area.x + ((at - view.x0) / (view.x1 - view.x0)) * area.width) + 0.5;
    to.moveTo(x, bottom + 1);
    to.lineTo(x, bottom + 5);
    to.fillText(text, Math.min(x, right - 8), bottom + 8);
  }
  to.textAlign = "right";
  to.textBaseline = "middle";
  for (const { at, text } of axes.y) {
    const y = Math.round(bottom - ((at - view.y0) / (view.y1 - view.y0)) * area.height) + 0.5;
    to.moveTo(area.x - 1, y);
    to.lineTo(area.x - 5, y);
    to.fillText(text, area.x - 8, y, area.x - (yTitle ? 26 : 10));
  }
  to.stroke();
  to.fillStyle = colors.ink;
  to.font = TITLE_FONT;
  to.textAlign = "center";
  if (xTitle) {
    to.textBaseline = "bottom";
    to.fillText(xTitle, area.x + area.width / 2, bottom + 40, area.width);
  }
  if (yTitle) {
    to.save();
    to.translate(4, area.y + area.height / 2);
    to.rotate(-Math.PI / 2);
    to.textBaseline = "top";
    to.fillText(yTitle, 0, 0, area.height);
    to.restore();
  }
}

function labels(to: CanvasRenderingContext2D, colors: Theme, drawn: Drawn): void {
  to.font = LABEL_FONT;
  to.textAlign = "left";
  to.textBaseline = "middle";
  to.lineJoin = "round";
  to.lineWidth = 3;
  to.strokeStyle = colors.ground;
  to.fillStyle = colors.ink;
  for (const { text, x, y, height } of drawn.labels) {
    to.strokeText(text, x, y + height / 2);
    to.fillText(text, x, y + height / 2);
  }
}

function gesture(to: CanvasRenderingContext2D, colors: Theme, { area, path, hover }: Drawn): void {
  to.save();
  to.beginPath();
  to.rect(area.x, area.y, area.width, area.height);
  to.clip();
  to.translate(area.x, area.y);
  if (path && path.length > 1) {
    to.beginPath();
    path.forEach(([x, y], i) => {
      if (i === 0) to.moveTo(x, y);
      else to.lineTo(x, y);
    });
    to.closePath();
    to.globalAlpha = 0.1;
    to.fillStyle = colors.accent;
    to.fill("evenodd");
    to.globalAlpha = 1;
    to.lineWidth = 1.5;
    to.setLineDash([5, 3]);
    to.strokeStyle = colors.accent;
    to.stroke();
    to.setLineDash([]);
  }
  if (hover) {
    for (const [color, width] of [[colors.ground, 4], [colors.ink, 2]] as const) {
      to.beginPath();
      to.arc(hover.x, hover.y, hover.radius, 0, 2 * Math.PI);
      to.lineWidth = width;
      to.strokeStyle = color;
      to.stroke();
    }
  }
  to.restore();
}
