// Bundles the desktop shell: main and engine process as ES modules, the preload as one CommonJS file.
// Owns: what goes into dist/electron. The window itself is built by build/bundle.ts.
import { cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type InlineConfig } from "vite";
import { readFaces } from "../engine/export/report/fonts.ts";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const outDir = join(root, "dist", "electron");

/** Native modules stay packages: they load files beside themselves, outside any bundle (and outside the asar). */
const NATIVE = ["electron", "better-sqlite3", /^@lydell\/node-pty/];

/** Files that are started by path rather than imported get a bundle of their own, under the name the source uses. */
const ENTRIES = {
  main: join(root, "electron", "main.ts"),
  "engine-process": join(root, "electron", "engine-process.ts"),
  "document-worker": join(root, "engine", "document", "worker.ts"),
  "bundle-worker": join(root, "engine", "export", "bundle-view", "worker.ts"),
  "moving-worker": join(root, "engine", "export", "moving", "worker.ts"),
  "report-worker": join(root, "engine", "export", "report", "report-worker.ts"),
  "playback-worker": join(root, "engine", "shell", "playback", "worker.ts"),
  "job-host": join(root, "engine", "shell", "job-host.ts"),
  "verify-worker": join(root, "engine", "record", "verify", "verify-worker.ts"),
};

function shared(): InlineConfig {
  return { root, configFile: false, logLevel: "warn", publicDir: false };
}

/** Writes dist/electron; throws where an entry does not bundle. */
export async function bundleDesktop(): Promise<void> {
  rmSync(outDir, { recursive: true, force: true });
  await build({
    ...shared(),
    ssr: { noExternal: true, external: ["electron", "better-sqlite3", "@lydell/node-pty"] },
    build: {
      ssr: true,
      outDir,
      emptyOutDir: false,
      target: "node24",
      minify: false,
      sourcemap: true,
      rolldownOptions: {
        input: ENTRIES,
        external: NATIVE,
        output: { format: "es", entryFileNames: "[name].mjs", chunkFileNames: "chunk-[hash].mjs" },
      },
    },
  });
  // They go into every bundle as they are, so they lie beside the program as files (engine/export/bundle).
  for (const name of ["verify.mjs", "verify.py"])
    cpSync(join(root, "engine", "export", "verifiers", name), join(outDir, "verifiers", name));
  // Typefaces that a report embeds are read from `fonts` beside the engine (engine/export/report/fonts.ts).
  mkdirSync(join(outDir, "fonts"), { recursive: true });
  for (const [face, bytes] of Object.entries(await readFaces())) writeFileSync(join(outDir, "fonts", `${face}.ttf`), bytes);
  await build({
    ...shared(),
    ssr: { noExternal: true, external: ["electron"] },
    build: {
      ssr: true,
      outDir,
      emptyOutDir: false,
      target: "node24",
      minify: false,
      rolldownOptions: {
        input: { preload: join(root, "electron", "preload.ts") },
        external: ["electron"],
        output: { format: "cjs", entryFileNames: "[name].cjs" },
      },
    },
  });
}
