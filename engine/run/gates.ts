// A gate: probes on time in the lane's own shell, each on record, until it has held, has failed, or nothing was measured.
// Owns: the order of probes and what ends or interrupts a gate. What a probe says is gate-probe.ts; how a person goes on is gate-commands.ts.
import { type CanonicalValue, fail, type GateState, ok, type Result, type StepId, type Verdict } from "../protocol/index.ts";
import type { BlockOutcome } from "../shell/index.ts";
import {
  type BlockEnd,
  type BlockRequest,
  decimalOf,
  noteHandOver,
  type Prepared,
  prepareBlock,
  readyShell,
  recordStart,
  sendBlock,
  takenFrom,
} from "./blocks.ts";
import { compressed, compressedData, compressionOf } from "./compress.ts";
import type { LaneShell, LiveRun, RunDeps } from "./deps.ts";
import { earlierLimit, type Judged, judgeProbe, limitWords } from "./gate-probe.ts";
import { firstDue, type GateSettings, gateProblems, gateSettings, nextDue, probeCount } from "./gate-settings.ts";
import { endRunOn } from "./lanes.ts";
import { append, appendOrKeep, type Draft, ENGINE, eventOf } from "./live.ts";
import { createRunClock, createWaiting, type RunClock, type Stop, spanWords, type Waiting, waitUntil } from "./run-clock.ts";
import { NO_KUBECONFIG } from "./shells.ts";

/** Goes on with what was interrupted; `block` null is the step's soak. */
export type Resuming = { block: number | null; how: "continue" | "restart"; reason: string };
export type GateRequest = BlockRequest & { resume?: Resuming };

/** While something typed by hand has the terminal, a probe looks again so often, milliseconds. */
const LOOK_AGAIN_MS = 250;
/** A probe that begins later says so; to the second is on time. Milliseconds. */
const LATE_MS = 1_000;

type Gate = {
  settings: GateSettings;
  name: string;
  prepared: Prepared;
  clock: RunClock;
  waiting: Waiting;
  /** Probes made so far. */
  n: number;
  due: number;
  leftOut: number;
  bytes: number;
  redactions: Record<string, number>;
  invalidBytes: number;
  wasWarning: boolean;
  /** What the last probe was, for the end of the block. */
  last: { outcome: BlockOutcome | null; judged: Judged } | null;
};

export async function runGate(deps: RunDeps, live: LiveRun, request: GateRequest): Promise<Result<BlockEnd>> {
  const { block, step } = request;
  const asked = gateSettings(block.options);
  const settings = asked === null ? null : compressedGate(asked, compressionOf(live));
  if (settings === null)
    return fail("unsupported-step", `The gate at line ${block.line} cannot be run: ${gateProblems(block.options).join(", ")}.`);
  if (request.nested)
    return fail(
      "conflict",
      "A gate is probed again and again in the step's own shell; it cannot be typed into a nested one. Leave that first.",
    );
  const waiting = createWaiting(step, block.index);
  live.waits.add(waiting);
  try {
    const prepared = await prepareBlock(deps, live, request);
    if (!prepared.ok) return prepared;
    const gate = begin(deps, live, request, settings, prepared.value, waiting);
    if (!gate.ok) return gate;
    request.onBegun();
    return ok(await probeOn(deps, live, request, gate.value));
  } finally {
    live.waits.delete(waiting);
  }
}

/** What may take its real time still does: a probe is as slow in a rehearsal as in the night. */
const compressedGate = (asked: GateSettings, factor: number): GateSettings => ({
  ...asked,
  everyMs: compressed(asked.everyMs, factor),
  spanMs: compressed(asked.spanMs, factor),
});

const keyOf = ({ step, block }: BlockRequest): string => `${step}/${block.index}`;
const atOf = ({ step, attempt }: BlockRequest, { prepared }: Pick<Gate, "prepared">) => ({ step, attempt, cluster: prepared.lane.cluster });

function stateOf(live: LiveRun, { step, block }: BlockRequest): GateState | undefined {
  return live.state.steps[live.state.positions.get(step) ?? -1]?.blocks[block.index]?.gate;
}

