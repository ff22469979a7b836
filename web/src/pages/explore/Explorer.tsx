import { useCallback, useMemo, useRef, useState } from "react";

import type { TableInfo, WorkflowState } from "../../api/types";
import { useSay } from "../../i18n";
import { ErrorBox } from "../../parts/ErrorBox";
import { Loading } from "../../parts/Loading";
import { Bits } from "../../scatter/bits";
import type { Coloring, Scatter, Status, Tool, View } from "../../scatter/types";
import { Drawer } from "./Drawer";
import { HoverCard } from "./HoverCard";
import { useKeys } from "./keys";
import { Legend } from "./Legend";
import { type Pinned, usePinned } from "./Notes";
import { NOTHING_OBSERVED, ObservedFields, useObserved } from "./Observed";
import { MISSING, palette, ramp, type Classes, type Ramp } from "../../parts/palette";
import { PictureStore } from "./pictures";
import { neighbor, viewOf } from "./places";
import { type Marker, Plot } from "./Plot";
import { SelectionPanel } from "./SelectionPanel";
import { StatusLine } from "./StatusLine";
import { type Look, Toolbar, Tools } from "./Toolbar";
import { StaleNote } from "../../parts/StaleNote";
import { useDark } from "../../parts/useDark";
import { asError } from "./useLoaded";
import { type Explored, useColors, usePoints } from "./useExplored";
import { choose, useSelection } from "./useSelection";
import { figureColor, firstColor, PICTURES } from "../../parts/values";

interface ExplorerProps {
  workflow: WorkflowState;
  tables: readonly TableInfo[];
  table: TableInfo | null;
  point: number;
  of: Explored;
  stale: boolean;
  busy: boolean;
}

const ONE: Coloring = { kind: "one" };
const HOVERED = 5;
const COLUMNS = 4;

