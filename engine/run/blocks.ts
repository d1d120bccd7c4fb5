// One block of a step: prepared, started on record, run, ended on record.
// Owns: the order "record, then run" and what a block's end says. Does not decide what comes after it: that is drive.ts.
import { createHash } from "node:crypto";
import { type Block, fail, ok, type Result, type ShellKind, type Verdict } from "../protocol/index.ts";
import type { BlockOutcome, BlockToRun, Recording, RunningBlock } from "../shell/index.ts";
import type { LaneShell, LiveRun, RunDeps, Who } from "./deps.ts";
import { readAttempts, refuseWaysOut } from "./guard.ts";
import { sentText } from "./injected.ts";
import { laneNowOf } from "./lanes.ts";
import { append, appendOrKeep, type Draft, eventOf, placeholderValues, wholeMs } from "./live.ts";
import { proveBefore } from "./pins.ts";
import { recordingOf } from "./recordings.ts";
import { measureOf } from "./recovery.ts";
import { blockDirectory, clusterOf, ensureShell, kubeconfigOf, placeOf, shellKey, variablesFor } from "./shells.ts";
import { askObjects, recordObjects } from "./watching.ts";

/** A shell with slow rc files has its first prompt by then; milliseconds. After it, something typed by hand is in the way. */
const PROMPT_MS = 30_000;

/** Something short that was typed by hand may end meanwhile, milliseconds; a person would not wait longer to be told. */
const HAND_MS = 1_000;

export type BlockRequest = {
  step: string;
  block: Block;
  who: Who;
  /** The event that begins the attempt, when this block is its first. */
  begin: Draft | null;
  attempt: number;
  nested: boolean;
  asShell: string | null;
  /** Lanes proved since this dispatch began: each is asked once. */
  proved: Set<LaneShell>;
  /** `cancels` of the lane when this was asked for. */
  cancels: number;
  /** A recheck: it only looks, and runs in a held run too. */
  whileHeld?: boolean;
  /** Step whose cluster it runs on, where that is another one. */
  on?: string;
  /** Called when the start is on record and the shell has the block, or when the step begins to wait for its cluster. */
  onBegun(): void;
};
export type BlockEnd = {
  verdict: Verdict;
  because: string;
  lane: LaneShell;
  reported: string | null;
  shellAlive: boolean;
  /** A gate that was interrupted: it has not ended, and a person says how it goes on. */
  isInterrupted?: true;
  /** A job that this engine let go: it has not ended, and nothing is recorded of it. */
  isDetached?: true;
  /** A gate that failed: the run is held, and this is said of it. */
  alarm?: { title: string; detail: string };
};

/** A block that can be sent: its text filled, a shell that is idle on a proved cluster, its recording open. */
export type Prepared = {
  lane: LaneShell;
  kind: ShellKind;
  filled: string;
  text: string;
  label: string;
  recording: Recording;
  path: string;
};

export async function prepareBlock(deps: RunDeps, live: LiveRun, request: BlockRequest): Promise<Result<Prepared>> {
  const { step, block } = request;
  const prepared = await prepareText(deps, live, request);
  if (!prepared.ok) return prepared;
  const recorded = recordingOf(deps, live, step, request.attempt, block.options.background === true ? block.index : null);
  return recorded.ok ? ok({ ...prepared.value, ...recorded.value }) : recorded;
}

/** As prepareBlock, without a recording: a job writes its own. */
export async function prepareText(
  deps: RunDeps,
  live: LiveRun,
  request: BlockRequest,
): Promise<Result<Omit<Prepared, "recording" | "path">>> {
  const { step, block } = request;
  const sent = request.asShell === null ? block : asShellBlock(block);
  const given = sent === null ? ok(block.text) : deps.documents.fillPlaceholders(sent, placeholderValues(live), live.plan.document.params);
  // Where nothing is run, a name that has no value yet is read as it stands.
  const filled = given.ok || live.playing === null ? given : ok(block.text);
  if (!filled.ok) return filled;
  const kind: ShellKind = block.shell ?? live.plan.document.shell ?? "bash";
  const ready = await readyShell(deps, live, request, kind);
  if (!ready.ok) return ready;
  const refused = refuseWaysOut(deps, live, ready.value, request.on ?? step, block, filled.value);
  if (!refused.ok) return refused;
  // A cancel, a hold, an abort or the engine's end may have come while the shell opened.
  if (laneNowOf(live, step).cancels !== request.cancels)
    return fail("conflict", "The command was cancelled before it began; it was not started.");
  if (live.isClosing || (live.state.status !== "active" && request.whileHeld !== true) || live.problem !== null)
    return fail("conflict", "The run was held before the command began; it was not started.");
  const number = live.plan.byId.get(step)?.step.number ?? "";
  return ok({
    lane: ready.value,
    kind,
    filled: filled.value,
    text: live.redactor.redactText(filled.value),
    label: [number, request.asShell === null ? (block.name ?? "") : "run as shell"].filter((part) => part !== "").join(" · "),
  });
}

