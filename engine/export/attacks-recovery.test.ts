// The rules of a rehearsal's marks, of compressed waits and of recovery's figures: kept, a log verifies (control); broken, both verifiers
// refuse it with the rule's code. The run is made by hand, as engine/run writes it.
import { expect, it } from "vitest";
import type { CanonicalValue, EventBody } from "../protocol/index.ts";
import type { NewEvent } from "../record/index.ts";
import { type Attack, bothVerifiers } from "./testing-attacks.ts";
import { tamper } from "./testing-bundle.ts";
import { type Desk, type Launch, staffed, startLaunch } from "./testing-launch.ts";
import { runbookOf } from "./testing-texts.ts";

type Value = { [key: string]: CanonicalValue };
type Draft = Value & { reason?: string; corrects?: number; mode?: string };
/** Changes an event before it is appended; null leaves it out. */
type Edit = Partial<Record<string, (data: Draft) => unknown>>;
const { ask, attack, verdictOf } = bothVerifiers();
/** Tampered fields: HOLDPOINT_MUTATIONS=all tries 20,000, a number so many times the sample that is the default. */
const GIVEN = process.env["HOLDPOINT_MUTATIONS"] ?? "1";
const FIELDS = GIVEN === "all" ? 20_000 : 40 * Number(GIVEN);

const RUN = "run-drill";
const BOOK = runbookOf(["declare", "restore", "soak", "verify"], {});

function drill(of: Desk, on: Launch, edit: Edit = {}, mode = "rehearsal", compress = 60): void {
  const last = (): EventBody => of.store.events(on.log).at(-1)!.body;
  const say = (type: string, step: string, data: Value, more: Partial<NewEvent> = {}): EventBody => {
    const draft = structuredClone(data) as Draft;
    if (edit[type]?.(draft) === null) return last();
    const { reason, corrects, mode: own = mode, ...rest } = draft;
    on.append(type, "eve", rest as Value, {
      ...more,
      ...(reason === undefined ? {} : { reason }),
      ...(corrects === undefined ? {} : { corrects }),
      subject: { run: RUN, mode: own, step, attempt: step === "" ? 0 : 1, plan_sha256: BOOK.sha256 },
    });
    return last();
  };
  const passed = { outcome: "passed" };
  const targets = { rto_ms: 3_600_000, rpo_ms: 900_000 };
  const rehearsal = mode === "rehearsal" ? { rehearsal: { way: "sandbox", compress: String(compress) } } : {};
  const recovery = { ...targets, declared: "declare", verified: "verify", last_write: ["last-write"] };
  const steps = BOOK.steps as CanonicalValue;
  say("run.started", "", { title: "Drill", version: null, owner: "", mode, ...rehearsal, recovery, steps }, { payloads: BOOK.payloads });
  say("step.started", "declare", { only_block: null });
  const declaring = say("step.ended", "declare", {}, passed);
  const declared = say("disaster.declared", "declare", { at: declaring.ts_utc, of: declaring.seq, claimed: false, ...targets });
  of.ports.advance(60_000);
  say("step.started", "restore", { only_block: null });
  say("block.started", "restore", { block: 0, text: "./last-write.sh" });
  say("block.ended", "restore", { block: 0, kind: "exit", exit_code: 0 }, passed);
  const at = Date.parse(declaring.ts_utc);
  const lost_ms = 240_000;
  const last_write = new Date(at - lost_ms).toISOString();
  const said = `${last_write.slice(0, -1).replace("T", " ")}+00`;
  const measured = say("recovery.measured", "restore", { block: 0, name: "last-write", said, last_write, lost_ms });
  say("step.ended", "restore", {}, passed);
  say("step.started", "soak", { only_block: null });
  const soaking = say("soak.started", "soak", {
    ms: Math.floor(1_800_000 / compress + 0.5),
    ...(compress === 1 ? {} : { text_ms: 1_800_000, compress: String(compress) }),
    until: "",
  });
  of.ports.advance(30_000);
  const soaked = say("soak.ended", "soak", { early: false, elapsed_ms: Math.floor(1_800_000 / compress + 0.5) });
  say("step.ended", "soak", {}, passed);
  say("step.started", "verify", { only_block: null });
  const end = say("step.ended", "verify", {}, passed);
  const rto = Date.parse(end.ts_utc) - at;
  const waited = Date.parse(soaked.ts_utc) - Date.parse(soaking.ts_utc);
  say("recovery.verified", "verify", {
    of: end.seq,
    at: end.ts_utc,
    declared: declared.seq,
    declared_at: declaring.ts_utc,
    rto_ms: rto,
    rto_target_ms: targets.rto_ms,
    ...(compress === 1 ? {} : { waited_ms: waited, rto_text_ms: rto + waited * (compress - 1) }),
    measured: [{ seq: measured.seq, name: "last-write", lost_ms }],
    rpo_ms: lost_ms,
    rpo_target_ms: targets.rpo_ms,
    clocks_parted_ms: 0,
  });
  say("run.finished", "", { result: "passed" });
}