/** One value as points, with all that can be asked of them. */
export function Explorer({ workflow, tables, table, point, of, stale, busy }: ExplorerProps) {
  const say = useSay();
  const dark = useDark();
  const scatter = useRef<Scatter | null>(null);
  const [look, setLook] = useState<Look>({ x: null, y: null, color: undefined, size: null, opacity: null });
  const [observing, setObserving] = useState(NOTHING_OBSERVED);
  const [tool, setTool] = useState<Tool>("move");
  const [mosaic, setMosaic] = useState(false);
  const [cells, setCells] = useState(15);
  const [thingName, setThingName] = useState<string | null>(null);
  const [hover, setHover] = useState<{ position: number; place: { x: number; y: number } } | null>(null);
  const [status, setStatus] = useState<Status | null>(null);
  const [focus, setFocus] = useState<number | null>(null);
  const [undrawn, setUndrawn] = useState<Error | null>(null);
  const [opened, setOpened] = useState<number | null>(null);
  const [tableColumns, setTableColumns] = useState<string[] | null>(null);

  const points = usePoints(of, look);
  const shown = points.value;
  const first = useMemo(() => firstColor(of.related, figureColor(workflow, of.at.ref)), [workflow, of.related, of.at.ref]);
  const color = look.color === null ? null : look.color !== undefined && knows(of, look.color) ? look.color : first;
  const colors = useColors(of, color);
  const observed = useObserved(of, observing);
  const selection = useSelection(of);
  const pinned = usePinned(workflow, shown);

  const things = useMemo(() => of.related.columns.filter((c) => PICTURES.includes(c.kind)), [of.related]);
  const thing = things.find((t) => t.name === thingName) ?? things[0] ?? null;
  const { file, ref } = of.at;
  const at = of.at.point ?? 0;
  const store = useMemo(
    () => (thing ? new PictureStore({ file, ref, point: at, wide: true }, thing.name) : null),
    // Another result of the same step has other pictures.
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [file, ref, at, of.info.id, thing?.name],
  );
  const coloring = useMemo(() => (color === null || !colors.value ? ONE : coloringOf(colors.value, dark)), [color, colors.value, dark]);
  // Colors of another value have another number of rows.
  const fits = !shown || coloring.kind === "one" || (coloring.kind === "classes" ? coloring.codes.length : coloring.values.length) === shown.xs.length;

  const clear = useCallback(() => {
    choose(of, null);
  }, [of]);
  const invert = useCallback(() => {
    if (!shown || !selection.bits) return;
    // Rows without a place are in no selection.
    choose(of, selection.bits.inverted((at) => Number.isFinite(shown.xs[at]) && Number.isFinite(shown.ys[at])));
  }, [of, shown, selection.bits]);
  const showNote = useCallback(
    (note: Pinned) => {
      choose(of, note.bits);
      if (!shown || !scatter.current) return;
      scatter.current.fit();
      const view: View | null = viewOf(shown.xs, shown.ys, note.bits, scatter.current.view);
      if (view) scatter.current.setView(view);
    },
    [of, shown],
  );
  const open = useCallback((position: number) => {
    setFocus(position);
    setOpened(position);
  }, []);
  useKeys({
    v: () => { setTool("move"); },
    l: () => { setTool("lasso"); },
    b: () => { setTool("box"); },
    m: () => { if (store) setMosaic(!mosaic); },
    f: () => scatter.current?.fit(),
    i: invert,
    Escape: () => {
      if (opened !== null) setOpened(null);
      else clear();
    },
  });

  const columns = useMemo(() => {
    const wanted = [color, ...of.related.columns.filter((c) => c.near !== "beside" && ["number", "category", "text"].includes(c.kind)).map((c) => c.name)];
    return [...new Set(wanted.filter((c) => c !== null))];
  }, [of.related, color]);
  const markers: Marker[] = pinned.notes.map((note) => ({
    key: `note ${note.index}`, x: note.x, y: note.y, kind: "note", text: note.text, onClick: () => { showNote(note); },
  }));
  if (focus !== null && shown && focus < shown.xs.length) {
    markers.push({ key: "focus", x: shown.xs[focus] ?? NaN, y: shown.ys[focus] ?? NaN, kind: "focus", text: "" });
  }
  const onClass = (code: number | null, add: boolean): void => {
    const found = colors.value;
    if (found?.kind !== "classes") return;
    const bits = new Bits(found.codes.length);
    found.codes.forEach((c, p) => {
      if (c === code) bits.add(p);
    });
    choose(of, add && selection.bits ? selection.bits.combined(bits, "add") : bits);
  };

  return (
    <>
      <Toolbar
        tables={tables}
        table={table ?? { ref, node: ref.split(".")[0] ?? ref, output: "map", step: "", title: "", stage: "learn", kinds: {}, points: [{ point, at: {}, height: of.info.height }] }}
        point={point}
        related={of.related}
        axes={shown ? [shown.x, shown.y] : null}
        color={color}
        look={look}
        onLook={(change) => {
          setLook((l) => ({ ...l, ...change }));
        }}
      >
        <ObservedFields of={of} choice={observing} values={observed.value?.values ?? []} onChoice={setObserving} />
      </Toolbar>
      {stale && (
        <StaleNote workflow={workflow} text="explore.stale" />
      )}
      {[points, colors, observed].map((l, i) => l.error && <ErrorBox key={i} error={l.error} onRetry={l.retry} />)}
      {selection.error && <ErrorBox error={selection.error} />}
      {mosaic && undrawn && (
        <ErrorBox
          error={undrawn}
          onRetry={() => {
            setUndrawn(null);
            setMosaic(false);
          }}
        />
      )}
      <div className="explore-body">
        <div className="explore-left">
          <Tools
            tool={tool}
            onTool={setTool}
            mosaic={mosaic}
            things={things.map((t) => t.name)}
            thing={thing?.name ?? null}
            onThing={setThingName}
            cells={cells}
            onCells={setCells}
            onMosaic={() => {
              setMosaic(!mosaic);
            }}
            onFit={() => scatter.current?.fit()}
            onClear={clear}
            selected={selection.n > 0}
          />
          <div className="plot-room" aria-busy={points.busy || busy}>
            {shown && (
              <Plot
                points={shown}
                coloring={fits ? coloring : ONE}
                size={look.size}
                opacity={look.opacity}
                observed={observed.value?.bits.length === shown.xs.length ? observed.value.bits : null}
                labels={observed.value?.labels ?? null}
                selection={selection.bits?.length === shown.xs.length ? selection.bits : null}
                tool={tool}
                pictures={mosaic && store ? store.pictures : null}
                cells={cells}
                dark={dark}
                label={say("explore.plot", { x: shown.x, y: shown.y, n: shown.xs.length })}
                description={say("explore.plot.keys")}
                markers={markers}
                onPlot={(plot) => {
                  scatter.current = plot;
                }}
                onSelect={(bits) => {
                  choose(of, bits);
                }}
                onHover={(position, place) => {
                  setHover(position === null ? null : { position, place });
                }}
                onOpen={open}
                onStatus={setStatus}
                onFailed={(reason) => {
                  setUndrawn(asError(reason));
                }}
              />
            )}
            {!shown && points.busy && (
              <Loading text={say("explore.loading", { n: of.info.height })}>
                <button type="button" className="button" onClick={points.cancel}>
                  {say("explore.cancel")}
                </button>
              </Loading>
            )}
            {!shown && points.stopped && (
              <p className="empty">
                {say("explore.stopped")}{" "}
                <button type="button" className="button" onClick={points.retry}>
                  {say("app.retry")}
                </button>
              </p>
            )}
            {!shown && !points.busy && !points.stopped && !points.error && <p className="empty">{say("explore.noaxes")}</p>}
            {shown && color !== null && colors.value && fits && <Legend title={color} colors={colors.value} dark={dark} onClass={onClass} />}
            {hover && opened === null && shown?.of === of && (
              <HoverCard of={of} position={hover.position} place={hover.place} columns={columns.slice(0, HOVERED)} store={store} />
            )}
          </div>
        </div>
        {shown && (
          <SelectionPanel
            workflow={workflow}
            points={shown}
            bits={selection.bits}
            n={selection.n}
            version={selection.version}
            store={shown.of === of ? store : null}
            label={color !== null && knows(shown.of, color) ? color : null}
            columns={(tableColumns ?? columns.slice(0, COLUMNS)).filter((name) => knows(shown.of, name))}
            onColumns={setTableColumns}
            notes={pinned.notes}
            notesError={pinned.error}
            onNote={showNote}
            focus={focus}
            onFocus={setFocus}
            onOpen={open}
            onInvert={invert}
            onClear={clear}
            onColor={(name) => {
              setLook((l) => ({ ...l, color: name }));
            }}
          />
        )}
        {opened !== null && opened < of.info.height && (
          <Drawer
            of={of}
            position={opened}
            thing={thing}
            store={store}
            dark={dark}
            onStep={(by) => {
              open(neighbor(selection.bits, of.info.height, opened, by));
            }}
            onClose={() => {
              setOpened(null);
            }}
          />
        )}
      </div>
      <StatusLine status={status} observed={observed.value?.n ?? null} selected={selection.n} busy={busy || points.busy || colors.busy || selection.busy} />
    </>
  );
}

/** While another value is loaded the one before is still shown: it has columns of its own. */
function knows(of: Explored, name: string): boolean {
  return of.related.columns.some((c) => c.name === name);
}

function coloringOf(colors: Classes | Ramp, dark: boolean): Coloring {
  if (colors.kind === "ramp") return { kind: "ramp", values: colors.values, low: colors.low, high: colors.high, colors: ramp };
  const named = palette(colors.names.length - (colors.others > 0 ? 1 : 0), dark);
  return { kind: "classes", codes: colors.codes, colors: colors.others > 0 ? [...named, MISSING] : named };
}

