// The opened folders with what was found in them. Owns: when a folder is scanned, and what is known before that is done.
// Trust and the list of folders are folders.ts, the walk is scan.ts.
import type { LibraryFolder } from "../protocol/index.ts";
import type { Folders } from "./folders.ts";
import type { Scanner } from "./scan.ts";

/** Runbooks that are procedures for a trouble, and the built-in emergency rollback. */
export const proceduresIn = (folders: readonly LibraryFolder[]): { path: string; builtIn: boolean }[] =>
  folders.flatMap(({ entries }) =>
    entries
      .filter(
        ({ kind, path, builtIn, troubles }) =>
          kind === "runbook" && (troubles !== undefined || (builtIn && /[\\/]emergency-rollback\.md$/.test(path))),
      )
      .map(({ path, builtIn }) => ({ path, builtIn })),
  );

export type Library = {
  /** What is known now: a folder still being scanned has no entries yet. Starts the first scan. */
  now(): LibraryFolder[];
  /** Everything, scanned to the end; `again` looks at the disk anew. */
  all(again: boolean): Promise<LibraryFolder[]>;
};

/** `onScanned` is called when a scan has ended that somebody may have seen the beginning of. */
export function createLibrary(folders: Folders, scanner: Scanner, onScanned: () => void): Library {
  const found = new Map<string, LibraryFolder>();
  const scanning = new Map<string, Promise<LibraryFolder>>();

  /** Trust may have changed since the scan: it is never kept with its result. */
  const withTrust = (): LibraryFolder[] =>
    folders.all().map((folder) => ({ ...(found.get(folder.path) ?? { entries: [], error: null }), ...folder }));

  function scan(folder: { path: string; builtIn: boolean; trusted: boolean }): Promise<LibraryFolder> {
    const under = scanning.get(folder.path);
    if (under) return under;
    const work = scanner.scan(folder).then((result) => {
      found.set(folder.path, result);
      scanning.delete(folder.path);
      onScanned();
      return result;
    });
    scanning.set(folder.path, work);
    return work;
  }

  return {
    now() {
      for (const folder of folders.all()) if (!found.has(folder.path)) void scan(folder);
      return withTrust();
    },
    async all(again) {
      await Promise.all(folders.all().map((folder) => (again || !found.has(folder.path) ? scan(folder) : null)));
      return withTrust();
    },
  };
}
