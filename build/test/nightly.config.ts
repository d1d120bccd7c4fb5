// What `npm run test:nightly` runs. Owns: the list of files and the time they get; the lengths are in nightly.ts.
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["engine/export/attacks*.test.ts", "engine/export/mutation.test.ts", "engine/record/jcs.test.ts", "build/test/*.nightly.ts"],
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