const edited =
  (edit: Edit, mode?: string, compress?: number): Attack[2] =>
  (of, on) =>
    drill(of, on, edit, mode, compress);
const set =
  (changes: Value) =>
  (data: Draft): void =>
    void Object.assign(data, changes);

const ATTACKS: Attack[] = [
  ["a compressed rehearsal with its figures (control)", [], edited({})],
  ["a rehearsal that is not compressed (control)", [], edited({}, "rehearsal", 1)],
  ["a live run with its figures (control)", [], edited({}, "live", 1)],
  ["an event of a rehearsal is marked live", "mode-differs", edited({ "block.ended": set({ mode: "live" }) })],
  ["an event of a live run is marked rehearsal", "mode-differs", edited({ "soak.ended": set({ mode: "rehearsal" }) }, "live", 1)],
  ["a rehearsal has no mark on an event", "mode-differs", edited({ "recovery.measured": set({ mode: "" }) })],
  ["the start of a rehearsal says that it is live", "mode-differs", edited({ "run.started": set({ mode: "live" }) })],
  ["a live run is compressed", "compress-differs", edited({}, "live", 60)],
  ["a soak is shorter than its text divided", "compress-differs", edited({ "soak.started": set({ ms: 20_000 }) })],
  ["a soak hides the time of its text", "compress-differs", edited({ "soak.started": (data) => void delete data["text_ms"] })],
  ["a soak is divided by another factor than the run", "compress-differs", edited({ "soak.started": set({ compress: "90" }) })],
  [
    "the disaster is declared later than its step",
    "declared-differs",
    edited({ "disaster.declared": set({ at: "2031-01-01T00:00:00.000Z" }) }),
  ],
  ["the disaster is declared by a step that has not passed", "declared-differs", edited({ "disaster.declared": set({ of: 3 }) })],
  ["a target is another than the text's", "declared-differs", edited({ "disaster.declared": set({ rto_ms: 7_200_000 }) })],
  ["a person declares for no reason", "declared-differs", edited({ "disaster.declared": set({ of: 0, at: "" }) })],
  [
    "the last write is later than what was printed",
    "measured-differs",
    edited({ "recovery.measured": set({ said: "2026-01-01T00:00:00Z" }) }),
  ],
  ["the loss is smaller than the difference", "measured-differs", edited({ "recovery.measured": set({ lost_ms: 1_000 }) })],
  ["the last write is measured by another block", "measured-differs", edited({ "recovery.measured": set({ name: "other" }) })],
  [
    "a measure is played in a rehearsal that plays nothing",
    "measured-differs",
    edited({ "recovery.measured": set({ played: true, shift_ms: 0 }) }),
  ],
  [
    "the recovery time is smaller than it was",
    "recovery-differs",
    edited({ "recovery.verified": (data) => set({ rto_ms: Number(data["rto_ms"]) - 1 })(data) }),
  ],
  ["the loss of the whole is smaller than its store's", "recovery-differs", edited({ "recovery.verified": set({ rpo_ms: 0 }) })],
  ["the store of a loss is left out", "recovery-differs", edited({ "recovery.verified": set({ measured: [], rpo_ms: null }) })],
  ["a target of the figures is another", "recovery-differs", edited({ "recovery.verified": set({ rpo_target_ms: 3_600_000 }) })],
  ["the time as written is that of the short waits", "recovery-differs", edited({ "recovery.verified": set({ waited_ms: 0 }) })],
  ["the figures name another end", "recovery-differs", edited({ "recovery.verified": set({ of: 4 }) })],
  [
    "a clock that was set is left out of the figures",
    "recovery-differs",
    edited({ "recovery.verified": set({ clocks_parted_ms: 5_000 }) }),
  ],
  ["the figures of a verified recovery are left out", "recovery-missing", edited({ "recovery.verified": () => null })],
];

