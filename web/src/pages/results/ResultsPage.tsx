import "./results.css";

import { useEffect, useState } from "react";

import { api } from "../../api/client";
import { useStore } from "../../app/store";
import { useSay } from "../../i18n";
import { ErrorBox } from "../../parts/ErrorBox";
import { type FigureRef, figuresOf } from "../../parts/figures";
import { VegaFigure } from "../../parts/VegaFigure";

interface Drawn {
  of: string;
  spec?: Record<string, unknown>;
  points?: Record<string, unknown>[];
  error?: Error;
}

/** Every figure of the workflow, and its results as numbers. */
export function ResultsPage() {
  const say = useSay();
  const workflow = useStore((s) => s.workflow);
  const steps = useStore((s) => s.steps);
  if (!workflow) return null;
  const figures = figuresOf(workflow, steps);
  const known = workflow.results.filter((r) => r.value !== undefined);
  return (
    <div className="results" data-page="results">
      <h1>{workflow.title || workflow.file}</h1>
      {workflow.finding && <p className="finding">{workflow.finding}</p>}
      {known.length > 0 && (
        <dl className="numbers">
          {known.map((r) => (
            <div key={r.name}>
              <dt>{r.name}</dt>
              <dd>{shown(r.value)}</dd>
            </div>
          ))}
        </dl>
      )}
      {workflow.lens.length > 0 && (
        <ul className="lens" aria-label={say("results.lens")}>
          {workflow.lens.map((l) => (
            <li key={l.node}>
              ◎ <strong>{l.node}</strong>: {l.text}
            </li>
          ))}
        </ul>
      )}
      {figures.every((f) => f.done === 0) && <p className="soft">{say("results.none")}</p>}
      {figures
        .filter((f) => f.done > 0)
        .map((f) => (
          <Picture key={f.ref} file={workflow.file} figure={f} />
        ))}
    </div>
  );
}

function Picture({ file, figure }: { file: string; figure: FigureRef }) {
  const say = useSay();
  const [point, setPoint] = useState(0);
  const [drawn, setDrawn] = useState<Drawn | null>(null);
  const of = `${figure.ref} ${point} ${figure.done}`;
  useEffect(() => {
    let gone = false;
    const at = { file, ref: figure.ref, point };
    Promise.all([api.figure(at), api.value(at)])
      .then(
        ([spec, info]): Drawn => ({ of, spec, points: info.points }),
        (reason: unknown): Drawn => ({ of, error: reason instanceof Error ? reason : new Error(String(reason)) }),
      )
      .then(
        (found) => {
          if (!gone) setDrawn(found);
        },
        () => undefined,
      );
    return () => {
      gone = true;
    };
  }, [file, figure.ref, point, of]);
  const at = { file, ref: figure.ref, point };
  return (
    <section className="picture" aria-label={figure.ref} data-figure={figure.ref}>
      <header>
        <h2>{figure.ref}</h2>
        <span className="soft">{figure.title}</span>
        {figure.points > 1 && (
          <select
            className="field"
            aria-label={say("monitor.point")}
            value={point}
            onChange={(e) => {
              setPoint(Number(e.target.value));
            }}
          >
            {Array.from({ length: figure.points }, (_, i) => (
              <option key={i} value={i}>
                {drawn?.points?.[i]
                  ? Object.entries(drawn.points[i])
                      .map(([k, v]) => `${k} = ${String(v)}`)
                      .join(", ")
                  : i + 1}
              </option>
            ))}
          </select>
        )}
        <span className="space" />
        {(["svg", "png", "pdf"] as const).map((form) => (
          <a key={form} className="button" href={api.figureAddress(at, form)} download={`${figure.ref}.${form}`}>
            {form.toUpperCase()}
          </a>
        ))}
      </header>
      {drawn?.error && <ErrorBox error={drawn.error} />}
      {drawn?.spec ? <VegaFigure spec={drawn.spec} label={figure.ref} /> : !drawn?.error && <p className="soft">{say("app.loading")}</p>}
    </section>
  );
}

function shown(value: unknown): string {
  if (typeof value === "number") return Number(value.toPrecision(5)).toString();
  if (Array.isArray(value)) return `${value.slice(0, 3).map(shown).join(", ")}${value.length > 3 ? ` … (${value.length})` : ""}`;
  return value === null ? "–" : typeof value === "string" ? value : JSON.stringify(value);
}
