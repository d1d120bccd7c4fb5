#!/usr/bin/env node
// The command `holdpoint`: hands over to the engine's command line under Node 24.
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { runUnderNode24 } from "./node24.mjs";

runUnderNode24(join(dirname(fileURLToPath(import.meta.url)), "..", "engine", "cli.ts"), process.argv.slice(2));
