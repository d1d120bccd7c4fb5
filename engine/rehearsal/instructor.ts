// The instructor at work: which fault is there, which comes next, and what is put on record before it happens.
// Owns: moments, state and hints of one drill, rebuilt from its events after a restart. Breaks nothing itself: that is `Hands`.
import type { CanonicalValue, StoredEvent } from "../protocol/index.ts";
import { noticedBy, placeOf } from "./noticing.ts";
import {
  type DrillFacts,
  type Fault,
  type HandResult,
  type Hands,
  type Instructor,
  isReal,
  type Moment,
  type Override,
  type Scenario,
} from "./types.ts";

export type DrillDraft = { type: string; step?: string; attempt?: number; cluster?: string; data: Record<string, CanonicalValue> };

export type InstructorOptions = {
  scenario: Scenario;
  facts: DrillFacts;
  /** Every event of the run so far. */
  history: Iterable<StoredEvent>;
  /** Where nothing is really broken: walk and replay. */
  hands: Hands | null;
  /** Cluster of a step. */
  on(step: string): string;
  /** New faults come only while the run goes on. */
  isActive(): boolean;
  /** Durable when it returns; false where it could not be written: then nothing is done. */
  record(drafts: DrillDraft[]): boolean;
  /** For the team: a hint, or something that could not be put right again. */
  tell(severity: "info" | "fail", title: string, detail: string): void;
  clock: { now(): number; set(ms: number, callback: () => void): unknown; clear(timer: unknown): void };
};

type Known = {
  fault: Fault;
  state: "waiting" | "there" | "over";
  injectedMs: number;
  how: "played" | "real";
  kept: Record<string, CanonicalValue>;
  /** Broken before a restart, or not put right when that was tried. */
  isLeft: boolean;
  isNoticed: boolean;
  isHinted: boolean;
  /** It is being broken or put right just now. */
  isBusy: boolean;
};

/** What the tools say when nothing listens there. */
const NO_ANSWER = "Unable to connect to the server: dial tcp: connect: connection refused";

