// `npm run test:nightly`: what takes hours, at full length (every byte of exports and bundles changed, each asked of both verifiers;
// canonical text against another implementation), and what needs programs from elsewhere: LibreOffice, poppler, asciinema's player.
// Owns: what they need and the variables that ask for it; the files are in nightly.config.ts. Words after `--` choose files by name.
import { spawn } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { ensurePackages } from "../provision/index.ts";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const LENGTHS = { HOLDPOINT_MUTATIONS: "all", HOLDPOINT_JCS: "100000" };

const { missing } = await ensurePackages(["python3", "unzip", "poppler-utils", "libreoffice-calc-nogui", "chromium"]);
// Not an end of it: the tests that ask them fail by themselves, and the others still tell something.
for (const { name, why } of missing) process.stderr.write(`${name} is missing: ${why}\n`);
const args = ["run", "--config", join("build", "test", "nightly.config.ts"), "--root", root, ...process.argv.slice(2)];
const child = spawn(process.execPath, [join(root, "node_modules", "vitest", "vitest.mjs"), ...args], {
  cwd: root,
  stdio: "inherit",
  env: { ...LENGTHS, ...process.env },
});
child.on("exit", (code) => {
  process.exitCode = code ?? 1;
});
