// All contexts of all kubeconfig files, merged by kubectl's rules, broken ones included.
// Owns: which file wins, what makes a context unusable, and the resolved context. Asks no server and writes nothing.
import { delimiter, join, resolve } from "node:path";
import type { ClusterClass, ContextEntry } from "../protocol/index.ts";
import { suggestClass } from "./class-suggestion.ts";
import { rememberedIdentity } from "./identity.ts";
import { classOfIdentity } from "./identity-key.ts";
import { type FileProblem, type KubeconfigFile, type Named, readKubeconfig } from "./kubeconfig.ts";
import { contextProblem, type Resolved } from "./resolve.ts";

export type ContextSources = {
  /** `--kubeconfig`: this file alone. */
  kubeconfigFlag?: string;
  /** The environment whose KUBECONFIG (a list) and proxy variables count. */
  env: Record<string, string | undefined>;
  homeDir: string;
  /** Class that people gave to the cluster of this identity key; null where nobody has. */
  classOf(identityKey: string): ClusterClass | null;
};

export type LoadedContexts = {
  entries: ContextEntry[];
  /** Usable contexts by name; a broken one has an entry with its error and nothing here. */
  byName: Map<string, Resolved>;
  /** As kubectl takes it: the first file that says one. "" is fine. */
  currentContext: string;
  sources: ContextSources;
};

/** Files in kubectl's order, absolute. `mayBeMissing` is false for a file that was named alone. */
export function kubeconfigFiles(sources: Pick<ContextSources, "kubeconfigFlag" | "env" | "homeDir">): {
  files: string[];
  mayBeMissing: boolean;
} {
  if (sources.kubeconfigFlag) return { files: [resolve(sources.kubeconfigFlag)], mayBeMissing: false };
  const list = sources.env.KUBECONFIG;
  if (!list) return { files: [join(sources.homeDir, ".kube", "config")], mayBeMissing: true };
  const files = list.split(delimiter).filter((file) => file !== "");
  return { files: [...new Set(files.map((file) => resolve(file)))], mayBeMissing: true };
}

/**
 * Loads the contexts. The first file to name a cluster, user or context wins as a whole entry, and the first `current-context`
 * is kept (kubectl's rules: Kubernetes documentation, "Organizing Cluster Access Using kubeconfig Files", Merging). kubectl refuses
 * to work at all with one broken file in the list; here it becomes an entry with its error and the others serve.
 */
export function loadContexts(sources: ContextSources): LoadedContexts {
  const { files, mayBeMissing } = kubeconfigFiles(sources);
  const read: KubeconfigFile[] = [];
  const problems: FileProblem[] = [];
  for (const file of files) {
    const result = readKubeconfig(file);
    if (result.ok) read.push(result.value);
    else if (!(result.isMissing && mayBeMissing)) problems.push(result.problem);
  }
  const clusters = firstWins(read.map((file) => file.clusters));
  const users = firstWins(read.map((file) => file.users));
  const contexts = firstWins(read.map((file) => file.contexts));
  const currentContext = read.find((file) => file.currentContext !== "")?.currentContext ?? "";

  const byName = new Map<string, Resolved>();
  const entries = [...contexts.values()].map((context) => {
    const text = (field: string) => (context.value[field] as string | null | undefined) ?? "";
    const cluster = clusters.get(text("cluster"));
    const user = users.get(text("user"));
    const problem = contextProblem(context, cluster, user);
    const resolved: Resolved | null =
      problem === null && cluster !== undefined && user !== undefined
        ? { name: context.name, namespace: text("namespace"), context, cluster, user }
        : null;
    if (resolved !== null) byName.set(context.name, resolved);
    const identity = resolved === null ? null : rememberedIdentity(resolved);
    const server = (cluster?.value.server as string | undefined) ?? null;
    return {
      name: context.name,
      file: context.place.file,
      isCurrent: context.name === currentContext,
      server,
      user: text("user") || null,
      namespace: text("namespace") || null,
      error: problem,
      class: identity === null ? null : classOfIdentity(identity, sources.classOf),
      suggestedClass: suggestClass({ context: context.name, cluster: text("cluster"), server }),
    } satisfies ContextEntry;
  });
  const missingCurrent = currentContext !== "" && !contexts.has(currentContext) ? [currentEntry(currentContext, read)] : [];
  return { entries: [...entries, ...missingCurrent, ...problems.map(brokenFileEntry)], byName, currentContext, sources };
}

function firstWins(maps: Map<string, Named>[]): Map<string, Named> {
  const merged = new Map<string, Named>();
  for (const map of maps) for (const [name, entry] of map) if (!merged.has(name)) merged.set(name, entry);
  return merged;
}

/** `current-context` names a context that no file has: kubectl says "context was not found", and so do we, in the list. */
function currentEntry(name: string, read: KubeconfigFile[]): ContextEntry {
  const file = read.find((candidate) => candidate.currentContext !== "")?.file ?? "";
  const message = `${file}: current-context is "${name}", and no kubeconfig file has a context of that name. Choose another.`;
  return { ...emptyEntry(name, file), isCurrent: true, error: { message, file, line: null } };
}

const brokenFileEntry = (problem: FileProblem): ContextEntry => ({ ...emptyEntry(problem.file, problem.file), error: problem });

const emptyEntry = (name: string, file: string): ContextEntry => ({
  name,
  file,
  isCurrent: false,
  server: null,
  user: null,
  namespace: null,
  error: null,
  class: null,
  suggestedClass: null,
});
