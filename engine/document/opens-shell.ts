// Commands that hand the terminal to another shell: `oc debug node/x`, `ssh host`, `sudo -i`. Owns telling them from
// the same programs given a command to run, and the logical lines of a block. What is said about them is the callers'.
import { ShellScanner } from "./shell-scan.ts";

/** A line of these alone, or as the last word behind `--`, waits for the operator. */
const SHELL = /^(?:\S*\/)?(?:sh|bash|zsh|ash|dash|ksh|fish|csh|tcsh|pwsh)$/;
/** Options that take the next word as their value. */
const VALUES: Record<string, RegExp> = {
  rsh: /^(?:-[cnf]|--(?:container|namespace|shell|timeout|context|kubeconfig|cluster|filename))$/,
  debug:
    /^(?:-[cnf]|--(?:container|namespace|image|target|profile|as-user|node-name|context|kubeconfig|cluster|filename|to-namespace|copy-to|custom|env|set-image|image-stream))$/,
  ssh: /^(?:-[BbcDEeFIiJLlmOoPpQRSWw]|--(?:zone|project|key|user|container|account))$/,
  chroot: /(?!)/,
  sudo: /^(?:-[CDghpRrTtuU]|--(?:user|group|host|prompt|chdir|role|type|other-user|close-from))$/,
  su: /^(?:-[gGsTw]|--(?:group|supp-group|shell|pty|whitelist-environment))$/,
};
/** Cheap first look, so that most lines are never cut into words. */
const CANDIDATE = /\b(?:rsh|debug|exec|run|ssh|chroot|nsenter|sudo|su|sh|bash|zsh|ash|dash|ksh|fish|csh|tcsh|pwsh)\b/;
/** Longer is no command a person types to open a shell. */
const MAX_CHARS = 2_000;

/** The words by which a command opens a shell (`oc debug`, `ssh`, `bash`), or null where it runs something and ends. */
export function opensShell(command: string): string | null {
  if (command.length > MAX_CHARS || !CANDIDATE.test(command)) return null;
  const words = wordsOf(command.replaceAll(/\\\n/g, " "));
  return words === null ? null : openerOf(words);
}

