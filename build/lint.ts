// `npm run lint`: format, lint and layers (Biome), then unused files, exports and dependencies (knip).
// Owns: the order and the exit code. The rules are in biome.json and knip.json.
import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const checks: [string, string[]][] = [
  [join(root, "node_modules", ".bin", "biome"), ["check", "--error-on-warnings", "."]],
  [process.execPath, [join(root, "node_modules", "knip", "bin", "knip.js")]],
];

let failed = false;
for (const [command, args] of checks) {
  const result = spawnSync(command, args, { cwd: root, stdio: "inherit" });
  if (result.status !== 0) failed = true;
}
process.exit(failed ? 1 : 0);
