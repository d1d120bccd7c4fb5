import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { Actor, RunbookDocument } from "../protocol/index.ts";
import { createFolders, type TrustLog } from "./folders.ts";
import { createLibrary } from "./library.ts";
import { createScanner } from "./scan.ts";

const actor: Actor = { op_id: "dana", name: "Dana", role: "operator", session: "", on_behalf_of: "" };
let base = "";
const log = (): TrustLog & { said: { folder: string; trusted: boolean }[] } => {
  const said: { folder: string; trusted: boolean }[] = [];
  return { said, answers: [], record: (folder, trusted) => void said.push({ folder, trusted }) };
};
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), "hp-library-"));
  for (const name of ["home", "built-in", "a", "a/inner", "b"]) mkdirSync(join(base, name));
});
afterEach(() => rmSync(base, { recursive: true, force: true }));
const folders = (trust: TrustLog = log()) => createFolders(trust, join(base, "home"), [join(base, "built-in")]);

it("trusts built-in folders, and no opened one until somebody says so, on record", () => {
  const trust = log();
  const mine = folders(trust);
  mine.open(join(base, "a"));
  expect(mine.of(join(base, "built-in", "x.md"))).toMatchObject({ trusted: true, builtIn: true });
  expect(mine.of(join(base, "a", "x.md"))).toMatchObject({ folder: join(base, "a"), trusted: false });
  mine.trust(join(base, "a"), true, actor);
  expect(mine.of(join(base, "a", "inner", "x.md"))).toMatchObject({ trusted: true });
  expect(trust.said).toEqual([{ folder: join(base, "a"), trusted: true }]);
  expect(mine.of(join(base, "b", "x.md"))).toBeNull();
});

it("remembers opened folders over a restart, and trust from the record alone", () => {
  folders().open(join(base, "a"));
  const again = createFolders(
    {
      answers: [
        { folder: join(base, "a"), trusted: true },
        { folder: join(base, "a"), trusted: false },
      ],
      record: () => {},
    },
    join(base, "home"),
    [],
  );
  expect(again.all()).toEqual([{ path: join(base, "a"), builtIn: false, trusted: false }]);
});

it("gives a file behind a link the trust of where it really lies", () => {
  const mine = folders();
  mine.trust(join(base, "a"), true, actor);
  writeFileSync(join(base, "b", "evil.md"), "# x");
  symlinkSync(join(base, "b", "evil.md"), join(base, "a", "nice.md"));
  expect(mine.of(join(base, "a", "nice.md"))?.trusted ?? false).toBe(false);
});

it("lists every Markdown file, a broken one with its error, and reads an unchanged one once", async () => {
  writeFileSync(join(base, "a", "good.md"), "# Good");
  writeFileSync(join(base, "a", "inner", "bad.markdown"), "# Bad");
  writeFileSync(join(base, "a", "notes.txt"), "no");
  mkdirSync(join(base, "a", "node_modules"));
  writeFileSync(join(base, "a", "node_modules", "x.md"), "# no");
  let parsed = 0;
  const scanner = createScanner((source) => {
    parsed += 1;
    const title = Buffer.from(source).toString().slice(2);
    if (title === "Bad") throw new Error("broken");
    const document = {
      title,
      kind: "runbook",
      diagnostics: [],
      steps: [],
      categories: [],
      plannedMs: null,
      requires: { cluster: false },
      clusters: [],
    };
    return Promise.resolve({
      ...document,
      flow: [{ type: "html", html: "<p>About &lt;it&gt; <b>all</b></p><p>more</p>", line: 1, step: null }],
    } as unknown as RunbookDocument);
  });
  const folder = { path: join(base, "a"), builtIn: false, trusted: false };
  const first = await scanner.scan(folder);
  expect(first.entries.map((entry) => [entry.title, entry.kind, entry.error !== null])).toEqual([
    ["Good", "runbook", false],
    ["inner/bad.markdown", "unreadable", true],
  ]);
  expect(first.entries[0]?.about).toBe("About <it> all");
  await scanner.scan(folder);
  expect(parsed).toBe(3); // the good one once, the broken one each time
  expect((await scanner.scan({ ...folder, path: join(base, "gone") })).error).toContain("cannot be read");
});

it("shows a folder before it is scanned, tells when it is, and shows trust as it is now", async () => {
  const mine = folders();
  mine.open(join(base, "a"));
  const scan = Promise.withResolvers<void>();
  let told = 0;
  const scanner = {
    scan: async (folder: { path: string; builtIn: boolean; trusted: boolean }) => {
      await scan.promise;
      return { ...folder, entries: [], error: folder.builtIn ? null : "half" };
    },
  };
  const library = createLibrary(mine, scanner, () => {
    told += 1;
  });
  expect(library.now().map((folder) => folder.error)).toEqual([null, null]);
  scan.resolve();
  expect((await library.all(false)).map((folder) => folder.error)).toEqual([null, "half"]);
  expect(told).toBe(2);
  mine.trust(join(base, "a"), true, actor);
  expect(library.now().map((folder) => folder.trusted)).toEqual([true, true]);
});
