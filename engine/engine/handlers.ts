// One line per method around an exported function. Owns: the table. Params are parsed and the caller is admitted before it is reached.
import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { identityKeys, probeContext } from "../cluster/index.ts";
import { lintInWorker } from "../document/index.ts";
import { isInside, isMarkdown, realPath } from "../library/index.ts";
import { readRegularFile } from "../ports.ts";
import { cannotRead, fail, type Method, ok, type ParsedParamsOf, type Result, type ResultOf } from "../protocol/index.ts";
import { scenariosBeside, type Who } from "../run/index.ts";
import type { Caller } from "./access.ts";
import * as bundles from "./bundles.ts";
import type { Context } from "./context.ts";
import { findingsOf } from "./findings.ts";
import { snapshotFor } from "./follow.ts";
import { startRun } from "./launch-runs.ts";
import { resolveLink } from "./link.ts";
import * as moving from "./moving.ts";
import * as playbacks from "./playbacks.ts";
import * as records from "./records.ts";
import { reviewsOf } from "./reviews.ts";
import * as series from "./series.ts";
import { snapshot } from "./snapshot.ts";

export type Call = { caller: Caller; who: Who };
type Handler<M extends Method> = (context: Context, params: ParsedParamsOf<M>, call: Call) => Promise<Result<unknown>> | Result<unknown>;

