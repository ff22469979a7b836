/** The explorer in a report: everything lies in the page, packed; nothing is asked for. */

import { Explorer } from "../explorer/explorer";
import { tilesOf } from "../explorer/pictures";
import type { Colored, RowFacts, Source } from "../explorer/source";
import { languageOf } from "../explorer/words";
import { Bits } from "../scatter/bits";
import { uint16, uint32, uint8 } from "./bytes";
import { coloredOf, type Said } from "./colored";

/** One map, as `report/live.py` packs it. */
interface Packed {
  n: number;
  x: string;
  y: string;
  label: string;
  language: string;
  height: number;
  /** Coordinates are steps of a sixteenth bit: low + step * code; 65535 where there is none. */
  scale: { x: [number, number]; y: [number, number] };
  columns: Said[];
  color: string;
  thumbs: { side: number; rows: number } | null;
  notes: { text: string; positions: number[] }[];
  left_out: string[];
}

const NOWHERE = 65535;

/** The parts of a block, one after the other: each has its length (uint32, little endian) in front. */
function parts(block: Uint8Array): Uint8Array[] {
  const found: Uint8Array[] = [];
  const look = new DataView(block.buffer, block.byteOffset, block.byteLength);
  for (let at = 0; at < block.length; ) {
    const length = look.getUint32(at, true);
    found.push(block.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return found;
}

async function unpacked(text: string): Promise<Uint8Array> {
  const raw = Uint8Array.from(atob(text.trim()), (c) => c.charCodeAt(0));
  const stream = new Blob([raw]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

function coordinates(bytes: Uint8Array, [low, step]: [number, number]): Float32Array {
  return Float32Array.from(uint16(bytes), (code) => (code === NOWHERE ? NaN : low + step * code));
}

async function start(data: HTMLElement): Promise<void> {
  const place = data.parentElement?.querySelector<HTMLElement>(".live-place");
  if (!place) return;
  const [head, xs, ys, ids, thumbRows, thumbs, ...cells] = parts(await unpacked(data.textContent));
  const decode = new TextDecoder();
  const about = JSON.parse(decode.decode(head)) as Packed;
  const names = decode.decode(ids).split("\n");
  const colors = about.columns.map((said, i): Colored | null => coloredOf(said, cells[i] ?? new Uint8Array()));
  const order = uint32(thumbRows ?? new Uint8Array());
  const tileAt = new Map<number, number>();
  order.forEach((row, i) => tileAt.set(row, i));
  let tiles: Promise<CanvasImageSource[]> | null = null;
  const { thumbs: thumbsSaid } = about;
  const loaded = (): Promise<CanvasImageSource[]> =>
    (tiles ??= tilesOf(new Blob([uint8(thumbs ?? new Uint8Array()) as BlobPart], { type: "image/webp" }), order.length, thumbsSaid?.side ?? 1));

  const facts = (at: number): RowFacts => ({ id: names[at] ?? "", cells: colors.flatMap((c) => (c ? [[c.name, cellText(c, at)] as const] : [])) });
  const source: Source = {
    x: coordinates(xs ?? new Uint8Array(), about.scale.x),
    y: coordinates(ys ?? new Uint8Array(), about.scale.y),
    xTitle: about.x,
    yTitle: about.y,
    label: about.label,
    columns: about.columns.map((c) => c.name),
    rows: (positions) => Promise.resolve(positions.map(facts)),
    pictures: thumbsSaid
      ? async (positions) => {
          const all = await loaded();
          return positions.map((at) => all[tileAt.get(at) ?? -1] ?? null);
        }
      : null,
    notes: about.notes,
    left_out: about.left_out,
  };
  const colorOf = (name: string): Colored | null => colors.find((c) => c?.name === name) ?? null;
  const explorer = new Explorer(
    place,
    source,
    {
      selected: () => undefined,
      colorWanted: (name) => {
        explorer.show(colorOf(name));
      },
    },
    { language: languageOf(about.language, navigator.languages), height: about.height, color: about.color },
  );
  explorer.show(colorOf(about.color));
  explorer.select(new Bits(about.n));
  // Only now: whoever has no scripts, or prints, sees the drawing.
  data.parentElement?.classList.add("live-on");
}

function cellText(colored: Colored, at: number): string {
  if (colored.kind === "classes") return colored.names[colored.codes[at] ?? NOWHERE] ?? "–";
  const value = colored.values[at] ?? NaN;
  return Number.isNaN(value) ? "–" : Number(value.toPrecision(4)).toString();
}

for (const data of document.querySelectorAll<HTMLElement>("script[data-live]")) void start(data);
