/** Elements without a framework. Texts go in as texts: nothing that data say becomes markup. */

type Given = Partial<Record<"class" | "type" | "title" | "role" | "for" | "id", string>>;

export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  given: Given = {},
  ...inside: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(given)) made.setAttribute(name, value);
  made.append(...inside);
  return made;
}

/** A button with its key, which tools for the blind read as such. */
export function button(text: string, key: string, act: () => void): HTMLButtonElement {
  const made = element("button", { type: "button", class: "tkx-button" }, text);
  if (key) {
    made.append(element("kbd", {}, key));
    made.setAttribute("aria-keyshortcuts", key === "Esc" ? "Escape" : key);
    made.setAttribute("aria-label", text);
  }
  made.addEventListener("click", act);
  return made;
}