export const HANDLERS: { [M in Method]: Handler<M> } = {
  "app.snapshot": async (context, _, { caller }) => {
    const whole = await snapshot(context, caller);
    return ok(caller.follow === undefined ? whole : snapshotFor(whole, context.follow.following(caller.follow)));
  },
  "settings.set": (context, { change }, { who }) => {
    const defined = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
    const settings = context.settings.set(defined, who.actor);
    context.people.setIdleMinutes(settings.idleLockMinutes);
    context.emit("app.changed", { what: "settings" });
    return ok(settings);
  },
  "people.createFirst": (context, params, { caller }) => context.people.createFirst(params, caller.id),
  "people.signIn": (context, params, { caller }) => context.people.signIn(caller.id, params),
  "people.signOut": (context, _, { caller }) => {
    context.people.signOut(caller.id);
    return ok(null);
  },
  "people.lock": (context, _, { caller }) => {
    context.people.lock(caller.id);
    return ok(null);
  },
  "people.stir": (context, _, { caller }) => {
    context.people.stir(caller.id);
    return ok(null);
  },
  "people.roster": (context) => ok(context.people.roster()),
  "people.enrol": async (context, params, { caller }) => told(context, "session", await context.people.enrol(caller.id, params)),
  "people.change": async (context, params, { caller }) => told(context, "session", await context.people.change(caller.id, params)),
  "people.reset": async (context, params, { caller }) => told(context, "session", await context.people.reset(caller.id, params)),
  "people.changePassword": (context, params, { caller }) => context.people.changePassword(caller.id, params),
  "people.delegate": async (context, params, { caller }) => told(context, "session", await context.people.delegate(caller.id, params)),
  "people.revokeDelegation": async (context, params, { caller }) =>
    told(context, "session", await context.people.revokeDelegation(caller.id, params)),
  // The desktop shell answers these itself; a door without one has nothing to answer with.
  "host.pick": () => fail("unknown-method", "This door has no file dialog. Type the path instead."),
  "host.reveal": () => fail("unknown-method", "This door cannot show a file in the file manager. Its path is on screen."),
  "library.openFolder": openFolder,
  "library.closeFolder": (context, { path }) => {
    if (!context.folders.close(path)) return fail("not-found", `${path} is not an opened folder.`);
    return told(context, "library", ok(null));
  },
  "library.rescan": async (context) => ok(await context.library.all(true)),
  "library.trust": (context, { folder, trusted }, { who }) => {
    context.folders.trust(folder, trusted, who.actor);
    return told(context, "library", ok(null));
  },
  "document.open": openDocument,
  "document.findings": findings,
  "link.resolve": (context, { link }) => resolveLink(context.folders, link, existsSync),
  "cluster.contexts": (context) => ok(context.contexts().entries),
  "cluster.probe": async (context, params) => ok(await probeContext(context.contexts(), params.context)),
  "cluster.classify": classify,
  "cluster.watch": (context, { run, cluster }) => context.runs.watch(run, cluster),
  "run.preflight": (context, params, { who }) => context.runs.preflight(who, { ...params, path: realPath(params.path) }),
  "run.start": (context, params, { who }) => startRun(context, who, { ...params, path: realPath(params.path) }),
  "run.get": (context, { run }) => context.runs.get(run),
  "run.plan": (context, { run }) => context.runs.plan(run),
  "document.plan": (context, { path, ...given }, call) =>
    withText(context, path, call, async (bytes, real) => context.runs.preview(await context.documents.parse(bytes, real), real, given)),
  "series.list": (context) => series.list(context),
  "series.of": (context, params) => series.of(context, params),
  "run.compare": (context, params) => series.compare(context, params),
  "run.compareOutput": (context, params) => series.compareOutput(context, params),
  "run.step": (context, { run, ...call }, { who }) => context.runs.step(who, run, call),
  "run.block": (context, { run, ...call }, { who }) => context.runs.block(who, run, call),
  "run.on": (context, { run }, { who }) => context.runs.on(who, run),
  "run.arm": (context, { run, typed }, { who }) => context.runs.arm(who, run, typed),
  "run.check": (context, { run, ...call }, { who }) => context.runs.check(who, run, call),
  "rehearsal.sources": async (context, { path }, call) =>
    withText(context, path, call, async (bytes, real) => context.runs.sources(await context.documents.parse(bytes, real), real)),
  "run.walked": (context, { run, ...call }, { who }) => context.runs.walked(who, run, call),
  "run.playback": (context, { run, ...call }, { who }) => context.runs.playback(who, run, call),
  "run.retry": (context, { run, ...call }, { who }) => context.runs.retry(who, run, call),
  "run.skip": (context, { run, ...call }, { who }) => context.runs.skip(who, run, call),
  "run.judge": (context, { run, ...call }, { who }) => context.runs.judge(who, run, call),
  "run.cancel": (context, { run, giveUp, lane, step }, { who }) =>
    context.runs.cancel(who, run, { giveUp: giveUp === true, lane: lane ?? null, step: step ?? null }),
  "run.hold": (context, { run, reason }, { who }) => context.runs.hold(who, run, reason),
  "run.resume": (context, { run, ...given }, { who }) => context.runs.resume(who, run, given),
  "run.gate": (context, { run, ...call }, { who }) => context.runs.gate(who, run, call),
  "run.values": (context, { run }) => context.runs.values(run),
  "run.value": (context, { run, ...call }, { who }) => context.runs.value(who, run, call),
  "run.manual": (context, { run, ...call }, { who }) => context.runs.manual(who, run, call),
  "run.payload": (context, { run, seq }) => context.runs.payload(run, seq),
  "run.recheck": (context, { run, ...call }, { who }) => context.runs.recheck(who, run, call),
  "run.closeLoop": (context, { run, ...call }, { who }) => context.runs.closeLoop(who, run, call),
  "run.endSoak": (context, { run, ...call }, { who }) => context.runs.endSoak(who, run, call),
  "run.wayBack": (context, { run }) => context.runs.wayBack(run),
  "run.rollback": (context, { run, ...call }, { who }) => context.runs.rollback(who, run, call),
  "run.stopRollback": (context, { run }, { who }) => context.runs.stopRollback(who, run),
  "run.amend": (context, { run, reason }, { who }) => context.runs.amend(who, run, reason),
  "run.summary": (context, { run }) => context.runs.summary(run),
  "run.look": (context, { run, window }, { caller }) => ok(context.lookers.look(`${caller.id} ${window}`, run, lookerOf(context, caller))),
  "run.handOver": (context, { run, ...given }, { who }) => context.runs.handOver(who, run, given),
  "run.declare": (context, { run, ...given }, { who }) => context.runs.declare(who, run, given),
  "run.notice": (context, { run, ...given }, { who }) => context.runs.notice(who, run, given),
  "run.debrief": (context, { run }) => context.runs.debrief(run),
  "rehearsal.scenarios": (context, { path }, call) =>
    withText(context, path, call, async (bytes, real) => scenariosBeside(real, await context.documents.parse(bytes, real))),
  "run.note": (context, { run, ...given }, { who }) => context.runs.note(who, run, given),
  "follow.list": (context) => ok(context.follow.list()),
  "follow.make": (context, given, { who }) => context.follow.make(who, given),
  "follow.revoke": (context, { link }, { who }) => context.follow.revoke(who, link),
  "run.abort": (context, { run, reason }, { who }) => context.runs.abort(who, run, reason),
  "run.finish": (context, { run, reason }, { who }) => context.runs.finish(who, run, reason),
  "run.asShell": (context, { run, ...call }, { who }) => context.runs.asShell(who, run, call),
  "launch.list": (context) => context.launches.list(),
  "launch.get": (context, { launch }) => context.launches.get(launch),
  "launch.create": (context, params, { who }) => context.launches.create(who, withRealChecklist(params)),
  "launch.change": (context, params, { who }) => context.launches.change(who, params),
  "launch.replaceChecklist": (context, params, { who }) => context.launches.replaceChecklist(who, withRealChecklist(params)),
  "launch.assign": (context, params, { who }) => context.launches.assign(who, params),
  "launch.risk": (context, params, { who }) => context.launches.risk(who, params),
  "launch.artefact": (context, params, { who }) => context.launches.artefact(who, params),
  "launch.checkArtefacts": (context, { launch }, { who }) => context.launches.checkArtefacts(who, launch),
  "launch.briefing": (context, params, { who }) => context.launches.briefing(who, params),
  "launch.note": (context, params, { who }) => context.launches.note(who, params),
  "launch.attach": (context, params, { who }) => context.launches.attach(who, params),
  "launch.payload": (context, { launch, seq, name }) => context.launches.payload(launch, seq, name),
  "launch.advance": (context, params, { who }) => context.launches.advance(who, params),
  "launch.breakGlass": (context, params, { who }) => context.launches.breakGlass(who, params),
  "launch.propose": (context, params, { who }) => context.launches.propose(who, params),
  "launch.planEntry": (context, params, { who }) => context.launches.planEntry(who, withRealEntry(params)),
  "launch.watchSet": (context, params, { who }) => context.launches.watchSet(who, params),
  "launch.watchEnter": (context, params, { who }) => context.launches.watchEnter(who, params),
  "launch.watchEnd": (context, params, { who, caller }) => context.launches.watchEnd(who, caller.id, params),
  "launch.acknowledge": (context, params, { who }) => context.launches.acknowledge(who, params),
  "launch.openLoop": (context, params, { who }) => context.launches.openLoop(who, params),
  "launch.closeLoop": (context, params, { who }) => context.launches.closeLoop(who, params),
  "launch.audience": (context, params, { who }) => context.launches.audience(who, params),
  "launch.audienceAddress": (context, params, { who }) => context.launches.audienceAddress(who, params),
  "launch.update": (context, params, { who }) => context.launches.update(who, params),
  "launch.closeCondition": (context, params, { who }) => context.launches.closeCondition(who, params),
  "signoff.prepare": (context, params, { who }) => context.launches.prepare(who, params),
  "signoff.add": (context, params, { who, caller }) => context.launches.sign(who, caller.id, params),
  "signoff.withdraw": (context, params, { who, caller }) => context.launches.withdraw(who, caller.id, params),
  "item.answer": (context, params, { who, caller }) => context.launches.answer(who, caller.id, params),
  "item.check": (context, params, { who }) => context.launches.check(who, params),
  "item.assign": (context, params, { who }) => context.launches.assignItems(who, params),
  "item.note": (context, params, { who }) => context.launches.itemNote(who, params),
  "item.evidence": (context, params, { who }) => context.launches.evidence(who, params),
  "item.runEvidence": (context, params, { who }) => context.launches.runEvidence(who, params),
  "item.previewRun": (context, params) => context.launches.previewRun(params),
  "item.outputEvidence": (context, params, { who }) => context.launches.outputEvidence(who, params),
  "item.previewOutput": (context, params) => context.launches.previewOutput(params),
  "item.removeEvidence": (context, params, { who }) => context.launches.removeEvidence(who, params),
  "record.logs": (context) => ok(context.store.summaries()),
  "record.events": (context, params) => records.events(context, params),
  "record.event": (context, params) => records.event(context, params),
  "record.recording": (context, params) => records.recording(context, params),
  "record.verify": (context, params, { who }) => records.verify(context, who, params),
  "record.export": (context, params, { who }) => records.exported(context, who, params),
  "record.exportSignoffs": (context, params, { who }) => records.signoffsExported(context, who, params),
  "record.exportRecovery": (context, params, { who }) => records.recoveryExported(context, who, params),
  "record.backup": (context, params, { who }) => records.backup(context, who, params),
  "record.auditorView": (context, params, { who }) => records.auditorView(context, who, params),
  "bundle.open": (context, params, { who }) => bundles.openForReading(context, who, params),
  "bundle.events": (context, params) => bundles.events(context, params),
  "bundle.event": (context, params) => bundles.event(context, params),
  "bundle.close": (context, params) => bundles.close(context, params),
  "rehearsal.pack": (context, params, { who }) => moving.pack(context, who, params),
  "rehearsal.unpack": (context, params, { who }) => moving.unpack(context, who, params),
  "rehearsal.moved": (context) => moving.moved(context),
  "playback.open": (context, params) => playbacks.openForPlaying(context, params),
  "playback.state": (context, params) => playbacks.state(context, params),
  "playback.seek": (context, params) => playbacks.seek(context, params),
  "playback.read": (context, params) => playbacks.read(context, params),
  "playback.close": (context, params) => playbacks.close(context, params),
  "terminal.list": async (context, { run }) => {
    const found = await context.runs.terminals(run);
    return found.ok ? ok(found.value.map(({ id, lane, alive }) => ({ id, lane, alive }))) : found;
  },
};