/** Puts the start on record, and that of the attempt where this is its first block. `more`: what goes into the same transaction. */
export function recordStart(
  deps: RunDeps,
  live: LiveRun,
  request: BlockRequest,
  prepared: Omit<Prepared, "recording">,
  more: Draft[] = [],
): Result<null> {
  const { step, block, who } = request;
  const { lane, text } = prepared;
  const began = append(deps, live, [
    ...(request.begin === null ? [] : [eventOf(live, who.actor, request.begin)]),
    eventOf(live, who.actor, {
      type: "block.started",
      step,
      attempt: request.attempt,
      cluster: lane.cluster,
      ...(request.asShell === null ? {} : { reason: request.asShell }),
      data: {
        block: block.index,
        label: prepared.label,
        text,
        // Of the redacted text: a hash of the real one would let a short secret be guessed.
        text_sha256: createHash("sha256").update(text).digest("hex"),
        shell: prepared.kind,
        interpreter: block.interpreter,
        cwd: blockDirectory(live, block.options.cwd) ?? lane.cwd ?? "",
        terminal: lane.id,
        recording: prepared.path,
        timeout_ms: block.options.timeoutMs ?? null,
        typed_into_nested: request.nested,
        background: block.options.background === true,
        as_shell: request.asShell !== null,
        ...(live.playing === null ? {} : { played: live.playing.data(request) }),
      },
    }),
    ...more.map((draft) => eventOf(live, who.actor, draft)),
  ]);
  if (began.ok && request.begin !== null) live.begun.set(step, deps.ports.clock.monotonicNs());
  return began;
}

type Judging = Pick<BlockToRun, "label" | "timeoutMs" | "match" | "expect">;

/** Gives the shell the text; `probe`: which look of a gate it is. */
export function sendBlock(
  deps: RunDeps,
  live: LiveRun,
  request: BlockRequest,
  prepared: Prepared,
  judging: Judging,
  probe: number | null = null,
): RunningBlock {
  const { block } = request;
  prepared.lane.shows = { step: request.step, block: block.index };
  const { environment, hasSecrets } = variablesFor(live);
  const running = prepared.lane.session.run({
    ...judging,
    ...sentText(deps, live, request, prepared.filled, probe),
    hasSecrets,
    recording: prepared.recording,
    cwd: blockDirectory(live, block.options.cwd),
    environment,
    typeIntoNested: request.nested,
    ...(live.playing === null ? {} : { script: live.playing.script(request, probe) }),
  });
  prepared.lane.accepted = running.accepted;
  return running;
}

/** Runs a block to its end. Fails where it could not begin: nothing was run then. */
export async function runBlock(deps: RunDeps, live: LiveRun, request: BlockRequest): Promise<Result<BlockEnd>> {
  const { options } = request.block;
  const prepared = await prepareBlock(deps, live, request);
  if (!prepared.ok) return prepared;
  const began = recordStart(deps, live, request, prepared.value);
  if (!began.ok) return began;
  const running = sendBlock(deps, live, request, prepared.value, {
    label: prepared.value.label,
    timeoutMs: options.timeoutMs ?? null,
    match: options.match ? new RegExp(options.match.source, options.match.flags) : null,
    expect: options.expect ?? null,
  });
  request.onBegun();
  const outcome = await running.ended;
  const end = recordEnd(deps, live, request, prepared.value.lane, outcome, prepared.value.path);
  return ok(live.playing !== null && options.gate !== undefined ? walkedGateEnd(live, request, end) : end);
}

