// What stands before the commands that reach a cluster in a shell: aliases, functions, other files on PATH, variables.
// Owns: which of these are told by the shell, and which lead past the pin. Does not ask the shell; whoever proves a pin passes its report on.
import { createHash } from "node:crypto";
import { accessSync, closeSync, constants, openSync, readSync, realpathSync } from "node:fs";
import { dirname } from "node:path";
import { findBypasses } from "./bypasses.ts";
import { commandsOf } from "./shell-words.ts";

/** What a shell of a pinned run is asked to tell with every prompt and every end. */
export const WATCHED = {
  commands: ["kubectl", "k", "oc", "helm", "k9s", "kustomize", "flux", "argocd", "istioctl"],
  variables: ["HELM_KUBECONTEXT", "HELM_KUBEAPISERVER", "HELM_KUBETOKEN", "HELM_KUBEASUSER", "HELM_KUBECAFILE", "KUBERNETES_MASTER"],
};

/** One watched name, or one that an alias or a function of that name leads to, as the shell resolves it. */
export type ShellCommand = { name: string; kind: "file" | "alias" | "function" | "long" | "set"; text: string };

/** The files that the watched names led to when the first shell of a lane began. */
export type FilesAtStart = Map<string, ScriptFacts & { path: string }>;
type ScriptFacts = { isScript: boolean; text: string; sha256: string };

/** A wrapper script is short; what stands behind this many bytes of a file is not looked at. */
const READ_BYTES = 65_536;
/** Programs that bring a cluster of their own along when a wrapper calls them. */
const OWN_CLUSTER = /^(?:minikube|microk8s)(?:\.kubectl)?$/;
/** Options that choose a cluster in whatever client; and commands that only look at words or print them. */
const CHOICE = /^(--(?:kubeconfig|context|kube-context|kube-apiserver))(?:=|$)/;
const LOOKS = new Set(["case", "[[", "[", "test", "echo", "printf", "grep", "string", "contains"]);

export function filesAtStart(commands: ShellCommand[]): FilesAtStart {
  return new Map(
    commands.flatMap(({ name, kind, text }) => (kind === "file" && text !== "" ? [[name, { path: text, ...factsOf(text) }] as const] : [])),
  );
}

/**
 * What stands in the way in words, empty where nothing does. An alias or a function is one that chooses a cluster; so is a script that
 * does, that is another than at the start, or that has come where the user may write. Another program (a newer kubectl, say) is none:
 * it reads the same KUBECONFIG. Values are not told: one may be a token.
 */
export function overlaysOf(commands: ShellCommand[], start: FilesAtStart): string[] {
  const told = new Set(commands.filter(({ kind }) => kind === "file").map(({ name }) => name));
  const silent = WATCHED.commands.filter((name) => !told.has(name));
  const words = silent.length === 0 ? [] : [`the shell does not say what ${silent.join(", ")} would run`];
  for (const command of commands) words.push(...(command.kind === "file" ? ofFile(command, start) : ofWords(command)));
  return [...new Set(words)];
}

function ofWords({ name, kind, text }: ShellCommand): string[] {
  const where = WATCHED.commands.includes(name) ? "" : ", which a name of a cluster tool leads to";
  if (kind === "set") return [`${name} is set in this shell, which chooses another cluster`];
  if (kind === "long") return where === "" ? [`${name} is an alias or a function too long to be looked into`] : [];
  const what = kind === "alias" ? "an alias" : "a function";
  return choicesIn(text).map((choice) => `${name} is ${what} in this shell${where}: ${choice}`);
}

function ofFile({ name, text: path }: ShellCommand, start: FilesAtStart): string[] {
  if (path === "") return [];
  const now = factsOf(path);
  if (!now.isScript) return [];
  const was = start.get(name);
  const choices = choicesIn(now.text);
  const choosing = choices.length === 0 ? "" : `: ${choices.join(", ")}`;
  if (was === undefined && (choosing !== "" || mayWrite(path)))
    return [`${name} is now the script ${path}${choosing}; there was none before`];
  if (was !== undefined && was.path !== path && real(was.path) !== real(path))
    return [`${name} is now the script ${path}${choosing}; it was ${was.path}`];
  if (was !== undefined && was.sha256 !== now.sha256) return [`the script ${path}, which is ${name}, was changed${choosing}`];
  return choosing === "" ? [] : [`${name} is the script ${path}${choosing}`];
}

/** Ways past the pin in an alias's or a function's body or in a script, and in the scripts that it calls by their path. */
function choicesIn(text: string, depth = 0): string[] {
  const choices = findBypasses(text).map(({ what }) => what);
  for (const { words } of commandsOf(text)) {
    const program = words[0]?.text ?? "";
    const name = program.slice(program.lastIndexOf("/") + 1);
    if (name === "ssh") choices.push("ssh runs it on another computer");
    if (OWN_CLUSTER.test(name)) choices.push(`${name} has a cluster of its own`);
    // Put into a list first: `set -- --context other "$@"`, `options=(--context other)`. One that stands alone is a pattern of `case`.
    if (words.length > 1 && !LOOKS.has(program))
      for (const word of words.slice(program.startsWith("-") ? 0 : 1)) {
        const option = CHOICE.exec(word.text)?.[1];
        if (option !== undefined && !choices.some((choice) => choice.startsWith(option))) choices.push(`${option} chooses another cluster`);
      }
    if (depth > 0) continue;
    for (const word of words) {
      if (!word.text.startsWith("/")) continue;
      const facts = factsOf(word.text);
      if (facts.isScript) choices.push(...choicesIn(facts.text, depth + 1).map((choice) => `${word.text}: ${choice}`));
    }
  }
  return [...new Set(choices)];
}

/** A file without a NUL near its beginning is a script; one that cannot be read is taken for a program. */
function factsOf(path: string): ScriptFacts {
  const none = { isScript: false, text: "", sha256: "" };
  let file: number;
  try {
    // Without waiting: a pipe of this name would never be opened.
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch {
    return none;
  }
  try {
    const bytes = Buffer.alloc(READ_BYTES);
    const content = bytes.subarray(0, readSync(file, bytes, 0, READ_BYTES, 0));
    if (content.includes(0)) return none;
    return { isScript: true, text: content.toString("utf8"), sha256: createHash("sha256").update(content).digest("hex") };
  } catch {
    return none; // a directory, a pipe
  } finally {
    closeSync(file);
  }
}

function mayWrite(path: string): boolean {
  try {
    accessSync(dirname(path), constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function real(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
