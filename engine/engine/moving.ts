// Rehearsals that move, as methods. Owns: which texts and runs go along, where a bundle is unpacked to, and the events that both leave.
// The file itself is engine/export/moving; what is searched for is moving-search.ts.
import { mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import {
  MOVED_TEXTS,
  type MovedRuns,
  type ParcelRun,
  type ParcelText,
  packParcel,
  textPathProblem,
  unpackParcel,
} from "../export/index.ts";
import { isInside, isMarkdown, realPath } from "../library/index.ts";
import { readRegularFile } from "../ports.ts";
import {
  cannotRead,
  fail,
  type LogId,
  type MovedView,
  ok,
  type ParsedParamsOf,
  type Result,
  type ResultOf,
  type RunId,
  type StoredEvent,
} from "../protocol/index.ts";
import { placesOf } from "../record/index.ts";
import type { Who } from "../run/index.ts";
import { bundleFile } from "./bundle-file.ts";
import type { Context } from "./context.ts";
import { drillUnderWay } from "./hidden.ts";
import { createSearch, knownSecrets } from "./moving-search.ts";
import { movedFolder } from "./past.ts";
import { placeFor } from "./records.ts";

/** Runs that go along with a runbook where nothing else is said: the last night, and the rehearsals before it. */
const RUNS = 3;
/** Texts reached by links from one: a drill that strings together every procedure has tens. */
const MOST_LINKED = 200;

export async function pack(
  context: Context,
  who: Who,
  { path, run, runs: many, values, out }: ParsedParamsOf<"rehearsal.pack">,
): Promise<Result<ResultOf<"rehearsal.pack">>> {
  if ((path === undefined) === (run === undefined))
    return fail("invalid-params", "A rehearsal bundle is of a runbook or of a run: give one of the two.");
  if (path !== undefined && !isAbsolute(path))
    return fail("invalid-params", `Name the runbook by its whole path: ${path} depends on where Holdpoint was started.`);
  const started = startsIn(context);
  const own = run === undefined ? undefined : started.find(({ body }) => body.subject.run === run);
  if (run !== undefined && own === undefined) return fail("not-found", `There is no run ${run} in this data directory.`);
  const main = realPath(path ?? String(own!.body.data["path"] ?? ""));
  // A run's own text goes as it was when it ran; a file goes as it is now.
  const then = own === undefined ? null : context.store.payload(own.body.log as LogId, own.body.seq, "plan");
  if (!isMarkdown(main)) return fail("invalid-params", `${main} is not a Markdown file (.md, .markdown).`);
  const texts = await textsOf(context, main, then);
  if (!texts.ok) return texts;
  const chosen = own === undefined ? ofFile(context, started, main, texts.value[0]!.sha256).slice(0, many ?? RUNS) : [own];
  for (const { body } of chosen) {
    const drill = drillUnderWay(context.store, body.log as LogId);
    if (drill !== null) return drill;
  }
  const place = placeFor(context, out, `rehearsal-${basename(main).replace(/\.[^.]+$/, "")}`, ".zip");
  if (!place.ok) return place;
  const known = knownSecrets(context, values ?? []);
  const packed = await packParcel(context.store, {
    out: place.value,
    title: texts.value[0]!.title,
    main: texts.value[0]!.path,
    texts: texts.value,
    runs: logsOf(context, chosen),
    recordingsDir: placesOf(context.home).recordings,
    actor: who.actor,
    values: known.length,
    search: createSearch(known),
  });
  return packed;
}

type Text = ParcelText & { title: string; sha256: string };

/** The text, what it links to below its own folder, and the scenarios beside any of them. The first is the one it is about. */
async function textsOf(context: Context, main: string, then: Uint8Array | null): Promise<Result<Text[]>> {
  const root = rootOf(context, main);
  const found = new Map<string, Text>();
  const wanted = [main];
  for (let path = wanted.shift(); path !== undefined; path = wanted.shift()) {
    const name = relative(root, path).split(sep).join("/");
    if (found.has(name) || found.size >= MOST_LINKED) continue;
    let bytes: Uint8Array;
    try {
      bytes = path === main && then !== null ? then : await readRegularFile(path);
    } catch (error) {
      if (path === main) return cannotRead(path, error);
      continue; // a link to a file that is not there: lint says so
    }
    const document = await context.documents.parse(bytes, path);
    found.set(name, { path: name, bytes, title: document.title, sha256: document.sha256 });
    for (const link of linksIn(Buffer.from(bytes).toString("utf8"))) {
      const to = realPath(resolve(dirname(path), link));
      if (isInside(root, to) && isMarkdown(to) && textPathProblem(relative(root, to).split(sep).join("/")) === null) wanted.push(to);
    }
  }
  const texts = [...found.values()];
  for (const folder of new Set(texts.map(({ path }) => dirname(path)))) {
    for (const name of scenariosIn(join(root, folder))) {
      const path = folder === "." ? name : `${folder}/${name}`;
      texts.push({ path, bytes: await readRegularFile(join(root, path)), title: name, sha256: "" });
    }
  }
  return ok(texts);
}

/** The library's folder that holds the text, so that links between its folders still lead somewhere on the other side. */
function rootOf(context: Context, main: string): string {
  const holder = context.folders.of(main);
  return holder === null ? dirname(main) : holder.folder;
}

/** Targets of Markdown links and of directives that name another file, without their fragment. */
function linksIn(text: string): string[] {
  const links = [...text.matchAll(/\]\(\s*<?([^)\s>#]+\.(?:md|markdown))(?:#[^)]*)?>?\s*(?:"[^"]*")?\)/gi)];
  const directives = [...text.matchAll(/["'\s]([\w./-]+\.(?:md|markdown))(?:#[\w.-]*)?["'\s,}]/gi)];
  return [...links, ...directives].flatMap(([, target]) => {
    if (target === undefined || /^[a-z][a-z0-9+.-]*:/i.test(target)) return [];
    try {
      return [decodeURIComponent(target)];
    } catch {
      return [target];
    }
  });
}

function scenariosIn(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.scenario\.ya?ml$/.test(entry.name))
      .map(({ name }) => name)
      .sort();
  } catch {
    return []; // gone since the text was read
  }
}

/** Starts of every run of this record, the newest first. */
function startsIn({ store }: Context): StoredEvent[] {
  return store
    .logs()
    .filter(({ kind }) => kind !== "install")
    .flatMap(({ log }) => store.eventsOfType(log, ["run.started"]))
    .reverse();
}

/** Runs of this file that are over and were really run: a walk or a replay has nothing of its own to play. */
function ofFile({ store }: Context, starts: readonly StoredEvent[], path: string, sha256: string): StoredEvent[] {
  return starts.filter(({ body }) => {
    const way = (body.data["rehearsal"] as { way?: unknown } | null | undefined)?.way;
    if (way === "walk" || way === "replay" || body.data["kind"] === "checks") return false;
    if (body.data["path"] !== path && body.subject.plan_sha256 !== sha256) return false;
    return store.eventsOfType(body.log as LogId, ["run.finished", "run.aborted"]).some((end) => end.body.subject.run === body.subject.run);
  });
}

/** A launch's runs share a log: it goes along once. */
function logsOf({ store }: Context, starts: readonly StoredEvent[]): ParcelRun[] {
  const numbers = new Map(store.logs().map(({ log, number }) => [log as string, number]));
  const logs = new Map<string, ParcelRun>();
  for (const { body } of starts) {
    const log = body.log as LogId;
    const title = String(body.data["title"] ?? "");
    const one = logs.get(log) ?? { log, number: numbers.get(log) ?? 0, title, runs: [] };
    one.runs.push(body.subject.run as RunId);
    logs.set(log, one);
  }
  return [...logs.values()];
}

/** Folders that this process unpacks into now. */
const unpacking = new Set<string>();

export async function unpack(
  context: Context,
  who: Who,
  { path: given, fingerprint }: ParsedParamsOf<"rehearsal.unpack">,
): Promise<Result<ResultOf<"rehearsal.unpack">>> {
  const file = bundleFile(given);
  if (!file.ok) return file;
  const path = file.value;
  const { store, home } = context;
  const folder = movedFolder(home);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  // Hidden until all of it is there; what a crash left is swept at the next time.
  for (const name of readdirSync(folder))
    if (name.startsWith(".unpacking-") && !unpacking.has(name)) rmSync(join(folder, name), { recursive: true, force: true });
  const part = `.unpacking-${context.ports.ids.next()}`;
  const into = join(folder, part);
  unpacking.add(part);
  const unpacked = await unpackParcel({ path, into, ...(fingerprint === undefined ? {} : { fingerprint }) }).finally(() =>
    unpacking.delete(part),
  );
  if (!unpacked.ok) {
    const refusals = (unpacked.error.details as { refusals?: { code: string; message: string }[] } | undefined)?.refusals;
    if (refusals !== undefined)
      store.append(store.install, {
        type: "rehearsal.refused",
        actor: who.actor,
        outcome: "NOT VERIFIED",
        data: { bundle: basename(path), problems: refusals.map(({ code, message }) => ({ code, message })) },
      });
    return unpacked;
  }
  const { parcel, isOriginProved, warnings, sha256 } = unpacked.value;
  const target = join(folder, `${slug(parcel.title)}-${sha256.slice(0, 12)}`);
  try {
    if (statSync(target, { throwIfNoEntry: false }) !== undefined) {
      rmSync(into, { recursive: true, force: true });
      return fail("already-exists", `This bundle was unpacked here before: ${target}. It is in the library.`);
    }
    const moved = {
      v: 1,
      unpacked_at: new Date(context.ports.clock.now()).toISOString(),
      fingerprint: unpacked.value.fingerprint,
      sha256,
      parcel,
    };
    writeFileSync(join(into, "moved.json"), `${JSON.stringify(moved, null, 1)}\n`, { mode: 0o600, flush: true });
    renameSync(into, target);
  } catch (error) {
    rmSync(into, { recursive: true, force: true });
    return cannotRead(target, error);
  }
  store.append(store.install, {
    type: "rehearsal.unpacked",
    actor: who.actor,
    outcome: isOriginProved ? "VERIFIED" : "VERIFIED WITH WARNINGS",
    data: {
      bundle: basename(path),
      sha256,
      fingerprint: unpacked.value.fingerprint,
      install: parcel.install_id,
      title: parcel.title,
      texts: parcel.texts.length,
      runs: parcel.runs.map(({ log, head, number }) => ({ log: log as string, head, number })),
      origin: isOriginProved ? "proved" : "not proved",
    },
  });
  context.past.refresh();
  context.folders.open(join(target, MOVED_TEXTS));
  await context.library.all(true);
  context.emit("app.changed", { what: "library" });
  const found = context.past.moved().find((one) => one.folder === target);
  if (found === undefined) return fail("unreadable", `${target} was unpacked and cannot be read.`);
  const origin = isOriginProved
    ? []
    : ["Where it comes from is not proved: no fingerprint was given that came by another way. Anybody can make up an installation."];
  return ok({ ...viewOf(found), isOriginProved, warnings: [...origin, ...warnings] });
}

const slug = (title: string): string =>
  title
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-|-$/g, "")
    .slice(0, 40) || "rehearsal";

function viewOf({ folder, moved: { parcel, fingerprint }, texts, runs }: MovedRuns): MovedView {
  const here = (path: string): string => join(texts, ...path.split("/"));
  return {
    folder,
    main: here(parcel.main),
    texts: parcel.texts.map(({ path }) => here(path)),
    title: parcel.title,
    install: parcel.install_id,
    packedBy: parcel.packed_by.name,
    packedAt: parcel.packed_at,
    fingerprint,
    runs: runs.map(({ number, title, runs: ids }) => ({ number, title, runs: ids })),
  };
}

export const moved = (context: Context): Result<MovedView[]> => ok(context.past.moved().map(viewOf));