/** Puts the gate's start, or that it goes on, on record, and its clock to where it counts from. */
function begin(
  deps: RunDeps,
  live: LiveRun,
  request: GateRequest,
  settings: GateSettings,
  prepared: Prepared,
  waiting: Waiting,
): Result<Gate> {
  const { block, who, resume } = request;
  const { options } = block;
  const before = resume ? stateOf(live, request) : undefined;
  const number = live.plan.byId.get(request.step)?.step.number ?? request.step;
  const gate: Omit<Gate, "clock"> = {
    settings,
    name: block.name ?? `of step ${number}`,
    prepared,
    waiting,
    n: 0,
    due: firstDue(settings),
    leftOut: 0,
    bytes: 0,
    redactions: {},
    invalidBytes: 0,
    wasWarning: false,
    last: null,
  };
  const at = atOf(request, gate);
  if (!resume || before === undefined) {
    const data = {
      block: block.index,
      kind: settings.kind,
      for_ms: settings.kind === "hold" ? settings.spanMs : null,
      every_ms: settings.everyMs,
      within_ms: settings.kind === "wait" ? settings.spanMs : null,
      timeout_ms: settings.timeoutMs,
      threshold: comparisonWords(live, options.expect),
      warn: comparisonWords(live, earlierLimit(options)),
      min_samples: options.minSamples ?? null,
      ...compressedData(compressionOf(live), {
        text_for_ms: settings.kind === "hold" ? (options.forMs ?? null) : null,
        text_every_ms: options.everyMs ?? null,
        text_within_ms: settings.kind === "wait" ? (options.withinMs ?? null) : null,
      }),
    };
    const began = recordStart(deps, live, request, prepared, [{ type: "gate.started", ...at, data }]);
    if (!began.ok) return began;
    live.measuredAt.set(keyOf(request), deps.ports.clock.monotonicNs());
    return ok({ ...gate, clock: createRunClock(deps.ports, 0) });
  }
  const gap = gapSince(deps, live, keyOf(request), before.elapsedAt);
  // A hold counts on, since that is what was accepted; a wait is given the time in which nobody looked.
  const elapsedMs = resume.how === "restart" ? 0 : before.elapsedMs + (settings.kind === "hold" ? gap.ms : 0);
  const written = append(deps, live, [
    eventOf(live, ENGINE, { type: "gate.gap", ...at, data: { block: block.index, ...gap, why: before.interruptedBecause } }),
    eventOf(live, who.actor, {
      type: "gate.resumed",
      ...at,
      ...(resume.reason === "" ? {} : { reason: resume.reason }),
      data: {
        block: block.index,
        how: resume.how,
        elapsed_ms: elapsedMs,
        recording: prepared.path,
        terminal: prepared.lane.id,
        text: prepared.text,
      },
    }),
  ]);
  if (!written.ok) return written;
  live.measuredAt.set(keyOf(request), deps.ports.clock.monotonicNs());
  const isGoingOn = resume.how === "continue";
  return ok({
    ...gate,
    clock: createRunClock(deps.ports, elapsedMs),
    n: isGoingOn ? (before.probes.at(-1)?.n ?? 0) : 0,
    // What was accepted without a look is looked at now: a hold whose time has passed meanwhile still needs a probe that passes.
    due: isGoingOn ? Math.min(elapsedMs, settings.spanMs) : firstDue(settings),
  });
}

/** Time since something was measured last: by the monotonic clock in the process that measured it, else by what the wall clock says. */
export function gapSince(
  deps: RunDeps,
  live: LiveRun,
  key: string,
  since: string,
): { from: string; to: string; ms: number; wall_ms: number } {
  const { clock } = deps.ports;
  const now = clock.now();
  const measured = live.measuredAt.get(key);
  const wall = Math.round(now - Date.parse(since));
  const ms = measured === undefined ? Math.max(0, wall) : Number((clock.monotonicNs() - measured) / 1_000_000n);
  return { from: since, to: new Date(now).toISOString(), ms, wall_ms: wall };
}

