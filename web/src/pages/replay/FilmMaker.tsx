import { useRef, useState } from "react";

import { type FilmOrder, replays } from "../../api/replay";
import { setState, useStore } from "../../app/store";
import { useSay } from "../../i18n";
import { ErrorBox } from "../../parts/ErrorBox";

const FORMS = ["gif", "webp", "mp4"] as const;

/** Save the history as a film; the server draws it, frame by frame. */
export function FilmMaker({ order }: { order: Omit<FilmOrder, "form" | "fps"> & { fps: number } }) {
  const say = useSay();
  const film = useStore((s) => s.film);
  const [form, setForm] = useState<FilmOrder["form"]>("gif");
  const [error, setError] = useState<Error | null>(null);
  const [busy, setBusy] = useState(false);
  const control = useRef<AbortController | null>(null);

  const make = async (): Promise<void> => {
    const mine = new AbortController();
    control.current = mine;
    setBusy(true);
    setError(null);
    setState({ film: null });
    try {
      save(await replays.film({ ...order, form }, mine.signal), `${order.node}.${form}`);
    } catch (reason) {
      if (!mine.signal.aborted) setError(reason instanceof Error ? reason : new Error(String(reason)));
    } finally {
      setBusy(false);
    }
  };
  const far = busy && film?.node === order.node ? film : null;
  return (
    <div className="film">
      <span className="film-line">
        <select
          className="field"
          aria-label={say("replay.film.form")}
          value={form}
          disabled={busy}
          onChange={(e) => {
            setForm(e.target.value as FilmOrder["form"]);
          }}
        >
          {FORMS.map((f) => (
            <option key={f} value={f}>
              {f.toUpperCase()}
            </option>
          ))}
        </select>
        {busy ? (
          <>
            <progress max={far?.total ?? 1} value={far?.done ?? 0} aria-label={say("replay.film.busy")} />
            <span className="soft" role="status">
              {far ? `${far.done} / ${far.total}` : "…"}
            </span>
            <button
              type="button"
              className="button"
              onClick={() => {
                control.current?.abort();
              }}
            >
              {say("replay.film.cancel")}
            </button>
          </>
        ) : (
          <button type="button" className="button" onClick={() => void make()}>
            {say("replay.film")}
          </button>
        )}
      </span>
      {error && <ErrorBox error={error} onRetry={() => void make()} />}
    </div>
  );
}

function save(blob: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}