/** A gate that failed holds the run, also where it was only walked through. */
function walkedGateEnd(live: LiveRun, { block, step }: BlockRequest, end: BlockEnd): BlockEnd {
  if (end.verdict !== "failed") return end;
  const name = block.name ?? `of step ${live.plan.byId.get(step)?.step.number ?? step}`;
  return { ...end, alarm: { title: live.redactor.redactText(`Gate ${name} failed`), detail: `${end.because}. The run is on hold.` } };
}

/** A fence without a language as "run as shell" sends it; null for a text that was parsed before that was known. */
export function asShellBlock(block: Block): Block | null {
  return block.asShell === undefined ? null : { ...block, ...block.asShell };
}

/** A shell that is idle, on a cluster that was proved. */
export async function readyShell(deps: RunDeps, live: LiveRun, request: BlockRequest, kind: ShellKind): Promise<Result<LaneShell>> {
  const place = { ...placeOf(live, request.step, kind), ...(request.on === undefined ? {} : { cluster: clusterOf(live, request.on) }) };
  const opened = await ensureShell(deps, live, place, request.block.options.background === true);
  if (!opened.ok) return opened;
  const lane = opened.value;
  if (lane.session.activity() === "starting") await lane.session.ready(PROMPT_MS);
  else if (lane.session.activity() === "hand") await lane.session.ready(HAND_MS);
  const activity = lane.session.activity();
  if (!request.nested && activity !== "idle")
    return fail(
      "busy",
      `The terminal ${lane.id} is busy with ${activity === "hand" ? "a command typed by hand" : "another command"}. End it there, then run the step.`,
    );
  if (request.nested && live.playing !== null)
    return fail("conflict", "Nothing is run here, so nothing can be typed into a nested shell. Run the step the ordinary way.");
  if (request.nested && activity !== "block")
    return fail("conflict", "No command is running that could have opened a nested shell. Run the step the ordinary way.");
  if (request.proved.has(lane)) return opened;
  // A look changes nothing, and two shells on one cluster have one before.
  const isKnown = request.whileHeld === true || [...request.proved].some(({ cluster }) => cluster === lane.cluster);
  const asking = isKnown ? null : askObjects(deps, live, lane, request.step);
  const proof = await proveBefore(deps, live, lane, request.step, request.nested, request.onBegun, request.whileHeld);
  if (!proof.ok) return proof;
  await recordObjects(deps, live, lane, { step: request.step, attempt: request.attempt, when: "before" }, asking);
  request.proved.add(lane);
  return opened;
}

/** Puts an end on record, with the value that it captured. `more`: what goes into the same transaction. */
export function recordEnd(
  deps: RunDeps,
  live: LiveRun,
  request: Pick<BlockRequest, "step" | "block" | "who" | "attempt">,
  lane: LaneShell,
  outcome: BlockOutcome,
  path: string,
  more: Draft[] = [],
): BlockEnd {
  const { step, block, who, attempt } = request;
  readAttempts(deps, live, lane);
  const pin = live.pins.get(lane.cluster);
  const reported = outcome.reported.KUBECONFIG ?? null;
  lane.cwd = outcome.cwd ?? lane.cwd;
  const taken = takenFrom(deps, live, request, outcome);
  // Whoever waited did so no longer: that the interrupt ended it says nothing of what it had done by then.
  const givenUp = outcome.kind === "cancelled" ? lane.givenUp : null;
  lane.givenUp = null;
  const because = taken.problem ?? givenUp ?? `${outcome.because}${saidBy(live, outcome)}`;
  const verdict: Verdict = taken.problem !== null ? "failed" : givenUp !== null ? "unknown" : outcome.verdict;
  const planned = live.plan.byId.get(step)?.step;
  const at = { step, attempt, cluster: lane.cluster };
  const events = [
    eventOf(live, who.actor, {
      type: "block.ended",
      ...at,
      outcome: verdict,
      data: {
        block: block.index,
        kind: outcome.kind,
        exit_code: outcome.exitCode,
        pipe_status: outcome.pipeStatus,
        signal: outcome.signal,
        because,
        duration_ms: wholeMs(outcome.durationMs),
        planned_ms: planned?.blocks.filter((one) => one.runnable).length === 1 ? planned.directive.plannedMs : null,
        bytes: outcome.bytes,
        last_number: decimalOf(live, outcome.lastNumber),
        output_sha256: outcome.outputSha256,
        invalid_bytes: outcome.invalidBytes,
        redactions: outcome.redactions,
        recording: path,
        principal: pin?.view().principal?.username ?? "",
        kubeconfig_ok: reported === null ? null : reported === kubeconfigOf(live, lane),
      },
    }),
  ];
  events.push(...[...taken.drafts, ...more].map((draft) => eventOf(live, who.actor, { ...at, ...draft })));
  appendOrKeep(deps, live, events);
  noteHandOver(live, lane, outcome);
  return { verdict, because, lane, reported, shellAlive: outcome.shellAlive };
}

