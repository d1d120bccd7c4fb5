// A soak: the wait of a step after its commands, counted by a clock that nobody sets. Owns: its start, its end, what interrupts it.
// Does not end the step: that is given as `done`. How a person goes on is gate-commands.ts.
import type { SoakState, StepId } from "../protocol/index.ts";
import { compressed, compressedData, compressionOf } from "./compress.ts";
import type { LiveRun, RunDeps, Who } from "./deps.ts";
import { gapSince, holdQuietly, type Resuming } from "./gates.ts";
import { append, appendOrKeep, ENGINE, eventOf } from "./live.ts";
import { createRunClock, createWaiting, LOOK_EVERY_MS, type Moment, spanWords, waitUntil } from "./run-clock.ts";

export type Soaking = {
  step: string;
  attempt: number;
  /** Ends the step; the words say how it soaked. */
  done(words: string): Promise<void>;
};

const keyOf = ({ step }: Soaking): string => `${step}/soak`;
export const soakNow = (live: LiveRun, step: string): SoakState | undefined => live.state.steps[live.state.positions.get(step) ?? -1]?.soak;

/** Begins the soak of `textMs`; it goes on behind. False where its start could not be recorded: the step stays open. */
export function startSoak(deps: RunDeps, live: LiveRun, who: Who, soaking: Soaking, textMs: number): boolean {
  const { step, attempt } = soaking;
  const compress = compressionOf(live);
  const ms = compressed(textMs, compress);
  const until = new Date(deps.ports.clock.now() + ms).toISOString();
  const began = append(deps, live, [
    eventOf(live, who.actor, {
      type: "soak.started",
      step,
      attempt,
      data: { until, ms, ...compressedData(compress, { text_ms: textMs }) },
    }),
  ]);
  if (began.ok) goOn(deps, live, soaking, ms, 0);
  return began.ok;
}

/** Goes on with a soak that was interrupted, from its start or with the time in between counted. */
export function resumeSoak(deps: RunDeps, live: LiveRun, who: Who, soaking: Soaking, { how, reason }: Resuming): void {
  const { step, attempt } = soaking;
  const soak = soakNow(live, step);
  if (soak === undefined) return;
  const gap = gapSince(deps, live, keyOf(soaking), soak.elapsedAt);
  const elapsedMs = how === "restart" ? 0 : Math.min(soak.ms, soak.elapsedMs + gap.ms);
  const written = append(deps, live, [
    eventOf(live, ENGINE, { type: "soak.gap", step, attempt, data: { ...gap, why: soak.interruptedBecause } }),
    eventOf(live, who.actor, {
      type: "soak.resumed",
      step,
      attempt,
      ...(reason === "" ? {} : { reason }),
      data: { how, elapsed_ms: elapsedMs },
    }),
  ]);
  if (written.ok) goOn(deps, live, soaking, soak.ms, elapsedMs);
}

/** What is under way of the step's soak; nothing where it does not soak. */
export const soakOf = (live: LiveRun, step: string): Promise<void> => live.soaks.get(step) ?? Promise.resolve();

function goOn(deps: RunDeps, live: LiveRun, soaking: Soaking, ms: number, elapsedMs: number): void {
  const waiting = createWaiting(soaking.step, null);
  live.waits.add(waiting);
  if (live.isClosing) waiting.stop({ how: "closing", by: "" });
  const clock = createRunClock(deps.ports, elapsedMs);
  live.measuredAt.set(keyOf(soaking), deps.ports.clock.monotonicNs());
  const work = waitUntil(deps.ports, clock, ms, 2 * LOOK_EVERY_MS, waiting)
    .then(async (woken) => {
      if (woken === null || waiting.stopped?.how === "early") {
        if (woken === null) recordEnd(deps, live, soaking, ms);
        const soak = soakNow(live, soaking.step);
        await soaking.done(woken === null ? `soaked for ${spanWords(ms)}${textWords(soak)}` : earlyWords(soak));
        if (woken === null)
          deps.notify.alarm(live.run, soaking.step as StepId, "info", "A soak has ended", `It waited ${spanWords(ms)}, to the end.`);
      } else {
        if (waiting.stopped !== null) clock.mark();
        interrupt(deps, live, soaking, waiting.stopped === null ? woken : "Holdpoint was closed, or the run ended", clock.good());
      }
    })
    .finally(() => {
      live.waits.delete(waiting);
      live.soaks.delete(soaking.step);
      deps.notify.changed(live.run, soaking.step as StepId);
    });
  live.soaks.set(soaking.step, work);
}

function recordEnd(deps: RunDeps, live: LiveRun, { step, attempt }: Soaking, elapsedMs: number) {
  appendOrKeep(deps, live, [eventOf(live, ENGINE, { type: "soak.ended", step, attempt, data: { early: false, elapsed_ms: elapsedMs } })]);
}

/** What `run.endSoak` puts on record; a soak that is under way is then stopped, one that stands interrupted ends its step at once. */
export function endEarly(deps: RunDeps, live: LiveRun, who: Who, at: { step: string; attempt: number }, reason: string) {
  const soak = soakNow(live, at.step);
  const measured = live.measuredAt.get(`${at.step}/soak`);
  const more = soak?.state === "soaking" && measured !== undefined ? Number((deps.ports.clock.monotonicNs() - measured) / 1_000_000n) : 0;
  return append(deps, live, [
    eventOf(live, who.actor, {
      type: "soak.ended",
      ...at,
      reason,
      data: { early: true, elapsed_ms: Math.round((soak?.elapsedMs ?? 0) + more) },
    }),
  ]);
}

export function earlyWords(soak: SoakState | undefined): string {
  if (!soak?.early) return "its soak was ended early";
  return `its soak was ended after ${spanWords(soak.elapsedMs)} of ${spanWords(soak.ms)}${textWords(soak)} by ${soak.early.by}: ${soak.early.reason}`;
}

/** Of a compressed one: the time of the text, so that nobody takes the short one for it. */
const textWords = (soak: SoakState | undefined): string =>
  soak?.text === undefined ? "" : ` (${spanWords(soak.text.ms)} compressed by ${soak.text.compress})`;

function interrupt(deps: RunDeps, live: LiveRun, { step, attempt }: Soaking, why: string, good: Moment) {
  appendOrKeep(deps, live, [
    eventOf(live, ENGINE, { type: "soak.interrupted", step, attempt, data: { why, since: good.at, elapsed_ms: good.elapsedMs } }),
  ]);
  live.measuredAt.set(`${step}/soak`, good.ns);
  if (!live.isClosing) deps.notify.alarm(live.run, step as StepId, "warn", "A soak was interrupted", `${why}. The run is on hold.`);
  holdQuietly(deps, live, `The soak was interrupted: ${why}.`, step);
}
