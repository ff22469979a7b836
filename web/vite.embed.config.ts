import { defineConfig } from "vite";

// One file each, without imports, with its styles inside: for notebooks (a module) and for reports (a script).
// `npm run build` builds both, one after the other.
const PARTS = {
  widget: { entry: "src/embed/widget.ts", format: "es", file: "widget.js" },
  offline: { entry: "src/embed/offline.ts", format: "iife", file: "offline.js" },
} as const;

export default defineConfig(({ mode }) => {
  const part = PARTS[mode as keyof typeof PARTS];
  return {
    build: {
      outDir: "../src/tenkai/report/static",
      emptyOutDir: false,
      target: "es2022",
      lib: { entry: part.entry, formats: [part.format], name: "tenkaiExplorer", fileName: () => part.file },
      rolldownOptions: { output: { assetFileNames: "explorer.css", codeSplitting: false } },
    },
  };
});
