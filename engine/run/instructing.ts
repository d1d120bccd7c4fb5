// The instructor of a rehearsal's run: hired at the start, found again after a restart, dismissed at the end.
// Owns: which scenario it is, its event, and how it reaches record, pins and clocks. Moments and faults are engine/rehearsal.
import { createHash } from "node:crypto";
import { readdir } from "node:fs/promises";
import { basename, dirname, relative, resolve } from "node:path";
import { createPin, findBypasses } from "../cluster/index.ts";
import { REAL_TIMERS, readRegularFile } from "../ports.ts";
import {
  cannotRead,
  type Debrief,
  fail,
  ok,
  type RehearsalRequest,
  type Result,
  type RunbookDocument,
  SCENARIO_FILE,
  type ScenarioFile,
  type StartRequest,
} from "../protocol/index.ts";
import {
  createInstructor,
  debriefsIn,
  readScenario,
  readSchedule,
  SCHEDULE,
  type Scenario,
  scenarioFromSeed,
  scheduleBytes,
} from "../rehearsal/index.ts";
import type { LiveRun, RunDeps, Who } from "./deps.ts";
import { createHands } from "./instructor-hands.ts";
import { append, appendOrKeep, type Draft, ENGINE, eventOf } from "./live.ts";
import { adoptPin, throughRelay } from "./pins.ts";
import { ended } from "./refusals.ts";
import { rehearsalAsked } from "./rehearsed.ts";
import { openRelays } from "./relays.ts";

/** Larger than any scenario a person writes. Bytes. */
const FILE_BYTES = 262_144;
/** Name of the payload of `instructor.briefed` that holds the file as it was. */
const SOURCE = "scenario";

const HAPPENED = new Set(["fault.took_effect", "fault.failed", "fault.cleared", "fault.undo_failed"]);

export type Brief = { scenario: Scenario; seed: string | null; file: string; source: Uint8Array | null };

export const hasInstructor = (asked: RehearsalRequest): boolean => asked.scenario !== undefined || asked.seed !== undefined;

/** What is to be practised, read before anything is recorded; null where there is no instructor. Every mistake in the file refuses the start, with its line. */
export async function briefFor(request: StartRequest, document: RunbookDocument): Promise<Result<Brief | null>> {
  const asked = rehearsalAsked(request);
  if (asked === null || !hasInstructor(asked)) return ok(null);
  if (asked.scenario === undefined) {
    const seed = asked.seed ?? "";
    return ok({ scenario: scenarioFromSeed(seed, document), seed, file: "", source: null });
  }
  const read = await scenarioBeside(request.path, asked.scenario);
  if (!read.ok) return read;
  const { file, source } = read.value;
  const { scenario, diagnostics } = readScenario(source, document);
  const errors = diagnostics.filter((one) => one.severity === "error");
  if (errors.length > 0) {
    const words = errors.map((one) => `${file}:${one.line}:${one.column} ${one.message}`).join(" ");
    return fail("invalid-params", `The scenario cannot be used: ${words} Nothing was started.`, { diagnostics });
  }
  const round = walksRound(scenario);
  if (round !== null)
    return fail("invalid-params", `${file}: ${round} The instructor stays on the run's own clusters. Nothing was started.`);
  return ok({ scenario, seed: asked.seed ?? null, file, source });
}

/** The file's bytes; only one beside the runbook or below is read: it may name commands that are run. */
async function scenarioBeside(runbook: string, wanted: string): Promise<Result<{ file: string; source: Uint8Array }>> {
  const folder = dirname(runbook);
  const path = resolve(folder, wanted);
  const file = relative(folder, path);
  if (file.startsWith("..") || resolve(folder, file) !== path || !SCENARIO_FILE.test(path))
    return fail("invalid-params", `${wanted} is no scenario of this runbook: it is a file NAME.scenario.yaml in ${folder} or below it.`);
  try {
    return ok({ file, source: await readRegularFile(path, FILE_BYTES) });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EFBIG" || code === "ENOTFILE") return fail("unreadable", (error as Error).message);
    return cannotRead(path, error);
  }
}