export function createInstructor(options: InstructorOptions): Instructor {
  const { scenario, facts, hands, clock } = options;
  const known: Known[] = scenario.faults.map((fault) => ({
    fault,
    state: "waiting",
    injectedMs: 0,
    how: "played",
    kept: {},
    isLeft: false,
    isNoticed: false,
    isHinted: false,
    isBusy: false,
  }));
  /** Epoch milliseconds by what happened: `start`, `declaration`, `start:STEP`, `end:STEP`, `gate:STEP/BLOCK`. */
  const moments = new Map<string, number>();
  let timer: unknown = null;
  let isClosed = false;
  let acts: Promise<unknown> = Promise.resolve();

  const real = (ms: number): number => Math.round(ms / facts.compress);
  const find = (name: unknown) => known.find((one) => one.fault.name === name);
  const openFaults = () =>
    known
      .filter((one) => one.injectedMs > 0 && !one.isNoticed)
      .sort((a, b) => a.injectedMs - b.injectedMs)
      .map((one) => placeOf(one.fault));

  /** Brings the state forward by one event, of before a restart or of now. */
  function fold(event: StoredEvent): void {
    const { type, subject, data, ts_utc } = event.body;
    const at = Date.parse(ts_utc);
    const first = (key: string, ms = at) => void (moments.has(key) || moments.set(key, ms));
    if (type === "run.started") first("start");
    else if (type === "disaster.declared") first("declaration", typeof data["at"] === "string" ? Date.parse(data["at"]) || at : at);
    else if (type === "step.started") first(`start:${subject.step}`);
    else if (type === "step.ended" || type === "step.skipped") first(`end:${subject.step}`);
    else if (type === "gate.started") first(`gate:${subject.step}/${String(data["block"])}`);
    const one = find(data["fault"]);
    if (one && type.startsWith("fault.")) foldFault(one, event, at);
    for (const name of noticedBy(event, openFaults(), options.on)) {
      const noticed = find(name);
      if (noticed) noticed.isNoticed = true;
    }
  }

  function foldFault(one: Known, { body }: StoredEvent, at: number): void {
    if (body.type === "fault.injected") {
      one.state = "there";
      one.injectedMs = at;
      one.how = body.data["how"] === "real" ? "real" : "played";
      one.kept = (body.data["kept"] ?? {}) as Record<string, CanonicalValue>;
    } else if (body.type === "fault.hinted") one.isHinted = true;
    else if (body.type === "fault.cleared" || body.type === "fault.left_out") one.state = "over";
  }

  const dataOf = ({ fault }: Known): Record<string, CanonicalValue> => ({ fault: fault.name, title: fault.title, kind: fault.effect.kind });

  function inject(
    one: Known,
    how: Known["how"],
    more: { step?: string; attempt?: number; data?: Record<string, CanonicalValue> },
  ): boolean {
    const { data = {}, ...at } = more;
    const place = placeOf(one.fault);
    const step = at.step ?? place.step ?? undefined;
    return options.record([
      {
        type: "fault.injected",
        ...at,
        ...(step === undefined ? {} : { step }),
        ...(place.cluster === null ? {} : { cluster: place.cluster }),
        data: { ...dataOf(one), how, ...data },
      },
    ]);
  }

  /** Epoch milliseconds at which a timed fault is due; null while its moment has not come, and for those of blocks. */
  function dueOf({ trigger }: Fault): number | null {
    if (trigger.on === "block") return null;
    const key =
      trigger.on === "step"
        ? `${trigger.edge}:${trigger.step}`
        : trigger.on === "gate"
          ? `gate:${trigger.step}/${trigger.block}`
          : trigger.on;
    const from = moments.get(key);
    return from === undefined ? null : from + real(trigger.afterMs);
  }

  /** Begins what is due, ends what is over, hints where nobody has noticed, and sleeps until the next of it. */
  function look(): void {
    if (timer !== null) clock.clear(timer);
    timer = null;
    if (isClosed) return;
    const now = clock.now();
    let next = Number.POSITIVE_INFINITY;
    for (const one of known) {
      if (one.isBusy) continue;
      if (one.state === "waiting") {
        const due = dueOf(one.fault);
        if (due === null) continue;
        if (due > now) next = Math.min(next, due);
        else if (options.isActive()) begin(one);
      }
      if (one.injectedMs === 0 || one.isBusy) continue;
      if (one.state === "there" && one.fault.forMs !== null && !one.isLeft) {
        const over = one.injectedMs + real(one.fault.forMs);
        if (over <= now) end(one, "its time was over");
        else next = Math.min(next, over);
      }
      if (one.fault.hint === null || one.isHinted || one.isNoticed) continue;
      const due = one.injectedMs + real(one.fault.hint.afterMs);
      if (due <= now) hint(one, one.fault.hint.text);
      else next = Math.min(next, due);
    }
    if (Number.isFinite(next)) timer = clock.set(Math.max(1, next - now), look);
  }

  function hint(one: Known, text: string): void {
    // The second is for the team; which fault it is about only the first one says.
    const isWritten = options.record([
      { type: "fault.hinted", data: dataOf(one) },
      { type: "instructor.hint", data: { text } },
    ]);
    one.isHinted = true;
    if (isWritten) options.tell("info", "A hint from the instructor", text);
  }

  function begin(one: Known): void {
    const { effect, played } = one.fault;
    if (isReal(one.fault) && hands !== null) {
      act(one, () => breakIt(one, hands));
      return;
    }
    const showsItself = effect.kind === "away" || (effect.kind === "cut" && effect.cluster !== null);
    if (showsItself || played !== null) {
      inject(one, "played", {});
      return;
    }
    const because = "nothing runs in this rehearsal, and the scenario does not say how it would look";
    one.state = "over";
    options.record([{ type: "fault.left_out", data: { ...dataOf(one), because } }]);
  }

  function end(one: Known, why: string): void {
    if (one.how === "real" && hands !== null) act(one, () => putRight(one, hands, why));
    else if (options.record([{ type: "fault.cleared", data: { ...dataOf(one), why } }])) one.state = "over";
  }

  /** One after the other: two acts on the same thing must not cross. */
  function act(one: Known, work: () => Promise<void>): void {
    one.isBusy = true;
    acts = acts.then(work).finally(() => {
      one.isBusy = false;
      if (!isClosed) look();
    });
  }

  async function breakIt(one: Known, by: Hands): Promise<void> {
    const looked = await by.prepare(one.fault);
    if (!looked.ok) return leaveOut(one, looked);
    // On record before it is done: after a crash it is undone even where nobody knows how far it came.
    if (isClosed || !inject(one, "real", { data: { kept: looked.kept } })) return;
    const done = await by.inject(one.fault, looked.kept);
    if (done.ok) options.record([{ type: "fault.took_effect", data: { ...dataOf(one), because: done.because } }]);
    else {
      options.record([{ type: "fault.failed", data: { ...dataOf(one), because: done.because } }]);
      await putRight(one, by, "it could not be brought about");
    }
  }

  function leaveOut(one: Known, { because }: HandResult): void {
    one.state = "over";
    options.record([{ type: "fault.left_out", data: { ...dataOf(one), because } }]);
  }

  async function putRight(one: Known, by: Hands, why: string): Promise<void> {
    const undone = await by.undo(one.fault, one.kept);
    if (undone.ok) {
      if (options.record([{ type: "fault.cleared", data: { ...dataOf(one), why, because: undone.because } }])) one.state = "over";
      return;
    }
    options.record([{ type: "fault.undo_failed", data: { ...dataOf(one), why, because: undone.because } }]);
    options.tell(
      "fail",
      "The instructor could not put something right again",
      `${undone.because} Put it right by hand; it is tried once more at the end.`,
    );
    // No clock tries it again and again: when the run is resumed, at its end, or after a restart.
    one.isLeft = true;
  }

  const meets = ({ fault, state, injectedMs }: Known, at: Moment): boolean => {
    const { trigger } = fault;
    if (trigger.on !== "block" || state === "over" || trigger.step !== at.step || trigger.block !== at.block) return false;
    if (trigger.attempts !== null && at.attempt > trigger.attempts) return false;
    if (state === "there" && fault.forMs !== null && clock.now() >= injectedMs + real(fault.forMs)) return false;
    return (at.probe ?? 1) >= trigger.probe;
  };

  /** A fault of the block itself, else what is there and shows in it. */
  function playedAt(at: Moment): { one: Known; override: Override } | null {
    const own = known.find((one) => meets(one, at));
    if (own) return { one: own, override: overrideOf(own.fault) };
    if (hands !== null) return null;
    for (const one of known) {
      if (one.state !== "there") continue;
      const { name, played, effect } = one.fault;
      const fails = { fault: name, kind: "fails" as const };
      if (played?.step === at.step && played.block === at.block)
        return { one, override: { ...fails, output: played.output, exitCode: played.exitCode } };
      if (effect.kind === "cut" && effect.cluster !== null && options.on(at.step) === effect.cluster)
        return { one, override: { ...fails, output: NO_ANSWER, exitCode: 1 } };
    }
    return null;
  }

  function overrideOf({ name, effect }: Fault): Override {
    if (effect.kind === "slow") return { fault: name, kind: "slow", byMs: real(effect.byMs) };
    if (effect.kind === "hangs") return { fault: name, kind: "hangs", output: effect.output };
    if (effect.kind !== "reads") {
      const { output, exitCode } = effect as { output: string; exitCode: number };
      return { fault: name, kind: "fails", output, exitCode };
    }
    const { value, olderMs, exitCode } = effect;
    const older = new Date(clock.now() - (facts.rpoMs ?? 0) - (olderMs ?? 0)).toISOString();
    return { fault: name, kind: "reads", value: value ?? older, exitCode };
  }

  /** What was to meet so many attempts is over with the last of them. */
  function endAttempts(step: string, attempt: number): void {
    if (isClosed) return;
    for (const one of known) {
      const { trigger } = one.fault;
      if (one.state !== "there" || trigger.on !== "block" || trigger.step !== step) continue;
      if (trigger.attempts !== null && attempt >= trigger.attempts) end(one, "its attempts were over");
    }
  }

  async function undoAll(why: string, isMeant: (one: Known) => boolean): Promise<void> {
    await acts;
    // A cut first: what else is put right may have to go that way.
    const broken = known.filter((one) => one.state === "there" && one.how === "real" && isMeant(one));
    broken.sort((a, b) => Number(b.fault.effect.kind === "cut") - Number(a.fault.effect.kind === "cut"));
    if (hands !== null) for (const one of broken) act(one, () => putRight(one, hands, why));
    await acts;
  }

  for (const event of options.history) fold(event);
  queueMicrotask(look);

  return {
    override(at) {
      look();
      const met = playedAt(at);
      if (met === null) return null;
      const { one, override } = met;
      if (one.state === "there") return override;
      const { step, attempt, block, probe } = at;
      const shown = override.kind === "reads" ? { value: override.value } : {};
      return inject(one, "played", { step, attempt, data: { block, probe, ...shown } }) ? override : null;
    },
    isCut: (cluster) =>
      known.some(({ state, fault }) => state === "there" && fault.effect.kind === "cut" && fault.effect.cluster === cluster),
    isAway: (role) => known.some(({ state, fault }) => state === "there" && fault.effect.kind === "away" && fault.effect.role === role),
    saw(event) {
      fold(event);
      const { type, subject } = event.body;
      if (type === "step.ended") queueMicrotask(() => endAttempts(subject.step, subject.attempt));
      // Its own events are folded, and need no look: whoever wrote them is looking.
      if (!type.startsWith("fault.") && !type.startsWith("instructor.")) queueMicrotask(look);
    },
    undo: (why) => undoAll(why, () => true),
    undoLeft: (why) => undoAll(why, (one) => one.isLeft),
    close() {
      isClosed = true;
      if (timer !== null) clock.clear(timer);
      timer = null;
    },
  };
}
