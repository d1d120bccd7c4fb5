// The launches of one engine. Owns: which launch a command goes to, and that two commands on one launch do not cross.
// The rules are in the files of the commands; every answer is the launch as it stands after it.
import { fail, type LaunchId, type LaunchView, ok, type Result, type RunbookDocument, type RunId } from "../protocol/index.ts";
import { createAlarms } from "./alarms.ts";
import * as answering from "./answering.ts";
import * as commands from "./commands.ts";
import * as deciding from "./deciding.ts";
import type { LaunchDeps, Params, Who } from "./deps.ts";
import * as duties from "./duties.ts";
import { KEEPERS, mayChange } from "./guards.ts";
import { createLives, type Live, type Lives } from "./live.ts";
import { addOutput, preview, readOutput } from "./output-evidence.ts";
import * as planning from "./planning.ts";
import { createPost } from "./post.ts";
import { addRun, previewRun } from "./run-evidence.ts";
import { createSigning } from "./signing.ts";
import * as watching from "./watching.ts";

export type LaunchService = ReturnType<typeof createLaunchService>;
type StartInPlan = { launch: LaunchId; path: string; planEntry?: string | undefined; overrideReason?: string | undefined };
type Command<P> = (deps: LaunchDeps, lives: Lives, live: Live, who: Who, params: P) => Result<unknown> | Promise<Result<unknown>>;

