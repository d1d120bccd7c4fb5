// Which folders are open, and which may run. Owns: the list of opened folders (a preference, `folders.json`) and the fold of trust
// (a record, `folder.trusted` events of the install log). Reads no runbook.
import { readFileSync, realpathSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join, resolve, sep } from "node:path";
import type { Actor } from "../protocol/index.ts";

/** Where trust is on record: the install log's `folder.trusted` events. */
export type TrustLog = {
  /** Every answer so far, oldest first. */
  answers: Iterable<{ folder: string; trusted: boolean }>;
  /** Durable when it returns. */
  record(folder: string, trusted: boolean, actor: Actor): void;
};

export type Folders = {
  /** Built-in ones first, then the opened ones in the order they were opened; real paths. */
  all(): { path: string; builtIn: boolean; trusted: boolean }[];
  open(path: string): string;
  close(path: string): boolean;
  trust(path: string, trusted: boolean, actor: Actor): void;
  /** The opened, built-in or trusted folder that holds the file; null where none does. */
  of(path: string): { folder: string; trusted: boolean; builtIn: boolean } | null;
};

export function createFolders(log: TrustLog, home: string, builtIn: string[]): Folders {
  const file = join(home, "folders.json");
  const own = builtIn.map(realPath);
  const opened = readList(file).filter((path) => !own.includes(path));
  const trusted = new Set<string>();
  for (const answer of log.answers) {
    if (answer.trusted) trusted.add(answer.folder);
    else trusted.delete(answer.folder);
  }
  const save = () => {
    // Written whole and renamed: a crash leaves the old list or the new one.
    writeFileSync(`${file}.new`, `${JSON.stringify(opened, null, 2)}\n`, { mode: 0o600 });
    renameSync(`${file}.new`, file);
  };
  const isTrusted = (folder: string) => own.includes(folder) || trusted.has(folder);
  return {
    all: () =>
      [...own.map((path) => ({ path, builtIn: true })), ...opened.map((path) => ({ path, builtIn: false }))].map((entry) => ({
        ...entry,
        trusted: isTrusted(entry.path),
      })),
    open(path) {
      const real = realPath(path);
      if (!own.includes(real) && !opened.includes(real)) {
        opened.push(real);
        save();
      }
      return real;
    },
    close(path) {
      const index = opened.indexOf(realPath(path));
      if (index < 0) return false;
      opened.splice(index, 1);
      save();
      return true;
    },
    trust(path, isNowTrusted, actor) {
      const folder = realPath(path);
      log.record(folder, isNowTrusted, actor);
      if (isNowTrusted) trusted.add(folder);
      else trusted.delete(folder);
    },
    of(path) {
      const real = realPath(path);
      // The nearest folder decides: trust of a folder reaches what lies in it, and a closer one may say otherwise.
      const known = new Set([...own, ...opened, ...trusted]);
      for (let folder = dirname(real); ; folder = dirname(folder)) {
        if (known.has(folder))
          return { folder, trusted: isTrusted(folder) || hasTrustedParent(folder, isTrusted), builtIn: own.includes(folder) };
        if (folder === dirname(folder)) return null;
      }
    },
  };
}

/** A folder inside a trusted one is trusted: its files were in sight when the outer one was. */
function hasTrustedParent(folder: string, isTrusted: (folder: string) => boolean): boolean {
  for (let above = dirname(folder); above !== dirname(above); above = dirname(above)) if (isTrusted(above)) return true;
  return false;
}

export const isInside = (folder: string, path: string): boolean =>
  path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);

/** Links are followed, so that a link in a trusted folder does not lend its trust to what it points to. */
export function realPath(path: string): string {
  try {
    return realpathSync(resolve(path));
  } catch {
    return resolve(path); // not there (yet): the name is all there is
  }
}

function readList(file: string): string[] {
  try {
    const list: unknown = JSON.parse(readFileSync(file, "utf8"));
    return Array.isArray(list) ? list.filter((entry): entry is string => typeof entry === "string") : [];
  } catch {
    return []; // none yet, or not ours any more: a preference, so opening folders anew is all that is lost
  }
}