async function probeOn(deps: RunDeps, live: LiveRun, request: GateRequest, gate: Gate): Promise<BlockEnd> {
  const { settings, clock, waiting } = gate;
  for (;;) {
    const woken = await waitUntil(deps.ports, clock, gate.due, 2 * settings.everyMs, waiting);
    if (woken !== null) return interrupt(deps, live, request, gate, waiting.stopped === null ? woken : stopWords(waiting.stopped));
    if (live.problem !== null) return interrupt(deps, live, request, gate, "the record cannot be written, so nothing is probed");
    const lateMs = Math.max(0, clock.elapsed() - gate.due);
    const made = await makeProbe(deps, live, request, gate);
    const elapsed = clock.elapsed();
    const { judged } = made;
    gate.last = made;
    recordProbe(deps, live, request, gate, { ...made, lateMs, elapsed });
    const hasFailed = settings.kind === "hold" && judged.verdict === "failed";
    // What was measured outside the limit has failed, also where a person stopped the gate at that moment.
    if (waiting.stopped !== null && !hasFailed) return interrupt(deps, live, request, gate, stopWords(waiting.stopped));
    if (judged.verdict === "unknown") return interrupt(deps, live, request, gate, `probe ${gate.n} measured nothing: ${judged.because}`);
    warn(deps, live, request, gate, judged);
    if (hasFailed) return finish(deps, live, request, gate, "failed", `probe ${gate.n} at ${spanWords(gate.due)}: ${judged.because}`);
    if (settings.kind === "wait" && judged.verdict === "passed") {
      const isLate = elapsed > settings.spanMs;
      const because = isLate
        ? `it passed only after ${spanWords(elapsed)}, and had ${spanWords(settings.spanMs)}`
        : `it passed after ${spanWords(elapsed)}, with probe ${gate.n}`;
      return finish(deps, live, request, gate, isLate ? "failed" : "passed", because);
    }
    const parted = clock.look();
    if (parted !== null) return interrupt(deps, live, request, gate, parted);
    const next = nextDue(settings, gate.due, elapsed);
    if (next === null) return last(deps, live, request, gate);
    gate.due = next.due;
    gate.leftOut = next.leftOut;
  }
}

/** No probe follows: a hold has held; a wait was too long, or ends with nobody having answered. */
function last(deps: RunDeps, live: LiveRun, request: GateRequest, gate: Gate): BlockEnd {
  const { spanMs, kind } = gate.settings;
  if (kind === "hold")
    return finish(deps, live, request, gate, "passed", `it held for ${spanWords(spanMs)}${textWords(live, request)}, ${gate.n} probes`);
  const said = gate.last?.judged;
  if (said?.isNoAnswer === true)
    return interrupt(deps, live, request, gate, `nobody answered within ${spanWords(spanMs)}, so nothing was measured: ${said.because}`);
  return finish(
    deps,
    live,
    request,
    gate,
    "failed",
    `it did not pass within ${spanWords(spanMs)}${textWords(live, request)}: ${said?.because ?? "no probe"}`,
  );
}

/** Of a compressed one: the time of the text. */
function textWords(live: LiveRun, { block: { options } }: GateRequest): string {
  const factor = compressionOf(live);
  return factor === 1 ? "" : ` (${spanWords(options.forMs ?? options.withinMs ?? 0)} compressed by ${factor})`;
}

type Made = { outcome: BlockOutcome | null; judged: Judged };

async function makeProbe(deps: RunDeps, live: LiveRun, request: GateRequest, gate: Gate): Promise<Made> {
  const { prepared, settings, clock, waiting } = gate;
  gate.n += 1;
  const patience = clock.elapsed() + settings.timeoutMs;
  let lane: LaneShell;
  for (;;) {
    const ready = await readyShell(deps, live, request, prepared.kind);
    if (ready.ok) {
      lane = ready.value;
      break;
    }
    // A person may look at something by hand between two probes: the probe waits for the terminal as long as it may take itself.
    if (ready.error.code !== "busy" || clock.elapsed() >= patience || waiting.stopped !== null)
      return { outcome: null, judged: nothing(`it could not begin: ${ready.error.message}`) };
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  }
  gate.prepared = { ...prepared, lane };
  const label = `${prepared.label} · probe ${gate.n}`;
  prepared.recording.marker(label);
  const judging = { label, timeoutMs: settings.timeoutMs, match: null, expect: null };
  const running = sendBlock(deps, live, request, gate.prepared, judging, gate.n);
  const outcome = await running.ended;
  lane.cwd = outcome.cwd ?? lane.cwd;
  lane.givenUp = null;
  noteHandOver(live, lane, outcome);
  gate.bytes += outcome.bytes;
  gate.invalidBytes += outcome.invalidBytes;
  for (const [rule, count] of Object.entries(outcome.redactions)) gate.redactions[rule] = (gate.redactions[rule] ?? 0) + count;
  // What was recorded stands as it was judged then.
  const judged = outcome.asThen === undefined ? judgeProbe(outcome, request.block.options) : { ...outcome.asThen, isNoAnswer: false };
  return { outcome, judged };
}

