#!/usr/bin/env node
// The command `holdpoint`: hands over to the engine's command line under Node 24.
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { runUnderNode24 } from "./node24.mjs";

const here = dirname(fileURLToPath(import.meta.url));
// --import takes a module's address; the one beside this file, whatever the folder's name has in it.
const cache = ["--import", new URL("./compile-cache.mjs", import.meta.url).href];
runUnderNode24(join(here, "..", "engine", "cli.ts"), process.argv.slice(2), cache);
