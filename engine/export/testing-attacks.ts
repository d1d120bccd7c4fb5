// Attacks on a launch that is made by hand, each asked of both verifiers. Owns: making the bundle, and what keeping or breaking a rule comes to.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect } from "vitest";
import type { LogId } from "../protocol/index.ts";
import { DANA } from "../record/testing.ts";
import { exportLog } from "./index.ts";
import { bothVerdicts, openPython, type Python, type Verdict } from "./testing-bundle.ts";
import { type Desk, type Launch, staffed, startLaunch } from "./testing-launch.ts";

/** `code`: what both verifiers say of it; an empty list for a control, which verifies. */
export type Attack = [what: string, code: string | string[], play: (of: Desk & { delegation: number }, on: Launch) => void];

/** Opens one Python for the test file that calls this, and ends it with the file. */
export function bothVerifiers() {
  let python: Python;
  beforeAll(() => {
    python = openPython();
  });
  afterAll(() => python.close());
  const ask = (bytes: Buffer): Promise<Verdict> => bothVerdicts(python, bytes);
  const verdictOf = async (of: Desk, log: LogId): Promise<Verdict & { bundle: Buffer }> => {
    const out = join(of.home, "out", "attacked.zip");
    const made = await exportLog(of.store, log, { format: "bundle", out, recordingsDir: join(of.home, "recordings"), actor: DANA });
    if (!made.ok) throw new Error(made.error.message);
    const bundle = readFileSync(out);
    return { ...(await ask(bundle)), bundle };
  };
  return {
    ask,
    verdictOf,
    /** Plays it on a launch of its own, and expects its codes of both, or a launch that verifies. */
    async attack(expected: Attack[1], play: Attack[2]): Promise<void> {
      const own = staffed();
      try {
        const on = startLaunch(own);
        play(own, on);
        const answers = await verdictOf(own, on.log);
        expect(answers.parted).toBe("");
        const wanted = [expected].flat();
        expect(answers.problems).toEqual(wanted.length === 0 ? [] : expect.arrayContaining(wanted));
        expect(answers.verdict).toBe(wanted.length === 0 ? "VERIFIED WITH WARNINGS" : "NOT VERIFIED");
      } finally {
        own.close();
      }
    },
  };
}
