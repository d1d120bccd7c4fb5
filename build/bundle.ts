// `npm run build`: the window's production build.
// Owns: calling the bundlers. Does not package (build/package.ts).
import { fileURLToPath } from "node:url";
import { build } from "vite";

await build({ configFile: fileURLToPath(new URL("../vite.config.ts", import.meta.url)), logLevel: "warn" });
console.log("dist/renderer: built");
