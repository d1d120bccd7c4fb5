// Links by which others follow a run: made, listed, revoked, and what somebody who came by one may ask for.
// Owns: the links, as the install log has them, and their scope. A token is known by its hash alone; how it reaches a browser is engine/serve.
import { createHash } from "node:crypto";
import type { Ports } from "../ports.ts";
import {
  type AppSnapshot,
  type EventName,
  type Following,
  type FollowLink,
  fail,
  type LaunchId,
  type Method,
  ok,
  type PayloadOf,
  type Result,
  type RunId,
} from "../protocol/index.ts";
import type { RecordStore } from "../record/index.ts";
import type { Who } from "../run/index.ts";

/** 32 bytes: nobody guesses one. */
const TOKEN_BYTES = 32;
/** Links in force at a time: a night has a war room and a few people at home. */
const MOST_LINKS = 100;

/** All that somebody who follows may ask for; what names a run is held against the link's scope. */
const FOLLOWABLE: ReadonlySet<Method> = new Set<Method>([
  "app.snapshot",
  "run.get",
  "run.plan",
  "run.look",
  "terminal.list",
  "cluster.watch",
]);
export const isFollowable = (method: Method): boolean => FOLLOWABLE.has(method);

/** The link that a caller came by. */
export type Scope = { link: string; run: RunId; launch: LaunchId | null };

type Kept = { link: FollowLink; digest: string };
type Runs = {
  launchOf(run: RunId): LaunchId | null | undefined;
  numberOf(run: RunId): number | null;
  undoneBy(run: RunId): RunId | null;
  newestWith(run: RunId, launch: LaunchId | null): RunId | null;
};

export const digestOf = (token: string): string => createHash("sha256").update(token).digest("hex");

export function createFollowLinks(deps: { store: RecordStore; ports: Ports; runs: Runs; changed(): void }) {
  const { store, ports, runs } = deps;
  const kept = readBack(store);
  const watchers = new Set<(link: string) => void>();
  const open = (): Kept[] => [...kept.values()].filter(({ link }) => link.revokedAt === null);

  return {
    list: (): FollowLink[] => [...kept.values()].map(({ link }) => link).reverse(),

    /** The token is in this answer alone. `not-found` for a run that is not there, `conflict` where there are too many. */
    make(who: Who, given: { run: RunId; name: string }): Result<{ link: FollowLink; token: string }> {
      const launch = runs.launchOf(given.run);
      if (launch === undefined) return fail("not-found", `There is no run ${given.run} in this data directory.`);
      if (open().length >= MOST_LINKS) return fail("conflict", `${MOST_LINKS} links are in force already. Revoke one that nobody needs.`);
      const token = Buffer.from(ports.ids.random(TOKEN_BYTES)).toString("base64url");
      const digest = digestOf(token);
      const data = {
        link: `follow-${ports.ids.next()}`,
        name: given.name,
        run: given.run,
        launch: launch ?? "",
        number: runs.numberOf(given.run) ?? 0,
      };
      const { body } = store.append(store.install, { type: "follow.link_made", actor: who.actor, data: { ...data, token_sha256: digest } });
      const link: FollowLink = {
        id: data.link,
        name: given.name,
        run: given.run,
        launch,
        by: who.actor.name,
        at: body.ts_utc,
        revokedAt: null,
        revokedBy: "",
      };
      kept.set(link.id, { link, digest });
      deps.changed();
      return ok({ link, token });
    },

    /** Whoever follows by it is cut off at once. */
    revoke(who: Who, id: string): Result<FollowLink> {
      const found = kept.get(id);
      if (!found) return fail("not-found", `There is no link ${id}.`);
      if (found.link.revokedAt !== null) return fail("conflict", `“${found.link.name}” was revoked by ${found.link.revokedBy} already.`);
      const data = { link: id, name: found.link.name, run: found.link.run };
      const { body } = store.append(store.install, { type: "follow.link_revoked", actor: who.actor, data });
      found.link = { ...found.link, revokedAt: body.ts_utc, revokedBy: who.actor.name };
      for (const watcher of watchers) watcher(id);
      deps.changed();
      return ok(found.link);
    },

    /** The link in force that a token opens; null for any other token. */
    scopeOf(token: string): Scope | null {
      const digest = digestOf(token);
      const found = open().find((one) => one.digest === digest);
      return found === undefined ? null : { link: found.link.id, run: found.link.run, launch: found.link.launch };
    },
    isInForce: (id: string): boolean => kept.get(id)?.link.revokedAt === null,
    nameOf: (id: string): string => kept.get(id)?.link.name ?? "",
    onRevoked(callback: (link: string) => void): () => void {
      watchers.add(callback);
      return () => watchers.delete(callback);
    },

    /** What is to be shown now: the run of the link, one that goes back from it, or another of its launch: the newest. */
    following({ link, run, launch }: Scope): Following {
      return { link, name: kept.get(link)?.link.name ?? "", run: runs.newestWith(run, launch) ?? run };
    },

    /** Null where the link shows that run; a revoked link shows nothing. */
    refusal(scope: Scope | undefined, method: Method, run: unknown): Result<never> | null {
      if (scope === undefined || kept.get(scope.link)?.link.revokedAt !== null)
        return fail("forbidden", "This link was revoked: it shows nothing any more. Ask whoever gave it to you for a new one.");
      if (!isFollowable(method)) return fail("read-only", `${method} is not to be had by a link that only follows a run.`);
      if (typeof run !== "string" || isInScope(runs, scope, run as RunId)) return null;
      return fail("forbidden", "This link shows another run, and no other.");
    },
    isInScope: (scope: Scope, run: RunId): boolean => isInScope(runs, scope, run),
  };
}
export type FollowLinks = ReturnType<typeof createFollowLinks>;

