// What each block of a walk or a replay shows instead of being run: a recorded take, nothing but a question, or what the instructor has prepared.
// Owns: that choice, the pace, and what is said of it on record. Starts no process; the showing is engine/shell/played.ts.
import type { Block, CanonicalValue, Playing as PlayingView, RehearsalRequest, StepId } from "../protocol/index.ts";
import type { Override } from "../rehearsal/index.ts";
import { createPace, exitWords, judge, type Pace, type Piece, piecesOf, type Script, type ScriptEnd } from "../shell/index.ts";
import type { LiveRun, RunDeps } from "./deps.ts";
import { firstDue, gateSettings, nextDue } from "./gate-settings.ts";
import { type Recorded, type RecordedProbe, readRecorded, type Take, takeFor } from "./recorded.ts";

/** An injected end shows its output first, and ends a little later, as a command would. Milliseconds of recorded time. */
const INJECTED_MS = 1_500;

export type Played = { step: string; attempt: number; block: Block };

/** Of a run in which nothing is run. */
export type Playing = {
  way: "walk" | "replay";
  pace: Pace;
  /** The block is walked through: in a replay, because nothing of it was recorded. */
  isWalked(at: Played): boolean;
  /** What the record says of the block beside its text. Asks nobody: that is done when it begins. */
  data(at: Played): Record<string, CanonicalValue>;
  /** What it shows now. `probe`: which look of a gate, null for a block that is none. */
  script(at: Played, probe: number | null): Script;
};

/** Whether the run is one in which nothing is run: no shell is opened, and no cluster asked. */
export const isPlayedWay = (asked: Pick<RehearsalRequest, "way"> | null): boolean => asked !== null && asked.way !== "sandbox";

/** Null for a live run and for a sandbox. */
export function playingOf(deps: RunDeps, live: LiveRun): Playing | null {
  const facts = live.state.rehearsal;
  if (facts === null || facts.way === "sandbox") return null;
  const { way, source, compress } = facts;
  const pace = createPace({ speed: way === "walk" ? 1 : facts.speed, isPaused: false });
  let read: { recorded: Recorded | null } | null = null;
  const recorded = (): Recorded | null => {
    read ??= { recorded: way === "replay" && source !== null ? readRecorded(deps.past, source.run) : null };
    return read.recorded;
  };
  /** `begun`: it has begun, so that this run of it is counted already. */
  const takeOf = ({ step, block }: Pick<Played, "step" | "block">, begun: boolean): Take | null => {
    const from = recorded();
    const plan = live.plan.byId.get(step)?.step;
    if (from === null || !plan) return null;
    return takeFor(from, plan, { index: block.index, name: block.name }, nth(live, step, block.index) + (begun ? 0 : 1));
  };
  const differs = (step: string): boolean => {
    const now = live.plan.byId.get(step)?.step.sha256;
    return now !== undefined && recorded()?.texts.get(step) !== now;
  };
  /** Looks of a gate that were shown in this attempt, by step and block. */
  const looks = new Map<string, number>();
  const nextLook = ({ step, block, attempt }: Played, take: Take): RecordedProbe | null => {
    const key = `${step}/${block.index}/${attempt}/${nth(live, step, block.index)}`;
    const seen = looks.get(key) ?? looksBefore(deps, live, step, block.index);
    looks.set(key, seen + 1);
    return take.probes[Math.min(seen, take.probes.length - 1)] ?? null;
  };
  const recordedScript = (at: Played, take: Take, probe: number | null): Script => {
    const look = probe === null ? null : nextLook(at, take);
    const part = look ?? take;
    const end = part.end as ScriptEnd;
    const path = deps.past.recording(part.recording);
    const totalMs = part.durationMs ?? 0;
    const { fromBytes, bytes, startMs, durationMs } = part;
    const own = pace.now.speed === 0 ? 0 : Math.max(pace.now.speed, compress);
    return {
      note: probe === null && differs(at.step) ? "The text of this step is another now than the one that was recorded" : "",
      delayMs: 0,
      pieces: path === null ? [] : piecesOf({ path, fromBytes, bytes, startMs, durationMs }),
      totalMs,
      end: { ...end, isRecorded: true },
      ...(probe === null ? {} : { speed: own }),
    };
  };

  /** In a replay every end reads alike, recorded or injected: the team does not see it coming, and the debrief tells them apart. */
  const said = (script: Script): Script => {
    if (way !== "replay") return script;
    const { end } = script;
    return typeof end === "string" ? script : { ...script, end: { ...end, because: `played: ${end.because}` } };
  };

  const plain = (at: Played, probe: number | null): Script => {
    const take = takeOf(at, true);
    return take === null ? walkedScript() : recordedScript(at, take, probe);
  };

  return {
    way,
    pace,
    isWalked: (at) => takeOf(at, false) === null,
    data(at) {
      const take = takeOf(at, false);
      return {
        way: take === null ? "walk" : "replay",
        recorded_at: take?.startedAt ?? null,
        recorded_ms: take?.durationMs ?? null,
        recorded_attempt: take?.attempt ?? null,
        recording: take?.recording ?? "",
        differs: take !== null && differs(at.step),
      };
    },
    script(at, probe) {
      const settings = probe === null && takeOf(at, true) === null ? gateSettings(at.block.options) : null;
      const ask = (n: number | null): Override | null =>
        live.instructor?.override({ step: at.step, block: at.block.index, attempt: at.attempt, probe: n }) ?? null;
      const override = ask(probe);
      if (override !== null) return said(injected(override, at.block, probe, () => plain(at, probe)));
      return said(settings === null ? plain(at, probe) : walkedGate(settings, compress, at.block, ask));
    },
  };
}

