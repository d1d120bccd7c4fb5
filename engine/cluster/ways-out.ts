// Ways out of a rehearsal: what in a text would lead its shell to another cluster than the one it is pinned to.
// Owns: that list, on top of what walks round a pin. Finds what is written; what a program does inside is kept from by the shell's surroundings.
import { type Bypass, findBypasses } from "./bypasses.ts";
import { type Command, commandsOf } from "./shell-words.ts";

/** Variables that send a client of the API through somebody, or make it look for a cluster around it. */
export const LEADING = [
  "HTTPS_PROXY",
  "HTTP_PROXY",
  "ALL_PROXY",
  "https_proxy",
  "http_proxy",
  "all_proxy",
  "KUBERNETES_SERVICE_HOST",
  "KUBERNETES_SERVICE_PORT",
] as const;
const LEADS = new RegExp(`^(${LEADING.join("|")})=(.*)$`, "s");
const SETTERS = new Set(["export", "declare", "typeset", "readonly", "env", "setenv", "set"]);
/** A token that a pod finds in its own file system. */
const IN_CLUSTER = /\/(?:var\/)?run\/secrets\/kubernetes\.io\b/;

/** All places in `text` that a rehearsal refuses, in reading order; line and column count from 1. */
export function findWaysOut(text: string): Bypass[] {
  // Another person on the same cluster is no way to another cluster.
  const found = findBypasses(text).filter(({ what }) => !/chooses another identity$/.test(what));
  found.push(...commandsOf(text).flatMap(inCommand));
  text.split("\n").forEach((line, index) => {
    const match = IN_CLUSTER.exec(line);
    if (match && !/^\s*#/.test(line))
      found.push({ line: index + 1, column: match.index + 1, what: "the token of a pod leads to the cluster around it" });
  });
  return found.sort((a, b) => a.line - b.line || a.column - b.column);
}

function inCommand({ words }: Command): Bypass[] {
  const first = words.findIndex((word) => !/^[A-Za-z_]\w*\+?=/.test(word.text));
  const program = first < 0 ? "" : (words[first]?.text ?? "");
  const name = program.slice(program.lastIndexOf("/") + 1);
  return words.flatMap((word, index) => {
    const [, variable, value] = LEADS.exec(word.text) ?? [];
    if (variable === undefined || value === "" || !(first < 0 || index < first || SETTERS.has(name))) return [];
    const what = /proxy/i.test(variable)
      ? "sends the clients of a cluster through somebody else"
      : "makes clients look for a cluster around them";
    return [{ line: word.line, column: word.column, what: `${variable} ${what}` }];
  });
}
