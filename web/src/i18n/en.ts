/** Every text of the page in English. Japanese has the same keys, or it does not compile. */
export const en = {
  "page.workflow": "Workflow",
  "page.explore": "Explore",
  "page.compare": "Compare",
  "page.replay": "Replay",
  "page.results": "Results",
  "page.report": "Report",
  "app.disconnected": "The connection to tenkai is lost. What you see stays usable; trying again …",
  "app.loading": "Loading …",
  "app.error": "This did not work",
  "app.retry": "Try again",
  "app.copy": "Copy details",
  "app.copied": "Copied",
  "app.language": "Language",
  "app.theme": "Light or dark",
  "app.theme.system": "as the system",
  "app.theme.light": "light",
  "app.theme.dark": "dark",
  "app.keys": "Keys",
  "app.workflow.choose": "Workflow",
  "app.running": "running",
  "app.idle": "at rest",
  "empty.title": "Nothing is open yet",
  "empty.drop": "Drop a table here (CSV, Excel, Parquet, pictures in a zip), or",
  "empty.choose": "choose a file",
  "empty.study": "Or start from a study:",
  "empty.new": "Empty workflow",
} as const;

export type Key = keyof typeof en;
export type Texts = Record<Key, string>;