function walksRound({ faults }: Scenario): string | null {
  for (const { name, effect } of faults) {
    const texts = effect.kind === "commands" ? [effect.run, effect.undo] : effect.kind === "stop" ? [effect.start] : [];
    const found = texts.flatMap((text) => findBypasses(text))[0];
    if (found) return `fault "${name}": its command names ${found.what}.`;
  }
  return null;
}

/** Puts the drill on record and begins it; relays stand before what it may cut before the first shell opens. */
export async function hire(deps: RunDeps, live: LiveRun, who: Who, brief: Brief): Promise<Result<null>> {
  const { scenario, seed, file, source } = brief;
  const schedule = scheduleBytes(scenario);
  const sha256 = createHash("sha256")
    .update(source ?? schedule)
    .digest("hex");
  const title = scenario.title || (file === "" ? "" : basename(file));
  const briefed: Draft = {
    type: "instructor.briefed",
    data: { seed, scenario: source === null ? null : { title, file, sha256 }, title, sha256, faults: scenario.faults.length },
    payloads: [
      { name: SCHEDULE, mediaType: "application/json", bytes: schedule },
      ...(source === null ? [] : [{ name: SOURCE, mediaType: "application/yaml", bytes: source }]),
    ],
  };
  const written = append(deps, live, [eventOf(live, who.actor, briefed)]);
  if (!written.ok) return written;
  return employ(deps, live, scenario);
}

/** After a restart, before anything goes on: what was really broken is put right first, the rest of the drill is as it was. */
export async function recall(deps: RunDeps, live: LiveRun): Promise<void> {
  const { status, rehearsal } = live.state;
  if (status === "finished" || status === "aborted" || rehearsal?.hasInstructor !== true) return;
  const scenario = scheduleOf(deps, live);
  const employed = scenario === null ? null : await employ(deps, live, scenario);
  if (employed?.ok) return live.instructor?.undo("Holdpoint ended while it was there");
  deps.notify.alarm(
    live.run,
    null,
    "fail",
    "The instructor did not come back",
    `${employed?.error.message ?? "The schedule of the drill cannot be read."} No fault comes any more; what was broken is put right by hand.`,
  );
}

/** The drill as it stands on record; null where there is none, or its payload was erased. */
function scheduleOf(deps: Pick<RunDeps, "store">, live: Pick<LiveRun, "log" | "run">): Scenario | null {
  const briefed = deps.store.eventsOfType(live.log, ["instructor.briefed"]).find((event) => event.body.subject.run === live.run);
  const bytes = briefed === undefined ? null : deps.store.payload(live.log, briefed.body.seq, SCHEDULE);
  return bytes === null ? null : readSchedule(bytes);
}

async function employ(deps: RunDeps, live: LiveRun, scenario: Scenario): Promise<Result<null>> {
  const { rehearsal } = live.state;
  const { way, compress } = rehearsal ?? { way: "sandbox" as const, compress: 1 };
  if (way === "sandbox") {
    live.relays = await openRelays(deps, live, scenario);
    const pinned = await pinThroughRelays(deps, live);
    if (!pinned.ok) return pinned;
  }
  const timers = deps.ports.timers ?? REAL_TIMERS;
  live.instructor = createInstructor({
    scenario,
    facts: { way, compress, rpoMs: live.plan.document.rpoMs },
    history: ofRun(deps, live),
    hands: way === "sandbox" ? createHands(deps, live) : null,
    on: (step) => live.plan.byId.get(step)?.on ?? "none",
    isActive: () => live.state.status === "active" && live.problem === null && !live.isClosing,
    record: (drafts) => {
      const events = drafts.map((draft) => eventOf(live, ENGINE, draft));
      // What has happened is kept until it can be written; what is about to happen does not happen unwritten.
      return drafts.every(({ type }) => HAPPENED.has(type)) ? appendOrKeep(deps, live, events) : append(deps, live, events).ok;
    },
    tell: (severity, title, detail) => deps.notify.alarm(live.run, null, severity, title, detail),
    clock: { now: () => deps.ports.clock.now(), set: timers.set, clear: timers.clear },
  });
  return ok(null);
}

