import type { Key } from "../i18n";

/** Whether keys are being typed into a field, and so are no commands. */
export function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}

/** Whether Enter ends what is being typed; where it only takes a conversion of an input method (Japanese), it does not. */
export function isEnter(event: { key: string; nativeEvent: { isComposing: boolean } }): boolean {
  return event.key === "Enter" && !event.nativeEvent.isComposing;
}

/** Every key of every page, for the key list. */
export const KEYS: readonly { title: Key; keys: readonly (readonly [string, Key])[] }[] = [
  {
    title: "keys.everywhere",
    keys: [
      ["1 – 6", "keys.pages"],
      ["?", "keys.list"],
      ["N", "keys.new"],
      ["Esc", "keys.escape"],
      ["Tab", "keys.tab"],
    ],
  },
  {
    title: "page.workflow",
    keys: [
      ["/", "keys.search"],
      ["↑ ↓ Enter", "keys.palette"],
      ["R", "keys.run"],
      ["Shift+R", "keys.changed"],
      ["Ctrl+Z", "keys.undo"],
      ["Ctrl+Shift+Z", "keys.redo"],
      ["Ctrl+C / X / V", "keys.copy"],
      ["Ctrl+D", "keys.duplicate"],
      ["Ctrl+A", "keys.all"],
      ["Delete", "keys.delete"],
      ["Shift", "keys.multi"],
      ["F2", "keys.rename"],
      ["← ↑ → ↓", "keys.move"],
      ["[ ]", "keys.fold"],
    ],
  },
  {
    title: "page.explore",
    keys: [
      ["V / L / B", "keys.tools"],
      ["M", "keys.mosaic"],
      ["F", "keys.fit"],
      ["I", "keys.invert"],
      ["Shift / Alt", "keys.add"],
      ["Esc", "keys.clear"],
    ],
  },
  { title: "page.replay", keys: [["← →", "keys.scrub"]] },
];