const withRealEntry = (params: ParsedParamsOf<"launch.planEntry">): ParsedParamsOf<"launch.planEntry"> =>
  params.entry?.path === undefined ? params : { ...params, entry: { ...params.entry, path: realPath(params.entry.path) } };

/** The path that a link or a relative part leads to, as for runbooks: what is recorded is the file that was read. */
const withRealChecklist = <P extends { checklist?: string | undefined }>(params: P): P =>
  params.checklist === undefined ? params : { ...params, checklist: realPath(params.checklist) };

function told<T>(context: Context, what: "library" | "contexts" | "session", result: Result<T>): Result<T> {
  if (result.ok) context.emit("app.changed", { what });
  return result;
}

/** Somebody signed in by name, whoever came by a link by the link's. */
function lookerOf(context: Context, caller: Caller): { id: string; name: string; follows: boolean } {
  if (caller.follow !== undefined) return { id: "", name: context.follow.nameOf(caller.follow.link), follows: true };
  const operator = context.people.session(caller.id)?.operator;
  return { id: operator?.id ?? "", name: operator?.name ?? "somebody not signed in", follows: caller.isReadOnly };
}

async function openFolder(
  context: Context,
  { path }: ParsedParamsOf<"library.openFolder">,
): Promise<Result<ResultOf<"library.openFolder">>> {
  const opened = context.folders.open(path);
  const folder = (await context.library.all(true)).find((one) => one.path === opened);
  if (folder && folder.error === null) return told(context, "library", ok(folder));
  context.folders.close(opened);
  return fail("unreadable", folder?.error ?? `${path} cannot be opened as a folder.`);
}

