// `npm run test:nightly`: what takes hours, at full length: every byte of exports and bundles changed, each asked of both verifiers.
// Owns: which tests have a long form, and the variables that ask for it. `npm test` runs a sample of the same.
import { spawn } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { ensurePackages } from "../provision/index.ts";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const LONG = ["engine/export/attacks.test.ts", "engine/export/attacks-rules.test.ts", "engine/export/mutation.test.ts"];

await ensurePackages(["python3", "unzip"]);
const child = spawn(process.execPath, [join(root, "node_modules", "vitest", "vitest.mjs"), "run", ...LONG], {
  cwd: root,
  stdio: "inherit",
  env: { ...process.env, HOLDPOINT_MUTATIONS: process.env["HOLDPOINT_MUTATIONS"] ?? "all" },
});
child.on("exit", (code) => {
  process.exitCode = code ?? 1;
});