/** What a shell that ended by `exit` left for its successor. */
export function noteHandOver(live: LiveRun, lane: LaneShell, outcome: BlockOutcome): void {
  if (outcome.shellAlive) return;
  const why = outcome.handOver
    ? `the step ended its shell with exit ${outcome.exitCode ?? "?"}; directory and exported variables were handed over`
    : "the shell before it is gone; its variables and directory are lost";
  live.handOvers.set(shellKey(lane), { from: outcome.handOver, cwd: null, why });
}

/** The last number that was printed, in plain decimal digits: the record holds whole numbers only. "" for none, or where it is part of a secret. */
export function decimalOf(live: LiveRun, value: number | null): string {
  if (value === null || !Number.isFinite(value)) return "";
  const plain = String(value);
  const text = plain.includes("e") ? value.toLocaleString("en-US", { useGrouping: false, maximumFractionDigits: 20 }) : plain;
  return live.redactor.redactText(text) === text ? text : "";
}

/** Longest last line of a failed check that goes into its reason. Characters; a person reads it beside the item. */
const MOST_SAID = 200;
/**
 * A check of an item that failed says why in its last line ("The parameter API_URL is not set"): that is what whoever answers the item has
 * to know, and a code alone sends them to the recording. Redacted, as everything that is recorded.
 */
function saidBy(live: LiveRun, outcome: BlockOutcome): string {
  if (!live.state.isChecks || outcome.kind !== "exit" || outcome.verdict !== "failed" || outcome.lastLine === null) return "";
  const said = live.redactor.redactText(outcome.lastLine);
  return `: ${said.length > MOST_SAID ? `${said.slice(0, MOST_SAID)}…` : said.replace(/\.$/, "")}`;
}

/** What the end of a block puts on record beside it: a value, the moment of a last write; or why the block has failed for want of one. */
export function takenFrom(
  deps: RunDeps,
  live: LiveRun,
  request: Pick<BlockRequest, "step" | "block" | "attempt">,
  outcome: BlockOutcome,
): { drafts: Draft[]; problem: string | null } {
  const captured = captureOf(live, request, outcome);
  const measured = measureOf(deps, live, request, outcome);
  const problem = captured.problem ?? measured.problem;
  if (problem !== null) return { drafts: [], problem };
  const value: Draft[] =
    captured.value === null ? [] : [{ type: "value.captured", data: { block: request.block.index, ...captured.value } }];
  return { drafts: [...value, ...(measured.draft === null ? [] : [measured.draft])], problem };
}

/** The last line of a passed block becomes a value; a block that promises one and prints nothing has failed. */
function captureOf(
  live: LiveRun,
  { block }: Pick<BlockRequest, "block">,
  outcome: BlockOutcome,
): { value: { name: string; value: string } | null; problem: string | null } {
  const name = block.options.capture;
  if (name === undefined || outcome.verdict !== "passed") return { value: null, problem: null };
  // Nothing was run: what it would have printed may be said, and may be left out.
  if (outcome.kind === "walked" && outcome.lastLine === null) return { value: null, problem: null };
  if (outcome.lastLine === null || outcome.lastLine === "")
    return { value: null, problem: `nothing was printed, so ${name} has no value (capture=${name})` };
  if (live.redactor.redactText(outcome.lastLine) !== outcome.lastLine)
    return { value: null, problem: `its last line holds a secret, which capture=${name} would write into the record` };
  return { value: { name, value: outcome.lastLine }, problem: null };
}
