// Which objects of a cluster a step's commands name: kubectl and helm verbs, their namespaces, labels and manifests within the text.
// Owns: that reading. Runs, opens and asks nothing; what only a script or a file knows is said to be unknown (`isOpen`).
import { parseAllDocuments } from "yaml";
import { type Command, commandsOf } from "./shell-words.ts";

export type ObjectName = { kind: string; namespace: string; name: string };
export type Selection = { kind: string; namespace: string; labels: string };
export type Touched = {
  /** Named by kind and name. */
  objects: ObjectName[];
  /** Named by label: `kubectl … -l`, and a Helm release by the label that its charts carry. */
  selections: Selection[];
  /** Namespaces in which something is touched, the pinned one first. */
  namespaces: string[];
  /** Something else may be touched (a script, a manifest in a file, a name that is not known yet): the namespace's deployments stand for it. */
  isOpen: boolean;
};

/** A step that names more is a step about everything: the deployments are shown then. */
const OBJECTS_MAX = 40;
const NAMESPACES_MAX = 4;
/** A text longer than this is no step that a person reads. */
const TEXT_MAX = 200_000;

/** Short and plural names of the kinds that can be followed or recorded, as kubectl knows them. */
const KINDS: Record<string, string> = {
  ...spell("Deployment", "deployments", "deploy"),
  ...spell("ReplicaSet", "replicasets", "rs"),
  ...spell("StatefulSet", "statefulsets", "sts"),
  ...spell("DaemonSet", "daemonsets", "ds"),
  ...spell("Pod", "pods", "po"),
  ...spell("Service", "services", "svc"),
  ...spell("Ingress", "ingresses", "ing"),
  ...spell("Job", "jobs"),
  ...spell("CronJob", "cronjobs", "cj"),
  ...spell("ConfigMap", "configmaps", "cm"),
  ...spell("HorizontalPodAutoscaler", "horizontalpodautoscalers", "hpa"),
  ...spell("HTTPRoute", "httproutes"),
  ...spell("Rollout", "rollouts", "ro"),
  ...spell("VirtualService", "virtualservices", "vs"),
};
function spell(kind: string, ...names: string[]): Record<string, string> {
  return Object.fromEntries([kind.toLowerCase(), ...names].map((name) => [name, kind]));
}

/** Verbs whose first words name objects; the number of words between verb and object (`rollout status`, `set image`). */
const VERBS: Record<string, number> = {
  annotate: 0,
  autoscale: 0,
  create: 0,
  delete: 0,
  describe: 0,
  edit: 0,
  expose: 0,
  get: 0,
  label: 0,
  patch: 0,
  rollout: 1,
  scale: 0,
  set: 1,
  wait: 0,
};
const BY_FILE = new Set(["apply", "create", "delete", "replace", "patch", "diff", "scale"]);
/** They change nothing that is watched. */
const QUIET = new Set([
  ..."api-resources api-versions auth cluster-info completion config cp debug exec explain kustomize logs options".split(" "),
  ..."plugin port-forward proxy top version attach".split(" "),
]);
/** Options of kubectl that take a value as the next word; an unknown one without `=` is taken as a switch. */
const WITH_VALUE = new Set([
  ..."-n --namespace -f --filename -k --kustomize -l --selector -o --output -p --patch --type -c --container --timeout --for".split(" "),
  ..."--replicas --current-replicas --image --port --target-port --name --tcp --field-selector --overrides --resource-version".split(" "),
  ..."--context --cluster --user --kubeconfig -s --server --token --as --as-group --request-timeout --field-manager --to-revision".split(
    " ",
  ),
  ..."--revision --grace-period --cascade --sort-by --template --min --max --cpu-percent --limits --requests -v --patch-file -L".split(" "),
  ..."--from-literal --from-file --subresource --class --rule --annotation --selector --protocol --cert --key -i".split(" "),
]);
const CLIENTS = new Set(["kubectl", "k", "oc"]);
const RUNS_TEXT = new Set(["bash", "sh", "zsh", "dash", "eval"]);
/** They do nothing to a cluster, whatever words they are given. */
const HARMLESS = new Set([
  ..."echo printf true false : test [ [[ exit return cd pwd sleep date set export read local declare readonly unset shift trap wait".split(
    " ",
  ),
  ..."grep egrep jq yq awk sed cut sort uniq head tail wc tr cat tee diff column ls mkdir break continue for case esac done fi in".split(
    " ",
  ),
  ..."curl wget dig nc getent git hostname whoami env seq expr let type which command basename dirname".split(" "),
]);

