// A fault of the block itself in a sandbox: instead of the step's text the shell is given a script that ends so.
// Owns: that script. Whether there is a fault, the instructor says, and has it on record before.
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Override } from "../rehearsal/index.ts";
import type { BlockRequest } from "./blocks.ts";
import type { LiveRun, RunDeps } from "./deps.ts";

/** Longer than any drill, seconds: a hang ends when somebody cancels it. */
const FOREVER_S = 1_000_000;

export type Sent = { text: string; interpreter: string | null };

/**
 * What is sent for the block: its own text, or the fault's. Only where commands run: a walk and a replay ask for themselves.
 * `probe`: which look of a gate, null for a block that is no gate.
 */
export function sentText(deps: RunDeps, live: LiveRun, { step, block, attempt }: BlockRequest, text: string, probe: number | null): Sent {
  const own = { text, interpreter: block.interpreter };
  if (live.instructor === null || live.state.rehearsal?.way !== "sandbox") return own;
  const override = live.instructor.override({ step, block: block.index, attempt, probe });
  if (override === null) return own;
  if (override.kind === "slow") return block.interpreter === null ? { ...own, text: `sleep ${override.byMs / 1000}\n${text}` } : own;
  return { text: `sh '${scriptOf(deps, live, override).replaceAll("'", "'\\''")}'\n`, interpreter: null };
}

/** A file of its own, so that every shell runs the same and no quoting of one changes what is printed. */
function scriptOf(deps: RunDeps, live: LiveRun, override: Exclude<Override, { kind: "slow" }>): string {
  const folder = join(deps.runtimeDir, live.run);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, `${deps.ports.ids.next().slice(-10).toLowerCase()}.sh`);
  const output = override.kind === "reads" ? override.value : override.output;
  const said = output === "" ? "" : `printf '%s\\n' ${quoted(output.replace(/\n$/, ""))}\n`;
  writeFileSync(path, `${said}${override.kind === "hangs" ? `exec sleep ${FOREVER_S}` : `exit ${override.exitCode}`}\n`, {
    mode: 0o600,
    flag: "wx",
  });
  chmodSync(path, 0o600);
  return path;
}

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
