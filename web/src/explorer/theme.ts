/** Light or dark, as the page around is: JupyterLab, VS Code, a report, or the wish of the system. */

type Said = Readonly<Record<string, string | undefined>>;

/** By what the body and the root of a page say of themselves, else as the system wishes. */
export function darkOf(body: Said, root: Said, system: () => boolean): boolean {
  if (body.jpThemeLight !== undefined) return body.jpThemeLight === "false";
  if (body.vscodeThemeKind !== undefined) return !body.vscodeThemeKind.includes("light");
  if (root.theme === "dark" || root.theme === "light") return root.theme === "dark";
  return system();
}

/** Call with true or false now and whenever it changes. Returns how to stop. */
export function watchTheme(tell: (dark: boolean) => void): () => void {
  let last: boolean | null = null;
  const system = matchMedia("(prefers-color-scheme: dark)");
  const look = (): void => {
    const dark = darkOf(document.body.dataset, document.documentElement.dataset, () => system.matches);
    if (dark !== last) tell((last = dark));
  };
  const changes = new MutationObserver(look);
  const options = { attributes: true, attributeFilter: ["data-jp-theme-light", "data-vscode-theme-kind", "data-theme"] };
  changes.observe(document.body, options);
  changes.observe(document.documentElement, options);
  system.addEventListener("change", look);
  look();
  return () => {
    changes.disconnect();
    system.removeEventListener("change", look);
  };
}

/** Colors as figures have them; on a dark ground those too dark to be seen become lighter. */
export function onGround(color: string, dark: boolean): string {
  if (!dark) return color;
  const parts = /^#(..)(..)(..)$/.exec(color)?.slice(1).map((h) => Number.parseInt(h, 16) / 255);
  if (!parts) return color;
  const [r = 0, g = 0, b = 0] = parts;
  const light = 0.2126 * r ** 2.2 + 0.7152 * g ** 2.2 + 0.0722 * b ** 2.2;
  const share = light < 0.12 ? (0.12 - light) / 0.12 : 0;
  const mixed = parts.map((p) => Math.round(255 * (p + (0.85 - p) * share * (light < 0.01 ? 1 : 0.6))));
  return `#${mixed.map((m) => m.toString(16).padStart(2, "0")).join("")}`;
}

/** Viridis from 0 to 0.95, as the figures made in Python have it. */
export const VIRIDIS = [
  "#440154", "#482677", "#3f4788", "#32648e", "#277e8e", "#1f978b", "#2ab07f", "#58c765", "#98d83e", "#dfe318",
] as const;
