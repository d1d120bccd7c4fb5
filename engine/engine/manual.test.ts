// Files and pictures on a check, and work done elsewhere: bound by hash, transcribed by name, and taken by both verifiers.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bothVerdicts, openPython, type Python } from "../export/testing-bundle.ts";
import { type Bench, openBench } from "./testing.ts";

const PNG = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", "base64");
const TEXT = `---
title: By hand
requires: {cluster: false}
params:
  - {name: TOKEN, type: secret}
  - {name: WEIGHT, type: int, default: 10}
---

## Board

<!-- step: {id: board} -->

- [ ] The board <!-- check: {value: picture} -->
- [ ] The vendor's log <!-- check: {value: file} -->

## Freeze

<!-- step: {id: freeze, opens: ci-freeze, by: 30m} -->

Freeze CI in its console.

## Apply

<!-- step: {id: apply} -->

\`\`\`bash {recheck=applied}
kill -9 $$
\`\`\`

\`\`\`bash {name=applied}
echo partial
\`\`\`

## Thaw

<!-- step: {id: thaw, closes: ci-freeze} -->

\`\`\`bash
echo thawed
\`\`\`
`;

let bench: Bench;
let python: Python;
beforeAll(async () => {
  bench = await openBench();
  python = openPython();
});
afterAll(async () => {
  python.close();
  await bench.remove();
});

const file = (name: string, bytes: Buffer | string, mediaType = "application/octet-stream") => ({
  name,
  mediaType,
  base64: Buffer.from(bytes).toString("base64"),
});
const start = () => bench.start(TEXT, { params: { TOKEN: "very-secret-value" } });
const entry = {
  performedBy: "Ines Okafor",
  place: "CI console",
  claimedAt: "2026-03-01T01:30:00.000Z",
  outcome: "passed" as const,
  note: "frozen by hand",
};

