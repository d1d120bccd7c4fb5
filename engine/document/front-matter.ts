// The block of settings at the head of a file: YAML between `---`, TOML between `+++`; ours and Runme's keys.
// Owns where it ends and what it says. A file whose front matter is broken still opens, with the place of the fault.
import { parse as parseToml, TomlError } from "smol-toml";
import type { Document } from "yaml";
import {
  type DocumentWayBack,
  type DrillEvery,
  type Param,
  type RecoveryKeys,
  type ShellKind,
  TROUBLES,
  type Trouble,
} from "../protocol/index.ts";
import { addSpan, parseDay, readSpan } from "./durations.ts";
import { readPlainMap } from "./flow-map.ts";
import { type Keyed, KeyReader } from "./keyed.ts";
import { PARAM_KEYS, readParam } from "./params.ts";
import type { Problems } from "./problems.ts";
import { readRecovery } from "./recovery-keys.ts";
import { lineText, type Source } from "./source.ts";
import { listOfMaps, mapUnder, parseYamlMap } from "./yaml-map.ts";

export type FrontMatter = {
  /** First line of the Markdown after it; 1 where there is none. */
  nextLine: number;
  title: string | null;
  about: string | null;
  kind: "runbook" | "checklist" | null;
  version: string | null;
  owner: string | null;
  reviewed: string | null;
  reviewDue: string | null;
  plannedMs: number | null;
  rtoMs: number | null;
  rpoMs: number | null;
  drill: DrillEvery | null;
  /** Null where no key of it is there. */
  wayBack: DocumentWayBack | null;
  /** With the offset at which it is written. Null where it is not there. */
  recovery: (RecoveryKeys & { at: number }) | null;
  tools: string[];
  permissions: string[];
  /** null where the file does not say. */
  needsCluster: boolean | null;
  clusters: string[];
  shell: ShellKind | null;
  cwd: string | null;
  params: Param[];
};

const WAY_BACK_KEYS = ["rollback", "emergency", "verify", "trouble", "target", "after-no-return"] as const;
const OURS = [
  "title",
  "kind",
  "version",
  "owner",
  "reviewed",
  "review-in",
  "planned",
  "rto",
  "rpo",
  "recovery",
  "drill",
  "requires",
  "params",
  "clusters",
  "about",
  "description",
  ...WAY_BACK_KEYS,
];
const RUNMES = ["shell", "cwd", "tag", "skipPrompts", "runme", "terminalRows", "category"];
const KNOWN = [...OURS, ...RUNMES];
/** With one of these the file is written for Holdpoint, and a key it does not know is worth a warning. */
const TELLING = ["kind", "params", "requires", "clusters", "review-in", "rto", "rpo", "recovery", "drill", "planned"];
/** Lines in which the closing mark must stand: a `---` much further down is a ruler. */
const MAX_LINES = 5_000;

export function readFrontMatter(source: Source, problems: Problems): FrontMatter {
  const found = find(source);
  const empty = emptyFrontMatter(found.nextLine);
  if (found.kind === "none") return empty;
  if (found.kind === "unclosed") {
    problems.add(
      "error",
      "front-matter-unclosed",
      1,
      1,
      `The front matter begins with ${found.mark} but never ends, so none of its keys is in force. Close it with a line ${found.mark}.`,
    );
    return empty;
  }
  const place = (at: number): number => source.starts[1]! + at;
  const text = source.text.slice(source.starts[1], source.starts[found.nextLine - 2]);
  return found.mark === "+++" ? fromToml(text, place, empty, problems) : fromYaml(text, place, empty, problems);
}

type Found = { kind: "none" | "unclosed" | "closed"; mark: "---" | "+++"; nextLine: number };

