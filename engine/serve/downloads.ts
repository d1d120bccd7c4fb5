// Files that the engine wrote for a window, given out to that window alone.
// Owns: the look-up. A path is compared with the session's own list and never built from a request.
import type { FileHandle } from "node:fs/promises";
import { realpath } from "node:fs/promises";
import { basename } from "node:path";
import type { WebSession } from "./admission.ts";
import { openExactFile } from "./files.ts";

/** Opens an exported file of this session by the path the engine named, or null. Folders are not files. */
export async function findExport(session: WebSession, wanted: string): Promise<{ handle: FileHandle; size: number; name: string } | null> {
  if (!session.exported.has(wanted)) return null;
  // The data directory itself may be reached through a link; what was listed is opened at its real place.
  const real = await realpath(wanted).catch(() => null);
  if (real === null || basename(real) !== basename(wanted)) return null;
  const file = await openExactFile(real);
  return file === null ? null : { ...file, name: basename(wanted) };
}
