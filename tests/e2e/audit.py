"""What everybody must be able to read, reach and see: looked for in the page as it stands."""

from __future__ import annotations

from playwright.sync_api import Page

_SHARED = """
const shown = (e) => {
  const box = e.getBoundingClientRect(), style = getComputedStyle(e);
  return box.width > 1 && box.height > 1 && style.visibility === 'visible' && !e.closest('[aria-hidden=true]');
};
const told = (e) => {
  const said = (e.getAttribute('aria-label') ?? e.textContent ?? '').trim().slice(0, 40);
  return `${e.tagName.toLowerCase()}.${e.getAttribute('class') ?? ''} "${said}"`;
};
"""

_NAMELESS = (
    "() => {"
    + _SHARED
    + """
const named = (e) => [
  e.getAttribute('aria-label'), e.title, e.alt, e.textContent, ...[...(e.labels ?? [])].map((l) => l.textContent),
  ...(e.getAttribute('aria-labelledby') ?? '').split(' ').map((id) => document.getElementById(id)?.textContent),
].some((text) => (text ?? '').trim() !== '');
const asked = 'button, a[href], input, select, textarea, summary, iframe, [role=tab], [role=slider], [tabindex="0"]';
// What stands in a field or list is its content and no name for it.
const content = (e) =>
  e.matches('select, textarea, input') && !e.getAttribute('aria-label') && !e.title && !(e.labels ?? []).length;
return [...document.querySelectorAll(asked)].filter((e) => shown(e) && (!named(e) || content(e))).map(told);
}"""
)

_PALE = (
    "() => {"
    + _SHARED
    + """
const pen = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
const seen = new Map();
const rgba = (color) => {
  if (!seen.has(color)) {
    pen.clearRect(0, 0, 1, 1);
    pen.fillStyle = color;
    pen.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = pen.getImageData(0, 0, 1, 1).data;
    seen.set(color, [r, g, b, a / 255]);
  }
  return seen.get(color);
};
const over = (top, below) => [0, 1, 2].map((i) => top[i] * top[3] + below[i] * (1 - top[3]));
const ground = (e) => {
  const stack = [];
  for (let at = e; at; at = at.parentElement) {
    const style = getComputedStyle(at);
    if (style.backgroundImage !== 'none') return null;
    const color = rgba(style.backgroundColor);
    if (color[3] > 0) stack.push(color);
    if (color[3] === 1) break;
  }
  return stack.reverse().reduce((below, top) => over(top, below), [255, 255, 255]);
};
const luminance = (rgb) => {
  const [r, g, b] = rgb.map((c) => c / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const found = new Map();
const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
for (let text = texts.nextNode(); text; text = texts.nextNode()) {
  const e = text.parentElement;
  // What cannot be used now need not be read as well (WCAG 1.4.3); a figure is looked at by itself.
  if (!text.data.trim() || !shown(e) || e.closest('svg, :disabled, option, script, style, .handle')) continue;
  const below = ground(e);
  if (!below) continue;
  const style = getComputedStyle(e), size = parseFloat(style.fontSize);
  const [one, other] = [luminance(over(rgba(style.color), below)), luminance(below)];
  const ratio = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
  const enough = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700) ? 3 : 4.5;
  if (ratio < enough) found.set(`${told(e)}: ${ratio.toFixed(2)}, ${style.color} on ${below.map(Math.round)}`, 1);
}
return [...found.keys()];
}"""
)

_RING = (
    "() => {"
    + _SHARED
    + """
  const e = document.activeElement;
  if (!e || e === document.body || e.tagName === 'IFRAME') return '';
  for (const at of [e, ...e.children]) {
    const style = getComputedStyle(at);
    if (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 1) return '';
  }
  return told(e);
}"""
)


def unreadable(page: Page) -> list[str]:
    """Return controls without a name, and texts with less contrast than WCAG AA asks for."""
    return [f"no name: {found}" for found in page.evaluate(_NAMELESS)] + [f"pale: {t}" for t in page.evaluate(_PALE)]


def ringless(page: Page, tabs: int) -> list[str]:
    """Press Tab; return what is focused then without a ring that shows it."""
    found = []
    for _ in range(tabs):
        page.keyboard.press("Tab")
        if said := page.evaluate(_RING):
            found.append(said)
    return found
