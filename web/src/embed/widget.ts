/** The explorer as a notebook widget (anywidget): what Python holds comes as bytes, the rest is asked for. */

import { Explorer } from "../explorer/explorer";
import { tilesOf } from "../explorer/pictures";
import type { RowFacts, Source } from "../explorer/source";
import { languageOf, speaker } from "../explorer/words";
import { Bits } from "../scatter/bits";
import { asking, type Channel } from "./asking";
import { type Bytes, float32, uint8 } from "./bytes";
import { coloredOf, type Said } from "./colored";

interface State {
  _x: Bytes;
  _y: Bytes;
  _about: { x: string; y: string; label: string; columns: string[]; pictures: boolean; language: string; height: number };
  _said: Partial<Said>;
  _cells: Bytes;
  _bits: Bytes;
  color: string;
}

interface Model extends Channel {
  get<K extends keyof State>(name: K): State[K];
  set<K extends keyof State>(name: K, value: State[K]): void;
  save_changes(): void;
  on(event: string, heard: (...given: never[]) => void): void;
  off(event: string, heard: (...given: never[]) => void): void;
}

function render({ model, el }: { model: Model; el: HTMLElement }): () => void {
  const about = model.get("_about");
  const language = languageOf(about.language, navigator.languages);
  const say = speaker(language);
  const questions = asking(model, (silent) => {
    explorer.tellAlso(silent ? say("noAnswer") : "");
  });
  const x = float32(model.get("_x"));
  const source: Source = {
    x,
    y: float32(model.get("_y")),
    xTitle: about.x,
    yTitle: about.y,
    label: about.label,
    columns: about.columns,
    rows: async (positions, signal) => {
      const { answer } = await questions.ask({ ask: "rows", positions }, signal);
      return answer.rows as RowFacts[];
    },
    pictures: about.pictures
      ? async (positions, side, signal) => {
          const { buffers } = await questions.ask({ ask: "pictures", positions, side }, signal);
          const sheet = buffers[0] ? new Blob([uint8(buffers[0]) as BlobPart], { type: "image/png" }) : null;
          return sheet ? tilesOf(sheet, positions.length, side) : [];
        }
      : null,
    notes: [],
    left_out: [],
  };
  const explorer = new Explorer(
    el,
    source,
    {
      selected: (bytes) => {
        model.set("_bits", new DataView(bytes.slice().buffer));
        model.save_changes();
      },
      colorWanted: (name) => {
        model.set("color", name);
        model.save_changes();
      },
    },
    { language, height: about.height, color: model.get("color") },
  );
  const showColor = (): void => {
    explorer.show(coloredOf(model.get("_said"), model.get("_cells")));
  };
  const showSelection = (): void => {
    explorer.select(new Bits(x.length, uint8(model.get("_bits"))));
  };
  showColor();
  showSelection();
  model.on("change:_said", showColor);
  model.on("change:_bits", showSelection);
  return () => {
    model.off("change:_said", showColor);
    model.off("change:_bits", showSelection);
    explorer.destroy();
    questions.end();
  };
}

export default { render };
