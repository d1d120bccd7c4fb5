import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { add, playwrightCounts, summaryLine, vitestCounts } from "./report.ts";

const dir = mkdtempSync(join(tmpdir(), "holdpoint-report-"));
const file = (name: string, content: unknown) => {
  const path = join(dir, name);
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
  return path;
};
const vitest = { success: true, numPassedTests: 5, numFailedTests: 0, numPendingTests: 1, numTodoTests: 0, numFailedTestSuites: 0 };

it("counts a missing, a cut-off and an empty report as one failure each", () => {
  const failed = { passed: 0, failed: 1, skipped: 0 };
  expect(vitestCounts(join(dir, "none.json"))).toEqual(failed);
  expect(vitestCounts(file("cut.json", '{"success": tr'))).toEqual(failed);
  expect(vitestCounts(file("empty.json", { ...vitest, numPassedTests: 0, numPendingTests: 0 }))).toEqual(failed);
  expect(playwrightCounts(file("p.json", { stats: { expected: 0, unexpected: 0, flaky: 0, skipped: 0 }, errors: [] }))).toEqual(failed);
});

it("counts a test file that could not be loaded although no test of it failed", () => {
  expect(vitestCounts(file("load.json", { ...vitest, success: false, numFailedTestSuites: 1 }))).toEqual({
    passed: 5,
    failed: 1,
    skipped: 1,
  });
});

it("adds the runners up in the closing line", () => {
  const sum = add([vitestCounts(file("a.json", vitest)), { passed: 1, failed: 0, skipped: 0 }]);
  expect(summaryLine(sum)).toBe("6 passed, 0 failed, 1 skipped");
});
