// Writes a rehearsal bundle: a BagIt 1.0 zip of texts and scenarios, and of each run's own bundle as auditors get it. Owns: what goes
// in, the order, and that nothing leaves before it was searched for secrets. Which texts and runs, and what is secret, is the caller's.
import { closeSync, mkdirSync, openSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { type Actor, type CanonicalValue, fail, type LogId, ok, type Result, type RunId } from "../../protocol/index.ts";
import { fingerprintOf, jcs, RecordError, type RecordStore, sha256OfFile, signEnvelope } from "../../record/index.ts";
import { writeZip } from "../bundle/zip.ts";
import { directoryOf } from "../bundle-view/directory.ts";
import { closeExport } from "../closing.ts";
import { exportLog } from "../index.ts";
import { writeWhole } from "../output.ts";
import type { FileEntry } from "../recordings.ts";
import { MOST_RUNS, MOST_TEXT_BYTES, MOST_TEXTS, PARCEL_MANIFEST, PARCEL_TYPE, type Parcel, textPathProblem } from "./parcel.ts";
import { parcelInfo, rehearseText } from "./words.ts";

/** `path`: below the folder that they share, with `/`. */
export type ParcelText = { path: string; bytes: Uint8Array };
export type ParcelRun = { log: LogId; number: number; title: string; runs: RunId[] };
/** Looks through a part of a file; what was found, in words that do not say the secret, or null. */
export type Search = (file: { path: string; at: number; size: number; label: string }) => Promise<string | null>;
export type PackOptions = {
  out: string;
  title: string;
  main: string;
  texts: readonly ParcelText[];
  runs: readonly ParcelRun[];
  recordingsDir: string;
  actor: Actor;
  /** How many known values are searched for; shapes of tokens come on top. */
  values: number;
  search: Search;
};
export type Packed = {
  path: string;
  bytes: number;
  sha256: string;
  fingerprint: string;
  texts: string[];
  runs: number;
  searched: Parcel["searched"];
};

/** The verifiers lie beside the program in both its forms (engine/export/bundle). */
const VERIFIERS = new URL(import.meta.url.endsWith(".ts") ? "../verifiers/" : "./verifiers/", import.meta.url);
/** Programs of ours, the same in every bundle: they hold the shapes of what they look for. */
const OWN = /(^|\/)verify\.(mjs|py)$/;

/** Fails as an export does, with `invalid-params` for a text that cannot travel, and with `forbidden` where a secret was found: nothing is left behind then. */
export async function packParcel(store: RecordStore, options: PackOptions): Promise<Result<Packed>> {
  const unfit = textsProblem(options);
  if (unfit !== null) return fail("invalid-params", unfit);
  let packed: Packed | null = null;
  const exported = await closeExport(
    store,
    options.out,
    async (part, key) => {
      const tree = join(part, "tree");
      const files: FileEntry[] = [];
      const searched = { files: 0, bytes: 0, values: options.values };
      const keep = async (path: string, content: string | Uint8Array): Promise<void> => {
        files.push(await writeWhole(tree, path, content));
      };
      const look = async (path: string, at: number, size: number, label: string): Promise<void> => {
        const found = await options.search({ path, at, size, label });
        if (found !== null) throw new RecordError("forbidden", found);
        searched.files += 1;
        searched.bytes += size;
      };

      const texts: Parcel["texts"] = [];
      for (const [index, { path, bytes }] of options.texts.entries()) {
        const file = `data/texts/${String(index + 1).padStart(4, "0")}${/\.[A-Za-z]+$/.exec(path)?.[0].toLowerCase() ?? ""}`;
        await keep(file, bytes);
        texts.push({ path, file });
        await look(join(tree, file), 0, bytes.byteLength, path);
      }
      const runs: Parcel["runs"] = [];
      mkdirSync(join(tree, "data", "runs"), { recursive: true, mode: 0o700 });
      for (const [index, run] of options.runs.entries()) {
        const { seq, hash } = store.head(run.log);
        const file = `data/runs/${String(index + 1).padStart(4, "0")}.zip`;
        const target = join(tree, file);
        const { recordingsDir, actor } = options;
        const written = await exportLog(store, run.log, { format: "bundle", out: target, recordingsDir, actor, upTo: seq });
        if (!written.ok) throw new RecordError(written.error.code, written.error.message);
        await lookThroughRun(target, `run ${run.number}`, look);
        files.push({ path: file, bytes: statSync(target).size, sha256: sha256OfFile(target).sha256 });
        runs.push({ file, log: run.log, number: run.number, title: run.title.slice(0, 500), seq, head: hash, runs: run.runs });
      }

      const at = newest(store, options.runs);
      const data = [...files];
      const about = { ...options, texts, runs, searched, at, install: store.installId };
      await keep("bagit.txt", "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n");
      await keep("bag-info.txt", parcelInfo(about, data));
      await keep("REHEARSE.md", rehearseText(about));
      for (const name of ["verify.mjs", "verify.py"]) await keep(name, readFileSync(new URL(name, VERIFIERS)));
      await keep("manifest-sha256.txt", listOf(data));
      const parcel: Parcel = {
        v: 1,
        kind: "rehearsal",
        install_id: store.installId,
        install_key: store.installKey,
        packed_at: at,
        packed_by: { op_id: options.actor.op_id, name: options.actor.name },
        title: options.title.slice(0, 500),
        main: options.main,
        texts,
        runs,
        searched,
        files: [...files].sort(byPath).map(({ path, bytes, sha256 }) => ({ path, bytes, sha256 })),
      };
      const line = jcs(signEnvelope(PARCEL_TYPE, parcel as unknown as Record<string, CanonicalValue>, key) as unknown as CanonicalValue);
      await keep(PARCEL_MANIFEST, `${line}\n`);
      const manifest = files.at(-1)!;
      await keep("tagmanifest-sha256.txt", listOf(files.filter(({ path }) => !path.startsWith("data/"))));

      const zip = join(part, "parcel.zip");
      const inOrder = [...files].sort((a, b) => rank(a.path) - rank(b.path) || byPath(a, b));
      await writeZip(tree, inOrder, "holdpoint-rehearsal", at, zip);
      const { sha256 } = sha256OfFile(zip);
      const bytes = statSync(zip).size;
      packed = {
        path: options.out,
        bytes,
        sha256,
        fingerprint: fingerprintOf(manifest.sha256),
        texts: texts.map(({ path }) => path),
        runs: runs.length,
        searched,
      };
      return { moves: [{ from: zip, to: options.out }], files: inOrder.map(({ path }) => path), bytes, events: 0, sha256, damaged: [] };
    },
    ({ sha256 }) => {
      const { title, main, runs, texts } = options;
      const logs = runs.map(({ log }) => log as string);
      store.append(store.install, {
        type: "rehearsal.packed",
        actor: options.actor,
        data: { title, main, texts: texts.length, logs, sha256, fingerprint: packed?.fingerprint ?? "" },
      });
    },
  );
  if (!exported.ok) return exported;
  return packed === null ? fail("internal", "The bundle was written and nothing is known of it.") : ok(packed);
}

function textsProblem({ texts, runs, main }: PackOptions): string | null {
  if (texts.length > MOST_TEXTS || runs.length > MOST_RUNS)
    return `A rehearsal bundle takes ${MOST_TEXTS} texts and ${MOST_RUNS} runs at most; these are ${texts.length} and ${runs.length}.`;
  if (!texts.some(({ path }) => path === main)) return "A rehearsal bundle needs the text that it is about.";
  const seen = new Set<string>();
  for (const { path, bytes } of texts) {
    const problem = textPathProblem(path) ?? (bytes.byteLength > MOST_TEXT_BYTES ? `is larger than ${MOST_TEXT_BYTES >> 20} MB` : null);
    if (problem !== null) return `${path} ${problem}, so it cannot travel. Rename it, or leave it out.`;
    if (seen.has(path.toLowerCase())) return `Two texts are called ${path}, apart from the case of their letters. Rename one.`;
    seen.add(path.toLowerCase());
  }
  return null;
}

/** A run's bundle is not compressed: each of its files lies in it as it is. */
async function lookThroughRun(zip: string, label: string, look: (path: string, at: number, size: number, label: string) => Promise<void>) {
  const file = openSync(zip, "r");
  let places: ReturnType<typeof directoryOf>;
  try {
    places = directoryOf(file);
  } finally {
    closeSync(file);
  }
  for (const [name, { at, size }] of places) if (!OWN.test(name)) await look(zip, at, size, `${label}, ${name}`);
}

/** The bundle's moment is that of the newest event it goes with, as every export's is that of its head. */
function newest(store: RecordStore, runs: readonly ParcelRun[]): string {
  const moments = [...runs.map(({ log }) => log), store.install].map((log) => {
    const { seq } = store.head(log);
    return store.events(log, { from: Math.max(1, seq), limit: 1 })[0]?.body.ts_utc ?? "";
  });
  return moments.sort().at(-1) ?? "";
}

const byPath = (a: FileEntry, b: FileEntry): number => (a.path < b.path ? -1 : 1);
const rank = (path: string): number => (path === "bagit.txt" ? 0 : path.startsWith("data/") ? 2 : 1);
const listOf = (files: readonly FileEntry[]): string =>
  [...files]
    .sort(byPath)
    .map(({ path, sha256 }) => `${sha256}  ${path}\n`)
    .join("");
