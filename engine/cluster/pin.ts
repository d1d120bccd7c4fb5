// A pinned cluster of a run: its kubeconfig, its identity, and everything that is asked through it.
// Owns: the life of the pin from createPin() to dispose(). What a difference does to the run is engine/run's.
import {
  type ClusterIdentity,
  type ClusterName,
  type Finding,
  fail,
  ok,
  type PinView,
  type Principal,
  type Result,
} from "../protocol/index.ts";
import { askIdentity } from "./ask-identity.ts";
import { Connection } from "./connection.ts";
import type { LoadedContexts } from "./contexts.ts";
import { credentialsIn } from "./credentials.ts";
import { credentialExpiry } from "./expiry.ts";
import { withoutLogin } from "./given-login.ts";
import { offlineIdentity, rememberedIdentity } from "./identity.ts";
import { classOfIdentity } from "./identity-key.ts";
import { type FilesAtStart, filesAtStart, overlaysOf } from "./overlays.ts";
import { checkPermissions } from "./permissions.ts";
import { deletePinFile, makePinFolder, writePinFile } from "./pin-file.ts";
import { askPrincipal } from "./principal.ts";
import { type Actual, type PinCheck, provePin } from "./prove.ts";
import { type OneContext, type Resolved, standAlone } from "./resolve.ts";
import { type Snapshot, takeSnapshot } from "./snapshot.ts";
import type { Touched } from "./touched.ts";
import { type ClusterWatch, type OnObjects, watchNamespaces } from "./watch.ts";

export type ClusterPin = {
  readonly name: ClusterName;
  readonly context: string;
  /** What the run's shells get as KUBECONFIG. */
  readonly kubeconfigPath: string;
  readonly identity: ClusterIdentity;
  readonly principal: Principal;
  /** Values that must never be seen, for the redactor. */
  readonly secretValues: { name: string; value: string }[];
  /** When the credentials end, ISO 8601 UTC, as far as they say; null where they do not. */
  readonly expiry: string | null;
  /** True once, when a cluster that did not answer when it was pinned has been proved: until then `identity` is what was known of it before. */
  takeReturn(): boolean;
  prove(actual: Actual | null): Promise<PinCheck>;
  view(): PinView;
  permissions(wanted: string[]): Promise<Finding[]>;
  watch(onObjects: OnObjects): ClusterWatch;
  /** What the cluster says of these objects now, for the record. Never fails: what could not be read is said in it. */
  snapshot(touched: Touched): Promise<Snapshot>;
  dispose(): Promise<void>;
};

export type PinOptions = {
  loaded: LoadedContexts;
  context: string;
  name: ClusterName;
  namespace?: string;
  runtimeDir: string;
  /** HTTP proxy on this machine through which the cluster is reached, by its shells too; not for one that has a proxy of its own. */
  proxyUrl?: string;
  /** Its shells are given what the log-in program gives, and not the program itself; and the proxy that leads to the cluster, and no other. */
  isForRehearsal?: boolean;
  /** Pins it although it does not answer, as what it was when it was seen last (null: never). It is proved to be that when it answers. */
  whileAway?: { identity: ClusterIdentity | null; principal: Principal | null };
};

/**
 * Fixes one context for a run: asks its cluster who it is and who we are, and writes the kubeconfig that the shells get. Fails with
 * `not-found` (no such context), `cluster-invalid` (broken context, ended credentials, no Kubernetes there) or `cluster-unreachable`.
 */
export async function createPin({
  loaded,
  context,
  name,
  namespace,
  runtimeDir,
  proxyUrl,
  isForRehearsal = false,
  whileAway,
}: PinOptions): Promise<Result<ClusterPin>> {
  const resolved = loaded.byName.get(context);
  if (resolved === undefined) {
    const entry = loaded.entries.find((candidate) => candidate.name === context);
    if (entry?.error) return fail("cluster-invalid", `${entry.error.message} The run was not pinned to it.`);
    const near = loaded.entries.filter((candidate) => candidate.error === null).map((candidate) => candidate.name);
    return fail(
      "not-found",
      `no kubeconfig has a context "${context}". There ${near.length === 0 ? "are none" : `are: ${near.join(", ")}`}. Choose one of them, or set KUBECONFIG.`,
    );
  }
  const flattened = standAlone(resolved, loaded.sources.env, namespace);
  if (!flattened.ok) return fail("cluster-invalid", flattened.message);
  const config = flattened.value;
  if (proxyUrl !== undefined) config.clusters[0].cluster["proxy-url"] ??= proxyUrl;
  const connection = new Connection(config, loaded.sources.env);
  const answer = await askIdentity(connection);
  const isAway = answer.state === "unreachable" && whileAway !== undefined;
  if (answer.state === "unreachable" && !isAway) {
    return fail(
      "cluster-unreachable",
      `context "${context}": ${answer.because}. Nothing was pinned. Check the network or the tunnel, then choose it again.`,
    );
  }
  const identity = isAway ? lastSeen(resolved, config, whileAway.identity) : answer.identity;
  if (identity === null) return fail("cluster-invalid", `context "${context}": ${answer.because}`);
  const principal = isAway ? (whileAway.principal ?? UNASKED) : await askPrincipal(connection);
  const folder = makePinFolder(runtimeDir, name);
  const login = isForRehearsal ? await withoutLogin(config, connection, folder, loaded.sources.env) : { config, renew: async () => {} };
  const file = writePinFile(folder, login.config);
  return ok(
    makePin({
      loaded,
      context,
      name,
      config: login.config,
      connection,
      file,
      renew: login.renew,
      identity,
      principal,
      away: isAway ? answer.because : null,
    }),
  );
}

