import { defineConfig } from "vite";

// One file each, without imports: for notebooks (a module) and for reports (a script), which carry them in their text.
const PARTS = {
  widget: { entry: "src/embed/widget.ts", format: "es", file: "widget.js" },
  offline: { entry: "src/embed/offline.ts", format: "iife", file: "offline.js" },
} as const;

export default defineConfig(({ mode }) => {
  const part = PARTS[mode as keyof typeof PARTS];
  return {
    publicDir: false,
    // A mode of another name than "production" would build for developing.
    define: { "process.env.NODE_ENV": JSON.stringify("production") },
    build: {
      outDir: "../src/tenkai/report/static",
      emptyOutDir: false,
      target: "es2022",
      lib: { entry: part.entry, formats: [part.format], name: "tenkaiExplorer", fileName: () => part.file, cssFileName: "explorer" },
      rolldownOptions: { output: { minify: true } },
    },
  };
});
