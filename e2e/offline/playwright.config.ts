import { defineConfig } from "@playwright/test";
import main from "../../playwright.config.ts";

// Run by build/test/offline.ts within a network namespace that has nothing but loopback; the specs say so first. One at a time: each counts what leaves
// the namespace that all of them are in.
export default defineConfig({ ...main, workers: 1, testDir: ".", testIgnore: [], outputDir: "../../test-results/offline" });
