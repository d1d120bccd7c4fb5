// `npm run build`: the window's production build, and the desktop shell around it.
// Owns: calling the bundlers. Does not package (build/package.ts).
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";
import { bundleDesktop } from "./desktop.ts";

/** Writes dist/renderer and dist/electron. Throws where something does not bundle. */
export async function buildAll(): Promise<void> {
  await build({ configFile: fileURLToPath(new URL("../vite.config.ts", import.meta.url)), logLevel: "warn" });
  await bundleDesktop();
}

if (process.argv[1] !== undefined && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  await buildAll();
  process.stderr.write("built dist/renderer and dist/electron\n");
}
