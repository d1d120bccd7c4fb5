// Launches in memory: found in the record, folded, kept in step with every event of their log; one queue each.
// Owns: appending with what an act makes stale, and acts of the engine itself that are due. Rules of commands are elsewhere.
import { categoriesOf, isInForce, isWaiverOver } from "../checklist/index.ts";
import {
  type Actor,
  type CanonicalValue,
  fail,
  type LaunchId,
  type LaunchView,
  type LogId,
  ok,
  type Result,
  type RunbookDocument,
  type StoredEvent,
} from "../protocol/index.ts";
import { ENGINE_ACTOR, type NewEvent, RecordError } from "../record/index.ts";
import { DECIDING, NAMING } from "./changes.ts";
import type { LaunchDeps } from "./deps.ts";
import { addsToClose, applyEvent, foldLaunch } from "./fold.ts";
import type { AudienceFact } from "./night-state.ts";
import type { LaunchFold } from "./state.ts";
import { viewOf } from "./view.ts";

export type Live = {
  launch: LaunchId;
  log: LogId;
  number: number;
  state: LaunchFold;
  /** The adopted text, parsed; null before one is adopted. */
  document: RunbookDocument | null;
  bytes: Uint8Array | null;
  /** Text of items by its hash, of this and of every earlier checklist. */
  texts: Map<string, string>;
  /** Acts on this launch, one after the other: a signature takes a third of a second, and nothing may come between. */
  queue: Promise<unknown>;
};

export type Draft = Omit<NewEvent, "actor"> & { actor?: Actor };

/** `hasAddress`: whether updates for that audience of the launch can be sent. */
export function createLives(deps: LaunchDeps, hasAddress: (launch: string, audience: AudienceFact) => boolean = () => false) {
  const lives = new Map<LaunchId, Live>();
  const byLog = new Map<LogId, Live>();

  const unsubscribe = deps.store.onAppended((log, event) => {
    const live = byLog.get(log);
    if (!live) return;
    applyEvent(live.state, event);
    deps.notify.changed(live.launch, event.body.seq);
    // An event of a run may have ended a check; it becomes the item's once the run's own append is over.
    if (event.body.type === "step.ended" && live.state.pending.length > 0)
      void inTurn(live, async () => settle(live)).catch(() => undefined);
  });

  const entryOf = (launch: LaunchId) => deps.store.logs().find((one) => one.kind === "launch" && one.genesis["launch"] === launch);

  async function open(launch: LaunchId): Promise<Result<Live>> {
    const known = lives.get(launch);
    if (known) return ok(known);
    const entry = entryOf(launch);
    if (!entry) return fail("not-found", `There is no launch ${launch} in this data directory.`);
    return ok(await load(launch, entry.log, entry.number));
  }

  async function load(launch: LaunchId, log: LogId, number: number): Promise<Live> {
    let events = deps.store.events(log);
    let bytes: Uint8Array | null = null;
    let document: RunbookDocument | null = null;
    const texts = new Map<string, string>();
    for (const { body } of events.filter((event) => event.body.type === "checklist.adopted")) {
      bytes = deps.store.payload(log, body.seq, "checklist");
      document = bytes && (await deps.documents.parse(bytes, String(body.data["path"] ?? "")));
      addTexts(texts, document);
    }
    const meanwhile = lives.get(launch);
    if (meanwhile) return meanwhile;
    // Parsing waited: what was appended since is folded too, and from here on the subscription sees to it.
    if (deps.store.head(log).seq !== events.length) events = deps.store.events(log);
    const live: Live = { launch, log, number, state: foldLaunch(events), document, bytes, texts, queue: Promise.resolve() };
    lives.set(launch, live);
    byLog.set(log, live);
    return live;
  }

  function inTurn<T>(live: Live, work: () => Promise<T>): Promise<T> {
    const mine = live.queue.then(work, work);
    live.queue = mine.catch(() => undefined);
    return mine;
  }

  /** One act on a launch: what is due first, then the act. */
  async function act<T>(launch: LaunchId, work: (live: Live) => Promise<Result<T>> | Result<T>): Promise<Result<T>> {
    const opened = await open(launch);
    if (!opened.ok) return opened;
    return inTurn(opened.value, async () => {
      settle(opened.value);
      return work(opened.value);
    });
  }

  /** Looking: what is due is written where it can be; a full disk must not keep anybody from reading. */
  async function look<T>(launch: LaunchId, work: (live: Live) => Result<T>): Promise<Result<T>> {
    const opened = await open(launch);
    if (!opened.ok) return opened;
    return inTurn(opened.value, async () => {
      try {
        settle(opened.value);
      } catch (error) {
        if (!(error instanceof RecordError)) throw error;
        // The view says all the same that the waiver ran out: it computes that from the time.
      }
      return work(opened.value);
    });
  }

  const isAlone = (live: Live): boolean => live.state.solo && deps.people.isSolo();
  const now = (): number => deps.ports.clock.now();
  const nowText = (): string => new Date(now()).toISOString();

  function view(live: Live): LaunchView {
    const { context } = live.state.facts;
    return viewOf(
      live.state,
      live.document,
      {
        clusterClass: context === null ? null : deps.classOf(context),
        isAlone: isAlone(live),
        number: live.number,
        fingerprint: deps.store.head(live.log).fingerprint,
        texts: live.texts,
        hasAddress: (audience) => hasAddress(live.launch, audience),
      },
      now(),
    );
  }

  /** Appends with the signatures that the events make stale, in one transaction. */
  function append(live: Live, actor: Actor, drafts: readonly Draft[]): StoredEvent[] {
    if (drafts.length === 0) return [];
    deps.store.settleClock(live.log);
    const subject = { launch: live.launch, plan_sha256: live.state.checklist?.sha256 ?? "" };
    const events: NewEvent[] = drafts.map((draft) => ({ actor, ...draft, subject: { ...subject, ...draft.subject } }));
    const first = deps.store.head(live.log).seq + 1;
    for (const { signature, cause, why } of overtaken(live, events, first))
      events.push({
        type: "signoff.invalidated",
        actor: ENGINE_ACTOR,
        subject,
        reason: why,
        data: { signature: signature.id, subject: { kind: signature.subject.kind, id: signature.subject.id }, cause, why },
      });
    return deps.store.appendAll(live.log, events);
  }

  /** What is due without anybody's act: waivers that ran out, ends of checks that have not reached their items. */
  function settle(live: Live): void {
    if (live.state.state === "closed") return;
    const drafts: Draft[] = [];
    for (const check of live.state.pending) {
      const sha256 = live.state.checklist?.items.get(check.item)?.sha256;
      if (sha256 === undefined) continue;
      const data: Record<string, CanonicalValue> = {
        item: check.item,
        item_sha256: sha256,
        verdict: check.verdict,
        because: check.because,
        measured: isMeasuring(live.document, check.item) ? check.measured : "",
        run: check.run,
        step_seq: check.seq,
        cluster: check.cluster,
        attempt: check.attempt,
      };
      const actor: Actor = { ...ENGINE_ACTOR, ...check.actor, role: check.actor.op_id === "engine" ? "engine" : "operator" };
      drafts.push({ type: "item.checked", actor, outcome: check.verdict, data, subject: { run: check.run } });
    }
    // A decision that has carried the cut-over rested on the waiver while it held: it runs out on the board and before the close.
    for (const [id, facts] of live.state.cutOver > 0 ? [] : live.state.items) {
      if (!isWaiverOver(facts, now()) || !live.state.checklist?.items.has(id)) continue;
      drafts.push(reopening(live, id, `the waiver ran out at ${facts.answer?.expires ?? ""}`));
    }
    append(live, ENGINE_ACTOR, drafts);
  }

  return {
    act,
    look,
    open,
    load,
    view,
    append,
    settle,
    isAlone,
    now,
    nowText,
    inTurn,
    all: (): { launch: LaunchId; log: LogId; number: number }[] =>
      deps.store
        .logs()
        .filter((one) => one.kind === "launch")
        .map(({ genesis, log, number }) => ({ launch: String(genesis["launch"]) as LaunchId, log, number })),
    close: unsubscribe,
  };
}
export type Lives = ReturnType<typeof createLives>;

