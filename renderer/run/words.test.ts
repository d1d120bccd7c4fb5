import { describe, expect, it } from "vitest";
import { exampleBlock, exampleState, exampleStep } from "./example.ts";
import { besideVerdict, blockWords, doneWords, nowWords } from "./words.ts";

const check = { index: 0, line: 1, text: "x", html: "x", checked: false, value: null, expect: null };
const step = exampleStep("a", "1", "A", { blocks: [exampleBlock(0, "true\n")], checks: [check] });
const fresh = exampleState(step);
const block = fresh.blocks[0]!;
const judgement = { outcome: "accepted" as const, by: "Dana Mercer", reason: "seen", at: "2026-03-15T00:40:00.000Z" };

describe("the words of a state", () => {
  it("say how a block ended, with time and exit", () => {
    expect(blockWords({ ...block, status: "done", verdict: "passed", durationMs: 6400, exitCode: 0 })).toBe("Passed in 6.4 s, exit 0");
    expect(blockWords({ ...block, status: "done", verdict: "failed", durationMs: 1200, exitCode: 3, because: "exit 3" })).toBe(
      "Failed in 1.2 s: exit 3",
    );
    expect(blockWords({ ...block, status: "done", verdict: "unknown", because: "the shell is gone" })).toBe("Unknown: the shell is gone");
    expect(blockWords(block)).toBe("");
  });
  it("keep the verdict beside the judgement", () => {
    expect(doneWords({ ...fresh, status: "done", verdict: "unknown", because: "no end mark", judgement })).toBe(
      "Unknown, accepted by Dana Mercer",
    );
    expect(doneWords({ ...fresh, status: "done", verdict: "failed", because: "exit 3" })).toBe("Failed, exit 3");
    expect(doneWords({ ...fresh, status: "done", verdict: "failed", because: "exit 3", passedOver: true })).toBe(
      "Failed, left behind with a reason, exit 3",
    );
    expect(besideVerdict({ ...fresh, verdict: "unknown", judgement: { ...judgement, outcome: "rejected" }, passedOver: true })).toBe(
      "rejected, left behind with a reason",
    );
    expect(doneWords({ ...fresh, status: "done", verdict: "skipped", because: "skipped by hand" })).toBe("Skipped");
  });
  it("say shortly why a step passed", () => {
    expect(doneWords({ ...fresh, status: "done", verdict: "passed", blocks: [{ ...block, exitCode: 0 }] })).toBe("Passed, exit 0");
    expect(doneWords({ ...fresh, status: "done", verdict: "passed", because: "every check is confirmed" })).toBe("Passed, 1 check");
  });
  it("say what the current step waits for", () => {
    expect(nowWords({ ...fresh, status: "running" })).toBe("Running, 1 check open");
    expect(nowWords({ ...fresh, status: "open", blocks: [{ ...block, status: "done" }] })).toBe("1 check open");
    expect(nowWords({ ...fresh, unsupported: ["soak"] })).toBe("Holds here");
    expect(nowWords(fresh)).toBe("Next");
  });
});
