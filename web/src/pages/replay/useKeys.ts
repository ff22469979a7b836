import { useEffect } from "react";

import type { Player } from "./usePlayer";

const TYPING = /^(INPUT|TEXTAREA|SELECT)$/;

/** Arrow keys, Home, End and Space move through the iterations, wherever the focus is, except where one types. */
export function useKeys(player: Player, last: number, on: boolean): void {
  useEffect(() => {
    if (!on) return;
    const onKey = (event: KeyboardEvent): void => {
      const { target } = event;
      if (event.ctrlKey || event.metaKey || event.altKey || !(target instanceof HTMLElement)) return;
      if (TYPING.test(target.tagName) || target.closest(".replay-plot")) return;
      const step = event.shiftKey ? 10 : 1;
      const to = { ArrowLeft: player.index - step, ArrowRight: player.index + step, Home: 0, End: last }[event.key];
      if (to !== undefined) player.go(Math.max(0, Math.min(to, last)));
      else if (event.key === " " && target.tagName !== "BUTTON") player.toggle();
      else return;
      event.preventDefault();
    };
    addEventListener("keydown", onKey);
    return () => {
      removeEventListener("keydown", onKey);
    };
  }, [player, last, on]);
}
