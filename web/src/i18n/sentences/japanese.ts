/** What is said about steps, in Japanese: a file per stage, with the English text as the key; and the titles of studies. */
const parts = import.meta.glob<Record<string, string>>("./ja.*.json", { eager: true, import: "default" });

export const SENTENCES: ReadonlyMap<string, string> = new Map(Object.values(parts).flatMap((part) => Object.entries(part)));
