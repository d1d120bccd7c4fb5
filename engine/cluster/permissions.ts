// Whether the pinned user may do what a runbook says it needs.
// Owns: `requires.permissions`, read and asked (SelfSubjectAccessReview). Grants nothing and tries nothing out.
import type { ClusterName, Finding } from "../protocol/index.ts";
import type { Connection } from "./connection.ts";

export type Wanted = {
  verb: string;
  resource: string;
  group: string | null;
  subresource: string;
  name: string;
  namespace: string | null;
  path: string;
};

/**
 * Reads `VERB RESOURCE[.GROUP][/NAME] [-n NAMESPACE | -A] [--subresource=S]` as `kubectl auth can-i` does; `VERB /path` asks for a path.
 * `deployments/scale` is a subresource where the part after the slash is one that Kubernetes has. Returns why not as text.
 */
export function parsePermission(text: string): Wanted | string {
  const words = text.trim().split(/\s+/);
  const wanted: Wanted = { verb: "", resource: "", group: null, subresource: "", name: "", namespace: null, path: "" };
  const plain: string[] = [];
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index]!;
    const option = /^(-n|--namespace|--subresource)(?:=(.*))?$/.exec(word);
    if (option !== null) {
      const value = option[2] ?? words[++index];
      if (!value) return `"${word}" needs a value`;
      if (option[1] === "--subresource") wanted.subresource = value;
      else wanted.namespace = value;
    } else if (word === "-A" || word === "--all-namespaces") wanted.namespace = "";
    else if (word.startsWith("-")) return `"${word}" is not known here`;
    else plain.push(word);
  }
  const [verb, what, name, ...more] = plain;
  if (!verb || !what || more.length > 0) return "it should read: VERB RESOURCE[.GROUP][/NAME] [-n NAMESPACE]";
  wanted.verb = verb.toLowerCase();
  if (what.startsWith("/")) return { ...wanted, path: what };
  const [type = "", after = name ?? ""] = what.split("/");
  const dot = type.indexOf(".");
  wanted.resource = (dot < 0 ? type : type.slice(0, dot)).toLowerCase();
  wanted.group = dot < 0 ? null : type.slice(dot + 1).toLowerCase();
  if (wanted.resource === "") return "it names no resource";
  if (SUBRESOURCES.has(after) && name === undefined) wanted.subresource = after;
  else wanted.name = after;
  return wanted;
}

const SUBRESOURCES = new Set([
  "scale",
  "status",
  "log",
  "exec",
  "attach",
  "portforward",
  "proxy",
  "eviction",
  "binding",
  "token",
  "rollback",
  "approval",
  "finalize",
  "ephemeralcontainers",
]);

/** One finding for each permission; a runbook's own mistake is a warning, a refusal is a blocker. */
export async function checkPermissions(
  connection: Connection,
  wanted: string[],
  namespace: string,
  cluster: ClusterName,
): Promise<Finding[]> {
  const discovery = new Discovery(connection);
  return Promise.all(wanted.map((text) => checkOne(connection, discovery, text, namespace, cluster)));
}

