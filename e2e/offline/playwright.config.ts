import { defineConfig } from "@playwright/test";
import main from "../../playwright.config.ts";

// Run by build/test/offline.ts within a network namespace that has nothing but loopback; the specs say so first.
export default defineConfig({ ...main, testDir: ".", testIgnore: [], outputDir: "../../test-results/offline" });
