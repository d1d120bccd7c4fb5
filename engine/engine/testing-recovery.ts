// What a recovery is held against from outside: a writer that keeps its own book of what was acknowledged, and the times reckoned anew from events.
// Owns: both. Asks nothing of the run's own clocks. Used by tests only.
import { expect, type TestContext } from "vitest";
import type { Postgres } from "../../build/services/index.ts";
import type { StoredEvent } from "../protocol/index.ts";
import type { Walked } from "./testing-procedures.ts";

/** By the clock of this machine, milliseconds: before it was sent, and after the store said yes. */
export type Write = { n: number; sentMs: number; ackedMs: number };
export type Writer = {
  /** Waits until so many are acknowledged in all. */
  atLeast(count: number): Promise<void>;
  /** Waits until so many more are acknowledged than are now. */
  more(count: number): Promise<void>;
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
  const atLeast = async (count: number) => {
    while (done.length < count) {
      if (refusal !== null) throw new Error(`the store refused after ${done.length} writes`, { cause: refusal });
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  };
  return {
    atLeast,
    more: (count) => atLeast(done.length + count),
    async end() {
      isWanted = false;
      await ended;
      return done;
    },
  };
}

/** After how long at most the server hands a segment of its log over. */
export async function archiveEach({ sql }: Postgres, time: string): Promise<void> {
  await sql(`alter system set archive_timeout = '${time}'`);
  await sql("select pg_reload_conf()");
}

/** From here on what is written reaches no archive before the server is gone. */
export const holdArchive = (postgres: Postgres): Promise<void> => archiveEach(postgres, "15min");

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

/**
 * The times as the ends of steps and the recordings have them, with nothing of what the engine reckons of them; and then both must say the
 * same, each on its way.
 */
export async function reckon({ own, printed, view }: Walked, step = "last-write", names = ["last-write"]): Promise<Reckoned> {
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
  // One recording holds the whole step: a line that is nothing but a moment is what a block has measured, in their order.
  const moments = (await printed(step)).split(/\r?\n/).filter((line) => /^(\d{10}|\d{4}-\d\d-\d\dT[\d:.]+Z)\s*$/.test(line));
  expect(moments.length).toBe(names.length);
  for (const [index, block] of names.entries()) {
    const line = moments[index]?.trim() ?? "";
    const atMs = /^\d+$/.test(line) ? Number(line) * 1000 : Date.parse(line);
    lastWrites[block] = { atMs, lostMs: Math.max(0, declaredMs - atMs) };
  }
  const rpoMs = Math.max(...Object.values(lastWrites).map(({ lostMs }) => lostMs));
  const rtoMs = verifiedMs - declaredMs;
  const { recovery } = view.header;
  const said = recovery?.rpo.measured.map((one) => [one.block, one.lostMs]) ?? [];
  expect({ rto: recovery?.rto.ms, rpo: recovery?.rpo.ms, lost: Object.fromEntries(said) }).toEqual({
    rto: rtoMs,
    rpo: rpoMs,
    lost: Object.fromEntries(Object.entries(lastWrites).map(([block, { lostMs }]) => [block, lostMs])),
  });
  expect([recovery?.rto.state, recovery?.rpo.state, recovery?.rpo.missing]).toEqual(["met", "met", []]);
  return { declaredMs, verifiedMs, rtoMs, lastWrites, rpoMs };
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
