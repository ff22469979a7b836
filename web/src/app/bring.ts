import { api } from "../api/client";
import { Said } from "../i18n";
import { failed, getState, loadProject, openWorkflow, setState } from "./store";

export const MOST_TEXT = 5_000_000;

/** Make a workflow and open it; what goes wrong is told. Returns whether it went well. */
export async function start(make: () => Promise<string>): Promise<boolean> {
  setState({ error: null, again: null });
  try {
    const file = await make();
    await loadProject();
    await openWorkflow(file);
    return getState().file === file;
  } catch (error) {
    if (!(error instanceof DOMException && error.name === "AbortError")) failed(error, () => void start(make));
    return false;
  } finally {
    setState({ upload: null });
  }
}

export function isWorkflow(name: string): boolean {
  return /\.ya?ml$/i.test(name);
}

/** Take what was dropped or chosen: one file. Several, or a folder, would be taken in part: that is said instead. */
export async function bringOne(files: readonly File[] | null, items?: DataTransferItemList): Promise<boolean> {
  const folder = [...(items ?? [])].some((i) => i.webkitGetAsEntry()?.isDirectory);
  const file = files?.[0];
  if (!file) return false;
  if (files.length === 1 && !folder) return bring(file);
  failed(new Said("upload.one"));
  return false;
}

/** Take a file from elsewhere: a workflow is copied into the folder, anything else becomes a map. */
export function bring(file: File): Promise<boolean> {
  return start(async () => {
    // No more than the server takes: it says what is too long.
    if (isWorkflow(file.name)) return (await api.bring(file.name, await file.slice(0, MOST_TEXT + 1).text())).file;
    const stop = new AbortController();
    const tell = (sent: number): void => {
      setState({
        upload: {
          name: file.name,
          sent,
          total: file.size,
          cancel: () => {
            stop.abort();
          },
        },
      });
    };
    tell(0);
    // What the server would not take is not sent at all.
    await api.mayUpload(file);
    const { name } = await api.upload(file, tell, stop.signal);
    return (await api.create(`upload:${name}`)).file;
  });
}

/** Bytes as people read them. */
export function bytes(n: number): string {
  const units = ["B", "kB", "MB", "GB"];
  const power = Math.min(units.length - 1, n > 0 ? Math.floor(Math.log10(n) / 3) : 0);
  const value = n / 1000 ** power;
  return `${power === 0 || value >= 100 ? value.toFixed(0) : value.toFixed(1)} ${units[power] ?? "B"}`;
}
