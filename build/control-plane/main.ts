// Command line of the test control plane: `build`, and `start --dir D` in the foreground.
// Owns: arguments and the way it ends. See README words in docs; the work is in plane.ts and binaries.ts.
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { buildBinaries, fillFixture, startControlPlane } from "./index.ts";

const USAGE = "usage: node build/node24.mjs build/control-plane/main.ts build | start --dir FOLDER [--empty]\n";
const say = (line: string) => process.stderr.write(`control plane: ${line}\n`);

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { dir: { type: "string" }, empty: { type: "boolean", default: false } },
  });
  const [command] = positionals;
  if (command === "build") {
    const { folder, version } = await buildBinaries(say);
    process.stdout.write(`${JSON.stringify({ folder, version })}\n`);
    return 0;
  }
  if (command !== "start" || values.dir === undefined) {
    process.stderr.write(USAGE);
    return 2;
  }
  await buildBinaries(say);
  const plane = await startControlPlane({ dir: values.dir });
  const ended = new Promise<void>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => resolve());
    whenWrapperDies(resolve);
  });
  if (!values.empty) await fillFixture(plane.kubeconfig);
  process.stdout.write(`${JSON.stringify({ kubeconfig: plane.kubeconfig, contexts: plane.contexts })}\n`);
  await ended;
  await plane.stop();
  return 0;
}

/** build/node24.mjs cannot pass on a `kill -9`: then our parent is another, and everything ends. Not under a shell, whose end is no order. */
function whenWrapperDies(end: () => void): void {
  const wrapper = process.ppid;
  try {
    if (!readFileSync(`/proc/${wrapper}/cmdline`, "utf8").includes("node24.mjs")) return;
  } catch {
    return; // it has ended already, or there is no /proc: then there is no wrapper to watch
  }
  const timer = setInterval(() => {
    if (process.ppid === wrapper) return;
    clearInterval(timer);
    end();
  }, 500);
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    say(error instanceof Error ? error.message : String(error));
    process.exit(1);
  },
);
