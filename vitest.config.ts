import { defineConfig } from "vitest/config";

// Real shells, real SQLite, real processes: tests run in child processes, three at a time since each mostly waits, with room for a slow machine.
export default defineConfig({
  test: {
    include: ["engine/**/*.test.ts", "electron/**/*.test.ts", "renderer/**/*.test.{ts,tsx}", "build/**/*.test.ts", "bench/**/*.test.ts"],
    pool: "forks",
    maxWorkers: 3,
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
