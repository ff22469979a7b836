import { useEffect, useState } from "react";

import { listen } from "../api/events";
import { type Language, LanguageContext, preferred, say } from "../i18n";
import { ErrorBox } from "../parts/ErrorBox";
import { EmptyPage } from "./EmptyPage";
import { PAGES, type PageName } from "./names";
import { VIEWS } from "./pages";
import { hear, loadProject, openWorkflow, setState, useStore } from "./store";

type Theme = "system" | "light" | "dark";

function remembered<T extends string>(key: string, allowed: readonly T[], other: T): T {
  const found = localStorage.getItem(`tenkai.${key}`);
  return allowed.find((a) => a === found) ?? other;
}

/** What stands in the address after #: page and workflow, so that a reload finds its place. */
function fromAddress(): { page: PageName; file: string | null } {
  const [page, file] = location.hash.slice(1).split("/", 2);
  return { page: PAGES.find((p) => p === page) ?? "workflow", file: file ? decodeURIComponent(file) : null };
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}

function setPage(page: PageName): void {
  setState({ page });
}

setPage(fromAddress().page);

export function App() {
  const [wanted] = useState(() => fromAddress().file);
  const [language, setLanguage] = useState<Language>(() =>
    remembered("language", ["en", "ja"] as const, preferred(navigator.languages)),
  );
  const [theme, setTheme] = useState<Theme>(() => remembered("theme", ["system", "light", "dark"] as const, "system"));
  const { connected, project, file, workflow, error, page } = useStore((s) => s);

  useEffect(() => {
    void loadProject();
    if (wanted !== null) void openWorkflow(wanted);
    return listen(hear, (now) => {
      setState({ connected: now });
    });
  }, [wanted]);
  useEffect(() => {
    const shown = file ?? wanted;
    location.hash = shown === null ? page : `${page}/${encodeURIComponent(shown)}`;
  }, [page, file, wanted]);
  useEffect(() => {
    localStorage.setItem("tenkai.language", language);
    document.documentElement.lang = language;
  }, [language]);
  useEffect(() => {
    localStorage.setItem("tenkai.theme", theme);
    const dark = matchMedia("(prefers-color-scheme: dark)");
    const apply = (): void => {
      document.documentElement.dataset.theme = theme === "system" ? (dark.matches ? "dark" : "light") : theme;
    };
    apply();
    dark.addEventListener("change", apply);
    return () => {
      dark.removeEventListener("change", apply);
    };
  }, [theme]);
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      const wanted = PAGES[Number(event.key) - 1];
      if (wanted) setPage(wanted);
    };
    addEventListener("keydown", onKey);
    return () => {
      removeEventListener("keydown", onKey);
    };
  }, []);

  const View = VIEWS[page];
  return (
    <LanguageContext.Provider value={language}>
      <div className="shell">
        <header className="bar">
          <span className="brand">tenkai 展開</span>
          <select
            className="field"
            aria-label={say(language, "app.workflow.choose")}
            value={file ?? ""}
            onChange={(e) => {
              if (e.target.value) void openWorkflow(e.target.value);
            }}
          >
            <option value="">–</option>
            {project?.workflows.map((w) => (
              <option key={w.file} value={w.file}>
                {w.file}
              </option>
            ))}
          </select>
          <nav className="tabs" role="tablist">
            {PAGES.map((name, i) => (
              <button
                key={name}
                type="button"
                role="tab"
                aria-selected={name === page}
                onClick={() => {
                  setPage(name);
                }}
              >
                {say(language, `page.${name}`)}
                <kbd>{i + 1}</kbd>
              </button>
            ))}
          </nav>
          <span className="space" />
          <select
            className="field"
            aria-label={say(language, "app.language")}
            value={language}
            onChange={(e) => {
              setLanguage(e.target.value as Language);
            }}
          >
            <option value="en">English</option>
            <option value="ja">日本語</option>
          </select>
          <select
            className="field"
            aria-label={say(language, "app.theme")}
            value={theme}
            onChange={(e) => {
              setTheme(e.target.value as Theme);
            }}
          >
            {(["system", "light", "dark"] as const).map((t) => (
              <option key={t} value={t}>
                {say(language, `app.theme.${t}`)}
              </option>
            ))}
          </select>
        </header>
        <div>
          {!connected && (
            <div role="status" className="banner" data-state="disconnected">
              {say(language, "app.disconnected")}
            </div>
          )}
          {error && <ErrorBox error={error} onRetry={() => void loadProject()} />}
        </div>
        <main className="page">
          {workflow ? <View /> : wanted && !error ? <p className="empty">{say(language, "app.loading")}</p> : <EmptyPage />}
        </main>
        <footer className="status">
          <span>{file ?? "–"}</span>
          <span>{say(language, workflow?.running ? "app.running" : "app.idle")}</span>
          <span className="space" />
          <span>tenkai {project?.version}</span>
        </footer>
      </div>
    </LanguageContext.Provider>
  );
}
