// What a folder holds: every Markdown file as one entry, whatever is wrong with it.
// Owns: walking, limits, the cache by size and time. Parsing is given in; nothing is ever written.
import { readdir, stat } from "node:fs/promises";
import { extname, join } from "node:path";
import { readRegularFile } from "../ports.ts";
import type { LibraryEntry, LibraryFolder, RunbookDocument } from "../protocol/index.ts";

/** A folder of runbooks has tens of files; past this somebody opened a whole disk. */
const MOST_FILES = 2_000;
const MOST_DEPTH = 6;
/** Larger files are listed, and read only when they are opened. */
const SCANNED_BYTES = 2_000_000;
/** Words of the first paragraph shown beside the title, characters. */
const ABOUT_CHARS = 200;
const PASSED_BY = new Set(["node_modules", ".git", "dist", "vendor", "target"]);

export type Parse = (source: Uint8Array, path: string) => Promise<RunbookDocument>;
export type Scanner = { scan(folder: { path: string; builtIn: boolean; trusted: boolean }): Promise<LibraryFolder> };

export function createScanner(parse: Parse): Scanner {
  const known = new Map<string, { stamp: string; entry: LibraryEntry }>();
  return {
    async scan({ path, builtIn, trusted }) {
      const files: string[] = [];
      const error = await walk(path, 0, files);
      const entries: LibraryEntry[] = [];
      for (const file of files.sort()) entries.push(await entryOf(file, path, builtIn, parse, known));
      return { path, builtIn, trusted, entries, error };
    },
  };
}

export const isMarkdown = (name: string): boolean => [".md", ".markdown"].includes(extname(name).toLowerCase());

async function walk(folder: string, depth: number, files: string[]): Promise<string | null> {
  try {
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      if (files.length >= MOST_FILES) return `Only the first ${MOST_FILES} files are listed. Open a folder further in.`;
      const path = join(folder, entry.name);
      if (entry.isFile() && isMarkdown(entry.name)) files.push(path);
      // Links are not followed: they may lead in circles, or out of what was trusted.
      else if (entry.isDirectory() && depth < MOST_DEPTH && !entry.name.startsWith(".") && !PASSED_BY.has(entry.name)) {
        const problem = await walk(path, depth + 1, files);
        if (problem !== null && files.length >= MOST_FILES) return problem;
      }
    }
    return null;
  } catch (error) {
    return `${folder} cannot be read (${(error as NodeJS.ErrnoException).code ?? String(error)}). Check that it is there and may be read.`;
  }
}

async function entryOf(
  path: string,
  folder: string,
  builtIn: boolean,
  parse: Parse,
  known: Map<string, { stamp: string; entry: LibraryEntry }>,
): Promise<LibraryEntry> {
  try {
    const { size, mtimeMs } = await stat(path);
    const stamp = `${size} ${mtimeMs}`;
    const before = known.get(path);
    if (before?.stamp === stamp) return { ...before.entry, folder, builtIn };
    if (size > SCANNED_BYTES) return unreadable(path, folder, builtIn, `${Math.round(size / 1e6)} MB: read when it is opened`);
    const entry = summary(await parse(await readRegularFile(path), path), path, folder, builtIn);
    known.set(path, { stamp, entry });
    return entry;
  } catch (error) {
    return unreadable(path, folder, builtIn, `It cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

const unreadable = (path: string, folder: string, builtIn: boolean, error: string): LibraryEntry => ({
  path,
  folder,
  title: path.slice(folder.length + 1),
  kind: "unreadable",
  builtIn,
  steps: 0,
  items: 0,
  plannedMs: null,
  needsCluster: false,
  errors: 1,
  warnings: 0,
  about: "",
  error,
});

function summary(document: RunbookDocument, path: string, folder: string, builtIn: boolean): LibraryEntry {
  const count = (severity: string) => document.diagnostics.filter((one) => one.severity === severity).length;
  return {
    path,
    folder,
    title: document.title,
    kind: document.kind,
    builtIn,
    steps: document.steps.length,
    items: document.categories.reduce((sum, category) => sum + category.items.length, 0),
    plannedMs: document.plannedMs,
    needsCluster: document.requires.cluster || document.clusters.some((name) => name !== "main"),
    errors: count("error"),
    warnings: count("warning"),
    about: aboutOf(document),
    error: null,
    ...(document.rtoMs === null ? {} : { rtoMs: document.rtoMs }),
    ...(document.rpoMs === null ? {} : { rpoMs: document.rpoMs }),
    ...(document.drill ? { drill: document.drill } : {}),
    ...(document.wayBack && document.wayBack.troubles.length > 0 ? { troubles: document.wayBack.troubles } : {}),
  };
}

/** The first paragraph as plain words. */
function aboutOf(document: RunbookDocument): string {
  const first = document.flow.find((node) => node.type === "html" && node.html.startsWith("<p"));
  if (first?.type !== "html") return "";
  const end = first.html.indexOf("</p>");
  const words = plainText(end < 0 ? first.html : first.html.slice(0, end));
  return words.length <= ABOUT_CHARS ? words : `${words.slice(0, words.lastIndexOf(" ", ABOUT_CHARS))} …`;
}

const plainText = (html: string): string =>
  html
    .replaceAll(/<[^>]*>/g, "")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&#39;", "'")
    .replaceAll("&amp;", "&")
    .replaceAll(/\s+/g, " ")
    .trim();
