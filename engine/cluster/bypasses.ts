// Finds in a shell text what walks round the cluster pin: another kubeconfig, context or server, or a kubectl that is not kubectl.
// Owns: the list of ways. Finds what is written, not what a program does inside: an override in a child process cannot be prevented (threat model).
import { type Command, commandsOf, type Word } from "./shell-words.ts";

export type Bypass = { line: number; column: number; what: string };

/** Clients of the Kubernetes API with kubectl's or Helm's options; `k` is what many people call kubectl. */
const CLIENTS = new Set([
  "kubectl",
  "k",
  "oc",
  "helm",
  "helmfile",
  "k9s",
  "stern",
  "flux",
  "istioctl",
  "kustomize",
  "velero",
  "argo",
  "kubeseal",
  "cilium",
  "linkerd",
  "krew",
  "skaffold",
]);
const WRAPPED = new Set(["kubectl", "helm", "oc", "k"]);
const CHOOSES: [RegExp, string][] = [
  [/^--kubeconfig(?:=|$)/, "another kubeconfig"],
  [/^--(?:kube-)?context(?:=|$)/, "another context"],
  [/^--server(?:=|$)/, "another API server"],
  [/^--kube-apiserver(?:=|$)/, "another API server"],
  [/^--cluster(?:=|$)/, "another cluster"],
  [/^--(?:user|token|kube-token|as|kube-as-user|username|client-certificate)(?:=|$)/, "another identity"],
];
const KUBE_VARIABLE = /^(?:KUBECONFIG|kubeconfig|HELM_KUBE[A-Z_]*|KUBE_CONTEXT|KUBERNETES_MASTER)$/;
const SETTERS = new Set(["export", "declare", "typeset", "local", "readonly", "env", "set", "unset", "setenv", "sudo", "read"]);
const CONFIG_WRITES = new Set([
  "use-context",
  "use",
  "set-context",
  "set-cluster",
  "set-credentials",
  "set",
  "unset",
  "rename-context",
  "delete-context",
  "delete-cluster",
  "delete-user",
]);
/** Other programs that write the kubeconfig or switch in it, with the words that make them do so. */
const SWITCHERS: [RegExp, string][] = [
  [/^(?:kubectx|kubie|kubeswitch|switcher|kcs)\b/, "switches the context"],
  [/^oc (?:login|project)\b/, "switches the context"],
  [/^gcloud (?:.* )?container (?:.* )?get-credentials\b/, "writes another cluster into the kubeconfig"],
  [/^aws (?:.* )?eks (?:.* )?update-kubeconfig\b/, "writes another cluster into the kubeconfig"],
  [/^az (?:.* )?aks (?:.* )?get-credentials\b/, "writes another cluster into the kubeconfig"],
  [/^doctl (?:.* )?kubernetes cluster kubeconfig\b/, "writes another cluster into the kubeconfig"],
  [
    /^(?:kind|k3d|minikube) (?:export kubeconfig|create|start|update-context|cluster create)\b/,
    "writes another cluster into the kubeconfig",
  ],
];
/** These run the words they are given; an option of kubectl in an argument of any other program is only text. */
const RUNS_TEXT = new Set(["bash", "sh", "zsh", "dash", "ksh", "fish", "eval", "su"]);
const PRINTS = new Set(["echo", "printf", "grep", "which", "type", "man", "cat", "sed", "awk", "rg"]);

/** All places in `text` that walk round the pin, in reading order; line and column count from 1. For preflight and lint. */
export function findBypasses(text: string): Bypass[] {
  const found = [...commandsOf(text).flatMap(inCommand), ...inPowerShell(text)];
  found.sort((a, b) => a.line - b.line || a.column - b.column);
  return found.filter((bypass, index) => {
    const before = found[index - 1];
    return before === undefined || before.line !== bypass.line || before.column !== bypass.column;
  });
}