const nothing = (because: string): Judged => ({
  verdict: "unknown",
  because,
  value: null,
  samples: null,
  isWarn: false,
  isNoAnswer: false,
});

const COLOURS = { passed: "ok", failed: "fail", unknown: "warn" } as const;

function recordProbe(deps: RunDeps, live: LiveRun, request: GateRequest, gate: Gate, made: Made & { lateMs: number; elapsed: number }) {
  const { outcome, judged, lateMs } = made;
  const { verdict } = judged;
  const late =
    lateMs < LATE_MS
      ? ""
      : `; begun ${spanWords(lateMs)} late${gate.leftOut > 0 ? `, ${gate.leftOut} left out` : ""}: the probe before it took longer than ${spanWords(gate.settings.everyMs)}`;
  const because = `${judged.because}${late}`;
  const data: Record<string, CanonicalValue> = {
    block: request.block.index,
    n: gate.n,
    value: decimalOf(live, judged.value),
    samples: judged.samples,
    exit_code: outcome?.exitCode ?? null,
    because,
    due_ms: gate.due,
    late_ms: lateMs,
    left_out: gate.leftOut,
    elapsed_ms: made.elapsed,
    duration_ms: outcome === null ? null : Math.round(outcome.durationMs),
    warned: judged.isWarn,
    output_sha256: outcome?.outputSha256 ?? "",
    bytes: outcome?.bytes ?? 0,
  };
  appendOrKeep(deps, live, [eventOf(live, ENGINE, { type: "gate.probed", ...atOf(request, gate), outcome: verdict, data })]);
  if (verdict !== "unknown") live.measuredAt.set(keyOf(request), deps.ports.clock.monotonicNs());
  const value = judged.value === null ? "" : ` ${judged.value}`;
  gate.prepared.lane.session.announce(
    live.redactor.redactText(`probe ${gate.n}${value} ${verdict}: ${because}`),
    judged.isWarn ? "warn" : COLOURS[verdict],
  );
}

/** Once for each time that a value crosses the earlier limit, not for every probe beyond it. */
function warn(deps: RunDeps, live: LiveRun, request: GateRequest, gate: Gate, judged: Judged) {
  if (judged.isWarn && !gate.wasWarning)
    deps.notify.alarm(
      live.run,
      request.step as StepId,
      "warn",
      `Gate ${gate.name} nears its limit: ${judged.value}`,
      `Probe ${gate.n}: ${judged.because}. The gate goes on.`,
    );
  gate.wasWarning = judged.isWarn;
}

const stopWords = ({ how, by }: Stop): string => (how === "closing" ? "Holdpoint was closed, or the run ended" : `it was stopped by ${by}`);

function interrupt(deps: RunDeps, live: LiveRun, request: GateRequest, gate: Gate, why: string): BlockEnd {
  const state = stateOf(live, request);
  const since = state?.elapsedAt ?? new Date(deps.ports.clock.now()).toISOString();
  const data = { block: request.block.index, why, since, elapsed_ms: state?.elapsedMs ?? 0 };
  appendOrKeep(deps, live, [eventOf(live, ENGINE, { type: "gate.interrupted", ...atOf(request, gate), data })]);
  gate.prepared.lane.session.announce(live.redactor.redactText(`gate interrupted: ${why}`), "warn");
  const title = `Gate ${gate.name} interrupted`;
  if (gate.waiting.stopped === null)
    deps.notify.alarm(
      live.run,
      request.step as StepId,
      "warn",
      title,
      `${live.redactor.redactText(capital(why))}. Nothing was measured since ${clockWords(since)}. The run is on hold; nothing was rolled back.`,
    );
  holdQuietly(deps, live, `${title}: ${why}. Nothing was measured since ${clockWords(since)}.`, request.step);
  return endOf(gate, "unknown", why, { isInterrupted: true });
}