function find(source: Source): Found {
  const none: Found = { kind: "none", mark: "---", nextLine: 1 };
  if (source.lines < 2) return none;
  const mark = lineText(source, 1).trimEnd();
  if (mark !== "---" && mark !== "+++") return none;
  const last = Math.min(source.lines, MAX_LINES);
  let looksLikeKeys: boolean | null = null;
  for (let line = 2; line <= last; line++) {
    const text = lineText(source, line);
    const trimmed = text.trimEnd();
    if (trimmed === mark || (mark === "---" && trimmed === "...")) {
      // A ruler at the head of a text and another one below it are no front matter.
      return looksLikeKeys === false ? none : { kind: "closed", mark, nextLine: line + 1 };
    }
    if (looksLikeKeys === null && trimmed !== "" && !trimmed.startsWith("#")) {
      looksLikeKeys = mark === "+++" ? /^\s*(?:\[|["'\w.-]+\s*=)/.test(text) : /^\s*(?:[{[]|["']?[\w][\w .-]*["']?\s*:(?:\s|$))/.test(text);
    }
  }
  return looksLikeKeys === true ? { kind: "unclosed", mark, nextLine: 1 } : none;
}

function fromYaml(text: string, place: (at: number) => number, empty: FrontMatter, problems: Problems): FrontMatter {
  const plain = readPlainMap(text);
  if (plain !== null) {
    const keyed: Keyed = { values: {}, offsets: {}, offset: place(plain.entries[0]!.at), written: plain.written };
    for (const entry of plain.entries) {
      keyed.values[entry.key] = entry.value;
      keyed.offsets[entry.key] = place(entry.at);
    }
    return readKeys(keyed, [], NOTHING_NESTED, empty, problems);
  }
  const parsed = parseYamlMap(text, place);
  for (const problem of parsed.problems.slice(0, 5)) {
    problems.addAt(
      "error",
      "malformed-front-matter",
      problem.at,
      `The front matter cannot be read, so none of its keys is in force: ${problem.message}.`,
    );
  }
  if (parsed.keyed === null || parsed.document === null) return empty;
  const { document } = parsed;
  try {
    const nested = { requires: mapUnder(document, "requires", place), recovery: mapUnder(document, "recovery", place) };
    return readKeys(parsed.keyed, paramsOf(document, place), nested, empty, problems);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    problems.addAt(
      "error",
      "malformed-front-matter",
      place(0),
      `The front matter cannot be read, so none of its keys is in force: ${why}.`,
    );
    return empty;
  }
}

const paramsOf = (document: Document, place: (at: number) => number): { keyed: Keyed | null; at: number }[] =>
  listOfMaps(document, "params", place);

function fromToml(text: string, place: (at: number) => number, empty: FrontMatter, problems: Problems): FrontMatter {
  try {
    const values = parseToml(text.replaceAll("\r\n", "\n")) as Record<string, unknown>;
    const keyed = placed(values, text, place, 0);
    const params = Array.isArray(values.params) ? values.params : [];
    const tables = [...text.matchAll(/^\s*\[\[\s*params\s*\]\]/gm)].map((match) => match.index);
    const maps = params.map((entry: unknown, index) => {
      const at = tables[index] ?? Math.max(0, text.search(/^\s*params\s*=/m));
      return { keyed: isRecord(entry) ? placed(entry, text, place, at) : null, at: place(at) };
    });
    const table = (key: string): Keyed | null => {
      const value = values[key];
      return isRecord(value)
        ? placed(value, text, place, Math.max(0, text.search(new RegExp(`^\\s*(?:\\[\\s*${key}|${key}\\s*=)`, "m"))))
        : null;
    };
    return readKeys(keyed, maps, { requires: table("requires"), recovery: table("recovery") }, empty, problems);
  } catch (error) {
    const line = error instanceof TomlError ? error.line : 1;
    const column = error instanceof TomlError ? error.column : 1;
    const why = error instanceof Error ? error.message.split("\n")[0]!.slice(0, 200) : String(error);
    problems.add(
      "error",
      "malformed-front-matter",
      1 + line,
      column,
      `The front matter cannot be read, so none of its keys is in force: ${why}.`,
    );
    return empty;
  }
}

// The TOML library gives no places, so a key is looked up where it is written.
function placed(values: Record<string, unknown>, text: string, place: (at: number) => number, from: number): Keyed {
  const plain: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  const offsets: Record<string, number> = Object.create(null) as Record<string, number>;
  for (const [key, value] of Object.entries(values)) {
    const escaped = key.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
    const at = text.slice(from).search(new RegExp(`(?<=^\\s*\\[?\\s*["']?|[{,]\\s*)${escaped}(?=["']?\\s*[=\\].])`, "m"));
    plain[key] = value instanceof Date ? value.toISOString() : value;
    offsets[key] = place(at === -1 ? from : from + at);
  }
  return { values: plain, offsets, offset: place(from) };
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === "object" && !Array.isArray(value) && !(value instanceof Date);

type Nested = { requires: Keyed | null; recovery: Keyed | null };
const NOTHING_NESTED: Nested = { requires: null, recovery: null };

function readKeys(
  keyed: Keyed,
  params: { keyed: Keyed | null; at: number }[],
  { requires, recovery }: Nested,
  empty: FrontMatter,
  problems: Problems,
): FrontMatter {
  const reader = new KeyReader(keyed, problems, "front matter");
  reader.warnUnknown(KNOWN, TELLING.some((key) => reader.has(key)) ? "warning" : "info");
  const result: FrontMatter = { ...empty, title: reader.text("title"), about: reader.text("about") ?? reader.text("description") };
  // Other tools write `kind: Deployment` and the like at the head of their files.
  const kind = reader.text("kind");
  if (kind === "runbook" || kind === "checklist") result.kind = kind;
  else if (kind !== null)
    problems.addAt("warning", "invalid-value", reader.offset("kind"), `front matter: "kind" is "${kind}"; it takes runbook or checklist.`);
  result.version = reader.text("version");
  result.owner = reader.text("owner");
  readReview(reader, result);
  result.plannedMs = reader.duration("planned");
  result.rtoMs = reader.duration("rto");
  result.rpoMs = reader.duration("rpo");
  result.drill = readDrill(reader);
  result.wayBack = readWayBack(reader);
  if (recovery !== null) result.recovery = readRecovery(recovery, reader.offset("recovery"), problems);
  else if (reader.has("recovery")) reader.wrong("recovery", "a mapping of declared, verified and last-write");
  result.clusters = readClusters(reader);
  result.shell = readShell(reader, problems);
  result.cwd = reader.text("cwd");
  if (requires !== null) Object.assign(result, readRequires(requires, problems));
  else if (reader.has("requires")) reader.wrong("requires", "a mapping of tools, permissions and cluster");
  if (
    reader.has("params") &&
    params.length === 0 &&
    !(Array.isArray(reader.raw("params")) && (reader.raw("params") as unknown[]).length === 0)
  ) {
    reader.wrong("params", "a list of mappings, each with a name");
  }
  for (const entry of params) {
    if (entry.keyed === null) {
      problems.addAt("error", "invalid-value", entry.at, "front matter: a parameter is no mapping; write {name: NAME, type: string}.");
      continue;
    }
    const paramReader = new KeyReader(entry.keyed, problems, "parameter");
    paramReader.warnUnknown(PARAM_KEYS);
    const param = readParam(paramReader, entry.at, problems);
    if (param === null) continue;
    if (result.params.some((other) => other.name === param.name)) {
      problems.addAt("error", "duplicate-parameter", entry.at, `Parameter "${param.name}" is declared twice; the first one is in force.`);
    } else result.params.push(param);
  }
  return result;
}

function readReview(reader: KeyReader, result: FrontMatter): void {
  const reviewed = reader.text("reviewed");
  if (reviewed !== null) {
    result.reviewed = parseDay(reviewed);
    if (result.reviewed === null) reader.wrong("reviewed", "a day written as 2026-10-01");
  }
  const span = reader.text("review-in");
  if (span === null) return;
  if (addSpan("2000-01-01", span) === null) reader.wrong("review-in", "a span such as 90 days, 6 months or 1 year");
  else if (result.reviewed !== null) result.reviewDue = addSpan(result.reviewed, span);
}

function readDrill(reader: KeyReader): DrillEvery | null {
  const text = reader.text("drill");
  if (text === null) return null;
  const span = readSpan(text);
  if (span !== null && span.months + span.days > 0) return { text: text.trim(), ...span };
  reader.wrong("drill", "a span such as 3 months, 90 days or 1 year");
  return null;
}

function readWayBack(reader: KeyReader): DocumentWayBack | null {
  if (!WAY_BACK_KEYS.some((key) => reader.has(key))) return null;
  const troubles = reader.texts("trouble");
  const known = troubles.filter((one): one is Trouble => (TROUBLES as readonly string[]).includes(one));
  if (known.length !== troubles.length) reader.wrong("trouble", `one or more of ${TROUBLES.join(", ")}`);
  return {
    rollback: reader.text("rollback"),
    emergency: reader.text("emergency"),
    verify: reader.text("verify"),
    troubles: [...new Set(known)],
    targetMs: reader.duration("target"),
    afterNoReturn: reader.flag("after-no-return") ?? false,
  };
}

function readClusters(reader: KeyReader): string[] {
  const names = reader.texts("clusters");
  const good = names.filter((name) => /^[a-z0-9][a-z0-9-]{0,62}$/.test(name) && name !== "none");
  if (good.length !== names.length) reader.wrong("clusters", 'names of small letters, digits and dashes, none of them "none"');
  return [...new Set(good)];
}

function readShell(reader: KeyReader, problems: Problems): ShellKind | null {
  const text = reader.text("shell");
  if (text === null) return null;
  const program =
    text
      .trim()
      .split(/[\s/\\]+/)
      .filter((part) => part !== "")
      .at(-1)
      ?.replace(/\.exe$/, "") ?? "";
  if (program === "sh" || program === "bash") return "bash";
  if (program === "zsh" || program === "fish") return program;
  if (program === "pwsh" || program === "powershell") return "pwsh";
  problems.addAt(
    "warning",
    "unknown-shell",
    reader.offset("shell"),
    `front matter: there is no shell "${text}" here (bash, zsh, fish or pwsh); blocks run in bash.`,
  );
  return null;
}

function readRequires(keyed: Keyed, problems: Problems): { tools: string[]; permissions: string[]; needsCluster: boolean | null } {
  const reader = new KeyReader(keyed, problems, "requires");
  reader.warnUnknown(["tools", "permissions", "cluster"]);
  return { tools: reader.texts("tools"), permissions: reader.texts("permissions"), needsCluster: reader.flag("cluster") };
}

function emptyFrontMatter(nextLine: number): FrontMatter {
  return {
    nextLine,
    title: null,
    about: null,
    kind: null,
    version: null,
    owner: null,
    reviewed: null,
    reviewDue: null,
    plannedMs: null,
    rtoMs: null,
    rpoMs: null,
    drill: null,
    wayBack: null,
    recovery: null,
    tools: [],
    permissions: [],
    needsCluster: null,
    clusters: [],
    shell: null,
    cwd: null,
    params: [],
  };
}
