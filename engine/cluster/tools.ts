// Whether the programs that a runbook needs are on this machine, and which versions.
// Owns: `requires.tools`. Installs nothing; runs nothing but a program's own version option.
import { spawn } from "node:child_process";
import { accessSync, constants, statSync } from "node:fs";
import { delimiter, isAbsolute, join } from "node:path";
import type { Finding } from "../protocol/index.ts";
import { scrub } from "./scrub.ts";

/** How a program is asked where `--version` is not the way. */
const VERSION_ARGUMENTS: Record<string, string[]> = {
  kubectl: ["version", "--client", "--output=json"],
  oc: ["version", "--client", "--output=json"],
  helm: ["version", "--short"],
  go: ["version"],
  openssl: ["version"],
  java: ["-version"],
  ssh: ["-V"],
  tmux: ["-V"],
  terraform: ["version"],
  istioctl: ["version", "--remote=false", "--short"],
  argocd: ["version", "--client", "--short"],
  stern: ["--version"],
};
/** A version option answers at once; a cloud's Python tool takes two seconds on a cold disk. */
const VERSION_MS = 10_000;

/**
 * One finding for each of `tools` (`kubectl`, or with a bound: `helm>=3.12`), looked for in the PATH of `environment`, which is the one that
 * the run's shells get. A missing one is a blocker; a version that is too old too; a version that cannot be read is a warning only where a bound was set.
 */
export function checkTools(tools: string[], environment: Record<string, string | undefined>): Promise<Finding[]> {
  return Promise.all(tools.map((tool) => checkTool(tool, environment)));
}

async function checkTool(text: string, environment: Record<string, string | undefined>): Promise<Finding> {
  const [, name = text.trim(), operator = "", bound = ""] = /^\s*([^\s<>=]+)\s*(?:(>=|<=|==|=|>|<)\s*v?(\d[\d.]*))?\s*$/.exec(text) ?? [];
  const finding = (severity: Finding["severity"], code: string, message: string, todo: string): Finding => ({
    code,
    severity,
    subject: `tool ${name}`,
    message,
    todo,
    step: null,
    line: null,
  });
  const path = findProgram(name, environment.PATH ?? "");
  if (path === null)
    return finding(
      "blocker",
      "tool-missing",
      `${name} was not found in PATH.`,
      `Install ${name}, or start Holdpoint from a shell that has it.`,
    );
  const version = await versionOf(path, VERSION_ARGUMENTS[name] ?? ["--version"], environment);
  if (bound === "") return finding("ok", "tool", `${path}${version === null ? ", version not known" : `, ${version}`}.`, "");
  if (version === null) {
    return finding(
      "warning",
      "tool-version",
      `${path} does not say its version, and the runbook wants ${operator} ${bound}.`,
      "Look at the version yourself before you start.",
    );
  }
  if (satisfies(version, operator, bound)) return finding("ok", "tool", `${path}, ${version}.`, "");
  return finding(
    "blocker",
    "tool-version",
    `${path} is ${version}, and the runbook wants ${operator} ${bound}.`,
    `Install ${name} ${operator} ${bound}.`,
  );
}

function findProgram(name: string, path: string): string | null {
  const places = isAbsolute(name)
    ? [name]
    : path
        .split(delimiter)
        .filter(isAbsolute)
        .map((place) => join(place, name));
  const found = places.find((place) => {
    try {
      accessSync(place, constants.X_OK);
      return statSync(place).isFile();
    } catch {
      return false; // not in this folder
    }
  });
  return found ?? null;
}

/** `1.27.3` out of whatever the program prints; null where it prints no version. */
function versionOf(path: string, args: string[], environment: Record<string, string | undefined>): Promise<string | null> {
  return new Promise((resolve) => {
    const child = spawn(path, args, {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...environment, KUBECONFIG: "/dev/null" },
      timeout: VERSION_MS,
      killSignal: "SIGKILL",
    });
    let text = "";
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (data: Buffer) => {
        if (text.length < 20_000) text += data.toString();
      });
    child.on("error", () => resolve(null)); // not startable: said as a version that is not known
    child.on("close", () => resolve(readVersion(text)));
  });
}

export function readVersion(text: string): string | null {
  const git = /"gitVersion":\s*"v?([^"]+)"/.exec(text)?.[1];
  const found =
    git ?? /(?:^|[^\d.])v?(\d+\.\d+(?:\.\d+)*(?:[-+~][\w.+~-]+)?)/m.exec(text)?.[1] ?? /(?:version|^)\s*v?(\d+)\b/im.exec(text)?.[1];
  return found === undefined ? null : scrub(found, 60) || null;
}

/** Compares as many numbers as the bound has, so that 1.27 takes every 1.27.x as equal. */
export function satisfies(version: string, operator: string, bound: string): boolean {
  const numbers = (text: string) => (/\d+(?:\.\d+)*/.exec(text)?.[0] ?? "").split(".").map(Number);
  const want = numbers(bound);
  const have = numbers(version);
  let order = 0;
  for (let index = 0; index < want.length && order === 0; index += 1) order = Math.sign((have[index] ?? 0) - (want[index] ?? 0));
  if (operator === ">=") return order >= 0;
  if (operator === "<=") return order <= 0;
  if (operator === ">") return order > 0;
  if (operator === "<") return order < 0;
  return order === 0;
}
