import { useEffect, useRef, useState } from "react";
import embed, { type Result, type VisualizationSpec } from "vega-embed";
import { expressionInterpreter } from "vega-interpreter";

import { ErrorBox } from "./ErrorBox";

/** A figure made in Python, drawn from its own data: nothing is fetched, and no text is run as code. */
const nothing = (): Promise<never> => Promise.reject(new Error("figures fetch nothing"));

export function VegaFigure({ spec, label }: { spec: Record<string, unknown>; label: string }) {
  const place = useRef<HTMLDivElement>(null);
  const [error, setError] = useState<Error | null>(null);

  useEffect(() => {
    let gone = false;
    let result: Result | undefined;
    if (place.current) {
      embed(place.current, spec as unknown as VisualizationSpec, {
        actions: false,
        ast: true,
        expr: expressionInterpreter,
        renderer: "svg",
        loader: { http: nothing, file: nothing, load: nothing, sanitize: nothing },
      }).then(
        (drawn) => {
          if (gone) drawn.finalize();
          else result = drawn;
        },
        (reason: unknown) => {
          if (!gone) setError(reason instanceof Error ? reason : new Error(String(reason)));
        },
      );
    }
    return () => {
      gone = true;
      result?.finalize();
    };
  }, [spec]);

  return error ? <ErrorBox error={error} /> : <div ref={place} className="figure" role="img" aria-label={label} />;
}