/** Words of the last simple command of a line; null where it reads from elsewhere, goes into a pipe or is not simple. */
function wordsOf(command: string): string[] | null {
  let words: string[] = [];
  const token =
    /\s+|#[^\n]*|\$\((?:[^()]|\([^()]*\))*\)|`[^`]*`|"(?:[^"\\]|\\.)*"|'[^']*'|\\.|&&|\|\||[;&|<>()\n]|[^\s;&|<>()"'`\\$]+|\$/gy;
  const text = command.trim().replaceAll(/<[\p{L}][^<>\n]{0,80}>/gu, "placeholder");
  let word = "";
  for (const [part] of text.matchAll(token)) {
    const isGap = /^\s/.test(part) || (part.startsWith("#") && word === "");
    if (isGap || part === "&&" || part === ";" || part === "||") {
      if (word !== "") words.push(word);
      word = "";
      if (!isGap) words = [];
    } else if (/^[&|<>()]$/.test(part)) return null;
    else word += /^["']/.test(part) ? part.slice(1, -1) : part;
  }
  if (word !== "") words.push(word);
  return words;
}

function openerOf(all: string[]): string | null {
  let at = 0;
  while (at < all.length && /^[A-Za-z_]\w*=/.test(all[at]!)) at++;
  const words = all.slice(at);
  const [program] = words;
  if (program === undefined) return null;
  const name = program.replace(/^.*\//, "");
  if (SHELL.test(program)) return words.slice(1).every((word) => /^(?:-[il]+|--login)$/.test(word)) ? name : null;
  if (name === "sudo") return sudo(words);
  if (name === "su") return words.some((word) => /^(?:-\w*c|--command(?:=.*)?)$/.test(word)) ? null : name;
  if (name === "ssh") return words.includes("-N") || words.includes("-f") ? null : target(words.slice(1), "ssh", name);
  if (name === "chroot") return target(words.slice(1), "chroot", name);
  if (name === "nsenter")
    return SHELL.test(words.at(-1)!) || words.slice(1).every((word) => /^(?:-\w*|--\w.*|\d+)$/.test(word)) ? name : null;
  const subcommand = subcommandOf(words);
  if (subcommand >= words.length) return null;
  const called = `${name} ${words[subcommand]}`;
  const rest = words.slice(subcommand + 1);
  switch (words[subcommand]) {
    case "rsh":
      return name === "oc" ? target(rest, "rsh", called) : null;
    case "debug":
      if (name !== "oc" && !(name === "kubectl" && isInteractive(rest))) return null;
      return target(rest, "debug", called);
    case "ssh":
      if (
        !/^(?:docker-machine|vagrant|minikube|gcloud|multipass|limactl|colima)$/.test(name) ||
        rest.some((word) => /^(?:-c|--command)/.test(word))
      )
        return null;
      return rest.filter((word) => !word.startsWith("-")).length <= 1 || name === "gcloud" ? called : null;
    case "exec":
    case "run":
      if (!/^(?:kubectl|oc|docker|podman|nerdctl|crictl|lxc|compose|docker-compose)$/.test(name)) return null;
      return isInteractive(rest) && SHELL.test(rest.at(-1)!) ? called : null;
    default:
      return null;
  }
}

/** Options before the subcommand that take the next word, and words that only group subcommands. */
const GLOBAL_VALUES =
  /^(?:-[ncfpHsl]|--(?:namespace|context|kubeconfig|cluster|user|as|server|token|file|host|project|project-name|account|zone|log-level))$/;
const GROUPS = new Set(["compute", "beta", "alpha", "compose", "container"]);

/** Index of the subcommand, or of the end. */
function subcommandOf(words: string[]): number {
  let at = 1;
  for (; at < words.length; at++) {
    if (GLOBAL_VALUES.test(words[at]!)) at++;
    else if (!words[at]!.startsWith("-") && !GROUPS.has(words[at]!)) break;
  }
  return at;
}

/** `-it`, `-ti`, `-i -t`, `--stdin --tty`. */
function isInteractive(words: string[]): boolean {
  const before = words.includes("--") ? words.slice(0, words.indexOf("--")) : words;
  const has = (letter: string, long: string): boolean =>
    before.some((word) => word === long || word === `${long}=true` || (/^-[a-z]{1,3}$/.test(word) && word.includes(letter)));
  return has("i", "--stdin") || has("i", "--interactive") ? has("t", "--tty") : false;
}

/** One argument and no command behind it, or a command that is a shell itself. */
function target(words: string[], kind: string, called: string): string | null {
  const found: string[] = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at]!;
    if (VALUES[kind]!.test(word)) at++;
    else if (!word.startsWith("-")) found.push(word);
    else if (word === "--" && found.length > 0) return behind(words.slice(at + 1), called);
  }
  if (found.length === 0) return null;
  // `oc debug node web-1`, `oc debug pod/x A=1`: a command would have to stand behind `--`.
  if (kind === "debug") return called;
  return found.length === 1 || (found.length === 2 && SHELL.test(found[1]!)) ? called : null;
}

const behind = (command: string[], called: string): string | null => (command.length === 0 || openerOf(command) !== null ? called : null);

function sudo(words: string[]): string | null {
  let isLogin = false;
  for (let at = 1; at < words.length; at++) {
    const word = words[at]!;
    if (/^(?:-[a-zA-Z]*[is]|--login|--shell)$/.test(word)) isLogin = true;
    else if (VALUES.sudo!.test(word)) at++;
    else if (!word.startsWith("-")) {
      const inner = openerOf(words.slice(at));
      return inner === null ? null : `sudo ${inner}`;
    }
  }
  return isLogin ? "sudo -i" : null;
}

/** Whole commands with the index of their first line; blank lines and comments between them are left out. */
export function logicalCommands(lines: string[]): { index: number; text: string }[] {
  const found: { index: number; text: string }[] = [];
  let scanner = new ShellScanner();
  let isOpen = false;
  for (const [index, line] of lines.entries()) {
    if (!isOpen && (line.trim() === "" || line.trimStart().startsWith("#"))) continue;
    if (isOpen) found.at(-1)!.text += `\n${line}`;
    else found.push({ index, text: line });
    scanner.feed(line);
    isOpen = scanner.unfinished() !== null;
    if (!isOpen) scanner = new ShellScanner();
  }
  return found;
}
