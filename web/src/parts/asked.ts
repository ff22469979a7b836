import { useEffect, useState } from "react";

export interface Asked<T> {
  /** The newest answer; while another is awaited, the one before stays in view. */
  value: T | null;
  error: Error | null;
  busy: boolean;
  again: () => void;
}

/** Ask the server for what a view needs, anew whenever `key` changes; an empty key asks nothing. */
export function useAsked<T>(key: string, ask: (signal: AbortSignal) => Promise<T>): Asked<T> {
  const [round, setRound] = useState(0);
  const [state, setState] = useState<{ key: string; value: T | null; error: Error | null }>({ key: "", value: null, error: null });
  const wanted = key === "" ? "" : `${key}#${round}`;
  useEffect(() => {
    if (wanted === "") return;
    const control = new AbortController();
    ask(control.signal).then(
      (value) => {
        if (!control.signal.aborted) setState({ key: wanted, value, error: null });
      },
      (reason: unknown) => {
        const error = reason instanceof Error ? reason : new Error(String(reason));
        if (!control.signal.aborted) setState((before) => ({ key: wanted, value: before.value, error }));
      },
    );
    return () => {
      control.abort();
    };
    // `ask` is another function at every drawing; the key says when it asks for something else.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [wanted]);
  return {
    value: state.value,
    error: state.key === wanted ? state.error : null,
    busy: wanted !== "" && state.key !== wanted,
    again: () => {
      setRound((n) => n + 1);
    },
  };
}
