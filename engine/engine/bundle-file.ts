// The zip that somebody asks to open. Owns: finding it by its whole path. Reads nothing of it.
import { realpathSync, statSync } from "node:fs";
import { isAbsolute } from "node:path";
import { fail, ok, type Result } from "../protocol/index.ts";

/** Its real path. `invalid-params` for a relative one, which would depend on where the engine was started; `unreadable` for what is no file. */
export function bundleFile(given: string): Result<string> {
  if (!isAbsolute(given))
    return fail("invalid-params", `Open a bundle by its whole path: ${given} depends on where Holdpoint was started.`);
  try {
    const path = realpathSync(given);
    return statSync(path).isFile() ? ok(path) : fail("unreadable", `${given} is no file. Open the bundle's zip.`);
  } catch (error) {
    return fail("unreadable", `${given} cannot be read (${(error as NodeJS.ErrnoException).code ?? "unknown"}).`);
  }
}
