import { useState } from "react";

import { api } from "../../api/client";
import type { WorkflowState } from "../../api/types";
import { edit } from "../../app/store";
import { useSay } from "../../i18n";
import { ErrorBox } from "../../parts/ErrorBox";
import { Bits } from "../../scatter/bits";
import { middle } from "./places";
import type { Points } from "./useExplored";
import { useLoaded } from "./useLoaded";
import { whole } from "../../parts/values";

export interface Pinned {
  index: number;
  text: string;
  bits: Bits;
  n: number;
  x: number;
  y: number;
}

/** The notes whose rows are among those shown, and where they lie. */
export function usePinned(workflow: WorkflowState, points: Points | undefined): { notes: Pinned[]; error: Error | undefined; retry: () => void } {
  const { notes } = workflow;
  const of = points?.of;
  const key = points && notes.length > 0 ? `${points.of.at.ref} ${points.of.info.id} ${points.x}\n${points.y} ${JSON.stringify(notes.map((n) => [n.ids.length, n.text, n.ids[0]]))}` : null;
  const found = useLoaded(key, async (): Promise<Pinned[]> => {
    if (!of) return [];
    const places = await api.locate(of.at, notes.map((n) => n.ids));
    return places.flatMap((place, index) => {
      const bits = Bits.fromBase64(of.info.height, place.rows);
      const centre = middle(points.xs, points.ys, bits);
      return place.n > 0 && centre ? [{ index, text: notes[index]?.text ?? "", bits, n: place.n, x: centre[0], y: centre[1] }] : [];
    });
  });
  return { notes: key === null ? [] : (found.value ?? []).filter((n) => n.index < notes.length), error: found.error, retry: found.retry };
}

/** What was noted of parts of the map; a click brings selection and view back. */
export function Notes({ notes, error, onShow }: { notes: readonly Pinned[]; error: Error | undefined; onShow: (note: Pinned) => void }) {
  const say = useSay();
  const [edited, setEdited] = useState<{ index: number; text: string } | null>(null);
  if (notes.length === 0 && !error) return null;
  return (
    <section className="notes" aria-label={say("explore.notes")}>
      <h3>{say("explore.notes")}</h3>
      {error && <ErrorBox error={error} />}
      <ul>
        {notes.map((note) =>
          edited?.index === note.index ? (
            <li key={note.index}>
              <form
                onSubmit={(e) => {
                  e.preventDefault();
                  if (edited.text.trim()) void edit({ op: "edit_note", index: note.index, text: edited.text });
                  setEdited(null);
                }}
              >
                <textarea
                  className="field"
                  aria-label={say("explore.note")}
                  autoFocus
                  value={edited.text}
                  onChange={(e) => {
                    setEdited({ index: note.index, text: e.target.value });
                  }}
                />
                <button type="submit" className="button small">
                  {say("explore.note.keep")}
                </button>{" "}
                <button
                  type="button"
                  className="button small"
                  onClick={() => {
                    setEdited(null);
                  }}
                >
                  {say("explore.cancel")}
                </button>
              </form>
            </li>
          ) : (
            <li key={note.index}>
              <button
                type="button"
                className="note-text"
                onClick={() => {
                  onShow(note);
                }}
              >
                <span className="pin" aria-hidden="true" /> {note.text} <span className="soft">{say("explore.note.rows", { n: whole(note.n) })}</span>
              </button>
              <button
                type="button"
                className="button small"
                onClick={() => {
                  setEdited({ index: note.index, text: note.text });
                }}
              >
                {say("explore.note.edit")}
              </button>
              <button type="button" className="button small" onClick={() => void edit({ op: "remove_note", index: note.index })}>
                {say("explore.note.remove")}
              </button>
            </li>
          ),
        )}
      </ul>
    </section>
  );
}
