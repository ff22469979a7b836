import { useEffect, useState } from "react";

import { listen } from "../api/events";
import { type Language, preferred, say } from "../i18n";
import { Speaking } from "../i18n/told";
import { Boundary } from "../parts/Boundary";
import { Dialog } from "../parts/Dialog";
import { ErrorBox } from "../parts/ErrorBox";
import { Loading } from "../parts/Loading";
import { bringOne } from "./bring";
import { EmptyPage } from "./EmptyPage";
import { Header, type Theme, THEMES } from "./Header";
import { isTyping } from "./keys";
import { AboutDialog, KeyList } from "./KeyList";
import { PAGES, type PageName } from "./names";
import { VIEWS } from "./pages";
import { Start, UploadBar } from "./Start";
import { failed, getState, hear, loadProject, openWorkflow, setState, useStore } from "./store";

type Shown = "" | "keys" | "new" | "about";

function remembered<T extends string>(key: string, allowed: readonly T[], other: T): T {
  const found = localStorage.getItem(`tenkai.${key}`);
  return allowed.find((a) => a === found) ?? other;
}

/** What stands in the address after #: page and workflow, so that a reload finds its place. */
function fromAddress(): { page: PageName; file: string | null } {
  const [page, file] = location.hash.slice(1).split("/", 2);
  return { page: PAGES.find((p) => p === page) ?? "workflow", file: file ? decodeURIComponent(file) : null };
}

setState({ page: fromAddress().page });

export function App() {
  const [wanted] = useState(() => fromAddress().file);
  const [language, setLanguage] = useState<Language>(() =>
    remembered("language", ["en", "ja"] as const, preferred(navigator.languages)),
  );
  const [theme, setTheme] = useState<Theme>(() => remembered("theme", THEMES, "system"));
  const [shown, setShown] = useState<Shown>("");
  const dropping = useDropAnywhere();
  const { connected, foreign, project, file, workflow, error, again, page, upload } = useStore((s) => s);

  useEffect(() => {
    void loadProject();
    if (wanted !== null) void openWorkflow(wanted);
    return listen(
      hear,
      (now) => {
        setState({ connected: now });
      },
      (now) => {
        setState({ foreign: now });
      },
    );
  }, [wanted]);
  useEffect(() => {
    const at = file ?? wanted;
    location.hash = at === null ? page : `${page}/${encodeURIComponent(at)}`;
    document.title = at === null ? "tenkai" : `${at} · tenkai`;
  }, [page, file, wanted]);
  useEffect(() => {
    const onHash = (): void => {
      const to = fromAddress();
      const now = getState();
      if (to.page !== now.page) setState({ page: to.page });
      if (to.file !== null && to.file !== now.file) void openWorkflow(to.file);
    };
    addEventListener("hashchange", onHash);
    return () => {
      removeEventListener("hashchange", onHash);
    };
  }, []);
  useEffect(() => {
    localStorage.setItem("tenkai.language", language);
    document.documentElement.lang = language;
  }, [language]);
  useTheme(theme);
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      const name = PAGES[Number(event.key) - 1];
      if (name) setState({ page: name });
      else if (event.key === "?") setShown("keys");
      else if (event.key === "n") setShown("new");
    };
    addEventListener("keydown", onKey);
    return () => {
      removeEventListener("keydown", onKey);
    };
  }, []);

  const retry = (): void => {
    if (again) {
      again();
      return;
    }
    const at = file ?? wanted;
    void loadProject();
    if (at !== null) void openWorkflow(at);
  };
  const close = (): void => {
    setShown("");
  };
  const View = VIEWS[page];
  return (
    <Speaking language={language} onError={failed}>
      <div className="shell">
        <a className="skip" href="#main" onClick={(e) => {
          e.preventDefault();
          document.getElementById("main")?.focus();
        }}>
          {say(language, "app.skip")}
        </a>
        <Header
          language={language}
          theme={theme}
          onLanguage={setLanguage}
          onTheme={setTheme}
          onNew={() => {
            setShown("new");
          }}
          onKeys={() => {
            setShown("keys");
          }}
        />
        <div className="banners">
          {!connected && project && (
            <div role="status" className="banner" data-state="disconnected">
              <span aria-hidden="true">⚠ </span>
              {say(language, foreign ? "app.foreign" : "app.disconnected")}
            </div>
          )}
          {error && shown !== "new" && (
            <ErrorBox
              error={error}
              onRetry={retry}
              onClose={() => {
                setState({ error: null });
              }}
            />
          )}
          {upload && workflow && <UploadBar />}
        </div>
        <main id="main" className="page" tabIndex={-1} aria-label={say(language, `page.${page}`)}>
          {workflow ? (
            <Boundary of={`${page} ${workflow.file} ${workflow.version}`}>
              <View />
            </Boundary>
          ) : (wanted !== null || !project) && !error ? (
            <Loading />
          ) : (
            project && <EmptyPage />
          )}
        </main>
        <footer className="status">
          <span>{file ?? "–"}</span>
          <span>{say(language, workflow?.running ? "app.running" : "app.idle")}</span>
          <span className="space" />
          <span>{say(language, connected ? "app.local" : "app.apart")}</span>
          <button type="button" className="link" onClick={() => {
            setShown("about");
          }}>
            tenkai {project?.version} · {say(language, "app.about")}
          </button>
        </footer>
      </div>
      {dropping && <div className="drop-veil">{say(language, "app.drop")}</div>}
      {shown === "keys" && <KeyList onClose={close} />}
      {shown === "about" && <AboutDialog version={project?.version ?? ""} onClose={close} />}
      {shown === "new" && (
        <Dialog title={say(language, "app.new")} onClose={close} wide>
          {error && (
            <ErrorBox error={error} onRetry={retry} onClose={() => {
              setState({ error: null });
            }} />
          )}
          <Start onStarted={close} />
        </Dialog>
      )}
    </Speaking>
  );
}

/** A file may be dropped anywhere; a piece of the page that is dragged is none. */
function useDropAnywhere(): boolean {
  const [over, setOver] = useState(false);
  useEffect(() => {
    const hasFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes("Files") ?? false;
    const onOver = (event: DragEvent): void => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      setOver(true);
    };
    const onLeave = (event: DragEvent): void => {
      if (event.relatedTarget === null) setOver(false);
    };
    const onDrop = (event: DragEvent): void => {
      setOver(false);
      const dropped = event.dataTransfer;
      if (event.defaultPrevented || !dropped?.files.length) return;
      event.preventDefault();
      void bringOne([...dropped.files], dropped.items);
    };
    addEventListener("dragover", onOver);
    addEventListener("dragleave", onLeave);
    addEventListener("drop", onDrop);
    return () => {
      removeEventListener("dragover", onOver);
      removeEventListener("dragleave", onLeave);
      removeEventListener("drop", onDrop);
    };
  }, []);
  return over;
}

function useTheme(theme: Theme): void {
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
}