/** Pins that were made directly are made again through their relays; no shell is open yet. */
async function pinThroughRelays(deps: RunDeps, live: LiveRun): Promise<Result<null>> {
  for (const pin of [...live.pins.values()]) {
    const through = throughRelay(live, pin.name);
    if (through.proxyUrl === undefined) continue;
    const { namespace } = live.state;
    const { context, name } = pin;
    const made = await createPin({
      loaded: deps.contexts(),
      context,
      name,
      ...(namespace === null ? {} : { namespace }),
      runtimeDir: deps.runtimeDir,
      isForRehearsal: true,
      // One that is away stays so, behind its relay too.
      ...(live.pins.size > 1 ? { whileAway: { identity: pin.identity, principal: pin.principal } } : {}),
      ...through,
    });
    if (!made.ok) return made;
    await pin.dispose();
    adoptPin(live, made.value);
  }
  return ok(null);
}

function* ofRun(deps: RunDeps, live: LiveRun) {
  const READ_AT_ONCE = 2_000;
  for (let from = 1; ; from += READ_AT_ONCE) {
    const events = deps.store.events(live.log, { from, limit: READ_AT_ONCE });
    for (const event of events) if (event.body.subject.run === live.run) yield event;
    if (events.length < READ_AT_ONCE) return;
  }
}

/** Puts right what is broken, and ends the drill's clocks. For the end of the run and of the engine. */
export async function dismiss(live: LiveRun, why: string): Promise<void> {
  const { instructor } = live;
  if (instructor === null) return;
  await instructor.undo(why);
  instructor.close();
}

export async function closeRelays(live: LiveRun): Promise<void> {
  await live.relays?.close();
  live.relays = null;
}

/** "I see a fault": anybody who follows the rehearsal may say so. Whether there is one, nobody is told before the debrief. */
export function notice(deps: RunDeps, live: LiveRun, who: Who, given: { step?: string | undefined; text: string }): Result<null> {
  const { state } = live;
  if (state.rehearsal === null) return fail("conflict", `${state.title} is no rehearsal: a fault there is real. Hold the run.`);
  if (state.status === "finished" || state.status === "aborted") return ended(live);
  const step = given.step;
  if (step !== undefined && !state.positions.has(step)) return fail("not-found", `${state.path} has no step "${step}".`);
  const at = step === undefined ? {} : { step, attempt: state.steps[state.positions.get(step) ?? -1]?.attempt ?? 0 };
  return append(deps, live, [
    eventOf(live, who.actor, { type: "fault.noticed", ...at, data: { text: live.redactor.redactText(given.text) } }),
  ]);
}

/** What was injected and what became of it. `conflict` before the run has ended: the team must not see what is still to come. */
export function debrief(deps: RunDeps, live: LiveRun): Result<Debrief> {
  const { state } = live;
  if (state.rehearsal?.hasInstructor !== true)
    return fail("not-found", `${state.title} had no instructor, so there is nothing to debrief.`);
  if (state.status !== "finished" && state.status !== "aborted")
    return fail(
      "conflict",
      "The debrief is held when the rehearsal has ended. Finish it, or abort it with a reason; until then nobody is shown a fault.",
    );
  const [made] = debriefsIn([...ofRun(deps, live)], live.number, (seq, name) => deps.store.payload(live.log, seq, name));
  return made === undefined ? fail("unreadable", "The schedule of this drill was erased; its events are still on record.") : ok(made);
}

/** Scenario files beside a runbook, by name, each with what is wrong with it. */
export async function scenariosBeside(path: string, document: RunbookDocument): Promise<ScenarioFile[]> {
  const names = (await readdir(dirname(path)).catch(() => [])).filter((name) => SCENARIO_FILE.test(name)).sort();
  const found: ScenarioFile[] = [];
  for (const name of names) {
    const read = await scenarioBeside(path, name);
    if (!read.ok) continue;
    const { scenario, diagnostics } = readScenario(read.value.source, document);
    // One that names another runbook is not offered for this.
    if (scenario.runbook !== "" && basename(scenario.runbook) !== basename(path)) continue;
    found.push({ file: name, title: scenario.title || name, faults: scenario.faults.length, diagnostics });
  }
  return found;
}
