// The product without a window: puts the rooms together behind one door.
// Owns: start and end of an engine, parsing and admission of every call, news to subscribers. The rooms do the work.
import { checksDocument } from "./checklist/index.ts";
import { loadContexts, sweepRuntime } from "./cluster/index.ts";
import { checkParams, fillPlaceholders, parseInWorker } from "./document/index.ts";
import { type Caller, isForTheRecord, LEVELS, refusal } from "./engine/access.ts";
import type { Context, Emit } from "./engine/context.ts";
import { readEndedRun } from "./engine/ended-run.ts";
import { createFollowLinks, newsFor, type Scope } from "./engine/follow.ts";
import { HANDLERS } from "./engine/handlers.ts";
import { createAssigned, createWindows, launchForRun, waitingIn } from "./engine/launch-runs.ts";
import { createLookers } from "./engine/lookers.ts";
import { createPast } from "./engine/past.ts";
import { closeAll } from "./engine/playbacks.ts";
import { createPulse } from "./engine/pulse.ts";
import { reviewsOf } from "./engine/reviews.ts";
import { createRows } from "./engine/rows.ts";
import { readRunOutput } from "./engine/run-output.ts";
import { prepareRuntime, runtimeDirectory } from "./engine/runtime.ts";
import { signableOf } from "./engine/signables.ts";
import { diskFree } from "./engine/snapshot.ts";
import { connectTerminal, type TerminalLink } from "./engine/terminals.ts";
import { createLaunchService } from "./launch/index.ts";
import { createFolders, createLibrary, createScanner, proceduresIn, type TrustLog } from "./library/index.ts";
import { createPeople } from "./people/index.ts";
import { type Ports, realPorts } from "./ports.ts";
import {
  type ClusterClass,
  type EventName,
  fail,
  type HostCapabilities,
  type LaunchId,
  type LogId,
  METHODS,
  type Method,
  ok,
  type PayloadOf,
  type Result,
  type RunId,
  type TerminalFromEngine,
} from "./protocol/index.ts";
import { openRecordStore, placesOf, RecordError, type RecordStore } from "./record/index.ts";
import { createAwake, createLearnt, createRunService, type RunDeps, type Who } from "./run/index.ts";
import { createSettings } from "./settings/index.ts";
import { createRedactor } from "./shell/index.ts";

export type { Caller } from "./engine/access.ts";
export { giveMemoryBack } from "./engine/memory.ts";
export { runtimeDirectory } from "./engine/runtime.ts";

export type EngineOptions = {
  /** Data directory; made where it is not there. */
  home: string;
  ports?: Ports;
  env?: NodeJS.ProcessEnv;
  /** Folders of the app's own runbooks and checklists. */
  builtIn: string[];
  host: HostCapabilities;
  /** `--kubeconfig`: this file alone, instead of KUBECONFIG and the user's own. */
  kubeconfig?: string;
};
export type Engine = {
  /** Answers every call, whatever it is given: a bug inside becomes `internal`. */
  handle(method: string, params: unknown, caller: Caller): Promise<Result<unknown>>;
  subscribe(listener: <E extends EventName>(event: E, payload: PayloadOf<E>) => void): () => void;
  /** Links that only follow: the one that a token opens, what of the news is for it, and word of each that is revoked. */
  follow: {
    scopeOf(token: string): Scope | null;
    newsFor<E extends EventName>(scope: Scope, event: E, payload: PayloadOf<E>): PayloadOf<E> | null;
    onRevoked(callback: (link: string) => void): () => void;
  };
  connectTerminal(id: string, caller: Caller, send: (message: TerminalFromEngine) => void): Result<TerminalLink>;
  /** Whether a run's events or output do not reach the disk now, so that closing may wait for it in vain. */
  cannotWrite(): boolean;
  /** Whether a command runs in some shell. */
  isWorking(): boolean;
  /** Ends every shell at once and writes nothing; for a process that ends without `close`. */
  endShells(): void;
  /** Ends what runs (it becomes unknown), holds active runs, checkpoints, closes the record. */
  close(): Promise<void>;
};

/** How long the classes of contexts are taken as known for showing, milliseconds. */
const CLASS_KEPT_MS = 2_000;

/** After these a log's line in the list says something else. */
const CHANGES_A_LOGS_STATUS = new Set([
  ...["log.opened", "run.held", "run.resumed", "run.finished", "run.aborted", "launch.state", "launch.closed"],
  ...["decision.taken", "signoff.added", "signoff.invalidated"],
]);

