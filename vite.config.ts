// How the window is built: renderer/ into dist/renderer, served by the local web host or by the desktop shell.
import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: here("renderer"),
  // relative: the same files are read under http://host/ and app://window/
  base: "./",
  publicDir: false,
  plugins: [react()],
  build: {
    outDir: here("dist/renderer"),
    emptyOutDir: true,
    // The window runs in Electron's Chromium or in a current browser.
    target: "es2023",
    // The policy of the page allows no data: fonts or scripts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    sourcemap: false,
    // one chunk with xterm and one with the rest are larger than the default limit, and come from the same disk
    chunkSizeWarningLimit: 1500,
  },
});
