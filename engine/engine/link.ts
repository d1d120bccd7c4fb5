// Where a link leads on this machine. Owns: finding its file below the library's folders, and saying whether it lies in one.
// Opens nothing and runs nothing: the window shows what is known, and asks a person about everything else.
import { join } from "node:path";
import { type Folders, isInside, realPath } from "../library/index.ts";
import { fail, ok, parseLink, type Result, type ResultOf } from "../protocol/index.ts";

/** Fails with `invalid-params` for a link that is not followed at all, `not-found` for a runbook that no folder of the library has. */
export function resolveLink(folders: Folders, link: string, exists: (path: string) => boolean): Result<ResultOf<"link.resolve">> {
  const parsed = parseLink(link);
  if (!parsed.ok) return parsed;
  const { runbook, isRelative, step } = parsed.value;
  const listed = folders.all();
  if (!isRelative) {
    const isKnown = listed.some((folder) => isInside(folder.path, realPath(runbook)));
    return ok({ path: runbook, step, isKnown });
  }
  for (const folder of listed) {
    const path = join(folder.path, runbook);
    // A link in the folder that leads out of it does not lend the folder's name to what it points to.
    if (exists(path) && isInside(folder.path, realPath(path))) return ok({ path, step, isKnown: true });
  }
  return fail(
    "not-found",
    `No opened folder has ${runbook}, which the link names. Open the folder that holds it, then follow the link again.`,
  );
}