describe("files on checks, and work done elsewhere", () => {
  test("a picture is one by its bytes, a file is whole and holds no secret, and both are read back as they were", async () => {
    const run = await start();
    const check = (index: number, given?: ReturnType<typeof file>) =>
      bench.ask("run.check", { run: run.run, step: "board" as never, check: index, ...(given ? { file: given } : {}) });
    expect(await check(0)).toMatchObject({ ok: false, error: { code: "invalid-params" } });
    expect(await check(0, file("board.png", "<svg onload=x>", "image/png"))).toMatchObject({
      ok: false,
      error: { code: "invalid-params" },
    });
    expect(await check(0, file("board.png", ""))).toMatchObject({ ok: false, error: { code: "invalid-params" } });
    expect(await check(0, file("board.png", PNG, "text/plain"))).toMatchObject({ ok: true });
    expect(await check(1, file("vendor.log", "it said very-secret-value\n", "text/plain"))).toMatchObject({ ok: false });
    expect(await check(1, file("vendor.log", "all quiet\n", "text/plain"))).toMatchObject({ ok: true });
    const step = await run.step("board");
    expect(step.verdict).toBe("passed");
    const sha256 = createHash("sha256").update(PNG).digest("hex");
    const picture = step.checks[0]?.attachment;
    expect(picture).toMatchObject({ name: "board.png", mediaType: "image/png", bytes: PNG.length, sha256 });
    const payload = await bench.call("run.payload", { run: run.run, seq: picture?.seq ?? 0 });
    expect(payload).toEqual({ mediaType: "image/png", base64: PNG.toString("base64") });
    expect(await bench.ask("run.payload", { run: run.run, seq: 1 })).toMatchObject({ ok: false, error: { code: "not-found" } });
  });

  test("what was done elsewhere carries who did it, who wrote it down, when it is said to have been and when it was entered", async () => {
    const run = await start();
    const manual = (more = {}) => bench.ask("run.manual", { run: run.run, step: "board" as never, ...entry, ...more });
    expect(await manual({ step: "freeze" })).toMatchObject({ ok: false, error: { code: "reason-needed" } });
    expect(await manual({ note: "  " })).toMatchObject({ ok: false, error: { code: "invalid-params" } });
    expect(await manual({ performedBy: "" })).toMatchObject({ ok: false, error: { code: "invalid-params" } });
    expect(await manual({ claimedAt: "yesterday" })).toMatchObject({ ok: false, error: { code: "invalid-params" } });
    expect(await manual({ claimedAt: "2999-01-01T00:00:00Z" })).toMatchObject({ ok: false, error: { code: "invalid-params" } });
    expect(await manual({ value: "0.2", file: file("photo.png", PNG) })).toMatchObject({ ok: true });
    const step = await run.step("board");
    expect(step).toMatchObject({ status: "done", verdict: "passed" });
    expect(step.because).toBe(
      "transcribed: done elsewhere by Ines Okafor at 2026-03-01T01:30:00.000Z (CI console), recorded by Dana Mercer",
    );
    expect(step.manual).toMatchObject({ performedBy: "Ines Okafor", recordedBy: "Dana Mercer", claimedAt: entry.claimedAt, value: "0.2" });
    expect(Date.parse(step.manual?.enteredAt ?? "")).toBeGreaterThan(Date.parse(entry.claimedAt));
    expect(step.manual?.attachment).toMatchObject({ name: "photo.png", mediaType: "image/png" });
    expect(await manual()).toMatchObject({ ok: false, error: { code: "conflict" } });
    await bench.call("run.retry", { run: run.run, step: "board" as never, reason: "look again" });
    expect((await run.step("board")).manual).toBeUndefined();
  });

  test("a step with commands that was done elsewhere is unknown until a person judges it, and one that failed fails", async () => {
    const run = await start();
    await bench.call("run.manual", { run: run.run, step: "board" as never, ...entry, outcome: "failed" });
    expect(await run.step("board")).toMatchObject({ verdict: "failed" });
    await bench.call("run.skip", { run: run.run, step: "board" as never, reason: "known" });
    await bench.call("run.manual", { run: run.run, step: "freeze" as never, ...entry });
    await bench.call("run.manual", { run: run.run, step: "apply" as never, ...entry });
    const step = await run.step("apply");
    expect([step.verdict, step.judgement]).toEqual(["unknown", null]);
    expect((await run.view()).header.nextAction.kind).toBe("judge");
  });

  test("a run with all of it verifies with both verifiers, and its report says transcribed", async () => {
    const run = await start();
    for (const [check, given] of [file("board.png", PNG), file("vendor.log", "quiet\n")].entries())
      await bench.call("run.check", { run: run.run, step: "board" as never, check, file: given });
    await bench.call("run.value", { run: run.run, name: "WEIGHT", value: "25", reason: "the next rung" });
    await bench.call("run.value", { run: run.run, name: "TOKEN", value: "another-secret-value", reason: "it was rotated" });
    await bench.call("run.manual", { run: run.run, step: "freeze" as never, ...entry });
    expect((await run.runStep("apply")).verdict).toBe("unknown");
    await bench.call("run.recheck", { run: run.run, step: "apply" as never, block: 0 });
    await run.idle();
    await bench.call("run.judge", { run: run.run, step: "apply" as never, outcome: "accepted", reason: "half of it is enough" });
    expect((await run.view()).header.loops).toMatchObject([{ name: "ci-freeze", closedAt: null }]);
    await run.runStep("thaw");
    await bench.call("run.finish", { run: run.run });
    const { log } = (await run.view()).header;
    const out = join(bench.home, "out.zip");
    await bench.call("record.export", { log, format: "bundle", out });
    const both = await bothVerdicts(python, readFileSync(out));
    expect([both.parted, both.problems]).toEqual(["", []]);
    expect(both.verdict).toBe("VERIFIED WITH WARNINGS");
    const report = join(bench.home, "out.md");
    await bench.call("record.export", { log, format: "md", out: report });
    expect(readFileSync(report, "utf8")).toContain("transcribed: done elsewhere by Ines Okafor");
  });
});
