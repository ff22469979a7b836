import { useId, useState } from "react";

import { isEnter } from "../../app/keys";

interface Props {
  id: string;
  text: string;
  placeholder?: string;
  /** What may be meant: offered while typing. */
  suggestions?: readonly string[];
  label?: string;
  wrong?: boolean;
  numeric?: boolean;
  onDone: (text: string) => void;
}

/** A line of text that counts when it is left, or on Enter; Escape takes it back. */
export function Line({ id, text, placeholder = "", suggestions = [], label, wrong = false, numeric = false, onDone }: Props) {
  const list = useId();
  const [now, setNow] = useState(text);
  const [before, setBefore] = useState(text);
  if (before !== text) {
    // It was changed elsewhere: by undo, by another tab, in the file. What is being typed stays.
    setBefore(text);
    if (now === before) setNow(text);
  }
  const done = (): void => {
    if (now !== text) onDone(now);
  };
  return (
    <>
      <input
        id={id}
        className="field"
        value={now}
        placeholder={placeholder}
        aria-label={label}
        aria-invalid={wrong}
        inputMode={numeric ? "decimal" : undefined}
        autoComplete="off"
        spellCheck={false}
        list={suggestions.length > 0 ? list : undefined}
        onChange={(e) => {
          setNow(e.target.value);
        }}
        onBlur={done}
        onKeyDown={(e) => {
          if (isEnter(e)) done();
          if (e.key === "Escape" && !e.nativeEvent.isComposing) setNow(text);
        }}
      />
      {suggestions.length > 0 && (
        <datalist id={list}>
          {suggestions.map((s) => (
            <option key={s} value={s} />
          ))}
        </datalist>
      )}
    </>
  );
}
