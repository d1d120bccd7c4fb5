import { defineConfig } from "@playwright/test";

// Each test starts the production window with an engine and a data directory of its own (e2e/fixtures.ts).
export default defineConfig({
  testDir: "e2e",
  // In a network namespace of their own (build/test/offline.ts).
  testIgnore: "offline/**",
  timeout: 120_000,
  expect: { timeout: 15_000 },
  // Each has a window, an engine and a namespace of its own, and mostly waits for them.
  workers: 2,
  forbidOnly: true,
  retries: 0,
  outputDir: "test-results",
  reporter: [["list"], ...(process.env["PLAYWRIGHT_JSON_OUTPUT_FILE"] === undefined ? [] : ([["json"]] as ["json"][]))],
  use: { trace: "retain-on-failure", screenshot: "only-on-failure", viewport: { width: 1440, height: 900 } },
});