/** Opens a data directory. `busy` where another engine has it; otherwise what the record says. */
export async function createEngine(options: EngineOptions): Promise<Result<Engine>> {
  const ports = options.ports ?? realPorts();
  const env = options.env ?? process.env;
  const opened = openRecordStore({ home: options.home, ports });
  if (!opened.ok) return opened;
  const store = opened.value;
  const runtime = prepareRuntime(runtimeDirectory(options.home, env));
  if (!runtime.ok) {
    store.close();
    return runtime;
  }
  await sweepRuntime(runtime.value);

  let closing: Promise<void> | null = null;
  const listeners = new Set<Parameters<Engine["subscribe"]>[0]>();
  const emit: Emit = (event, payload) => {
    for (const listener of listeners) {
      try {
        listener(event, payload);
      } catch (error) {
        // One door's bug must not keep news from the others, nor stop a run.
        process.emitWarning(error instanceof Error ? error : String(error), "HoldpointListener");
      }
    }
  };
  const seqs = new Map<RunId, number>();
  const runNews = createPulse<RunId>((run, steps) => {
    const news = runs.news(run, steps);
    if (!news) return;
    const seq = (seqs.get(run) ?? 0) + 1;
    seqs.set(run, seq);
    emit("run.changed", { ...news, seq });
  });
  const logNews = createPulse<LogId>((log) => {
    const { seq, hash, fingerprint } = store.head(log);
    emit("record.appended", { log, events: seq, head: hash, fingerprint });
  });
  const launchNews = createPulse<LaunchId>((launch) => emit("launch.changed", { launch, seq: launchSeqs.get(launch) ?? 0 }));
  const launchSeqs = new Map<LaunchId, number>();
  const unsubscribe = store.onAppended((log, event) => {
    logNews.mark(log, null);
    if (CHANGES_A_LOGS_STATUS.has(event.body.type)) emit("app.changed", { what: "logs" });
  });

  const people = createPeople({ store, ports });
  const settings = createSettings(store);
  people.setIdleMinutes(settings.get().idleLockMinutes);
  people.onChanged(() => emit("app.changed", { what: "session" }));
  const folders = createFolders(trustLog(store), options.home, options.builtIn);
  const documents: RunDeps["documents"] = {
    parse: (source, path) => parseInWorker(source, { path }),
    fillPlaceholders,
    checkParams,
    checksDocument,
  };
  const contexts = () =>
    loadContexts({
      ...(options.kubeconfig === undefined ? {} : { kubeconfigFlag: options.kubeconfig }),
      env,
      homeDir: env.HOME ?? env.USERPROFILE ?? "",
      classOf: settings.classOf,
    });
  const recordRefusal = (who: Who, method: string, why: string): void => people.refused(who.actor, method, why);
  const past = createPast(store, options.home);
  const runs = createRunService({
    ports,
    store,
    past,
    home: options.home,
    runtimeDir: runtime.value,
    environment: env,
    documents,
    contexts,
    folderOf: folders.of,
    launches: {
      forRun: (launch) => launchForRun(launches, launch),
      windowOf: createWindows(store),
      assigned: createAssigned(store),
      waiting: (launch, besides) => waitingIn(launches, launch, besides),
    },
    people,
    procedures: async () => proceduresIn(await context.library.all(false)),
    siteZone: () => settings.get().siteZone || ports.clock.zone().name,
    learnt: createLearnt(store),
    reviewsOf: (sha256) => reviewsOf(store, sha256),
    isSolo: () => people.isSolo(),
    awake: createAwake(process.platform, env, process.pid),
    diskFree: () => diskFree(options.home),
    notify: {
      changed: (run, step) => runNews.mark(run, step),
      alarm: (run, step, severity, title, detail) => {
        runNews.flush(run);
        emit("run.alarm", { run, step, severity, title, detail });
      },
      watched: (run, cluster, objects, state, notes) =>
        emit("cluster.watched", { run, cluster, objects, state, notes, at: new Date(ports.clock.now()).toISOString() }),
      refused: recordRefusal,
    },
  });
  const patterns = createRedactor([]);
  const classes = { at: Number.NEGATIVE_INFINITY, of: new Map<string, ClusterClass | null>() };
  const launches = createLaunchService({
    ports,
    store,
    people,
    documents,
    environment: env,
    redactText: (text) => patterns.redactText(text),
    classOf: (name) => {
      // Reading the kubeconfig for every row of a list would cost more than the list; a class set now shows a moment later.
      const now = ports.clock.now();
      if (Math.abs(now - classes.at) > CLASS_KEPT_MS) {
        classes.of = new Map(contexts().entries.map((entry) => [entry.name, entry.class]));
        classes.at = now;
      }
      return classes.of.get(name) ?? null;
    },
    runs: { startChecks: (who, request) => runs.startChecks(who, request) },
    outputs: { read: (of) => readRunOutput(store, placesOf(options.home).recordings, of) },
    endedRun: (run) => readEndedRun(store, run),
    signable: (at, subject) =>
      signableOf(
        { store, runs, library: () => context.library, openedText: (sha256) => context.openedTexts.get(sha256), parse: documents.parse },
        at,
        subject,
      ),
    notify: {
      changed: (launch, seq) => {
        launchSeqs.set(launch, seq);
        launchNews.mark(launch, null);
      },
      alarm: (launch, name, alarm) => emit("launch.alarm", { launch, name, ...alarm }),
      refused: recordRefusal,
    },
  });
  const follow = createFollowLinks({ store, ports, runs, changed: () => emit("follow.changed", {}) });
  const lookers = createLookers({
    now: () => Number(ports.clock.monotonicNs() / 1_000_000n),
    told: (run, now) => emit("run.lookers", { run, lookers: now }),
  });
  const context: Context = {
    home: options.home,
    env,
    ports,
    host: options.host,
    store,
    people,
    folders,
    settings,
    rows: createRows(store),
    runs,
    launches,
    documents,
    contexts,
    past,
    library: createLibrary(folders, createScanner(documents.parse), () => emit("app.changed", { what: "library" })),
    openedTexts: new Map(),
    emit,
    follow,
    lookers,
    lost: [],
    startedAt: new Date(ports.clock.now()).toISOString(),
  };
  context.lost = (await runs.recover()).map((problem) => problem.message);
  void launches.resume().catch((error: unknown) => {
    if (closing === null) process.emitWarning(error instanceof Error ? error : String(error), "HoldpointLaunches");
  });

  async function handle(method: string, params: unknown, caller: Caller): Promise<Result<unknown>> {
    if (!Object.hasOwn(METHODS, method)) return fail("unknown-method", `Holdpoint has no method ${JSON.stringify(method.slice(0, 100))}.`);
    const name = method as Method;
    const parsed = METHODS[name].params.safeParse(params ?? {});
    if (!parsed.success) {
      const words = parsed.error.issues.map((issue) => `${issue.path.join(".") || "params"}: ${issue.message}`).join("; ");
      return fail("invalid-params", `${name}: ${words}`, { issues: parsed.error.issues.map(({ path, message }) => ({ path, message })) });
    }
    // The record holds well-formed Unicode only (RFC 8785): half a surrogate pair is refused here, not in the middle of an act.
    if (!isWellFormed(parsed.data))
      return fail("invalid-params", `${name}: the text holds half a character (a lone surrogate). Type it anew.`);
    try {
      const who = people.who(caller.id);
      const refused = refusal(name, caller, { hasOperators: people.hasOperators(), session: people.session(caller.id), who });
      if (refused) {
        if (!refused.ok && isForTheRecord(name, refused.error.code)) people.refused(who.actor, name, refused.error.message, caller.id);
        return refused;
      }
      if (caller.door === "follow") {
        const scoped = follow.refusal(caller.follow, name, (parsed.data as { run?: unknown }).run);
        if (scoped) return scoped;
      }
      // The table types each handler by its own method; the union of all cannot be called without this.
      if (LEVELS[name] === "operate" || LEVELS[name] === "launch") people.stir(caller.id);
      const handler = HANDLERS[name] as (context: Context, params: unknown, call: unknown) => Promise<Result<unknown>>;
      return await handler(context, parsed.data, { caller, who });
    } catch (error) {
      if (error instanceof RecordError) return fail(error.code, error.message);
      process.emitWarning(error instanceof Error ? error : String(error), "HoldpointDefect");
      return fail(
        "internal",
        `${name} met a defect of Holdpoint: ${error instanceof Error ? error.message : String(error)}. What was done before it is on record.`,
      );
    }
  }

  return ok({
    handle: (method, params, caller) => (closing ? Promise.resolve(fail("busy", "Holdpoint is closing.")) : handle(method, params, caller)),
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    connectTerminal: (id, caller, send) => (closing ? fail("busy", "Holdpoint is closing.") : connectTerminal(context, id, caller, send)),
    follow: {
      scopeOf: follow.scopeOf,
      newsFor: (scope, event, payload) => newsFor(follow, scope, event, payload),
      onRevoked: follow.onRevoked,
    },
    cannotWrite: runs.cannotWrite,
    isWorking: runs.isWorking,
    endShells: runs.endShells,
    close: () => {
      closing ??= (async () => {
        await runs.close();
        closeAll(context);
        people.close();
        launches.close();
        runNews.stop();
        launchNews.stop();
        logNews.stop();
        unsubscribe();
        listeners.clear();
        await sweepRuntime(runtime.value);
        store.checkpoint(store.install, "closed");
        store.close();
      })();
      return closing;
    },
  });
}

function isWellFormed(value: unknown): boolean {
  if (typeof value === "string") return value.isWellFormed();
  if (typeof value !== "object" || value === null) return true;
  return Object.entries(value).every(([key, inner]) => key.isWellFormed() && isWellFormed(inner));
}

/** Trust of folders as the install log has it. */
function trustLog(store: RecordStore): TrustLog {
  return {
    answers: store
      .eventsOfType(store.install, ["folder.trusted"])
      .map(({ body }) => ({ folder: typeof body.data.folder === "string" ? body.data.folder : "", trusted: body.data.trusted === true })),
    record: (folder, trusted, actor) => void store.append(store.install, { type: "folder.trusted", actor, data: { folder, trusted } }),
  };
}
