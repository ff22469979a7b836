import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

// File names are stable: the bundle is committed, and a difference must be one of content.
export default defineConfig({
  base: "./",
  plugins: [react()],
  build: {
    outDir: "../src/tenkai/workbench/static",
    emptyOutDir: true,
    target: "es2022",
    chunkSizeWarningLimit: 4000,
    rolldownOptions: {
      output: {
        entryFileNames: "assets/[name].js",
        chunkFileNames: "assets/[name].js",
        assetFileNames: "assets/[name][extname]",
      },
    },
  },
  test: { environment: "jsdom", include: ["src/**/*.test.ts", "src/**/*.test.tsx"] },
});
