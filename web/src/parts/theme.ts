import { useSyncExternalStore } from "react";

function dark(): boolean {
  return document.documentElement.dataset.theme === "dark";
}

/** Whether the page is dark now. */
export function useDark(): boolean {
  return useSyncExternalStore((tell) => {
    const watch = new MutationObserver(tell);
    watch.observe(document.documentElement, { attributeFilter: ["data-theme"] });
    return () => {
      watch.disconnect();
    };
  }, dark);
}