async function checkOne(
  connection: Connection,
  discovery: Discovery,
  text: string,
  namespace: string,
  cluster: ClusterName,
): Promise<Finding> {
  const finding = (severity: Finding["severity"], code: string, message: string, todo: string): Finding => ({
    code,
    severity,
    subject: `permission ${text} (${cluster})`,
    message,
    todo,
    step: null,
    line: null,
  });
  const parsed = parsePermission(text);
  if (typeof parsed === "string")
    return finding(
      "warning",
      "permission-unread",
      `"${text}" cannot be read: ${parsed}.`,
      "Correct `requires.permissions` in the runbook.",
    );
  const resource = parsed.path === "" ? await discovery.find(parsed) : null;
  if (typeof resource === "string")
    return finding(
      "warning",
      "permission-unknown",
      `${text}: ${resource}.`,
      "See whether the cluster can be reached and has this kind of object.",
    );
  if (parsed.path === "" && resource === null) {
    const kind = parsed.group === null ? parsed.resource : `${parsed.resource}.${parsed.group}`;
    return finding(
      "blocker",
      "permission-no-such-resource",
      `the cluster has no resource "${kind}".`,
      "Install what brings it, or correct `requires.permissions` in the runbook.",
    );
  }
  const where = resource !== null && !resource.isNamespaced ? "" : (parsed.namespace ?? namespace);
  const attributes =
    resource === null
      ? { nonResourceAttributes: { verb: parsed.verb, path: parsed.path } }
      : {
          resourceAttributes: {
            ...{ verb: parsed.verb, resource: resource.name, group: resource.group, namespace: where },
            ...(parsed.subresource ? { subresource: parsed.subresource } : {}),
            ...(parsed.name ? { name: parsed.name } : {}),
          },
        };
  const asked = await connection.ask("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", {
    apiVersion: "authorization.k8s.io/v1",
    kind: "SelfSubjectAccessReview",
    spec: attributes,
  });
  const status = asked.ok ? (asked.value.body as { status?: { allowed?: boolean; reason?: string } } | null)?.status : undefined;
  if (status === undefined || !asked.ok) {
    const why = asked.ok ? `it answers ${asked.value.status}` : asked.trouble.message;
    return finding(
      "warning",
      "permission-unknown",
      `whether ${text} is allowed could not be asked: ${why}.`,
      "Ask again when the cluster answers.",
    );
  }
  const place = where === "" ? "" : ` in namespace ${where}`;
  if (status.allowed === true) return finding("ok", "permission", `${text} is allowed${place}.`, "");
  const because = status.reason ? ` (${status.reason.slice(0, 200)})` : "";
  return finding(
    "blocker",
    "permission-missing",
    `${text} is not allowed${place}${because}.`,
    "Have the role given to you, or run as somebody who has it.",
  );
}

type Kind = { name: string; group: string; isNamespaced: boolean };
type ApiResource = { name: string; singularName?: string; shortNames?: string[]; namespaced: boolean; group?: string };

/** Which group a resource is in, asked of the server: `patch deployments` means deployments.apps. */
class Discovery {
  readonly #connection: Connection;
  readonly #lists = new Map<string, Promise<ApiResource[] | string>>();
  #groups: Promise<{ name: string; version: string }[] | string> | null = null;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Null when the server has no such resource; text when it could not be asked. */
  async find({ resource, group }: Wanted): Promise<Kind | null | string> {
    if (resource === "*") return { name: "*", group: group ?? "*", isNamespaced: true };
    if (group === null || group === "") {
      const core = await this.#list("/api/v1");
      if (typeof core === "string") return core;
      const found = pickFrom(core, resource, "");
      if (found !== null) return found;
    }
    this.#groups ??= this.#readGroups();
    const groups = await this.#groups;
    if (typeof groups === "string") return groups;
    // One group is often down (an aggregated API without its server); the others still answer.
    for (const candidate of groups.filter(({ name }) => group === null || name === group)) {
      const list = await this.#list(`/apis/${candidate.name}/${candidate.version}`);
      const found = typeof list === "string" ? null : pickFrom(list, resource, candidate.name);
      if (found !== null) return found;
    }
    return null;
  }

  #list(path: string): Promise<ApiResource[] | string> {
    let list = this.#lists.get(path);
    if (list === undefined) {
      list = this.#ask<{ resources?: ApiResource[] }>(path).then((body) => (typeof body === "string" ? body : (body.resources ?? [])));
      this.#lists.set(path, list);
    }
    return list;
  }

  async #readGroups(): Promise<{ name: string; version: string }[] | string> {
    const body = await this.#ask<{ groups?: { name: string; preferredVersion?: { version: string }; versions: { version: string }[] }[] }>(
      "/apis",
    );
    if (typeof body === "string") return body;
    return (body.groups ?? []).map((group) => ({
      name: group.name,
      version: group.preferredVersion?.version ?? group.versions[0]?.version ?? "v1",
    }));
  }

  async #ask<T>(path: string): Promise<T | string> {
    const asked = await this.#connection.ask("GET", path);
    if (!asked.ok) return asked.trouble.message;
    if (asked.value.status !== 200 || asked.value.body === null) return `the server answers ${asked.value.status} for ${path}`;
    return asked.value.body as T;
  }
}

function pickFrom(list: ApiResource[], wanted: string, group: string): Kind | null {
  const found = list.find(
    ({ name, singularName, shortNames }) => name === wanted || singularName === wanted || shortNames?.includes(wanted),
  );
  return found === undefined ? null : { name: found.name, group, isNamespaced: found.namespaced };
}
