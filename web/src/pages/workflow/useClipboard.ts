import { useCallback, useEffect } from "react";

import { api } from "../../api/client";
import { bring } from "../../app/bring";
import { isTyping } from "../../app/keys";
import { edit, failed, getState, setState } from "../../app/store";

/** Add the steps of a YAML text to the open workflow, and choose the first of them. */
export async function pasteSteps(text: string, at?: { x: number; y: number }): Promise<string[]> {
  const before = new Set(getState().workflow?.nodes.map((n) => n.name));
  const state = await edit({ op: "paste", text, ...at });
  const fresh = state?.nodes.map((n) => n.name).filter((n) => !before.has(n)) ?? [];
  if (fresh[0] !== undefined) setState({ chosen: fresh[0] });
  return fresh;
}

/** Copy, cut, paste and duplicate steps, as YAML text: between tabs and workflows, and from a mail. */
export function useClipboard(selected: readonly string[], where: () => { x: number; y: number }, tell: (n: number) => void): () => void {
  const copied = useCallback(async (): Promise<string | null> => {
    const { file } = getState();
    if (file === null || selected.length === 0) return null;
    try {
      return (await api.copy(file, [...selected])).text;
    } catch (error) {
      failed(error);
      return null;
    }
  }, [selected]);
  const duplicate = useCallback(() => {
    void copied().then((text) => (text === null ? [] : pasteSteps(text)));
  }, [copied]);

  useEffect(() => {
    const mine = (event: Event): boolean => !isTyping(event.target) && (getSelection()?.toString() ?? "") === "";
    const onCopy = (event: ClipboardEvent): void => {
      if (!mine(event) || selected.length === 0) return;
      event.preventDefault();
      const cut = event.type === "cut";
      const names = [...selected];
      void copied().then(async (text) => {
        if (text === null) return;
        await navigator.clipboard.writeText(text);
        tell(names.length);
        if (cut) await edit(...names.map((node) => ({ op: "remove", node }) as const));
      }, failed);
    };
    const onPaste = (event: ClipboardEvent): void => {
      if (!mine(event) || !event.clipboardData) return;
      const file = event.clipboardData.files[0];
      const text = event.clipboardData.getData("text/plain");
      if (!file && text.trim() === "") return;
      event.preventDefault();
      if (file) void bring(file);
      else void pasteSteps(text, where());
    };
    const onKey = (event: KeyboardEvent): void => {
      if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "d" || isTyping(event.target)) return;
      event.preventDefault();
      duplicate();
    };
    document.addEventListener("copy", onCopy);
    document.addEventListener("cut", onCopy);
    document.addEventListener("paste", onPaste);
    document.addEventListener("keydown", onKey);
    return () => {
      document.removeEventListener("copy", onCopy);
      document.removeEventListener("cut", onCopy);
      document.removeEventListener("paste", onPaste);
      document.removeEventListener("keydown", onKey);
    };
  }, [selected, where, tell, copied, duplicate]);
  return duplicate;
}