/** Nobody could be asked yet. */
const UNASKED: Principal = { username: null, groups: [], source: "unknown", note: "the cluster did not answer", isShared: false };

/**
 * Who the cluster is by its address and authority, with the UID that it had when this process or the record saw it last. An identity that was
 * seen at another address or under another authority says nothing of this one.
 */
function lastSeen(resolved: Resolved, config: OneContext, recorded: ClusterIdentity | null): ClusterIdentity {
  const now = offlineIdentity(config);
  const remembered = rememberedIdentity(resolved)?.kubeSystemUid ?? null;
  const isSame = recorded !== null && recorded.server === now.server && recorded.caSha256 === now.caSha256;
  const uid = remembered ?? (isSame ? recorded.kubeSystemUid : null);
  return uid === null ? now : { ...now, kubeSystemUid: uid, strength: "full" };
}

type Parts = {
  loaded: LoadedContexts;
  context: string;
  name: ClusterName;
  config: OneContext;
  connection: Connection;
  file: { folder: string; path: string };
  /** Brings what the shells are given as log-in up to date. */
  renew(): Promise<void>;
  identity: ClusterIdentity;
  principal: Principal;
  /** Why it does not answer; null where it does. */
  away: string | null;
};

function makePin({ loaded, context, name, config, connection, file, renew, away, ...first }: Parts): ClusterPin {
  const now = () => new Date().toISOString();
  let { identity, principal } = first;
  let wasAway = away !== null;
  let hasReturned = false;
  let last: PinCheck = {
    state: away === null ? "proved" : "unreachable",
    differs: [],
    identity,
    principal,
    clockOffsetMs: null,
    at: now(),
    because: away ?? "",
  };
  let provedAt: string | null = away === null ? last.at : null;
  const watches = new Set<() => void>();
  /** Kept by lane: a shell that follows one that has ended inherits its PATH, and what that held is no start. */
  const starts = new Map<string, FilesAtStart>();
  const overlaysIn = (actual: Actual | null): string[] => {
    if (!actual?.resolved) return [];
    const { lane, first, now: present } = actual.resolved;
    const start = starts.get(lane) ?? filesAtStart(first);
    starts.set(lane, start);
    return overlaysOf(present, start);
  };
  return {
    name,
    context,
    kubeconfigPath: file.path,
    get identity() {
      return identity;
    },
    get principal() {
      return principal;
    },
    takeReturn() {
      const has = hasReturned;
      hasReturned = false;
      return has;
    },
    get secretValues() {
      return secretsOf(config, connection);
    },
    get expiry() {
      return credentialExpiry(connection);
    },
    async prove(actual) {
      await renew();
      last = await provePin({ path: file.path, config, identity, principal }, connection, actual, overlaysIn(actual), now());
      if (last.state === "proved") {
        provedAt = last.at;
        if (wasAway) {
          // What was known of it has been found to be so; the rest is fixed from now on.
          identity = last.identity ?? identity;
          principal = last.principal ?? principal;
          wasAway = false;
          hasReturned = true;
        }
      }
      return last;
    },
    view: () => ({
      name,
      context,
      class: classOfIdentity(identity, loaded.sources.classOf),
      identity,
      principal,
      provedAt,
      state: last.state,
      differs: last.differs,
    }),
    permissions: (wanted) => checkPermissions(connection, wanted, identity.namespace, name),
    watch(onObjects) {
      const watch = watchNamespaces(connection, identity.namespace, onObjects);
      watches.add(watch.stop);
      return {
        touch: watch.touch,
        stop() {
          watches.delete(watch.stop);
          watch.stop();
        },
      };
    },
    snapshot: (touched) => takeSnapshot(connection, touched),
    async dispose() {
      for (const stop of watches) stop();
      watches.clear();
      await deletePinFile(file);
    },
  };
}

function secretsOf(config: OneContext, connection: Connection): { name: string; value: string }[] {
  const { execToken } = connection;
  return [...credentialsIn(config), ...(execToken ? [{ name: "cluster token", value: execToken }] : [])];
}
