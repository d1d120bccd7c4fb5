// Fences that are called shell and hold something else: a query, a manifest, a request, the output of a command.
// Owns the signs by which that is seen. Each sign is something no shell could run as meant; a doubt means "it is a command".
import { ShellScanner } from "./shell-scan.ts";

type Sign = {
  what: string;
  test: RegExp /** Not asked of PowerShell, whose own syntax looks like this. */;
  isNotPowerShell?: true /** Nor of fish, which writes `(command)` for its output. */;
  isNotFish?: true;
};

const METRICS =
  "sum|avg|min|max|count|rate|irate|increase|delta|absent|topk|bottomk|quantile|histogram_quantile|label_replace|predict_linear|(?:max|avg|min|sum|count|quantile|stddev|last|present|absent)_over_time|scalar|vector|changes|resets|deriv|idelta|label_join|sort_desc|clamp_(?:min|max)|count_values|stddev";
/** Tried where a command begins: never inside quotes, brackets, here-documents or continued lines. */
/** One path alone on its line is a command where it may name a program; two and more of other places are a list. */
const BARE_PATH = /^(?:~|\/)[\w./~-]*$/;
const PROGRAM_PATH = /\.(?:sh|bash|zsh|py|rb|pl|js|run)$|\/(?:s?bin|init\.d|libexec)\//;