export function createLaunchService(given: LaunchDeps) {
  const deps: LaunchDeps = {
    ...given,
    notify: {
      ...given.notify,
      changed: (launch, seq) => {
        given.notify.changed(launch, seq);
        alarms.mark(launch);
      },
    },
  };
  const post = createPost(deps, deps.postWaitsMs);
  const lives = createLives(deps, post.has);
  const alarms = createAlarms({
    now: lives.now,
    look: async (launch) => {
      const found = await lives.look(launch, (live) => ok(lives.view(live)));
      return found.ok ? found.value : null;
    },
    tell: (launch, name, alarm) => given.notify.alarm?.(launch, name, alarm),
    changed: (launch, view) => given.notify.changed(launch, view.header.events),
  });
  /** Starts of a launch's runs, one after the other: an entry of the plan is started once. */
  const starts = new Map<LaunchId, Promise<unknown>>();
  const signing = createSigning(deps, lives);

  /** A command of one launch: `launch` is taken off its parameters, and the answer is the whole view. */
  const of =
    <P>(command: Command<P>) =>
    (who: Who, { launch, ...params }: P & { launch: LaunchId }): Promise<Result<LaunchView>> =>
      lives.act(launch, async (live) => {
        const result = await command(deps, lives, live, who, params as unknown as P);
        return result.ok ? ok(lives.view(live)) : result;
      });

  return {
    async list(): Promise<Result<LaunchView["header"][]>> {
      const headers: LaunchView["header"][] = [];
      for (const { launch } of lives.all()) {
        const opened = await lives.open(launch);
        if (opened.ok) headers.push(lives.view(opened.value).header);
      }
      return ok(headers.reverse());
    },
    get: (launch: LaunchId): Promise<Result<{ view: LaunchView; document: RunbookDocument | null }>> =>
      lives.look(launch, (live) => ok({ view: lives.view(live), document: live.document })),
    async create(who: Who, params: Params<"launch.create">): Promise<Result<LaunchView>> {
      const made = await commands.create(deps, lives, who, params);
      if (!made.ok) return made;
      deps.notify.changed(made.value.launch, made.value.state.events);
      return ok(lives.view(made.value));
    },
    change: of<Params<"launch.change">>(commands.change),
    replaceChecklist: of<Params<"launch.replaceChecklist">>(commands.replaceChecklist),
    assign: of<Params<"launch.assign">>(commands.assign),
    risk: of<Params<"launch.risk">>(commands.setRisk),
    artefact: of<Params<"launch.artefact">>(commands.setArtefact),
    briefing: of<Params<"launch.briefing">>(commands.holdBriefing),
    note: of<Params<"launch.note">>(commands.addNote),
    attach: of<Params<"launch.attach">>(commands.attach),
    advance: of<Params<"launch.advance">>(deciding.advance),
    breakGlass: of<Params<"launch.breakGlass">>(deciding.breakGlass),
    propose: of<Params<"launch.propose">>(deciding.propose),
    closeCondition: of<Params<"launch.closeCondition">>(deciding.closeCondition),
    prepare: signing.prepare,
    sign: signing.add,
    withdraw: signing.withdraw,
    /** Files are read beside the queue: hashing gigabytes must not keep a signature waiting. */
    async checkArtefacts(who: Who, launch: LaunchId): Promise<Result<LaunchView>> {
      const before = await lives.act(launch, (live) => {
        const allowed = mayChange(deps, live, who, KEEPERS, "launch.checkArtefacts");
        return allowed.ok ? ok({ live, actor: allowed.value }) : allowed;
      });
      if (!before.ok) return before;
      const drafts = await commands.lookAtArtefacts(before.value.live);
      return lives.act(launch, (live) => {
        const again = mayChange(deps, live, who, KEEPERS, "launch.checkArtefacts");
        if (!again.ok) return again;
        lives.append(
          live,
          again.value,
          drafts.filter((draft) => live.state.artefacts.has(String(draft.data?.["id"]))),
        );
        return ok(lives.view(live));
      });
    },
    answer: (
      who: Who,
      callerId: string,
      { launch, ...params }: Params<"item.answer"> & { launch: LaunchId },
    ): Promise<Result<LaunchView>> =>
      lives.act(launch, async (live) => {
        const result = await answering.answer(deps, lives, live, who, callerId, params);
        return result.ok ? ok(lives.view(live)) : result;
      }),
    assignItems: of<Params<"item.assign">>(answering.assignItems),
    itemNote: of<Params<"item.note">>(answering.addItemNote),
    evidence: of<Params<"item.evidence">>(answering.addEvidence),
    /** The recording is read beside the queue: a long one must not keep a signature waiting. */
    async outputEvidence(
      who: Who,
      { launch, ...params }: Params<"item.outputEvidence"> & { launch: LaunchId },
    ): Promise<Result<LaunchView>> {
      const read = await readOutput(deps, params);
      if (!read.ok) return read;
      return lives.act(launch, (live) => {
        const added = addOutput(deps, lives, live, who, params, read.value);
        return added.ok ? ok(lives.view(live)) : added;
      });
    },
    async previewOutput({ launch, ...params }: Params<"item.previewOutput"> & { launch: LaunchId }) {
      const read = await readOutput(deps, params);
      if (!read.ok) return read;
      return lives.look(launch, (live) => preview(live, params.item, read.value));
    },
    runEvidence: of<Params<"item.runEvidence">>(addRun),
    previewRun: ({ launch, ...params }: Params<"item.previewRun"> & { launch: LaunchId }) =>
      lives.look(launch, (live) => previewRun(deps, live, params)),
    removeEvidence: of<Params<"item.removeEvidence">>(answering.removeEvidence),
    async check(who: Who, { launch, ...params }: Params<"item.check"> & { launch: LaunchId }): Promise<Result<{ run: RunId }>> {
      const { runs } = deps;
      if (!runs) return fail("unknown-method", "This Holdpoint cannot run automatic checks.");
      const asked = await lives.act(launch, (live) => {
        const checks = answering.checksOf(deps, live, who, params);
        return checks.ok ? ok({ live, document: checks.value.document }) : checks;
      });
      if (!asked.ok) return asked;
      const { live, document } = asked.value;
      return runs.startChecks(who, {
        launch,
        log: live.log,
        document,
        bytes: live.bytes ?? new Uint8Array(),
        path: live.state.checklist?.path ?? "",
        context: live.state.facts.context,
        params: params.params ?? {},
        typedCluster: params.typedCluster,
      });
    },
    planEntry: of<Params<"launch.planEntry">>(planning.planEntry),
    watchSet: of<Params<"launch.watchSet">>(watching.setWatch),
    watchEnter: of<Params<"launch.watchEnter">>(watching.enterWatch),
    watchEnd: (
      who: Who,
      callerId: string,
      { launch, ...params }: Params<"launch.watchEnd"> & { launch: LaunchId },
    ): Promise<Result<LaunchView>> =>
      lives.act(launch, async (live) => {
        const result = await watching.endWatch(deps, lives, live, who, callerId, params);
        return result.ok ? ok(lives.view(live)) : result;
      }),
    acknowledge: of<Params<"launch.acknowledge">>(duties.acknowledge),
    openLoop: of<Params<"launch.openLoop">>(duties.openLoop),
    closeLoop: of<Params<"launch.closeLoop">>(duties.closeLoop),
    audience: of<Params<"launch.audience">>(duties.setAudience),
    audienceAddress: of<Params<"launch.audienceAddress">>(duties.setAddress(post)),
    update: of<Params<"launch.update">>(duties.sendUpdate(post)),
    /** Starts a run as an entry of the plan, where it is one: refused where the plan does not let it; the first one begins the cut-over. */
    startInPlan<T>(who: Who, request: StartInPlan, start: (entry: string | null) => Promise<Result<T>>): Promise<Result<T>> {
      const { launch } = request;
      const mine = (starts.get(launch) ?? Promise.resolve()).then(async () => {
        const entry = await lives.look(launch, (live) => planning.mayStart(lives, live, request));
        if (!entry.ok) return entry;
        const started = await start(entry.value?.id ?? null);
        const { value } = entry;
        if (started.ok && value !== null)
          await lives.act(launch, (live) => {
            planning.beginCutOver(lives, live, who, value);
            return ok(null);
          });
        return started;
      });
      starts.set(
        launch,
        mine.catch(() => undefined),
      );
      return mine;
    },
    /** After a start of the engine: launches under way are watched again, and updates that wait are sent. */
    async resume(): Promise<void> {
      for (const { launch, log } of lives.all()) {
        const last = deps.store.eventsOfType(log, ["launch.state", "launch.closed"]).at(-1);
        if (last === undefined || !["go", "cut-over", "watch"].includes(String(last.body.data["to"]))) continue;
        const opened = await lives.open(launch);
        if (!opened.ok) continue;
        post.deliver(lives, opened.value);
        await alarms.look(launch);
      }
    },
    payload: (launch: LaunchId, seq: number, name: string): Promise<Result<{ mediaType: string; base64: string }>> =>
      lives.look(launch, (live) => {
        const [event] = deps.store.events(live.log, { from: seq, limit: 1 });
        const reference = event?.body.seq === seq ? event.body.payloads.find((one) => one.name === name) : undefined;
        if (!reference) return fail("not-found", `Event ${seq} of this launch has no payload "${name}".`);
        const bytes = deps.store.payload(live.log, seq, name);
        if (bytes === null) return fail("not-found", `The payload "${name}" of event ${seq} was erased; the record still holds its hash.`);
        return ok({ mediaType: reference.media_type, base64: Buffer.from(bytes).toString("base64") });
      }),
    close: () => {
      alarms.close();
      post.close();
      lives.close();
    },
  };
}
