import { type Language, useSay } from "../i18n";
import { PAGES } from "./names";
import { openWorkflow, setState, useStore } from "./store";

export type Theme = "system" | "light" | "dark";
export const THEMES: readonly Theme[] = ["system", "light", "dark"];

interface Props {
  language: Language;
  theme: Theme;
  onLanguage: (language: Language) => void;
  onTheme: (theme: Theme) => void;
  onNew: () => void;
  onKeys: () => void;
}

export function Header({ language, theme, onLanguage, onTheme, onNew, onKeys }: Props) {
  const say = useSay();
  const { project, file, page, jobs } = useStore((s) => s);
  return (
    <header className="bar">
      <span className="brand">
        tenkai <span lang="ja">展開</span>
      </span>
      <select
        className="field file"
        aria-label={say("app.workflow.choose")}
        value={file ?? ""}
        onChange={(e) => {
          if (e.target.value) void openWorkflow(e.target.value);
        }}
      >
        <option value="">–</option>
        {file !== null && !project?.workflows.some((w) => w.file === file) && <option>{file}</option>}
        {project?.workflows.map((w) => (
          <option key={w.file} value={w.file}>
            {w.file}
          </option>
        ))}
      </select>
      <button type="button" className="button" onClick={onNew}>
        {say("app.new")} …
      </button>
      <nav className="tabs" role="tablist" aria-label={say("app.pages")}>
        {PAGES.map((name, i) => (
          <button
            key={name}
            type="button"
            role="tab"
            aria-selected={name === page}
            onClick={() => {
              setState({ page: name });
            }}
          >
            {say(`page.${name}`)}
            <kbd>{i + 1}</kbd>
          </button>
        ))}
      </nav>
      <span className="space" />
      <span className="jobs" data-running={jobs.size > 0} title={[...jobs].join(", ")}>
        {say("app.jobs", { n: jobs.size })}
      </span>
      <button type="button" className="button quiet" aria-label={say("app.keys")} title={say("app.keys")} onClick={onKeys}>
        ?
      </button>
      <select
        className="field"
        aria-label={say("app.language")}
        value={language}
        onChange={(e) => {
          onLanguage(e.target.value as Language);
        }}
      >
        <option value="en">English</option>
        <option value="ja">日本語</option>
      </select>
      <select
        className="field"
        aria-label={say("app.theme")}
        value={theme}
        onChange={(e) => {
          onTheme(e.target.value as Theme);
        }}
      >
        {THEMES.map((t) => (
          <option key={t} value={t}>
            {say(`app.theme.${t}`)}
          </option>
        ))}
      </select>
    </header>
  );
}