/** What `texts` (the commands of one step, in order) name. `values`: the parameters that are exported to them; `namespace`: the pinned one. */
export function touchedBy(texts: string[], namespace: string, values: Record<string, string> = {}): Touched {
  const found = new Found(namespace, values);
  for (const text of texts) found.read(text.slice(0, TEXT_MAX));
  return found.result();
}

class Found {
  readonly #home: string;
  readonly #values: Record<string, string>;
  readonly #objects = new Map<string, ObjectName>();
  readonly #selections = new Map<string, Selection>();
  readonly #namespaces = new Set<string>();
  #isOpen = false;

  constructor(namespace: string, values: Record<string, string>) {
    this.#home = namespace;
    this.#values = { ...values };
  }

  result(): Touched {
    const objects = [...this.#objects.values()];
    const isOpen = this.#isOpen || objects.length + this.#selections.size === 0 || objects.length > OBJECTS_MAX;
    const wanted = new Set(isOpen ? [this.#home, ...this.#namespaces] : this.#namespaces);
    return {
      objects: objects.slice(0, OBJECTS_MAX),
      selections: [...this.#selections.values()].slice(0, OBJECTS_MAX),
      namespaces: [...wanted].slice(0, NAMESPACES_MAX),
      isOpen,
    };
  }

  read(text: string): void {
    const manifests = hereDocuments(text);
    for (const command of commandsOf(text)) this.#command(command, manifests);
  }

  #command({ words }: Command, manifests: string[]): void {
    let index = 0;
    for (; index < words.length; index += 1) {
      const set = /^([A-Za-z_]\w*)=(.*)$/s.exec(words[index]!.text);
      if (set === null) break;
      const value = this.#fill(set[2]!);
      if (value === null) delete this.#values[set[1]!];
      else this.#values[set[1]!] = value;
    }
    const plain = words.slice(index).map(({ text }) => text);
    const [program] = plain;
    if (program === undefined) return;
    // `export NAME=x` and its kin set what later words use.
    if (["export", "readonly", "local", "declare"].includes(program)) {
      for (const word of plain.slice(1)) {
        const set = /^([A-Za-z_]\w*)=(.*)$/s.exec(word);
        const value = set === null ? null : this.#fill(set[2]!);
        if (set !== null && value !== null) this.#values[set[1]!] = value;
      }
      return;
    }
    const name = baseName(program);
    if (RUNS_TEXT.has(name)) {
      const at = name === "eval" ? 0 : plain.findIndex((word) => /^-[a-z]*c$/.test(word));
      if (at < 0)
        this.#isOpen = true; // a script in a file
      else for (const word of name === "eval" ? plain.slice(1) : plain.slice(at + 1, at + 2)) this.read(word);
      return;
    }
    if (HARMLESS.has(name)) return;
    const place = plain.findIndex((word) => CLIENTS.has(baseName(word)) || baseName(word) === "helm");
    if (place < 0) {
      this.#isOpen = true; // a program of its own: what it does is not in the text
      return;
    }
    const rest = plain.slice(place + 1);
    if (baseName(plain[place]!) === "helm") this.#helm(rest);
    else this.#kubectl(rest, manifests);
  }

  #kubectl(words: string[], manifests: string[]): void {
    const { plain, options } = split(words, WITH_VALUE);
    const isArgo = plain[0] === "argo" && plain[1] === "rollouts";
    const [verb = "", ...rest] = isArgo ? plain.slice(2) : plain;
    if (QUIET.has(verb) || verb === "") return;
    const namespace = this.#namespaceOf(options);
    if (namespace === null) return;
    if (isArgo) {
      this.#argo(verb, rest, namespace);
      return;
    }
    const files = options.get("-f") ?? options.get("--filename") ?? [];
    if (BY_FILE.has(verb) && (files.length > 0 || options.has("-k") || options.has("--kustomize"))) {
      if (files.some((file) => file !== "-") || files.length === 0) this.#isOpen = true;
      else if (!this.#manifests(manifests, namespace)) this.#isOpen = true;
      return;
    }
    if (verb === "run") {
      this.#add("Pod", rest[0], namespace);
      return;
    }
    const skip = VERBS[verb];
    if (skip === undefined) {
      if (verb === "apply" || verb === "replace") this.#isOpen = true;
      return; // nodes and what else is not followed here
    }
    const labels = options.get("-l")?.[0] ?? options.get("--selector")?.[0];
    const named = rest.slice(skip);
    if (verb === "create" && named[0] === "service") named.splice(1, 1); // `create service clusterip NAME`
    if (verb === "create") named.splice(2);
    if (verb === "expose") this.#add("Service", options.get("--name")?.[0] ?? named[1] ?? named[0]?.split("/")[1], namespace);
    this.#named(named, namespace, options.has("--all") ? "" : labels);
  }

  /** `TYPE/NAME …`, `TYPE NAME …`, `TYPE,TYPE …`; what follows with `=` or a trailing `-` is a label or an image. */
  #named(words: string[], namespace: string, labels: string | undefined): void {
    const [first = "", ...others] = words;
    if (first.includes("/")) {
      for (const word of words) {
        const [kind = "", name] = word.split("/");
        if (!word.includes("=") && name !== undefined) this.#add(kind, name, namespace);
      }
      return;
    }
    const names = others.filter((word) => !word.includes("=") && !/[-+]$/.test(word));
    for (const type of first.split(",")) {
      const kind = kindOf(type);
      if (kind === null) continue;
      for (const name of names) this.#add(kind, name, namespace);
      if (names.length === 0) this.#select(kind, namespace, labels);
    }
  }

  #argo(verb: string, rest: string[], namespace: string): void {
    const name = verb === "set" ? rest[1] : verb === "get" ? (rest[1] ?? rest[0]) : rest[0];
    if (name !== undefined && name !== "rollout") this.#add("Rollout", name, namespace);
  }

  #helm(words: string[]): void {
    const { plain, options } = split(words, HELM_WITH_VALUE);
    const [verb = "", release] = plain;
    if (!["install", "upgrade", "rollback", "uninstall", "delete", "test", "status"].includes(verb) || release === undefined) return;
    const namespace = this.#namespaceOf(options);
    const name = this.#fill(release);
    if (namespace === null || name === null) this.#isOpen = true;
    else this.#select("Deployment", namespace, `app.kubernetes.io/instance=${name}`);
    // Older charts use another label.
    if (namespace !== null && name !== null) this.#select("Deployment", namespace, `release=${name}`);
  }

