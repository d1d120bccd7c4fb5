// A run with gates and a soak in it, handed to an auditor: both stand-alone verifiers take its bundle.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { EXIT, verifyBundle } from "../export/verifiers/verify.mjs";
import { openBench } from "./testing.ts";

const TEXT = `---
title: Gates
requires: {cluster: false}
---

## Holds

<!-- step: {id: holds, soak: 10m} -->

\`\`\`bash {gate=hold for=1s every=500ms expect="<= 0.3" warn="<= 0.05"}
echo 0.1
\`\`\`

## Fails

<!-- step: {id: fails} -->

\`\`\`bash {gate=hold for=1s every=500ms expect="<= 0.3"}
echo 0.72
\`\`\`

## Measures nothing

<!-- step: {id: nothing} -->

\`\`\`bash {gate=wait within=1s every=500ms expect="<= 0.3"}
echo nothing
\`\`\`
`;

it("verifies with both verifiers, gates held, failed and unknown, and a soak ended early", { timeout: 90_000 }, async () => {
  const bench = await openBench({ home: mkdtempSync(join(tmpdir(), "hp-gates-bundle-")) });
  onTestFinished(() => bench.remove());
  const { run, until, step, view, events } = await bench.start(TEXT);
  const at = (id: string) => ({ run, step: id as never });
  await bench.call("run.step", at("holds"));
  await until("the soak", ({ nextAction }) => nextAction.say.includes("soaks"));
  await bench.call("run.endSoak", { ...at("holds"), reason: "traffic is as every night" });
  await until("an idle run", ({ nextAction }) => nextAction.kind === "run-step");
  await bench.call("run.step", at("fails"));
  await until("the failure", ({ nextAction }) => nextAction.kind === "retry-or-skip");
  await bench.call("run.skip", { ...at("fails"), reason: "known" });
  await bench.call("run.resume", { run, reason: "go on" });
  await bench.call("run.step", at("nothing"));
  await until("the interruption", ({ nextAction }) => nextAction.kind === "gate");
  await bench.call("run.judge", { ...at("nothing"), outcome: "accepted", reason: "looked at the board" });
  await bench.call("run.resume", { run });
  await bench.call("run.finish", { run });
  expect((await step("nothing")).judgement?.outcome).toBe("accepted");
  expect((await events("gate.probed")).map(({ body }) => body.outcome)).toEqual(["passed", "passed", "failed", "unknown"]);

  const { log } = (await view()).header;
  const { path } = await bench.call("record.export", { log, format: "bundle" });
  const report = await verifyBundle(readFileSync(path));
  expect(report.problems).toEqual([]);
  const python = spawnSync("python3", [join(import.meta.dirname, "../export/verifiers/verify.py"), path], { encoding: "utf8" });
  // Of one person alone, and without a fingerprint from outside: both say the same of it.
  expect([python.status, python.stdout]).toEqual([EXIT[report.verdict], expect.stringContaining(report.verdict)]);
  expect(python.stdout).not.toContain("NOT VERIFIED");
});
