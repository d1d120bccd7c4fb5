// One kubeconfig file, read with the line of everything in it.
// Owns: YAML to entries, and the reasons why kubectl would refuse the whole file. Does not merge files (contexts.ts) and never writes.
import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import { type Document, isMap, isScalar, isSeq, LineCounter, type Node, type Pair, parseDocument, type YAMLMap } from "yaml";

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
  const document = parseDocument(text, { lineCounter: counter, merge: true, maxAliasCount: 100 } as never);
  const bad = document.errors[0];
  // The parser's own message quotes the line, and the line may hold a token.
  if (bad !== undefined)
    return broken(file, counter.linePos(bad.pos[0]).line, `is not YAML (${bad.code.toLowerCase().replaceAll("_", " ")})`);
  const root = document.contents as Node | null;
  const result: KubeconfigFile = { file, clusters: new Map(), users: new Map(), contexts: new Map(), currentContext: "" };
  if (root === null || (isScalar(root) && root.value === null)) return { ok: true, value: result };
  if (!isMap(root)) return broken(file, 1, "does not hold a mapping with clusters, users and contexts");
  const reader = new Reader(document, counter, file);
  try {
    reader.list(root, "clusters", "cluster", result.clusters);
    reader.list(root, "users", "user", result.users);
    reader.list(root, "contexts", "context", result.contexts);
    result.currentContext = reader.text(root, "current-context") ?? "";
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

class Reader {
  private readonly document: Document;
  private readonly counter: LineCounter;
  private readonly file: string;
  constructor(document: Document, counter: LineCounter, file: string) {
    this.document = document;
    this.counter = counter;
    this.file = file;
  }

  list(root: YAMLMap, field: string, kind: "cluster" | "user" | "context", into: Map<string, Named>): void {
    const list = root.get(field, true) as Node | undefined;
    if (list === undefined || (isScalar(list) && list.value === null)) return;
    if (!isSeq(list)) throw new Refused(`has no list under \`${field}\``, this.lineAt(list));
    for (const item of list.items as Node[]) {
      const line = this.lineAt(item);
      if (!isMap(item)) throw new Refused(`has something in \`${field}\` that is no entry with a name`, line);
      const name = this.text(item, "name") ?? "";
      if (into.has(name)) throw new Refused(`names the ${kind} "${name}" twice`, line);
      const body = item.get(kind, true) as Node | undefined;
      if (body !== undefined && !isMap(body) && !(isScalar(body) && body.value === null)) {
        throw new Refused(`has a ${kind} "${name}" that is no mapping`, line);
      }
      const map = isMap(body) ? body : null;
      if (map !== null) for (const text of TEXT_FIELDS[kind] ?? []) this.text(map, text);
      into.set(name, {
        name,
        value: (map?.toJS(this.document) ?? {}) as Record<string, unknown>,
        place: { file: this.file, line },
        folder: dirname(this.file),
        lineOf: (wanted) => (map === null ? line : (this.lineAt(pairOf(map, wanted)?.key as Node | undefined) ?? line)),
      });
    }
  }

  text(map: YAMLMap, field: string): string | null {
    const node = map.get(field, true) as Node | undefined;
    if (node === undefined) return null;
    const value = isScalar(node) ? node.value : undefined;
    if (value === null) return null;
    if (typeof value !== "string") throw new Refused(`has a \`${field}\` that is no text`, this.lineAt(node));
    return value;
  }

  private lineAt(node: Node | undefined): number | null {
    return node?.range ? this.counter.linePos(node.range[0]).line : null;
  }
}

const pairOf = (map: YAMLMap, field: string): Pair | undefined => map.items.find((pair) => isScalar(pair.key) && pair.key.value === field);
