import { defineConfig } from "vite";

// The scatter module as one file without imports: for notebooks and for reports, which carry it in their text.
export default defineConfig({
  publicDir: false,
  build: {
    outDir: "../src/tenkai/workbench/static",
    emptyOutDir: false,
    target: "es2022",
    lib: { entry: "src/scatter/index.ts", formats: ["es"], fileName: () => "scatter.js" },
    rolldownOptions: { output: { minify: true } },
  },
});