/**
 * A check whose last block only looks for words (`match=` without `expect=`) measures nothing. The last number that it happened to print,
 * an HTTP code or a count of replicas, is no value of the item and must not be held against the item's limit.
 */
function isMeasuring(document: RunbookDocument | null, item: string): boolean {
  const found = document?.categories.flatMap((one) => one.items).find((one) => one.id === item);
  const last = found?.blocks.findLast((one) => one.runnable);
  return last === undefined || last.options.match === undefined || last.options.expect !== undefined;
}

export function addTexts(texts: Map<string, string>, document: RunbookDocument | null): void {
  for (const category of document?.categories ?? []) for (const item of category.items) texts.set(item.sha256, item.text);
}

/** The item is open again by the engine, with why. */
export function reopening(live: Live, item: string, why: string, sha256 = live.state.checklist?.items.get(item)?.sha256 ?? ""): Draft {
  return {
    type: "item.answered",
    actor: ENGINE_ACTOR,
    outcome: "open",
    reason: why,
    data: answerData({ item, sha256, state: "open", evidence: standingEvidence(live, item) }),
  };
}

export const standingEvidence = (live: Live, item: string): number[] =>
  (live.state.items.get(item)?.evidences ?? []).filter((one) => !one.removed).map((one) => one.seq);

export function answerData(given: {
  item: string;
  sha256: string;
  state: string;
  evidence: number[];
  note?: string;
  value?: string;
  approver?: string;
  approverName?: string;
  expires?: string;
  bulk?: number;
  envelope?: CanonicalValue;
}): Record<string, CanonicalValue> {
  return {
    item: given.item,
    item_sha256: given.sha256,
    state: given.state,
    note: given.note ?? "",
    value: given.value ?? "",
    approver: given.approver ?? "",
    approver_name: given.approverName ?? "",
    expires: given.expires ?? "",
    bulk: given.bulk ?? 1,
    evidence: given.evidence,
    envelope: given.envelope ?? null,
  };
}