/** How often the block has begun in this run. */
const nth = (live: LiveRun, step: string, index: number): number =>
  live.state.steps[live.state.positions.get(step) ?? -1]?.blocks[index]?.attempt ?? 0;

/** After a restart: what the record has of the gate that is under way. */
function looksBefore(deps: RunDeps, live: LiveRun, step: string, index: number): number {
  let count = 0;
  for (const { body } of deps.store.eventsOfType(live.log, ["block.started", "gate.probed"])) {
    if (body.subject.run !== live.run || body.subject.step !== step || body.data["block"] !== index) continue;
    count = body.type === "block.started" ? 0 : count + 1;
  }
  return count;
}

const walkedScript = (): Script => ({ note: "", delayMs: 0, pieces: [], totalMs: 0, end: "word" });

/** A gate that is walked is answered once; but what the instructor has prepared for one of its looks shows itself at its moment. */
function walkedGate(
  settings: NonNullable<ReturnType<typeof gateSettings>>,
  compress: number,
  block: Block,
  ask: (probe: number) => Override | null,
): Script {
  const script = walkedScript();
  async function* looks(): AsyncGenerator<Piece> {
    let due = firstDue(settings);
    for (let n = 1; ; n += 1) {
      yield { atMs: due / compress, text: "" };
      const override = ask(n);
      if (override !== null && override.kind !== "slow") {
        const shown = injected(override, block, n, walkedScript);
        for (const { text } of shown.pieces as Piece[]) yield { atMs: due / compress, text };
        if (shown.end !== "word") {
          script.end = shown.end === "never" ? "never" : { ...shown.end, because: `look ${n}: ${shown.end.because}` };
          return;
        }
      }
      const next = nextDue(settings, due, due);
      if (next === null) return;
      due = next.due;
    }
  }
  script.pieces = looks();
  return script;
}

/** What the instructor has instead; `plain` is what would have been shown. */
function injected(override: Override, block: Block, probe: number | null, plain: () => Script): Script {
  if (override.kind === "slow") {
    const script = plain();
    return { ...script, delayMs: script.delayMs + override.byMs };
  }
  const output = override.kind === "reads" ? `${override.value}\n` : override.output;
  const text = output === "" || output.endsWith("\n") ? output : `${output}\n`;
  const pieces: Piece[] = text === "" ? [] : [{ atMs: 0, text: text.replace(/\r?\n/g, "\r\n") }];
  const base = { note: "", delayMs: 0, pieces, totalMs: INJECTED_MS };
  if (override.kind === "hangs") return { ...base, end: "never" };
  const { exitCode } = override;
  const end = { kind: "exit" as const, exitCode, signal: null, pipeStatus: [exitCode] };
  if (override.kind === "fails") return { ...base, end: { ...end, verdict: "failed", because: exitWords(exitCode || 1) } };
  const would = plain();
  // In a walk nobody but the person reads what it says.
  if (would.end === "word" && probe === null) return { ...would, pieces, totalMs: 0 };
  const { match, expect } = block.options;
  const judged = judge({
    exitCode,
    text,
    match: probe === null && match ? new RegExp(match.source, match.flags) : null,
    expect: probe === null ? (expect ?? null) : null,
  });
  return { ...base, end: { ...end, verdict: judged.verdict === "skipped" ? "unknown" : judged.verdict, because: judged.because } };
}

/** What plays now, for the header. */
export function playingNow(deps: RunDeps, live: LiveRun): PlayingView[] {
  if (live.playing === null) return [];
  const at = new Date(deps.ports.clock.now()).toISOString();
  const { isPaused } = live.playing.pace.now;
  return [...live.lanes].flatMap(({ id, played, shows }) => {
    const progress = played?.progress() ?? null;
    if (progress === null || shows === undefined) return [];
    return [{ terminal: id, step: shows.step as StepId, block: shows.block, ...progress, at, isPaused }];
  });
}
