// A context joined with its cluster and user: what makes it unusable, and its form as a kubeconfig that stands alone.
// Owns: kubectl's checks of one context, and making paths, certificates and exec plugins whole. Asks no server and writes nothing.
import { accessSync, constants, readFileSync, statSync } from "node:fs";
import { delimiter, isAbsolute, join, sep } from "node:path";
import type { ContextEntry } from "../protocol/index.ts";
import { isReadable, pathIn } from "./files.ts";
import type { Named } from "./kubeconfig.ts";

export type Resolved = { name: string; namespace: string; context: Named; cluster: Named; user: Named };

export type Cluster = {
  server: string;
  "certificate-authority-data"?: string;
  "insecure-skip-tls-verify"?: boolean;
  "tls-server-name"?: string;
  "proxy-url"?: string;
  "disable-compression"?: boolean;
};
export type ExecPlugin = {
  apiVersion: string;
  command: string;
  args?: string[] | null;
  env?: { name: string; value: string }[] | null;
  installHint?: string;
  provideClusterInfo?: boolean;
  interactiveMode?: string;
};
export type User = {
  "client-certificate-data"?: string;
  "client-key-data"?: string;
  token?: string;
  tokenFile?: string;
  username?: string;
  password?: string;
  as?: string;
  "as-uid"?: string;
  "as-groups"?: string[];
  "as-user-extra"?: Record<string, string[]>;
  exec?: ExecPlugin;
  "auth-provider"?: { name: string; config?: Record<string, string> | null };
};
/** A kubeconfig with exactly one context, depending on no other file but a token file and a log-in program, both by absolute path. */
export type OneContext = {
  apiVersion: "v1";
  kind: "Config";
  clusters: [{ name: string; cluster: Cluster }];
  users: [{ name: string; user: User }];
  contexts: [{ name: string; context: { cluster: string; user: string; namespace: string } }];
  "current-context": string;
};

type ContextError = NonNullable<ContextEntry["error"]>;

/** Why kubectl would not use this context (clientcmd's ConfirmUsable), with file and line; null when it would. */
export function contextProblem(context: Named, cluster: Named | undefined, user: Named | undefined): ContextError | null {
  const say = (where: Named, field: string, what: string): ContextError => {
    const line = where.lineOf(field);
    const at = line === null ? where.place.file : `${where.place.file}:${line}`;
    return { message: `${at}: context "${context.name}" ${what}`, file: where.place.file, line };
  };
  const text = (from: Named, field: string) => (from.value[field] as string | null | undefined) ?? "";
  if (text(context, "cluster") === "") return say(context, "cluster", "names no cluster. Add `cluster:` to it.");
  if (cluster === undefined)
    return say(context, "cluster", `names the cluster "${text(context, "cluster")}", which no kubeconfig file has.`);
  if (text(context, "user") === "") return say(context, "user", "names no user. Add `user:` to it.");
  if (user === undefined) return say(context, "user", `names the user "${text(context, "user")}", which no kubeconfig file has.`);
  const server = text(cluster, "server");
  if (server === "") return say(cluster, "server", `uses the cluster "${cluster.name}", which has no server.`);
  if (!/^https?:\/\/[^/]/.test(server) || !URL.canParse(server))
    return say(cluster, "server", `has a server that is no http or https address.`);
  if (text(cluster, "certificate-authority") !== "" && text(cluster, "certificate-authority-data") === "") {
    const lack = unreadable(cluster, "certificate-authority");
    if (lack !== null)
      return say(cluster, "certificate-authority", `needs the certificate authority ${lack}. Put it there, or correct the path.`);
  }
  for (const field of ["client-certificate", "client-key"]) {
    if (text(user, field) === "" || text(user, `${field}-data`) !== "") continue;
    const lack = unreadable(user, field);
    if (lack !== null) return say(user, field, `needs the ${field.replace("-", " ")} ${lack}. Put it there, or correct the path.`);
  }
  return execProblem(user, say);
}

function execProblem(user: Named, say: (where: Named, field: string, what: string) => ContextError): ContextError | null {
  const exec = user.value.exec as Partial<ExecPlugin> | null | undefined;
  if (exec === undefined || exec === null) return null;
  if (typeof exec !== "object" || typeof exec.command !== "string" || exec.command === "") {
    return say(user, "exec", `uses the user "${user.name}", whose exec plugin has no command.`);
  }
  if (typeof exec.apiVersion !== "string") return say(user, "exec", `uses the user "${user.name}", whose exec plugin has no apiVersion.`);
  if (user.value["auth-provider"])
    return say(user, "exec", `uses the user "${user.name}", who has an exec plugin and an auth-provider; kubectl allows one.`);
  return null;
}

function unreadable(where: Named, field: string): string | null {
  const path = pathIn(where.folder, where.value[field] as string);
  return isReadable(path) ? null : `${path}, which is not there or may not be read`;
}

