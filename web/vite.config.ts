import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

// File names are stable: the bundle is committed, and a difference must be one of content.
export default defineConfig({
  base: "./",
  plugins: [react()],
  // The glossary's Japanese terms are part of the search for steps.
  server: { fs: { allow: [".", "../docs"] } },
  build: {
    outDir: "../src/tenkai/workbench/static",
    emptyOutDir: true,
    target: "es2022",
    chunkSizeWarningLimit: 4000,
    license: { fileName: "licenses.txt" },
    rolldownOptions: {
      output: {
        entryFileNames: "assets/[name].js",
        chunkFileNames: "assets/[name].js",
        assetFileNames: "assets/[name][extname]",
      },
    },
  },
  test: { environment: "node", css: { include: [/theme/] }, include: ["src/**/*.test.ts", "src/**/*.test.tsx"] },
});
