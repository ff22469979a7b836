import { createContext, type ReactNode, useCallback, useContext, useEffect, useState } from "react";

import { type Language, LanguageContext } from ".";

/** English texts of steps and studies, and what they are in the language of the page. */
type Sentences = ReadonlyMap<string, string>;

const ENGLISH: Sentences = new Map();
const SentencesContext = createContext<Sentences>(ENGLISH);

interface Props {
  language: Language;
  /** Hears why the sentences of a language could not be had. */
  onError: (reason: unknown) => void;
  children: ReactNode;
}

/** What is inside speaks a language; what steps say is fetched where the language needs it, and English until it is there. */
export function Speaking({ language, onError, children }: Props) {
  const [japanese, setJapanese] = useState(ENGLISH);
  useEffect(() => {
    if (language !== "ja") return;
    import("./sentences/japanese").then((found) => {
      setJapanese(found.SENTENCES);
    }, onError);
  }, [language, onError]);
  return (
    <LanguageContext.Provider value={language}>
      <SentencesContext.Provider value={language === "ja" ? japanese : ENGLISH}>{children}</SentencesContext.Provider>
    </LanguageContext.Provider>
  );
}

/**
 * Tell what a step says of itself (a summary, the help of a setting, a port or an output), or the title of a study. What has no
 * translation stays English.
 */
export function useTold(): (text: string) => string {
  const sentences = useContext(SentencesContext);
  return useCallback((text) => sentences.get(text) ?? text, [sentences]);
}
