import glossary from "../../../../docs/glossary.md?raw";
import type { StepInfo } from "../../api/types";
import { JAPANESE } from "../../i18n/steps";

/** The glossary's words with their Japanese terms: one search finds steps by either. */
export const WORDS: readonly (readonly [string, string])[] = glossary
  .split("\n")
  .filter((line) => line.startsWith("| "))
  .map((line) => line.split("|").map((cell) => cell.trim()))
  .map((cells) => [cells[1] ?? "", cells[3] ?? ""] as const)
  .filter(([word, term]) => word !== "word" && term !== "");

/**
 * The steps that hold every word typed, in name, title, summary, or a term of the glossary; the best first. The Japanese title
 * counts in both languages, the summary also as it is told in the language of the page.
 */
export function search(steps: Iterable<StepInfo>, text: string, told: (text: string) => string): StepInfo[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const all = [...steps];
  if (words.length === 0) return all;
  const scored = all.map((step) => {
    const title = `${step.name} ${step.title} ${JAPANESE[step.name] ?? ""}`.toLowerCase();
    const summary = `${step.summary} ${told(step.summary)}`.toLowerCase();
    const ranks = words.map((w) => (title.includes(w) ? 2 : summary.includes(w) || english(w).some((e) => title.includes(e) || summary.includes(e)) ? 1 : 0));
    const exact = step.name.split(".").at(-1) === text.toLowerCase().trim() ? 10 : 0;
    return { step, score: ranks.includes(0) ? 0 : exact + ranks.reduce<number>((a, b) => a + b, 0) };
  });
  return scored.filter((s) => s.score > 0).sort((a, b) => b.score - a.score).map((s) => s.step);
}

/** The English words of a Japanese term, as the glossary has them. */
function english(term: string): string[] {
  if (!/[^\x00-\x7f]/.test(term)) return [];
  return WORDS.filter(([, japanese]) => japanese.includes(term)).flatMap(([word]) => word.toLowerCase().replace(/\(.*?\)/g, "").split(",").map((w) => w.trim())).filter((w) => w.length > 2);
}
