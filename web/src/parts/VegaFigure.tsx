import "./parts.css";

import { useEffect, useRef, useState } from "react";
import embed, { type Result, type VisualizationSpec } from "vega-embed";
import { expressionInterpreter } from "vega-interpreter";

import { ErrorBox } from "./ErrorBox";

/** A figure made in Python, drawn from its own data: nothing is fetched, and no text is run as code. */
const nothing = (): Promise<never> => Promise.reject(new Error("figures fetch nothing"));

/** Pictures of things stand in the figure itself; any other address is refused. */
const ownPicture = (uri: string): Promise<{ href: string }> =>
  /^data:image\/(png|jpeg|webp);base64,/.test(uri) ? Promise.resolve({ href: uri }) : nothing();

export type View = Result["view"];

interface Props {
  spec: Record<string, unknown>;
  label: string;
  /** Hears the view when it is drawn, and `null` when it goes; one function, kept between drawings. */
  onView?: (view: View | null) => void;
}

export function VegaFigure({ spec, label, onView }: Props) {
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
        loader: { http: nothing, file: nothing, load: nothing, sanitize: ownPicture },
      }).then(
        (drawn) => {
          if (gone) drawn.finalize();
          else {
            result = drawn;
            onView?.(drawn.view);
          }
        },
        (reason: unknown) => {
          if (!gone) setError(reason instanceof Error ? reason : new Error(String(reason)));
        },
      );
    }
    return () => {
      gone = true;
      onView?.(null);
      result?.finalize();
    };
  }, [spec, onView]);

  return error ? <ErrorBox error={error} /> : <div ref={place} className="figure" role="img" aria-label={label} />;
}
