import { expect, it } from "vitest";
import { judge } from "./judge.ts";

const ended = { exitCode: 0, text: "ok\r\n", match: null, expect: null };

it("passes on exit 0 alone only where nothing was asked of the output", () => {
  expect(judge(ended).verdict).toBe("passed");
  expect(judge({ ...ended, exitCode: 3 })).toMatchObject({ verdict: "failed", because: "exit 3" });
  expect(judge({ ...ended, match: /^ok$/m }).verdict).toBe("passed");
  expect(judge({ ...ended, match: /ready/ }).verdict).toBe("failed");
});

it("compares the last number that was printed, colours apart", () => {
  const limit = { operator: "<=", value: 0.3 } as const;
  const text = "errors \x1b[32m0.25\x1b[0m %\r\n";
  expect(judge({ ...ended, text, expect: limit })).toMatchObject({ verdict: "passed", lastNumber: 0.25 });
  expect(judge({ ...ended, text: "v1.2 rate 0.72\n", expect: limit })).toMatchObject({ verdict: "failed", lastNumber: 0.72 });
  expect(judge({ ...ended, text: "-1e-3\n", expect: limit }).lastNumber).toBe(-0.001);
});

it("calls a missing number unknown, never passed", () => {
  expect(judge({ ...ended, text: "n/a v2 abc1\n", expect: { operator: "<", value: 1 } }).verdict).toBe("unknown");
});

it("asks a global or sticky expression from its beginning each time", () => {
  const match = /ok/g;
  expect([judge({ ...ended, match }).verdict, judge({ ...ended, match }).verdict]).toEqual(["passed", "passed"]);
});