function inCommand(command: Command): Bypass[] {
  const { words } = command;
  const at = (word: Word, what: string): Bypass => ({ line: word.line, column: word.column, what });
  const found: Bypass[] = [];
  let index = 0;
  // Assignments before the command: `KUBECONFIG=x kubectl …`, and on their own.
  for (; index < words.length; index += 1) {
    const name = /^([A-Za-z_]\w*)\+?=/.exec(words[index]!.text)?.[1];
    if (name === undefined) break;
    if (KUBE_VARIABLE.test(name) && !keeps(words[index]!.text)) found.push(at(words[index]!, `${name}= chooses another cluster`));
  }
  const program = words[index];
  if (program === undefined) return found;
  const name = baseName(program.text);
  const rest = words.slice(index + 1);
  if (command.isFunction && WRAPPED.has(program.text)) return [...found, at(program, `a function named ${program.text} replaces it`)];
  if (name === "function" && rest[0] !== undefined && WRAPPED.has(rest[0].text.replace(/\(\)$/, ""))) {
    return [...found, at(program, `a function named ${rest[0].text.replace(/\(\)$/, "")} replaces it`)];
  }
  if (name === "alias") return [...found, ...rest.flatMap((word, place) => inAlias(word, rest[place + 1], at))];
  if (SETTERS.has(name)) found.push(...inSetter(rest, at));
  if (RUNS_TEXT.has(name)) {
    for (const word of rest) if (/\s/.test(word.text)) found.push(...findBypasses(word.text).map(({ what }) => at(word, what)));
  }
  if (PRINTS.has(name)) return found;
  // Wherever in the command it stands: `sudo kubectl`, `xargs -n1 kubectl`, `watch kubectl`, `time helm`.
  const place = words.findIndex((word, position) => position >= index && CLIENTS.has(baseName(word.text)));
  if (place >= 0) found.push(...inClient(words.slice(place), at));
  else for (const word of rest) if (/^--kubeconfig(?:=|$)/.test(word.text)) found.push(at(word, "--kubeconfig chooses another kubeconfig"));
  const line = words
    .slice(index)
    .map((word, position) => (position === 0 ? baseName(word.text) : word.text))
    .filter((word) => !word.startsWith("-"))
    .join(" ");
  const switcher = SWITCHERS.find(([pattern]) => pattern.test(line));
  // Listing is no switching: `kubectx` alone only shows.
  if (switcher !== undefined && (rest.length > 0 || !/^kube/.test(line)))
    found.push(at(program, `${line.split(" ").slice(0, 3).join(" ")} ${switcher[1]}`));
  return found;
}

/** `KUBECONFIG=$KUBECONFIG`, and a default for where it is not set: the pin stays what it is. */
const keeps = (text: string): boolean => /^(\w+)=\$(?:\1|\{\1(?::?[-=][^}]*)?\})$/s.test(text);

function inSetter(rest: Word[], at: (word: Word, what: string) => Bypass): Bypass[] {
  return rest.flatMap((word) => {
    const name = /^([A-Za-z_]\w*)(?:\+?=|$)/.exec(word.text)?.[1];
    return name !== undefined && KUBE_VARIABLE.test(name) && !keeps(word.text)
      ? [at(word, `${name} is set, which chooses another cluster`)]
      : [];
  });
}

/** `alias kubectl=…` replaces it; `alias k='kubectl --context x'` chooses. fish writes `alias kubectl …`. */
function inAlias(word: Word, next: Word | undefined, at: (word: Word, what: string) => Bypass): Bypass[] {
  const [, name = word.text, value = next?.text ?? ""] = /^([^=]+)=(.*)$/s.exec(word.text) ?? [];
  if (WRAPPED.has(name) && (value !== "" || word.text.includes("="))) {
    const isPlain = name !== baseName(value.trim()) && name === "k" && WRAPPED.has(value.trim());
    return isPlain ? [] : [at(word, `an alias named ${name} replaces it`), ...findBypasses(value).map(({ what }) => at(word, what))];
  }
  return word.text.includes("=") ? findBypasses(value).map(({ what }) => at(word, what)) : [];
}

function inClient(words: Word[], at: (word: Word, what: string) => Bypass): Bypass[] {
  const found: Bypass[] = [];
  const client = baseName(words[0]!.text);
  const isKubectl = client === "kubectl" || client === "k" || client === "oc";
  // What follows `--` goes to the container (`kubectl exec pod -- curl --server …`).
  const end = words.findIndex((word) => word.text === "--");
  const own = end < 0 ? words : words.slice(0, end);
  for (const word of own.slice(1)) {
    const choice = CHOOSES.find(([pattern]) => pattern.test(word.text));
    if (choice !== undefined) found.push(at(word, `${word.text.replace(/=.*/s, "")} chooses ${choice[1]}`));
    // kubectl's short option; helm has none, and for others it means something else.
    else if (isKubectl && /^-s(?:=|$|http)/.test(word.text)) found.push(at(word, "-s chooses another API server"));
  }
  if (isKubectl) {
    const plain = own.slice(1).filter((word) => !word.text.startsWith("-"));
    const config = plain.findIndex((word) => word.text === "config");
    const verb = config === 0 ? plain[1] : undefined;
    if (verb !== undefined && CONFIG_WRITES.has(verb.text)) found.push(at(verb, `kubectl config ${verb.text} rewrites the kubeconfig`));
  }
  return found;
}

/** PowerShell's own way to set a variable. */
function inPowerShell(text: string): Bypass[] {
  return text.split("\n").flatMap((line, index) => {
    const match = /(?<!#.*)\$env:(KUBECONFIG|HELM_KUBE\w*)\s*\+?=/i.exec(line);
    return match === null ? [] : [{ line: index + 1, column: match.index + 1, what: `${match[1]} is set, which chooses another cluster` }];
  });
}

const baseName = (text: string): string => text.slice(text.lastIndexOf("/") + 1);
