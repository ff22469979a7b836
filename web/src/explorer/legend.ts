/** What the colors mean: classes as buttons that select their rows, or a bar of numbers. */

import type { Combine } from "../scatter/types";
import { element } from "./dom";
import type { Colored } from "./source";
import { onGround, VIRIDIS } from "./theme";
import type { Say } from "./words";

export function legendOf(
  colored: Colored,
  say: Say,
  dark: boolean,
  choose: (code: number, how: Combine) => void,
): HTMLElement {
  const head = element("summary", {}, colored.name);
  const made = element("details", {}, head);
  made.open = true;
  made.setAttribute("aria-label", say("legend"));
  if (colored.kind === "classes") {
    colored.names.forEach((name, code) => {
      const spot = element("i");
      spot.style.background = onGround(colored.colors[code] ?? "", dark);
      const entry = element("button", { type: "button", class: "tkx-class", title: name }, spot);
      entry.append(element("span", {}, name), element("small", {}, format(colored.counts[code] ?? 0)));
      entry.addEventListener("click", (event) => {
        choose(code, event.shiftKey ? "add" : event.altKey ? "remove" : "replace");
      });
      made.append(entry);
    });
  } else {
    const bar = element("div", { class: "tkx-ramp" });
    bar.style.background = `linear-gradient(to right, ${VIRIDIS.join(", ")})`;
    made.append(bar, element("div", { class: "tkx-ends" }, element("span", {}, rounded(colored.low)), element("span", {}, rounded(colored.high))));
  }
  if (colored.missing) made.append(element("p", { class: "tkx-missing" }, say("missing", { n: colored.missing })));
  return made;
}

const format = (n: number): string => n.toLocaleString("en");

export function rounded(value: number): string {
  const text = Number(value.toPrecision(4)).toString();
  return text.replace("-", "−");
}
