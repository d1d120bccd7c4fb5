// One kubeconfig file, read with the line of everything in it.
// Owns: YAML to entries, and the reasons why kubectl would refuse the whole file. Does not merge files (contexts.ts) and never writes.
import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from "yaml";

export type Place = { file: string; line: number | null };
/** A named cluster, user or context as written, with where it stands. `lineOf(field)` is the line of one of its fields. */
export type Named = { name: string; value: Record<string, unknown>; place: Place; folder: string; lineOf(field: string): number | null };
export type KubeconfigFile = {
  file: string;
  clusters: Map<string, Named>;
  users: Map<string, Named>;
  contexts: Map<string, Named>;
  /** "" where the file says none: then another file may. */
  currentContext: string;
};
export type FileProblem = { message: string; file: string; line: number | null };
export type ReadFile = { ok: true; value: KubeconfigFile } | { ok: false; isMissing: boolean; problem: FileProblem };

/** Larger than any real kubeconfig; a mistyped path to a log must not be parsed for minutes. */
const MAX_BYTES = 16 * 1024 * 1024;
/** Against files that unfold to gigabytes; a kubeconfig with a hundred users sharing an anchor stays below. */
const MAX_ALIASES = 1_000;

/** Reads `file`. A missing file is no problem of its own: kubectl ignores it in a list, and refuses it when it was named alone. */
export function readKubeconfig(file: string): ReadFile {
  let text: string;
  try {
    const bytes = readFileSync(file);
    if (bytes.byteLength > MAX_BYTES) return broken(file, null, `is ${bytes.byteLength} bytes long, which no kubeconfig is`);
    text = bytes.toString("utf8");
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "unknown error";
    if (code === "ENOENT" || code === "ENOTDIR") return { ...broken(file, null, "does not exist"), isMissing: true };
    if (code === "EISDIR") return broken(file, null, "is a folder");
    if (code === "EACCES") return broken(file, null, "may not be read by this user");
    return broken(file, null, `cannot be read (${code})`);
  }
  return parseKubeconfig(text, file);
}

/** Parses the text of `file`. An empty text is an empty kubeconfig, as it is for kubectl. */
export function parseKubeconfig(text: string, file: string): ReadFile {
  const counter = new LineCounter();
  const document = parseDocument(text, { lineCounter: counter, merge: true });
  const bad = document.errors[0];
  // The parser's own message quotes the line, and the line may hold a token.
  if (bad !== undefined)
    return broken(file, counter.linePos(bad.pos[0]).line, `is not YAML (${bad.code.toLowerCase().replaceAll("_", " ")})`);
  let root: unknown;
  try {
    root = document.toJS({ maxAliasCount: MAX_ALIASES });
  } catch {
    return broken(file, null, "uses an anchor that is not there, or far too many");
  }
  const result: KubeconfigFile = { file, clusters: new Map(), users: new Map(), contexts: new Map(), currentContext: "" };
  if (root === null || root === undefined) return { ok: true, value: result };
  if (!isPlain(root)) return broken(file, 1, "does not hold a mapping with clusters, users and contexts");
  const reader = new Reader(document, counter, file);
  try {
    reader.list(root, "clusters", "cluster", result.clusters);
    reader.list(root, "users", "user", result.users);
    reader.list(root, "contexts", "context", result.contexts);
    result.currentContext = reader.text(root, "current-context");
  } catch (error) {
    if (error instanceof Refused) return broken(file, error.line, error.message);
    throw error;
  }
  return { ok: true, value: result };
}

function broken(file: string, line: number | null, why: string): Extract<ReadFile, { ok: false }> {
  const at = line === null ? file : `${file}:${line}`;
  return {
    ok: false,
    isMissing: false,
    problem: {
      message: `${at}: the kubeconfig ${why}; none of its contexts can be used. Mend the file, or take it out of KUBECONFIG.`,
      file,
      line,
    },
  };
}

class Refused extends Error {
  readonly line: number | null;
  constructor(message: string, line: number | null) {
    super(message);
    this.line = line;
  }
}

/** Text fields of each kind; another type in one of them makes kubectl refuse the file. */
const TEXT_FIELDS: Record<string, string[]> = {
  cluster: ["server", "certificate-authority", "certificate-authority-data", "tls-server-name", "proxy-url"],
  user: [
    "client-certificate",
    "client-certificate-data",
    "client-key",
    "client-key-data",
    "token",
    "tokenFile",
    "username",
    "password",
    "as",
  ],
  context: ["cluster", "user", "namespace"],
};

type Plain = Record<string, unknown>;
const isPlain = (value: unknown): value is Plain => typeof value === "object" && value !== null && !Array.isArray(value);

/** Values come from the plain form, where anchors and merges are resolved; lines come from the nodes beside it. */
class Reader {
  private readonly document: Document;
  private readonly counter: LineCounter;
  private readonly file: string;
  constructor(document: Document, counter: LineCounter, file: string) {
    this.document = document;
    this.counter = counter;
    this.file = file;
  }

  list(root: Plain, field: string, kind: "cluster" | "user" | "context", into: Map<string, Named>): void {
    const list = root[field];
    if (list === undefined || list === null) return;
    if (!Array.isArray(list)) throw new Refused(`has no list under \`${field}\``, this.line([field]));
    list.forEach((item: unknown, index) => {
      const line = this.line([field, index]);
      if (!isPlain(item)) throw new Refused(`has something in \`${field}\` that is no entry with a name`, line);
      const name = this.text(item, "name", [field, index]);
      if (into.has(name)) throw new Refused(`names the ${kind} "${name}" twice`, line);
      const body = item[kind] ?? {};
      if (!isPlain(body)) throw new Refused(`has a ${kind} "${name}" that is no mapping`, line);
      const path = [field, index, kind];
      for (const text of TEXT_FIELDS[kind] ?? []) this.text(body, text, path);
      const lineOf = (wanted: string) => this.line([...path, wanted]) ?? line;
      into.set(name, { name, value: body, place: { file: this.file, line }, folder: dirname(this.file), lineOf });
    });
  }

  text(from: Plain, field: string, path: (string | number)[] = []): string {
    const value = from[field] ?? "";
    if (typeof value !== "string") throw new Refused(`has a \`${field}\` that is no text`, this.line([...path, field]));
    return value;
  }

  /** Line of the node at `path`; of a field, the line of its name. Null where it came in by a merge. */
  private line(path: (string | number)[]): number | null {
    let node: unknown = this.document.contents;
    let at: Node | null = null;
    for (const step of path) {
      if (isAlias(node)) node = node.resolve(this.document);
      if (isMap(node)) {
        const pair = node.items.find(({ key }) => isScalar(key) && key.value === step);
        at = (pair?.key as Node | undefined) ?? null;
        node = pair?.value;
      } else if (isSeq(node)) {
        node = node.items[step as number];
        at = node as Node;
      } else return null;
    }
    return at?.range ? this.counter.linePos(at.range[0]).line : null;
  }
}