  /** Objects of manifests that stand in the text; false where one cannot be read. */
  #manifests(texts: string[], namespace: string): boolean {
    let isRead = texts.length > 0;
    for (const text of texts) {
      const filled = this.#fill(text, true) ?? text;
      try {
        for (const document of parseAllDocuments(filled)) {
          if ("errors" in document && document.errors.length > 0) isRead = false;
          else this.#manifest(document.toJS() as unknown, namespace);
        }
      } catch {
        isRead = false; // an alias that goes round: nothing that kubectl would take either
      }
    }
    return isRead;
  }

  #manifest(value: unknown, namespace: string): void {
    const { kind, metadata, items } = (value ?? {}) as {
      kind?: unknown;
      metadata?: { name?: unknown; namespace?: unknown };
      items?: unknown;
    };
    if (Array.isArray(items)) for (const item of items.slice(0, OBJECTS_MAX)) this.#manifest(item, namespace);
    if (typeof kind !== "string" || typeof metadata?.name !== "string") return;
    this.#add(kind, metadata.name, typeof metadata.namespace === "string" ? metadata.namespace : namespace);
  }

  #namespaceOf(options: Map<string, string[]>): string | null {
    const given = (options.get("-n") ?? options.get("--namespace"))?.at(-1);
    const namespace = given === undefined ? this.#home : this.#fill(given);
    if (namespace === null || !isName(namespace)) {
      this.#isOpen = true;
      return null;
    }
    return namespace;
  }

  #add(type: string, name: string | undefined, namespace: string): void {
    const kind = kindOf(type);
    const filled = name === undefined ? null : this.#fill(name);
    if (kind === null) return;
    if (filled === null || !isName(filled)) {
      this.#isOpen = true;
      return;
    }
    this.#namespaces.add(namespace);
    this.#objects.set(`${kind} ${namespace} ${filled}`, { kind, namespace, name: filled });
  }

  /** By label, or all of a kind where none is given. */
  #select(kind: string, namespace: string, labels: string | undefined): void {
    const filled = labels === undefined ? "" : this.#fill(labels);
    if (filled === null) this.#isOpen = true;
    else {
      this.#namespaces.add(namespace);
      this.#selections.set(`${kind} ${namespace} ${filled}`, { kind, namespace, labels: filled });
    }
  }

  /** The word with its variables; null where one is not known from the text. */
  #fill(word: string, isLoose = false): string | null {
    let isKnown = true;
    const filled = word.replace(/\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)(?::?-([^}]*))?\})/g, (whole, bare, braced, otherwise) => {
      const value = this.#values[bare ?? braced] || otherwise;
      if (value === undefined) isKnown = false;
      return value ?? whole;
    });
    return isLoose || (isKnown && !/[$\0`{}*?]/.test(filled)) ? filled : null;
  }
}

/** `deployments.v1.apps` and `deploy` are Deployment; null for what is not followed or recorded. */
export function kindOf(type: string): string | null {
  return KINDS[type.split(".")[0]!.toLowerCase()] ?? null;
}

const isName = (text: string): boolean => /^[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?$/.test(text);
const baseName = (text: string): string => text.slice(text.lastIndexOf("/") + 1);

const HELM_WITH_VALUE = new Set([
  ..."-n --namespace -f --values --set --set-string --set-file --version --timeout --repo --history-max --description".split(" "),
  ..."--kube-context --kubeconfig --post-renderer --set-json --set-literal -o --output --username --password".split(" "),
]);

function split(words: string[], withValue: Set<string>): { plain: string[]; options: Map<string, string[]> } {
  const plain: string[] = [];
  const options = new Map<string, string[]>();
  const put = (name: string, value: string) => options.set(name, [...(options.get(name) ?? []), value]);
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index]!;
    if (word === "--") break; // the rest goes to a container
    const long = /^(--?[A-Za-z][\w-]*)=(.*)$/s.exec(word);
    const glued = /^(-[nlf])(?!=)(.+)$/s.exec(word);
    if (long !== null) put(long[1]!, long[2]!);
    else if (word === "-") plain.push(word);
    else if (glued !== null && !word.startsWith("--")) put(glued[1]!, glued[2]!);
    else if (word.startsWith("-")) put(word, withValue.has(word) ? (words[++index] ?? "") : "");
    else plain.push(word);
  }
  return { plain, options };
}

/** Bodies of the here-documents of a text. */
function hereDocuments(text: string): string[] {
  const bodies: string[] = [];
  const lines = text.split("\n");
  for (let at = 0; at < lines.length; at += 1) {
    for (const [, dash, , word] of lines[at]!.matchAll(/(?<!<)<<(-?)\s*(["']?)(\w+)\2/g)) {
      const body: string[] = [];
      for (at += 1; at < lines.length; at += 1) {
        const line = dash === "-" ? lines[at]!.replace(/^\t+/, "") : lines[at]!;
        if (line === word) break;
        body.push(line);
      }
      bodies.push(body.join("\n"));
    }
  }
  return bodies;
}
