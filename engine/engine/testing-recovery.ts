// What a recovery is held against from outside: a writer that keeps its own book of what was acknowledged, and the times reckoned anew from events.
// Owns: both. Asks nothing of the run's own clocks. Used by tests only.
import { expect, type TestContext } from "vitest";
import type { StoredEvent } from "../protocol/index.ts";
import type { Walked } from "./testing-procedures.ts";

/** By the clock of this machine, milliseconds: before it was sent, and after the store said yes. */
export type Write = { n: number; sentMs: number; ackedMs: number };
export type Writer = {
  /** Waits until so many are acknowledged in all. */
  atLeast(count: number): Promise<void>;
  /** All that were acknowledged, once the store has refused or the writer was ended. */
  end(): Promise<Write[]>;
};

/** Between two writes, so that the two cores are left to others. */
const PAUSE_MS = 40;

/** Writes one after the other until the store is gone. */
export function startWriter(write: (n: number) => Promise<unknown>): Writer {
  const done: Write[] = [];
  let isWanted = true;
  let refusal: unknown = null;
  const loop = async () => {
    for (let n = 1; isWanted; n += 1) {
      const sentMs = Date.now();
      try {
        await write(n);
      } catch (error) {
        refusal = error;
        return;
      }
      done.push({ n, sentMs, ackedMs: Date.now() });
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  };
  const ended = loop();
  return {
    async atLeast(count) {
      while (done.length < count) {
        if (refusal !== null) throw new Error(`the store refused after ${done.length} writes`, { cause: refusal });
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      }
    },
    async end() {
      isWanted = false;
      await ended;
      return done;
    },
  };
}

/** Kept and lost of what a writer had acknowledged. Throws where a hole is in what was kept: a store comes back to one moment, not to several. */
export function divide(writes: Write[], kept: number[]): { last: Write; lost: Write[] } {
  const there = new Set(kept);
  const last = writes.filter(({ n }) => there.has(n)).at(-1);
  if (!last) throw new Error("nothing of what was written came back");
  const holes = writes.filter(({ n }) => n < last.n && !there.has(n));
  if (holes.length > 0) throw new Error(`lost before the last one that is there: ${holes.map(({ n }) => n).join(", ")}`);
  return { last, lost: writes.filter(({ n }) => n > last.n) };
}

export type Reckoned = {
  /** Passed ends of the steps `declare` and `verified`. */
  declaredMs: number;
  verifiedMs: number;
  rtoMs: number;
  /** By block that measured: the moment itself, and how long before the declaration it lies. */
  lastWrites: Record<string, { atMs: number; lostMs: number }>;
  rpoMs: number;
};

/** The times as events and recordings have them, with nothing of what the engine reckons of them. */
export async function reckon({ own, printed }: Walked, step = "last-write", names = ["last-write"]): Promise<Reckoned> {
  const events = await own.events();
  const endOf = (step: string): number => {
    const passed = events.filter((event) => event.body.type === "step.ended" && isOf(event, step) && event.body.outcome === "passed");
    const at = passed.at(-1)?.body.ts_utc;
    if (at === undefined) throw new Error(`${step} has not passed`);
    return Date.parse(at);
  };
  const declaredMs = endOf("declare");
  const verifiedMs = endOf("verified");
  const lastWrites: Reckoned["lastWrites"] = {};
  for (const [index, block] of names.entries()) {
    const line = (await printed(step, index)).trim().split(/\r?\n/).at(-1)?.trim() ?? "";
    const atMs = /^\d+$/.test(line) ? Number(line) * 1000 : Date.parse(line);
    if (!Number.isFinite(atMs)) throw new Error(`${block} printed no moment: ${line}`);
    lastWrites[block] = { atMs, lostMs: Math.max(0, declaredMs - atMs) };
  }
  const rpoMs = Math.max(...Object.values(lastWrites).map(({ lostMs }) => lostMs));
  return { declaredMs, verifiedMs, rtoMs: verifiedMs - declaredMs, lastWrites, rpoMs };
}

const isOf = (event: StoredEvent, step: string): boolean => event.body.subject.step === step;

export const HOUR = 3_600_000;

/** Measured beside promised, in the test's own line of the report. */
export async function note(
  { annotate }: TestContext,
  what: string,
  { rtoMs, rpoMs }: Reckoned,
  rto: number,
  rpo: number,
  more = "",
): Promise<void> {
  const of = (ms: number, limit: number) => `${(ms / 1000).toFixed(1)} s of ${limit / 1000} s`;
  await annotate(`${what}: recovery time ${of(rtoMs, rto)}, lost ${of(rpoMs, rpo)}${more}`);
  expect(rtoMs).toBeLessThanOrEqual(rto);
  expect(rpoMs).toBeLessThanOrEqual(rpo);
}
