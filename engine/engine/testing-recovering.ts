// A run with recovery clocks in a real shell, on a clock that the test drives. Owns: its text, starting it, walking it. Used by tests only.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { RecoveryView, RehearsalRequest, RunId } from "../protocol/index.ts";
import { drivenClock } from "./testing-clock.ts";
import { openGates } from "./testing-gates.ts";

/** Declares, measures with the probe, goes through `more`, verifies. */
export const recoveryBook = (probe: string, more = "") => `---
title: Recovery
rto: 1h
rpo: 15m
recovery: {declared: "#declare", verified: "#verify", last-write: last-write}
requires: {cluster: false}
---

## Declare

<!-- step: {id: declare} -->

\`\`\`bash
true
\`\`\`

## Restore

<!-- step: {id: restore} -->

\`\`\`bash {name=last-write}
${probe}
\`\`\`
${more}
## Verify

<!-- step: {id: verify} -->

\`\`\`bash
true
\`\`\`
`;

export async function recovering(text: string, rehearsal?: RehearsalRequest) {
  const clock = drivenClock();
  const gates = await openGates(clock);
  onTestFinished(() => gates.bench.close());
  const path = join(gates.bench.home, "recovery.md");
  writeFileSync(path, text);
  const mode = rehearsal === undefined ? ("live" as const) : ("rehearsal" as const);
  const request = { path, mode, contexts: {}, params: {}, placeholders: {}, ...(rehearsal === undefined ? {} : { rehearsal }) };
  const started = await gates.bench.runs.start(gates.bench.who, request);
  if (!started.ok) throw new Error(started.error.message);
  const run = started.value.header.run as RunId;
  gates.follow(run);
  const begin = async (id: string) => {
    const begun = await gates.bench.runs.step(gates.bench.who, run, { step: id, reason: "the test" });
    if (!begun.ok) throw new Error(begun.error.message);
  };
  const done = async (id: string, verdict = "passed") => {
    await begin(id);
    await gates.until(`${id} ${verdict}`, async () => (await gates.step(id)).verdict === verdict);
    await gates.until("its end", async () => (await gates.bench.header(run)).nextAction.kind !== "wait");
  };
  const recovery = async () => (await gates.bench.header(run)).recovery as RecoveryView;
  return { ...gates, run, begin, done, recovery };
}