const SIGNS: Sign[] = [
  { what: "an HTTP request", test: /^(?:GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS) (?:\/|https?:)/ },
  { what: "an HTTP answer", test: /^HTTP\/\d/ },
  {
    what: "SQL",
    test: /^(?:SELECT\s.+\sFROM\s|SELECT\s+[\w*"(]|INSERT\s+INTO\s|UPDATE\s+\S+\s+SET\s|DELETE\s+FROM\s|CREATE\s+(?:TABLE|INDEX|UNIQUE|DATABASE|USER|ROLE|EXTENSION|OR REPLACE)\b|ALTER\s+(?:TABLE|SYSTEM|USER|ROLE|DATABASE|RANGE)\b|DROP\s+(?:TABLE|INDEX|DATABASE|USER|ROLE)\b|GRANT\s+\w+|TRUNCATE\s+TABLE\b|EXPLAIN\s+(?:ANALYZE\s+)?\(?\s*(?:SELECT|ANALYZE)|SHOW\s+(?:TABLES|DATABASES|JOBS|CLUSTER|RANGES|GRANTS|VARIABLES|STATUS)\b|WITH\s+\w+\s+AS\s*\()/,
  },
  { what: "a query of metrics", test: new RegExp(`^(?:${METRICS})\\s*(?:by|without)?\\s*\\((?!\\s*\\)\\s*\\{)`) },
  { what: "a query of metrics", test: /^[a-zA-Z_:][\w:]*\{[^}]*(?:=~?|!=|!~)\s*["'][^}]*\}/ },
  // Without labels: `up{} 1`, `up{}[5m]`. No shell takes the braces for anything but a part of the name.
  { what: "a query of metrics", test: /^[a-zA-Z_:][\w:]*\{\s*\}(?:[\s[]|$)/ },
  { what: "a query of metrics", test: /^\([^()]*\)\s*[*/+-]\s*[\d(]|^[a-zA-Z_:][\w:]*\s(?:==|!=|>=|<=)\s-?[\d.]+\s*$/ },
  { what: "JSON", test: /^\{\s*"[^"]*"\s*:|^"[\w.-]+"\s*:|^\[\s*\{/, isNotPowerShell: true },
  { what: "a manifest, settings or output", test: /^[A-Za-z][\w./-]*:(?:\s|$)|^[A-Z]\w*(?: [\w'-]+){1,5}:\s{2,}\S/, isNotPowerShell: true },
  { what: "settings", test: /^[\w.[\]-]+\s+=\s+\S/, isNotPowerShell: true },
  // `notAfter=Aug  6 …` as certificates print it: to a shell an assignment before a program named `6`.
  { what: "output", test: /^\w+=(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun|Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec),?\s+\d/ },
  {
    what: "a call of a function in another language",
    // `for ((…))`, `if ((…))` and `while (…)` are the shell's own.
    test: /^(?!(?:if|elif|else|then|while|until|for|foreach|do|case|select|in|function|time|coproc|repeat)\b)[A-Za-z_][\w.]*\s*\((?!\s*\))/,
    isNotPowerShell: true,
    isNotFish: true,
  },
  { what: "output", test: /^[A-Z][A-Z0-9()_%/-]*(?:[ \t]{2,}[A-Z][A-Z0-9()_%/-]*(?: [A-Z]+)*)+\s*$/ },
  { what: "output", test: /^(?:\+[-=+]{3,}\+?$|[|`+]-- |\|\s+[|`+]|\|[\s-].*\|\s*$|[│├└─┌╭╰])/u },
  {
    what: "output",
    test: /^[\w./-]+ (?:\([\w ]+\) )?(?:created|configured|unchanged|deleted|patched|scaled|labeled|annotated|restarted|evicted|cordoned|uncordoned|drained|condition met)(?: \(.*\))?$|^map\[/,
  },
  // Sentences: a capital and small words behind it, a small text that ends in a full stop, articles where options would be.
  { what: "a sentence or output", test: /^(?!Rscript )[A-Z][a-z]+,?(?: [a-z]+[,.:]?){2,}(?! -)/, isNotPowerShell: true },
  { what: "output", test: /^[A-Z]\w*(?: [A-Z]\w*){1,4}:\s/, isNotPowerShell: true },
  { what: "a sentence", test: /^[a-z]+(?: [a-z]+)+\.$/ },
  { what: "a sentence", test: /^(?!echo |printf |wall |say )[a-z]+(?: [a-z]+)* (?:the|your)(?: [a-z]+){2,}(?! -)/ },
  {
    what: "code in another language",
    test: /^(?:const|var) [\w${[]|^let \w+ = |^await \w|^'use strict'|^\}\)[;.]?$|\s===\s|^import .+ from ['"]/,
    isNotPowerShell: true,
  },
  { what: "an address", test: /^(?:<[\w-]+>|https?):\/\// },
  { what: "options of a command", test: /^--?[A-Za-z]/ },
  { what: "something left out", test: /^(?:\.{3,}|…|\[\.\.\.\])$/u },
  { what: "keys to press", test: /\[tab\]|<(?:TAB|ENTER|RETURN|ESC|CTRL[+-]\w)>/i },
  { what: "a difference of files", test: /^(?:diff --git |@@ -\d|--- [ab]\/|\+\+\+ [ab]\/)/ },
  {
    what: "a log",
    test: /^(?:\[?\d{4}[-/]\d{2}[-/]\d{2}[T _]\d{2}:\d{2}|[IWEF]\d{4} \d{2}:\d{2}:\d{2}|[IWEFND] \| |[A-Z][A-Z0-9_]+ \d+: |level=\w+ |ts=\d|time="\d|(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) +\d{1,2} \d{2}:\d{2}:\d{2} )/,
  },
  { what: "markup", test: /^(?:<\?xml|<!DOCTYPE|<\/?(?:html|div|head|body)\b)/i },
];
/** Words that may stand before an open bracket, and names that are commands all by themselves. */
const BEFORE_BRACKET =
  /^(?:if|then|elif|else|while|until|for|do|case|select|in|function|time|!|\[\[|\[|test|declare|local|export|readonly|typeset|eval|echo)\b/;
const LONE_COMMANDS = new Set(
  "ls pwd date whoami exit logout sync clear make top htop env id hostname w who uptime reboot poweroff shutdown true false df free dmesg lsblk lscpu lspci lsmod mount sestatus ifconfig crontab jobs fg bg wait history login sudo su bash sh zsh fish python python3 node irb psql mysql redis-cli mongo mongosh etcd etcdctl k9s kubectl helm docker podman git vim vi nano npm yarn pnpm cargo go tmux screen ps printenv set export tree lsof ss netstat terraform vagrant".split(
    " ",
  ),
);
/** `{` alone on its line begins a group of commands, unless what follows is JSON. */
const JSON_SECOND = /^\s*["}\]{[]/;

/** Programs that runbooks call on nearly every line; what begins with one is a command, and the signs need not be asked. */
const KNOWN =
  /^(?:sudo |time |exec )?(?:kubectl|helm|oc|docker|podman|git|curl|wget|echo|export|cd|cat|ls|grep|sed|awk|jq|yq|aws|gcloud|az|ssh|scp|make|go|npm|npx|yarn|node|python3?|pip3?|psql|mysql|etcdctl|systemctl|journalctl|terraform|ansible|vault|consul|istioctl|argocd|openssl|tar|mkdir|rm|cp|mv|chmod|chown|sleep|source|set|apt|apt-get|yum|dnf|brew)(?: [-\w./$"'<{@=:,]|$)/;

/** Sentences and keys to press may begin with a program's name all the same. */
const DOUBTFUL = /\[tab\]|<(?:TAB|ENTER|RETURN|ESC|CTRL[+-]\w)>| (?:the|your) /i;
const isKnown = (line: string): boolean => KNOWN.test(line) && !DOUBTFUL.test(line);

export { isKnown as isKnownCommand };

/** Reads as typed at a prompt: a program that is known, or a line with an option, a path, a variable or a pipe in it. */
export const isTyped = (line: string): boolean => isKnown(line) || LONE_COMMANDS.has(line) || /(?:^|\s)-|\/|[|=$]/.test(line);

/**
 * Why a block in a shell language is no shell command, or null. `lines` are the commands with prompts taken off.
 * A block whose first line is a command and whose later lines are its output is none either: it could not run to its end.
 */
export function whyNotCommands(lines: string[], language: string): string | null {
  if (lines.every((line) => line.trim() === "")) return "it is empty";
  if (
    lines.every((line, index) => isKnown(line) || line === "" || line.startsWith("#") || (index > 0 && lines[index - 1]!.endsWith("\\")))
  ) {
    return lines.some(isKnown) ? null : "it holds only comments";
  }
  const isPowerShell = language === "pwsh" || language === "powershell";
  const isFish = language === "fish";
  const scanner = new ShellScanner();
  let hasCommand = false;
  const names: string[] = [];
  for (const [index, line] of lines.entries()) {
    const open = scanner.unfinished();
    const trimmed = line.trim();
    scanner.feed(line);
    if (trimmed === "" || trimmed.startsWith("#") || (open !== null && open !== "keyword")) continue;
    const what = signOf(trimmed, lines, index, { isPowerShell, isFish });
    // A pattern of `case` may look like anything.
    if (what !== null && open === null) {
      return hasCommand ? `line ${index + 1} of the block reads as ${what}, not as a command` : `it reads as ${what}, not as a command`;
    }
    hasCommand = true;
    names.push(trimmed.replace(/\s+#.*$/, ""));
  }
  if (names.length >= 2 && names.every((name) => BARE_PATH.test(name) && !PROGRAM_PATH.test(name))) {
    return "it reads as a list of paths, not as commands";
  }
  if (
    names.length >= 2 &&
    names.every((name) => /^[A-Za-z][\w.:-]*(?:\/v\d\w*)?$/.test(name) && !LONE_COMMANDS.has(name) && !/\.(?:sh|py|rb|pl)$/.test(name))
  ) {
    return "it reads as a list of names, not as commands";
  }
  return hasCommand ? null : "it holds only comments";
}

/** What kind of query a command-like text is, by the signs asked of shell blocks, or null. */
export function queryAt(line: string): string | null {
  const what = SIGNS.find((sign) => sign.test.test(line))?.what ?? null;
  return what === "SQL" || what === "a query of metrics" ? what : null;
}

function signOf(
  line: string,
  lines: string[],
  index: number,
  { isPowerShell, isFish }: { isPowerShell: boolean; isFish: boolean },
): string | null {
  if (line === "{" || line === "[") {
    const next = lines.slice(index + 1, index + 20).find((candidate) => candidate.trim() !== "") ?? "";
    return JSON_SECOND.test(next) ? "JSON" : null;
  }
  const sign = SIGNS.find(
    (sign) => !(isPowerShell && sign.isNotPowerShell === true) && !(isFish && sign.isNotFish === true) && sign.test.test(line),
  );
  return sign?.what ?? (!isPowerShell && !isFish && isOutput(line) ? "output" : null);
}

/** Columns set by blanks, or an open bracket where every POSIX shell reports a syntax error: `Chain INPUT (policy ACCEPT)`. */
function isOutput(line: string): boolean {
  if (line.length > 1_000) return false;
  const plain = line.replaceAll(/"(?:[^"\\]|\\.)*"|'[^']*'/g, '""').replace(/\s#\s.*$/, "");
  const wide = plain.match(/\S {3,}(?=\S)/g)?.length ?? 0;
  const gaps = plain.match(/\S {2,}(?=\S)/g)?.length ?? 0;
  if ((wide >= 2 || gaps >= 3) && !/[|;&\\]/.test(plain)) return true;
  // A bracket in the middle of a word is a syntax error too, unless it belongs to an expansion, a test or an array.
  if (/[A-Za-z0-9]\((?!\))/.test(plain) && !/\$\(|`|\[\[|\(\(|=\(|[<>?@*+!]\(/.test(plain)) return true;
  return /^[\w./:%,-]+(?: [\w./:%,*-]+)* \((?!\))/.test(plain) && !BEFORE_BRACKET.test(plain);
}
