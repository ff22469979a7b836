export const PAGES = ["workflow", "explore", "compare", "replay", "results", "report"] as const;
export type PageName = (typeof PAGES)[number];
