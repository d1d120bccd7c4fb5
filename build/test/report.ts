// Counts of a test run, read from the runners' own reports.
// Owns: reading Vitest's and Playwright's JSON and adding up. Runs nothing.
import { existsSync, readFileSync } from "node:fs";
import { z } from "zod";

export type Counts = { passed: number; failed: number; skipped: number };

/** A runner that left no report, or an empty one, counts as one failure: silence is not success. */
const NO_REPORT: Counts = { passed: 0, failed: 1, skipped: 0 };

const VitestReport = z.object({
  success: z.boolean(),
  numPassedTests: z.int(),
  numFailedTests: z.int(),
  numPendingTests: z.int(),
  numTodoTests: z.int(),
  numFailedTestSuites: z.int(),
});

const PlaywrightReport = z.object({
  stats: z.object({ expected: z.int(), unexpected: z.int(), flaky: z.int(), skipped: z.int() }),
  errors: z.array(z.unknown()),
});

/** Counts of one Vitest JSON report; a file that could not be loaded counts as a failure even where no test of it ran. */
export function vitestCounts(path: string): Counts {
  const report = read(path, VitestReport);
  if (report === null) return NO_REPORT;
  const failed = Math.max(report.numFailedTests, report.success ? 0 : 1);
  if (report.numPassedTests + failed === 0) return NO_REPORT;
  return { passed: report.numPassedTests, failed, skipped: report.numPendingTests + report.numTodoTests };
}

/** Counts of one Playwright JSON report; a flaky test passed at last, and is named as such by Playwright's own list. */
export function playwrightCounts(path: string): Counts {
  const report = read(path, PlaywrightReport);
  if (report === null) return NO_REPORT;
  const { expected, unexpected, flaky, skipped } = report.stats;
  const failed = Math.max(unexpected, report.errors.length > 0 ? 1 : 0);
  if (expected + flaky + failed === 0) return NO_REPORT;
  return { passed: expected + flaky, failed, skipped };
}

export function add(all: Counts[]): Counts {
  return all.reduce(
    (sum, one) => ({ passed: sum.passed + one.passed, failed: sum.failed + one.failed, skipped: sum.skipped + one.skipped }),
    {
      passed: 0,
      failed: 0,
      skipped: 0,
    },
  );
}

/** The one line that ends a test run. */
export function summaryLine({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}

function read<T>(path: string, shape: z.ZodType<T>): T | null {
  if (!existsSync(path)) return null;
  try {
    const parsed = shape.safeParse(JSON.parse(readFileSync(path, "utf8")));
    return parsed.success ? parsed.data : null;
  } catch {
    return null; // cut off in the middle of writing: the same as no report
  }
}