function finish(deps: RunDeps, live: LiveRun, request: GateRequest, gate: Gate, outcome: Verdict, reason: string): BlockEnd {
  const { block, step, who } = request;
  const said = gate.last?.outcome ?? null;
  const taken = outcome === "passed" && said !== null ? takenFrom(deps, live, request, said) : { drafts: [], problem: null };
  const verdict: Verdict = taken.problem === null ? outcome : "failed";
  const because = taken.problem ?? reason;
  const pin = live.pins.get(gate.prepared.lane.cluster);
  const reported = said?.reported.KUBECONFIG ?? null;
  const at = atOf(request, gate);
  const data = {
    block: block.index,
    kind: "gate",
    exit_code: said?.exitCode ?? null,
    pipe_status: said?.pipeStatus ?? [],
    signal: null,
    because,
    duration_ms: gate.clock.elapsed(),
    planned_ms: null,
    probes: gate.n,
    bytes: gate.bytes,
    last_number: decimalOf(live, gate.last?.judged.value ?? null),
    // Of the probe that decided; each of the others has its own in its event.
    output_sha256: said?.outputSha256 ?? "",
    invalid_bytes: gate.invalidBytes,
    redactions: gate.redactions,
    recording: gate.prepared.path,
    principal: pin?.view().principal?.username ?? "",
    kubeconfig_ok: reported === null ? null : reported === (pin?.kubeconfigPath ?? NO_KUBECONFIG),
  };
  const drafts: Draft[] = [{ type: "block.ended", ...at, outcome: verdict, data }, ...taken.drafts.map((draft) => ({ ...at, ...draft }))];
  appendOrKeep(
    deps,
    live,
    drafts.map((draft) => eventOf(live, who.actor, draft)),
  );
  live.measuredAt.delete(keyOf(request));
  gate.prepared.lane.session.announce(live.redactor.redactText(`gate ${verdict}: ${because}`), verdict === "passed" ? "ok" : "fail");
  if (verdict === "passed") {
    if (gate.settings.kind === "hold") deps.notify.alarm(live.run, step as StepId, "info", `Gate ${gate.name} held`, because);
    return endOf(gate, verdict, because);
  }
  const { judged } = gate.last ?? {};
  const limit = block.options.expect === undefined ? "" : `, limit ${limitWords(block.options.expect)}`;
  const value = judged?.value === null || judged === undefined ? because : `${judged.value}${limit}`;
  const total = probeCount(gate.settings);
  const detail = `Probe ${gate.n} of ${Math.max(total, gate.n)} at ${clockWords(new Date(deps.ports.clock.now()).toISOString())}. The run is on hold.`;
  return endOf(gate, verdict, because, { alarm: { title: live.redactor.redactText(`Gate ${gate.name} failed: ${value}`), detail } });
}

const endOf = (gate: Gate, verdict: Verdict, because: string, more: Partial<BlockEnd> = {}): BlockEnd => ({
  verdict,
  because,
  lane: gate.prepared.lane,
  reported: gate.last?.outcome?.reported.KUBECONFIG ?? null,
  shellAlive: gate.last?.outcome?.shellAlive ?? true,
  ...more,
});

/** As holdByEngine, without an alarm of its own: what holds the run has said so already. */
export function holdQuietly(deps: RunDeps, live: LiveRun, reason: string, step: string): void {
  endRunOn(live);
  if (live.state.status === "active" && !live.isClosing)
    appendOrKeep(deps, live, [eventOf(live, ENGINE, { type: "run.held", reason, step })]);
}

/** `<= 0.3` as the record keeps it: decimals are words there. */
const comparisonWords = (live: LiveRun, limit: { operator: string; value: number } | undefined): string =>
  limit === undefined ? "" : `${limit.operator} ${decimalOf(live, limit.value)}`;

const capital = (text: string): string => `${text[0]?.toUpperCase() ?? ""}${text.slice(1)}`;
const clockWords = (at: string): string => `${at.slice(11, 19)} UTC`;
