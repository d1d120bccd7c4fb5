// Where this installation keeps things. Owns: paths of the checkout and of the data directory. Reads and writes nothing.
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { dataDirectory } from "../ports.ts";

/** The folder that holds engine/, runbooks/ and dist/. */
export const APP_ROOT = dirname(dirname(import.meta.dirname));
export const WINDOW_ROOT = join(APP_ROOT, "dist", "renderer");
export const BUILT_IN = [join(APP_ROOT, "runbooks"), join(APP_ROOT, "checklists")];

export const dataHome = (env: NodeJS.ProcessEnv = process.env): string => dataDirectory(env, process.platform, homedir());