const isInScope = (runs: Runs, { run, launch }: Scope, asked: RunId): boolean =>
  asked === run || runs.undoneBy(asked) === run || (launch !== null && runs.launchOf(asked) === launch);

/** News that somebody who follows gets; of other runs, of the record and of the people here they hear nothing. */
export function newsFor<E extends EventName>(links: FollowLinks, scope: Scope, event: E, payload: PayloadOf<E>): PayloadOf<E> | null {
  if (!links.isInForce(scope.link)) return null;
  switch (event) {
    case "run.changed":
      return links.isInScope(scope, (payload as PayloadOf<"run.changed">).header.run) ? payload : null;
    case "run.alarm":
    case "cluster.watched":
    case "run.lookers":
      return links.isInScope(scope, (payload as { run: RunId }).run) ? payload : null;
    case "app.changed":
      // A run of the launch has begun, or the zone was set: asked for again.
      return ["logs", "settings"].includes((payload as PayloadOf<"app.changed">).what) ? payload : null;
    default:
      return null;
  }
}

/** The installation as somebody who follows sees it: how to draw the window, and which run. */
export const snapshotFor = (snapshot: AppSnapshot, following: Following): AppSnapshot => ({
  ...snapshot,
  home: "",
  hasOperators: true,
  session: null,
  folders: [],
  contexts: [],
  logs: [],
  activeRun: following.run,
  host: { ...snapshot.host, isReadOnly: true },
  diskFreeBytes: null,
  osUser: "",
  recordProblem: null,
  following,
});

function readBack(store: RecordStore): Map<string, Kept> {
  const kept = new Map<string, Kept>();
  const text = (value: unknown): string => (typeof value === "string" ? value : "");
  for (const { body } of store.eventsOfType(store.install, ["follow.link_made", "follow.link_revoked"])) {
    const id = text(body.data["link"]);
    const before = kept.get(id);
    if (body.type === "follow.link_revoked") {
      if (before) before.link = { ...before.link, revokedAt: body.ts_utc, revokedBy: body.actor.name };
      continue;
    }
    const link: FollowLink = {
      id,
      name: text(body.data["name"]),
      run: text(body.data["run"]) as RunId,
      launch: (text(body.data["launch"]) || null) as LaunchId | null,
      by: body.actor.name,
      at: body.ts_utc,
      revokedAt: null,
      revokedBy: "",
    };
    kept.set(id, { link, digest: text(body.data["token_sha256"]) });
  }
  return kept;
}
