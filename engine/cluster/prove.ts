// Whether the shell, the pinned file and the server still are what was pinned, and what differs where they are not.
// Owns: the comparison before and after every step. Holds no run and blocks nothing: engine/run decides.
import { readFileSync, realpathSync } from "node:fs";
import { delimiter } from "node:path";
import { parse } from "yaml";
import type { ClusterIdentity, PinView, Principal } from "../protocol/index.ts";
import { askIdentity } from "./ask-identity.ts";
import type { Connection } from "./connection.ts";
import { differencesOf } from "./differences.ts";
import { readKubeconfig } from "./kubeconfig.ts";
import type { ShellCommand } from "./overlays.ts";
import { askPrincipal } from "./principal.ts";
import type { OneContext } from "./resolve.ts";

export type PinCheck = {
  state: PinView["state"];
  /** One sentence for each thing that is not as it was pinned. */
  differs: string[];
  identity: ClusterIdentity | null;
  principal: Principal | null;
  clockOffsetMs: number | null;
  at: string;
  /** Why it is not proved, where nothing differs: unreachable, expired. "" when proved. */
  because: string;
};

export type Pinned = { path: string; config: OneContext; identity: ClusterIdentity; principal: Principal };

/** What the shell says of itself: its KUBECONFIG, null where that is not set, and what `WATCHED` is in it. */
export type Actual = {
  kubeconfig: string | null;
  /** `lane` names shells that follow one another; `first` is what the present one said at its first prompt. */
  resolved?: { lane: string; first: ShellCommand[]; now: ShellCommand[] };
};

/**
 * Compares, in this order: the shell's KUBECONFIG (when `actual` is given), what stands before its commands (`overlays`), the pinned file's content, the server's identity, the principal.
 * A file that was rewritten is not used to ask: it may lead our credentials anywhere. `connection` must be over the pinned configuration,
 * which the file has then been found to equal: the check goes through what the shell uses.
 */
export async function provePin(
  pinned: Pinned,
  connection: Connection,
  actual: Actual | null,
  overlays: string[],
  at: string,
): Promise<PinCheck> {
  const file = readNow(pinned.path);
  const offline = [...shellDiffers(pinned, actual), ...overlays, ...(file.ok ? differencesOf(pinned.config, file.value) : [file.message])];
  const nothing = { identity: null, principal: null, clockOffsetMs: null, at };
  if (offline.length > 0) return { state: "differs", differs: offline, because: "", ...nothing };
  if (file.ok) connection.renewFrom(file.value as OneContext);
  const [answer, principal] = await Promise.all([askIdentity(connection), askPrincipal(connection)]);
  const { state, identity, clockOffsetMs, because } = answer;
  if (state === "differs") return { ...nothing, state, differs: [because], because: "", clockOffsetMs };
  if (state !== "proved" || identity === null) return { ...nothing, state, differs: [], because, clockOffsetMs };
  // The file may have been changed while the server was asked.
  const differs = [...identityDiffers(pinned.identity, identity), ...principalDiffers(pinned.principal, principal)];
  const after = readNow(pinned.path);
  differs.push(...(after.ok ? differencesOf(pinned.config, after.value) : [after.message]));
  return { state: differs.length === 0 ? "proved" : "differs", differs, identity, principal, clockOffsetMs, at, because: "" };
}

function shellDiffers({ path }: Pinned, actual: Actual | null): string[] {
  if (actual === null || actual.kubeconfig === path) return [];
  const now = actual.kubeconfig;
  if (now === null || now === "") return [`the shell's KUBECONFIG is not set any more, so kubectl reads its default file; it was ${path}`];
  if (real(now) === real(path)) return [];
  return [`the shell's KUBECONFIG is ${now}${leadsTo(now)}; it was ${path}`];
}

/** Where another kubeconfig would lead, for the one who has to judge. */
function leadsTo(list: string): string {
  for (const file of list.split(delimiter)) {
    const read = file === "" ? null : readKubeconfig(file);
    if (!read?.ok || read.value.currentContext === "") continue;
    const { currentContext, contexts, clusters } = read.value;
    const cluster = contexts.get(currentContext)?.value.cluster;
    const server = typeof cluster === "string" ? clusters.get(cluster)?.value.server : undefined;
    return ` (context ${currentContext}${typeof server === "string" ? `, server ${server}` : ""})`;
  }
  return "";
}

function real(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path; // gone, or a list of files: compared as text
  }
}

function readNow(path: string): { ok: true; value: unknown } | { ok: false; message: string } {
  try {
    return { ok: true, value: parse(readFileSync(path, "utf8")) };
  } catch (error) {
    const isGone = (error as NodeJS.ErrnoException).code === "ENOENT";
    return { ok: false, message: `the pinned kubeconfig ${path} ${isGone ? "is gone" : "cannot be read any more"}` };
  }
}

function identityDiffers(was: ClusterIdentity, now: ClusterIdentity): string[] {
  const differs: string[] = [];
  for (const [field, words] of [
    ["server", "server"],
    ["caSha256", "certificate authority"],
    ["user", "user"],
    ["namespace", "namespace"],
  ] as const) {
    if (was[field] !== now[field]) differs.push(`the ${words} is ${now[field]}; it was ${was[field]}`);
  }
  if (was.kubeSystemUid !== null && now.kubeSystemUid === null)
    differs.push(`kube-system may not be read any more; its UID was ${was.kubeSystemUid}`);
  if (was.kubeSystemUid !== null && now.kubeSystemUid !== null && was.kubeSystemUid !== now.kubeSystemUid) {
    differs.push(`the UID of kube-system is ${now.kubeSystemUid}; it was ${was.kubeSystemUid}: another cluster answers at ${now.server}`);
  }
  return differs;
}

function principalDiffers(was: Principal, now: Principal): string[] {
  if (was.username === null || now.username === null || was.username === now.username) return [];
  return [`the server calls us ${now.username}; it was ${was.username}`];
}