/** Variables that steer log-in programs from outside. They are fixed at the pin, so that a step cannot turn the log-in to another account. None holds a secret. */
const LOGIN_VARIABLES = [
  ...[
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_REGION",
    "AWS_DEFAULT_REGION",
    "AWS_CONFIG_FILE",
    "AWS_SHARED_CREDENTIALS_FILE",
    "AWS_ROLE_ARN",
  ],
  ...[
    "CLOUDSDK_CONFIG",
    "CLOUDSDK_ACTIVE_CONFIG_NAME",
    "GOOGLE_APPLICATION_CREDENTIALS",
    "AZURE_CONFIG_DIR",
    "AAD_LOGIN_METHOD",
    "DOCTL_CONTEXT",
  ],
];

export type Flattened = { ok: true; value: OneContext } | { ok: false; message: string };

/**
 * The context as a kubeconfig that stands alone: certificates and keys inlined, other paths absolute, the exec plugin with its
 * absolute command and its environment. `namespace` replaces the context's own. Fails when a file or a log-in program is missing.
 */
export function standAlone(
  resolved: Resolved,
  env: Record<string, string | undefined>,
  namespace?: string,
  /** For display the log-in program need not be there. */
  { isForDisplay = false }: { isForDisplay?: boolean } = {},
): Flattened {
  const { cluster, user } = resolved;
  try {
    const clusterOut = withoutEmpty({
      ...pick(cluster.value, ["server", "insecure-skip-tls-verify", "tls-server-name", "proxy-url", "disable-compression"]),
      "certificate-authority-data": inlined(cluster, "certificate-authority"),
    }) as Cluster;
    const exec = user.value.exec as ExecPlugin | null | undefined;
    const tokenFile = user.value.tokenFile as string | undefined;
    const userOut = withoutEmpty({
      ...pick(user.value, ["token", "username", "password", "as", "as-uid", "as-groups", "as-user-extra", "auth-provider"]),
      "client-certificate-data": inlined(user, "client-certificate"),
      "client-key-data": inlined(user, "client-key"),
      tokenFile: tokenFile ? pathIn(user.folder, tokenFile) : undefined,
      exec: exec && !isForDisplay ? wholeExec(exec, user.folder, env) : undefined,
    }) as User;
    return {
      ok: true,
      value: {
        apiVersion: "v1",
        kind: "Config",
        clusters: [{ name: cluster.name, cluster: clusterOut }],
        users: [{ name: user.name, user: userOut }],
        contexts: [
          {
            name: resolved.name,
            context: { cluster: cluster.name, user: user.name, namespace: namespace ?? (resolved.namespace || "default") },
          },
        ],
        "current-context": resolved.name,
      },
    };
  } catch (error) {
    return { ok: false, message: `context "${resolved.name}": ${error instanceof Error ? error.message : String(error)}` };
  }
}

function wholeExec(exec: ExecPlugin, folder: string, env: Record<string, string | undefined>): ExecPlugin {
  const own = exec.env ?? [];
  const fixed = LOGIN_VARIABLES.filter((name) => env[name] && !own.some((variable) => variable.name === name));
  return {
    ...exec,
    command: wholeCommand(exec, folder, env.PATH ?? ""),
    env: [...own, ...fixed.map((name) => ({ name, value: env[name]! }))],
  };
}

/** client-go's rule: a command with a separator is relative to the kubeconfig's folder, a bare one is looked for in PATH. */
function wholeCommand({ command, installHint }: ExecPlugin, folder: string, path: string): string {
  const candidates =
    isAbsolute(command) || command.includes("/") || command.includes(sep)
      ? [pathIn(folder, command)]
      : path
          .split(delimiter)
          .filter(isAbsolute)
          .map((place) => join(place, command));
  const found = candidates.find(isProgram);
  if (found !== undefined) return found;
  const hint = installHint ? ` Its kubeconfig says: ${installHint.trim().split("\n")[0]}` : "";
  throw new Error(
    `its log-in program ${command} was not found${candidates.length === 1 ? ` at ${candidates[0]}` : " in PATH"}. Install it, then choose the context again.${hint}`,
  );
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false; // not there, or not ours to run
  }
}

/** Data wins over the file, as in kubectl. */
function inlined(where: Named, field: string): string | undefined {
  const data = where.value[`${field}-data`] as string | undefined;
  if (data) return data;
  const path = where.value[field] as string | undefined;
  if (!path) return undefined;
  const whole = pathIn(where.folder, path);
  try {
    return readFileSync(whole).toString("base64");
  } catch (error) {
    throw new Error(`${whole} cannot be read (${(error as NodeJS.ErrnoException).code}).`);
  }
}

const pick = (from: Record<string, unknown>, fields: string[]) => Object.fromEntries(fields.map((field) => [field, from[field]]));
const withoutEmpty = (from: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(from).filter(([, value]) => value !== undefined && value !== null && value !== "" && value !== false));