/** Texts opened one by one that can be found again for a review: more than a person has in mind at once. */
const MOST_OPENED = 200;
function keepOpened(texts: Map<string, string>, sha256: string, path: string): void {
  texts.delete(sha256);
  texts.set(sha256, path);
  const oldest = texts.size > MOST_OPENED ? texts.keys().next().value : undefined;
  if (oldest !== undefined) texts.delete(oldest);
}

async function openDocument(
  context: Context,
  params: ParsedParamsOf<"document.open">,
  call: Call,
): Promise<Result<ResultOf<"document.open">>> {
  return withText(context, params.path, call, async (bytes, path) => {
    const document = await context.documents.parse(bytes, path);
    const holder = context.folders.of(path);
    if (document.kind === "runbook") keepOpened(context.openedTexts, document.sha256, path);
    return {
      path,
      folder: holder?.folder ?? dirname(path),
      trusted: holder?.trusted ?? false,
      builtIn: holder?.builtIn ?? false,
      document,
      reviews: reviewsOf(context.store, document.sha256).map(({ name, title, role, at, statement }) => ({
        name,
        title,
        role,
        at,
        statement,
      })),
    };
  });
}

/** Asked for apart from the text, so that reading does not wait for it. */
async function findings(
  context: Context,
  params: ParsedParamsOf<"document.findings">,
  call: Call,
): Promise<Result<ResultOf<"document.findings">>> {
  return withText(context, params.path, call, async (bytes, path) => {
    const [document, linted] = await Promise.all([context.documents.parse(bytes, path), lintInWorker(bytes, { path })]);
    return findingsOf(document, linted);
  });
}

async function withText<T>(
  context: Context,
  named: string,
  { caller }: Call,
  read: (bytes: Uint8Array, path: string) => Promise<T>,
): Promise<Result<T>> {
  const path = realPath(named);
  const isListed = context.folders.all().some((folder) => isInside(folder.path, path));
  if (!isMarkdown(path)) return fail("unreadable", `${path} is not a Markdown file (.md, .markdown).`);
  // A follower sees what the window offers, and cannot read about in the file system.
  if (!isListed && (caller.isReadOnly || caller.door === "follow")) return fail("read-only", `${path} is in no opened folder.`);
  try {
    return ok(await read(await readRegularFile(path), path));
  } catch (error) {
    return cannotRead(path, error);
  }
}

async function classify(
  context: Context,
  params: ParsedParamsOf<"cluster.classify">,
  { who }: Call,
): Promise<Result<ResultOf<"cluster.classify">>> {
  const probe = await probeContext(context.contexts(), params.context);
  if (!probe.identity)
    return fail(
      "cluster-unreachable",
      `${params.context} does not say who it is: ${probe.error ?? "no answer"}. A class belongs to a cluster that answers.`,
    );
  context.settings.classify(identityKeys(probe.identity), params.context, params.class, who.actor);
  return told(context, "contexts", ok({ ...probe, class: params.class }));
}
