// A data disk that is full: what stands still, what is said, and what is written once there is space again.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { runbookOf } from "./testing.ts";
import { ownRuns } from "./testing-runs.ts";

it("dispatches nothing while the disk is full, keeps the end it could not write, and writes it before it goes on", async () => {
  const own = await ownRuns();
  const go = join(own.home, "go");
  const run = await own.start(
    runbookOf({ a: `until test -e ${go}; do sleep 0.05; done; head -c 3000 /dev/zero | tr '\\0' x`, b: `echo ran > ${own.home}/b-ran` }),
  );
  expect((await own.runs.step(own.who, run, { step: "a" })).ok).toBe(true);
  own.fill();
  writeFileSync(go, "");
  await expect.poll(async () => (await own.header(run)).status, { timeout: 20_000 }).toBe("held");
  const held = await own.header(run);
  expect(held.nextAction).toMatchObject({ kind: "resume" });
  expect(held.nextAction.detail).toContain("full");
  expect(own.alarms).toContain("The record cannot be written");
  const refused = await own.runs.step(own.who, run, { step: "b" });
  expect(refused.ok ? "ok" : refused.error.code).toBe("disk-full");
  const stillFull = await own.runs.resume(own.who, run, {});
  expect(stillFull.ok ? "ok" : stillFull.error.code).toBe("disk-full");
  own.free();
  expect((await own.runs.resume(own.who, run, {})).ok).toBe(true);
  const { log } = await own.header(run);
  const ends = own.store.eventsOfType(log, ["block.ended", "step.ended"]).map(({ body }) => [body.type, body.outcome]);
  expect(ends).toEqual([
    ["block.ended", "passed"],
    ["step.ended", "passed"],
  ]);
  expect((await own.runs.step(own.who, run, { step: "b" })).ok).toBe(true);
  await expect.poll(async () => (await own.header(run)).nextAction.kind, { timeout: 20_000 }).toBe("finish");
  await own.close();
});
