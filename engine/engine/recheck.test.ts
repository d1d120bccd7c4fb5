// An unknown end and the read-only block that looks: its answer stands on record beside the verdict, and rewrites nothing.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { answerOf } from "../run/recheck.ts";
import { type Bench, openBench, type RunBench } from "./testing.ts";

/** `look`: what the recheck runs. The dangerous command ends its shell before the mark. */
const text = (look: string, apply = "echo begun >> begun\nkill -9 $$") =>
  `---\ntitle: Recheck\nrequires: {cluster: false}\n---\n\n## Apply\n\n<!-- step: {id: apply} -->\n\n\`\`\`bash {name=do-apply danger=true recheck=applied}\n${apply}\n\`\`\`\n\n\`\`\`bash {name=applied}\n${look}\n\`\`\`\n\n## After\n\n<!-- step: {id: after} -->\n\n\`\`\`bash\ntrue\n\`\`\`\n`;

let bench: Bench;
beforeAll(async () => {
  bench = await openBench();
});
afterAll(() => bench.remove());

const unknown = async (look: string): Promise<RunBench> => {
  const run = await bench.start(text(look));
  expect((await run.runStep("apply")).verdict).toBe("unknown");
  return run;
};
const lookAgain = async (run: RunBench) => {
  await bench.call("run.recheck", { run: run.run, step: "apply" as never, block: 0 });
  await run.idle();
  return (await run.step("apply")).blocks[0]?.recheck;
};

describe("a recheck", () => {
  test("is the primary action of an unknown end, and after its answer the judgement is", async () => {
    const run = await unknown("echo looking\necho done");
    const before = (await run.view()).header.nextAction;
    expect(before).toMatchObject({ kind: "recheck", step: "apply", block: 0, button: "Look first" });
    expect(await lookAgain(run)).toMatchObject({ answer: "done", isRunning: false, step: "apply", block: 1, by: "Dana Mercer" });
    const step = await run.step("apply");
    expect([step.verdict, step.judgement, step.blocks[1]?.status]).toEqual(["unknown", null, "todo"]);
    const after = (await run.view()).header.nextAction;
    expect(after.kind).toBe("judge");
    expect(after.detail).toContain("The recheck: done");
    const [ended] = await run.events("recheck.ended");
    expect(ended?.body).toMatchObject({ outcome: "done", data: { answer: "done", exit_code: 0, block: 0 } });
    expect(ended?.body.data["recording_sha256"]).toMatch(/^[0-9a-f]{64}$/);
    expect(existsSync(join(bench.home, "recordings", String(ended?.body.data["recording"])))).toBe(true);
    const report = await bench.call("record.verify", { log: (await run.view()).header.log });
    expect(report.problems).toEqual([]);
  });

  test("lets a dangerous block be run again without a reason only where nothing was done", async () => {
    for (const answer of ["done", "partial"]) {
      const run = await unknown(`echo ${answer}`);
      expect((await lookAgain(run))?.answer).toBe(answer);
      const refused = await bench.ask("run.retry", { run: run.run, step: "apply" as never });
      expect(refused).toMatchObject({ ok: false, error: { code: "reason-needed" } });
      expect(!refused.ok && refused.error.message).toContain(`The recheck says: ${answer}.`);
    }
    const run = await unknown("echo not done");
    expect((await lookAgain(run))?.answer).toBe("not done");
    await bench.call("run.retry", { run: run.run, step: "apply" as never });
    await run.idle();
    const step = await run.step("apply");
    expect([step.attempt, step.blocks[0]?.recheck]).toEqual([2, undefined]);
  });

  test("gives no answer where it fails, or where its last line is another one", async () => {
    for (const look of ["echo done; false", "echo it is done, I think", "true"]) {
      const run = await unknown(look);
      const looked = await lookAgain(run);
      expect(looked?.answer).toBeNull();
      expect(looked?.because).toContain("it gave no answer");
      expect((await run.view()).header.nextAction.kind).toBe("judge");
    }
  });

  test("looks in a held run too, and never at what has another verdict or is over", async () => {
    const run = await unknown("echo done");
    await bench.call("run.hold", { run: run.run, reason: "wait" });
    expect((await lookAgain(run))?.answer).toBe("done");
    expect((await run.view()).header.status).toBe("held");
    const passed = await bench.start(text("echo done", "true"));
    const step = await passed.runStep("apply");
    // The block that only looks is no part of the step's own commands.
    expect([step.verdict, step.blocks[1]?.status]).toEqual(["passed", "todo"]);
    const at = { run: passed.run, step: "apply" as never, block: 0 };
    expect(await bench.ask("run.recheck", at)).toMatchObject({ ok: false, error: { code: "conflict" } });
    await bench.call("run.abort", { run: run.run, reason: "enough" });
    expect(await bench.ask("run.recheck", { ...at, run: run.run })).toMatchObject({ ok: false, error: { code: "conflict" } });
  });

  test("reads its answer from the last line alone", () => {
    const said = (lastLine: string | null, exitCode = 0) =>
      answerOf({ lastLine, exitCode, verdict: exitCode === 0 ? "passed" : "failed", because: "exit" }).answer;
    expect([said("done"), said("Not done."), said("NOT-DONE"), said("partial")]).toEqual(["done", "not done", "not done", "partial"]);
    expect([said(null), said("undone"), said("done already"), said("done", 1)]).toEqual([null, null, null, null]);
  });
});
