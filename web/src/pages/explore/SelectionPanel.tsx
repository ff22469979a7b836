import { useState } from "react";

import type { WorkflowState } from "../../api/types";
import { useSay } from "../../i18n";
import type { Bits } from "../../scatter/bits";
import { Contrast } from "./Contrast";
import { Gallery } from "./Gallery";
import { Notes, type Pinned } from "./Notes";
import type { PictureStore } from "./pictures";
import { RowsTable } from "./RowsTable";
import { SaveDialog } from "./SaveDialog";
import type { Points } from "./useExplored";
import { whole } from "../../parts/values";

interface PanelProps {
  workflow: WorkflowState;
  points: Points;
  bits: Bits | null;
  n: number;
  version: number;
  store: PictureStore | null;
  label: string | null;
  columns: readonly string[];
  onColumns: (names: string[]) => void;
  notes: readonly Pinned[];
  notesError: Error | undefined;
  onNote: (note: Pinned) => void;
  focus: number | null;
  onFocus: (position: number) => void;
  onOpen: (position: number) => void;
  onInvert: () => void;
  onClear: () => void;
  onColor: (column: string) => void;
}

/** What is selected: how many, what sets them apart, the things and the rows. */
export function SelectionPanel(props: PanelProps) {
  const { workflow, points, bits, n, version, store, notes, onClear } = props;
  const say = useSay();
  const [saving, setSaving] = useState<"step" | "note" | null>(null);
  const [view, setView] = useState<"things" | "rows">("things");
  const of = points.of;
  const { height } = of.info;
  const within = bits?.toBase64();
  const shown = store === null ? "rows" : view;
  return (
    <div className="selection" data-selected={n}>
      <section className="selection-head">
        <h2>{say("explore.selection")}</h2>
        {bits === null ? (
          <p className="soft">{say("explore.selection.none")}</p>
        ) : (
          <>
            <p className="selection-count">
              <strong>{whole(n)}</strong> {say("explore.selection.of", { of: whole(height), share: ((100 * n) / height).toFixed(n / height < 0.01 ? 2 : 1) })}
            </p>
            <div className="selection-line">
              <button
                type="button"
                className="button primary small"
                onClick={() => {
                  setSaving("step");
                }}
              >
                {say("explore.save")}
              </button>
              <button
                type="button"
                className="button small"
                onClick={() => {
                  setSaving("note");
                }}
              >
                {say("explore.note.add")}
              </button>
              {n < height && (
                <button type="button" className="button small" onClick={props.onInvert}>
                  {say("explore.invert")}
                  <kbd>I</kbd>
                </button>
              )}
              <button type="button" className="button small" onClick={onClear}>
                {say("explore.clear")}
                <kbd>Esc</kbd>
              </button>
            </div>
          </>
        )}
      </section>
      {bits !== null && n < height && <Contrast of={of} bits={bits} version={version} axes={[points.x, points.y]} onColumn={props.onColor} />}
      <Notes notes={notes} error={props.notesError} onShow={props.onNote} />
      {store !== null && (
        <div className="tabs" role="tablist" aria-label={say("explore.selection")}>
          {(["things", "rows"] as const).map((name) => (
            <button
              key={name}
              type="button"
              role="tab"
              aria-selected={name === shown}
              onClick={() => {
                setView(name);
              }}
            >
              {say(name === "things" ? "explore.gallery" : "explore.rows")}
            </button>
          ))}
        </div>
      )}
      {store !== null && shown === "things" && (
        <Gallery of={of} store={store} within={within} version={version} axes={[points.x, points.y]} label={props.label} focus={props.focus} onOpen={props.onOpen} />
      )}
      {shown === "rows" && (
        <RowsTable
          of={of}
          within={within}
          version={version}
          columns={props.columns}
          onColumns={props.onColumns}
          focus={props.focus}
          onFocus={props.onFocus}
          onOpen={props.onOpen}
        />
      )}
      {saving !== null && bits !== null && (
        <SaveDialog
          of={of}
          workflow={workflow}
          bits={bits}
          n={n}
          what={saving}
          onClose={() => {
            setSaving(null);
          }}
        />
      )}
    </div>
  );
}