const DAY = 86_400_000;
/** The drill, then taken as evidence a moment later; `edit` changes what the evidence says of it. */
const taken =
  (edit: (said: Value) => void = () => {}, by = "eve"): Attack[2] =>
  (of, on) => {
    drill(of, on);
    const events = of.store.events(on.log);
    const end = events.findLast(({ body }) => body.type === "run.finished")!;
    const figures = events.findLast(({ body }) => body.type === "recovery.verified")!.body.data as Value;
    of.ports.advance(5_000);
    const said: Value = {
      run: RUN,
      log: on.log,
      seq: end.body.seq,
      hash: end.hash,
      mode: "rehearsal",
      way: "sandbox",
      result: "passed",
      ended_at: end.body.ts_utc,
      age_ms: Date.parse(of.now()) - Date.parse(end.body.ts_utc),
      ran_by: [{ op_id: by, name: by }],
      recovery: { declared_at: figures["declared_at"] ?? null, verified_at: figures["at"] ?? null, rto_ms: figures["rto_ms"] ?? null },
    };
    edit(said);
    on.append("evidence.added", "eve", { item: "INF-01", kind: "run", title: "Drill", findings: [], run: said });
  };
ATTACKS.push(
  ["a rehearsal is evidence with its age (control)", [], taken()],
  ["a rehearsal is made younger than it is", "evidence-run-differs", taken((said) => void Object.assign(said, { age_ms: 2 * DAY }))],
  [
    "an old rehearsal is called one of today",
    "evidence-run-differs",
    taken((said) => void Object.assign(said, { ended_at: "2020-01-01T00:00:00.000Z" })),
  ],
  ["a rehearsal is called a live run", "evidence-run-differs", taken((said) => void Object.assign(said, { mode: "live" }))],
  ["a rehearsal is another event than its end", "evidence-run-differs", taken((said) => void Object.assign(said, { seq: 3 }))],
  [
    "the recovery time of the evidence is shorter than its moments",
    "evidence-run-differs",
    taken((said) => void Object.assign(said, { recovery: { ...(said["recovery"] as Value), rto_ms: 1 } })),
  ],
);

for (const [what, code, play] of ATTACKS) it(what, () => attack(code, play));

it("names a rehearsal among the runs of a launch, in the words of both verifiers", async () => {
  const own = staffed();
  try {
    const on = startLaunch(own);
    drill(own, on);
    const { bundle } = await verdictOf(own, on.log);
    const { verifyBundle, wordsOf } = await import("./verifiers/verify.mjs");
    const report = verifyBundle(bundle);
    expect([report.rehearsals, report.isRehearsal]).toEqual([[RUN], true]);
    expect(wordsOf(report).every((line) => line.startsWith("REHEARSAL "))).toBe(true);
  } finally {
    own.close();
  }
});

it("of a rehearsal that is evidence no field can be changed unlike in both verifiers", { timeout: 7_200_000 }, async () => {
  const own = staffed();
  try {
    const on = startLaunch(own);
    taken()(Object.assign(own, { delegation: 0 }), on);
    const { bundle, ...answers } = await verdictOf(own, on.log);
    expect(answers).toMatchObject({ problems: [], parted: "" });
    expect((await tamper(bundle, own.store.signingKey!, FIELDS, ask)).parted).toEqual([]);
  } finally {
    own.close();
  }
});