type Overtaken = { signature: LaunchFold["signatures"][number]; cause: number; why: string };

/** Signatures in force that these events make stale. The decision rests on the categories, so what touches one touches it. */
function overtaken(live: Live, events: readonly NewEvent[], first: number): Overtaken[] {
  const { state } = live;
  // Of decisions those that stand; what was replaced or withdrawn is history, and stays what it was.
  const standing = new Set(state.decisions.filter((one) => one.status === "open" || one.status === "taken").map((one) => one.id));
  const inForce = state.signatures.filter(
    (one) =>
      isInForce(one) &&
      (one.subject.kind === "category" ||
        one.subject.kind === "close" ||
        (one.subject.kind === "decision" && standing.has(one.subject.id))),
  );
  if (inForce.length === 0) return [];
  const found = new Map<string, Overtaken>();
  for (const [index, event] of events.entries()) {
    const touch = touchedBy(live, event);
    const undoesClose = addsToClose(event) && event.type !== "launch.closed";
    for (const signature of inForce) {
      if (signature.subject.kind === "close") {
        const why = "something was added to the launch after it";
        if (undoesClose && !found.has(signature.id)) found.set(signature.id, { signature, cause: first + index, why });
        continue;
      }
      if (!touch) continue;
      const isTouched =
        signature.subject.kind === "decision" ? touch.decision : touch.categories === "all" || touch.categories.has(signature.subject.id);
      if (isTouched && !found.has(signature.id)) found.set(signature.id, { signature, cause: first + index, why: touch.why });
    }
  }
  return [...found.values()];
}

type Touch = { categories: Set<string> | "all"; decision: boolean; why: string };

function touchedBy(live: Live, { type, data = {}, reason }: NewEvent): Touch | null {
  const { state } = live;
  const text = (key: string) => (typeof data[key] === "string" ? (data[key] as string) : "");
  const ofItem = (item: string, why: string): Touch | null => {
    const category = state.checklist?.items.get(item)?.category;
    return category === undefined ? null : { categories: new Set([category]), decision: true, why };
  };
  switch (type) {
    case "item.answered":
      return ofItem(text("item"), `${text("item")} was answered ${text("state")}${reason ? `: ${reason}` : ""}`);
    case "item.checked":
      return ofItem(text("item"), `${text("item")} was checked again: ${text("verdict")}`);
    case "evidence.added":
      return ofItem(text("item"), `evidence was added to ${text("item")}`);
    case "evidence.removed": {
      const seq = data["seq"];
      const item = [...state.items].find(([, facts]) => facts.evidences.some((one) => one.seq === seq))?.[0];
      return item === undefined ? null : ofItem(item, `evidence of ${item} was struck out`);
    }
    case "checklist.adopted":
      return { categories: changedCategories(live, data), decision: true, why: "another text of the checklist was taken" };
    case "launch.changed": {
      const fields = Object.keys((data["changes"] ?? {}) as Record<string, unknown>);
      if (!fields.some((field) => DECIDING.includes(field))) return null;
      const why = `${fields.join(", ")} of the launch changed`;
      return { categories: fields.some((field) => NAMING.includes(field)) ? "all" : new Set(), decision: true, why };
    }
    case "risk.set":
      // After the cut-over began the decision has been acted on; a risk closed in the retrospective does not undo it.
      return ["preparing", "ready", "go"].includes(state.state)
        ? { categories: new Set(), decision: true, why: `risk ${text("id")} changed` }
        : null;
    case "signoff.added":
    case "signoff.withdrawn": {
      const subject = (data["subject"] ?? {}) as Record<string, unknown>;
      const old = state.signatures.find((one) => one.id === text("signature"));
      const kind = old?.subject.kind ?? subject["kind"];
      return kind === "category"
        ? {
            categories: new Set(),
            decision: true,
            why: `a signature of ${String(old?.subject.id ?? subject["id"])} was ${old ? "taken back" : "added"}`,
          }
        : null;
    }
    default:
      return null;
  }
}

/** Categories whose items, in order, are not exactly what they were. */
function changedCategories(live: Live, data: Record<string, CanonicalValue>): Set<string> {
  const rows = (items: Iterable<{ id: string; category: string; sha256: string }>) => {
    const by = new Map<string, string>();
    for (const { id, category, sha256 } of items) by.set(category, `${by.get(category) ?? ""}${id} ${sha256}\n`);
    return by;
  };
  const before = rows([...(live.state.checklist?.items ?? [])].map(([id, one]) => ({ id, ...one })));
  const after = rows((data["items"] ?? []) as { id: string; category: string; sha256: string }[]);
  return new Set([...new Set([...before.keys(), ...after.keys()])].filter((key) => before.get(key) !== after.get(key)));
}

export const itemsOf = (document: RunbookDocument): Record<string, CanonicalValue>[] =>
  categoriesOf(document).flatMap((category) =>
    category.items.map((item) => ({ id: item.id, category: category.key, sha256: item.sha256, derived: item.derived ?? "" })),
  );
