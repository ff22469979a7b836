import { createContext, useCallback, useContext } from "react";

import { en, type Key, type Texts } from "./en";
import { ja } from "./ja";

export type { Key } from "./en";
export type Language = "en" | "ja";

const TEXTS: Record<Language, Texts> = { en, ja };

/** Write a text; `{name}` in it is replaced by what is given, and `{name|row|rows}` by the word that goes with the number. */
export function say(language: Language, key: Key, given: Record<string, string | number> = {}): string {
  return TEXTS[language][key]
    .replace(/\{(\w+)\|([^|}]*)\|([^}]*)\}/g, (_, name: string, one: string, many: string) => (String(given[name]) === "1" ? one : many))
    .replace(/\{(\w+)\}/g, (whole, name: string) => String(given[name] ?? whole));
}

export function preferred(languages: readonly string[]): Language {
  return languages.map((l) => l.slice(0, 2)).find((l): l is Language => l === "en" || l === "ja") ?? "en";
}

export const LanguageContext = createContext<Language>("en");

export type Say = (key: Key, given?: Record<string, string | number>) => string;

export function useSay(): Say {
  const language = useContext(LanguageContext);
  return useCallback((key, given) => say(language, key, given), [language]);
}

/** An error whose words are the page's own. */
export class Said extends Error {
  constructor(readonly key: Key) {
    super(key);
  }
}
