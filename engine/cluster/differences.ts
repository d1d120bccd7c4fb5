// What differs between two stand-alone kubeconfigs, in words that give no secret away.
// Owns: the comparison of a pinned file with what lies there now. Reads no file.
import { createHash } from "node:crypto";
import { caFingerprint } from "./identity.ts";

type Plain = { [field: string]: unknown };

/** Fields whose values are secret or too long to show: only that they differ is said. */
const QUIET = /(?:-data|token|password|secret|client-key|client-certificate|env|args|config)$/i;

/**
 * SHA-256 of the content, independent of the order of fields and of how the YAML is written: kubectl itself rewrites a kubeconfig when it
 * renews an OpenID token. Those renewed tokens are left out.
 */
export function contentHash(config: unknown): string {
  return createHash("sha256")
    .update(JSON.stringify(canonical(config, "")))
    .digest("hex");
}

function canonical(value: unknown, path: string): unknown {
  if (Array.isArray(value)) return value.map((item) => canonical(item, path));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value as Plain)
    .filter(
      ([name]) =>
        !(path.endsWith("auth-provider.config") && /^(?:id-token|refresh-token|access-token|expiry|expires-in|expires-on)$/.test(name)),
    )
    .map(([name, item]) => [name, canonical(item, `${path}.${name}`)] as const)
    // kubectl writes `preferences: {}` and empty fields that we leave out.
    .filter(
      ([, item]) =>
        !(
          item === null ||
          item === undefined ||
          item === "" ||
          item === false ||
          (typeof item === "object" && Object.keys(item).length === 0)
        ),
    )
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries);
}

/** What differs in `now` from `was`, one sentence each; empty where nothing does. */
export function differencesOf(was: unknown, now: unknown): string[] {
  if (contentHash(was) === contentHash(now)) return [];
  const before = flat(canonical(was, ""), "");
  const after = flat(canonical(now, ""), "");
  const words: string[] = [];
  for (const path of new Set([...before.keys(), ...after.keys()])) {
    const a = before.get(path);
    const b = after.get(path);
    if (a !== b) words.push(sentenceOf(path, a, b));
  }
  return words.length > 0 ? words : ["the pinned kubeconfig was rewritten"];
}

function sentenceOf(path: string, a: string | undefined, b: string | undefined): string {
  if (path.endsWith("certificate-authority-data")) {
    const short = (data: string | undefined) => (data === undefined ? "none" : caFingerprint(data).slice(0, 12));
    return `the pinned kubeconfig: ${path} is now ${short(b)}, it was ${short(a)}`;
  }
  if (QUIET.test(path) || path.includes(".exec.") || path.includes(".config."))
    return `the pinned kubeconfig: ${path} was ${a === undefined ? "added" : b === undefined ? "removed" : "changed"}`;
  if (b === undefined) return `the pinned kubeconfig: ${path} is gone, it was ${a}`;
  return a === undefined
    ? `the pinned kubeconfig: ${path} is now ${b}, it was not there`
    : `the pinned kubeconfig: ${path} is now ${b}, it was ${a}`;
}

/** Leaves by path; list items go by their `name`, so that an added context does not make every other one differ. */
function flat(value: unknown, path: string, into = new Map<string, string>()): Map<string, string> {
  const at = (name: string | number) => (path === "" ? String(name) : `${path}.${name}`);
  if (Array.isArray(value)) {
    value.forEach((item, index) => {
      const name = (item as { name?: unknown } | null)?.name;
      flat(item, at(typeof name === "string" ? name : index), into);
    });
  } else if (typeof value === "object" && value !== null) {
    for (const [name, item] of Object.entries(value)) if (name !== "name") flat(item, at(name), into);
    if (Object.keys(value).length === 1 && "name" in value) into.set(path, "there");
  } else into.set(path, String(value));
  return into;
}
