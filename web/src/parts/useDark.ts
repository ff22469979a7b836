import { useSyncExternalStore } from "react";

function subscribe(tell: () => void): () => void {
  const watch = new MutationObserver(tell);
  watch.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
  return () => {
    watch.disconnect();
  };
}

/** Whether the page is dark: what draws on a canvas must know. */
export function useDark(): boolean {
  return useSyncExternalStore(subscribe, () => document.documentElement.dataset.theme === "dark");
}
