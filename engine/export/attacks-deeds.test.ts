// The rules of gates, soaks, ways back, work done elsewhere, looks and the end of a watch: kept, a launch verifies (control);
// broken, both verifiers refuse it with the rule's code. The runs are made by hand, as engine/run and engine/launch write them.
import { expect, it } from "vitest";
import type { CanonicalValue } from "../protocol/index.ts";
import { type Envelope, type NewEvent, signEnvelope } from "../record/index.ts";
import { foldRun } from "../run/fold.ts";
import { holdPointCovers, holdPointDigest } from "../run/hold-points.ts";
import { type Attack, bothVerifiers } from "./testing-attacks.ts";
import { tamper } from "./testing-bundle.ts";
import { type Launch, staffed, startLaunch } from "./testing-launch.ts";
import { runbookOf } from "./testing-texts.ts";

type Value = { [key: string]: CanonicalValue };
/** Tampered fields: HOLDPOINT_MUTATIONS=all tries 20,000, a number so many times the sample that is the default. */
const GIVEN = process.env["HOLDPOINT_MUTATIONS"] ?? "1";
const FIELDS = GIVEN === "all" ? 20_000 : 40 * Number(GIVEN);
const { ask, attack, verdictOf } = bothVerifiers();

const RUN = "run-n";
const POINT = "<!-- step: {point-of-no-return: true} -->\n\nPromote.";
const BOOK = runbookOf(["a", "point", "back", "restore"], { point: POINT, restore: "<!-- step: {after-no-return: true} -->\n\nRestore." });
const at = (step: string, more: Partial<NewEvent> = {}): Partial<NewEvent> => ({
  ...more,
  subject: { run: RUN, step, attempt: step === "" ? 0 : 1, plan_sha256: BOOK.sha256 },
});
/** A run whose first step is under way while `play` is written; it ends as it is said to. */
function running(on: Launch, play: () => void, data: Value = {}): void {
  const started = { title: "Night", version: null, owner: "", steps: BOOK.steps as CanonicalValue, ...data };
  on.append("run.started", "eve", started, { ...at(""), payloads: BOOK.payloads });
  on.append("step.started", "eve", { only_block: null }, at("a"));
  play();
  on.append("run.finished", "eve", { result: "passed" }, at("", { reason: "as far as it was needed" }));
}
const say = (on: Launch, type: string, data: Value, more: Partial<NewEvent> = {}, by = "engine"): number =>
  on.append(type, by, data, at("a", more));
const passed = { outcome: "passed" };

// Gates
type Probe = [verdict: string, due: number, more?: Value];
const HOLD = { block: 0, kind: "hold", every_ms: 1_000, for_ms: 3_000, within_ms: null };
const WAIT = { block: 0, kind: "wait", every_ms: 1_000, for_ms: null, within_ms: 3_000 };
function probes(on: Launch, made: Probe[], from = 1): void {
  for (const [i, [outcome, due_ms, more]] of made.entries())
    say(on, "gate.probed", { block: 0, n: from + i, due_ms, elapsed_ms: due_ms + 20, left_out: 0, ...more }, { outcome });
}
const gate =
  (made: Probe[], settings: Value = HOLD, between?: (on: Launch) => void): Attack[2] =>
  (_, on) =>
    running(on, () => {
      say(on, "block.started", { block: 0 }, {}, "eve");
      say(on, "gate.started", settings, {}, "eve");
      probes(on, made);
      between?.(on);
      say(on, "block.ended", { block: 0, kind: "gate", because: "it held" }, passed, "eve");
      say(on, "step.ended", { because: "its gate has passed" }, passed, "eve");
    });
const resumed = (how: string, reason: string, then: Probe[], from: number) => (on: Launch) => {
  say(on, "gate.interrupted", { block: 0, why: "nothing was measured", elapsed_ms: 1_000 });
  say(on, "gate.gap", { block: 0, ms: 500, why: "nothing was measured" });
  say(on, "gate.resumed", { block: 0, how, elapsed_ms: how === "restart" ? 0 : 1_500 }, { reason }, "eve");
  probes(on, then, from);
};
const GOOD: Probe[] = [1_000, 2_000, 3_000].map((due) => ["passed", due]);
const GATES: Attack[] = [
  ["a gate has held by all of its probes (control)", [], gate(GOOD)],
  [
    "a gate has held with a turn left out by name (control)",
    [],
    gate([
      ["passed", 1_000],
      ["passed", 3_000, { left_out: 1 }],
    ]),
  ],
  [
    "a gate has held that was gone on with for a reason (control)",
    [],
    gate(
      [
        ["passed", 1_000],
        ["unknown", 2_000],
      ],
      HOLD,
      resumed(
        "continue",
        "the network was down",
        [
          ["passed", 2_500],
          ["passed", 3_000],
        ],
        3,
      ),
    ),
  ],
  ["a gate has held that was begun again (control)", [], gate([["unknown", 1_000]], HOLD, resumed("restart", "", GOOD, 1))],
  [
    "a gate has passed as soon as it was ready (control)",
    [],
    gate(
      [
        ["failed", 0],
        ["passed", 1_000],
      ],
      WAIT,
    ),
  ],
  [
    "a gate has held over a probe that failed",
    "gate-differs",
    gate([
      ["passed", 1_000],
      ["failed", 2_000],
      ["passed", 3_000],
    ]),
  ],
  ["a gate has held without its last probe", "gate-differs", gate(GOOD.slice(0, 2))],
  [
    "a gate has held with too few probes",
    "gate-differs",
    gate([
      ["passed", 1_000],
      ["passed", 3_000],
    ]),
  ],
  [
    "a probe of a gate is left out of the record",
    "gate-differs",
    gate([
      ["passed", 1_000],
      ["passed", 2_000, { n: 3 }],
      ["passed", 3_000, { n: 4 }],
    ]),
  ],
  ["a gate has held and nothing was measured last", "gate-differs", gate([...GOOD.slice(0, 2), ["unknown", 3_000]])],
  [
    "a gate has held while it stood interrupted",
    "gate-differs",
    gate(GOOD, HOLD, (on) => void say(on, "gate.interrupted", { block: 0, why: "x" })),
  ],
  [
    "a gate is gone on with for no reason",
    "reason-missing",
    gate([["unknown", 1_000]], HOLD, resumed("continue", "", [["passed", 3_000]], 2)),
  ],
  [
    "a gate has passed too late",
    "gate-differs",
    gate(
      [
        ["failed", 0],
        ["passed", 2_990],
      ],
      WAIT,
    ),
  ],
  ["a gate that waits has passed by a probe that failed", "gate-differs", gate([["failed", 0]], WAIT)],
  [
    "a gate has passed and was never probed",
    "gate-differs",
    (_, on) => running(on, () => void say(on, "block.ended", { block: 0, kind: "gate" }, passed)),
  ],
];

// Soaks
const soak =
  (end: Value, reason = "", between?: (on: Launch) => void): Attack[2] =>
  (_, on) =>
    running(on, () => {
      say(on, "soak.started", { ms: 60_000, until: "2027-01-01T00:00:00.000Z" }, {}, "eve");
      between?.(on);
      if (Object.keys(end).length > 0) say(on, "soak.ended", end, { reason }, "eve");
      say(on, "step.ended", { because: "soaked" }, passed);
    });
const halt = (on: Launch): void => void say(on, "soak.interrupted", { why: "the machine slept", elapsed_ms: 1_000 });
const SOAKS: Attack[] = [
  ["a soak lasted to its end (control)", [], soak({ early: false, elapsed_ms: 60_000 })],
  ["a soak was ended early for a reason (control)", [], soak({ early: true, elapsed_ms: 5 }, "all is quiet", halt)],
  [
    "a soak was gone on with for a reason (control)",
    [],
    soak({ early: false, elapsed_ms: 60_000 }, "", (on) => {
      halt(on);
      say(on, "soak.resumed", { how: "continue", elapsed_ms: 2_000 }, { reason: "nothing changed meanwhile" }, "eve");
    }),
  ],
  ["a soak was ended early for no reason", "reason-missing", soak({ early: true, elapsed_ms: 5 })],
  ["a soak was shorter than it was to be", "soak-differs", soak({ early: false, elapsed_ms: 59_999 })],
  ["a soak stood interrupted and ended", "soak-differs", soak({ early: false, elapsed_ms: 60_000 }, "", halt)],
  ["a step has passed before its soak ended", "soak-differs", soak({})],
];

// Ways back
const finished =
  (said: Value, outcome = "passed", decided: Value = {}, reason = "it is slow"): Attack[2] =>
  (_, on) =>
    running(on, () => {
      const way = { kind: "step", title: "back", steps: ["a"], way: ["back"], path: "", target_ms: 60_000, ...decided };
      on.append("run.rollback_decided", "eve", way, at("", { reason }));
      on.append("run.rollback_started", "engine", { run: "run-b" }, at(""));
      on.append(
        "rollback.finished",
        "engine",
        { run: "run-b", duration_ms: 50_000, target_ms: 60_000, met: true, ...said },
        at("", { outcome }),
      );
    });
/** The run that goes back, by itself: what it promises stands at its start. */
const back =
  (target_ms: number): Attack[2] =>
  (_, on) =>
    running(
      on,
      () =>
        void on.append(
          "rollback.finished",
          "engine",
          { undoes: "run-x", duration_ms: 9, target_ms, met: true },
          at("", { outcome: "passed" }),
        ),
      { undoes: { run: "run-x", kind: "step", title: "back", steps: ["a"], decided_at: "", target_ms: 60_000 } },
    );
/** The point of no return is signed by a lead and begun, then it is gone back. */
const beyond =
  (way: string[], path = ""): Attack[2] =>
  (_, on) =>
    running(on, () => {
      on.append("step.ended", "engine", { because: "exit 0" }, at("a", passed));
      const state = foldRun(on.desk.store.events(on.log), RUN);
      const plan = { byId: new Map(BOOK.steps.map((step) => [step["id"], { step }])) };
      const digest = holdPointDigest(state, plan as never, plan.byId.get("point") as never);
      const covered = holdPointCovers(state, "point");
      on.sign({ by: "dana", kind: "holdpoint", id: `${RUN}/point`, role: "lead", run: RUN, plan: BOOK.sha256, digest, covered });
      on.append("step.started", "eve", { only_block: null }, at("point"));
      const data = { kind: path === "" ? "step" : "procedure", title: "back", steps: ["point"], way, path, target_ms: null };
      on.append("run.rollback_decided", "eve", data, at("", { reason: "it is slow" }));
    });
const WAYS_BACK: Attack[] = [
  ["a way back kept its promise (control)", [], finished({})],
  ["a way back came too late, and says so (control)", [], finished({ duration_ms: 60_001, met: false })],
  ["a way back did not recover, and says so (control)", [], finished({ met: false }, "failed")],
  ["nobody promised a time (control)", [], finished({ target_ms: null, met: null }, "passed", { target_ms: null })],
  ["a way back came too late and is called in time", "rollback-differs", finished({ duration_ms: 60_001 })],
  ["a way back did not recover and is called in time", "rollback-differs", finished({}, "unknown")],
  ["a way back promised more time afterwards", "rollback-differs", finished({ duration_ms: 70_000, target_ms: 80_000 })],
  ["nobody promised a time, and it is called kept", "rollback-differs", finished({ target_ms: null }, "passed", { target_ms: null })],
  ["it is gone back for no reason", "reason-missing", finished({}, "passed", {}, "")],
  ["the run that goes back keeps what it promised at its start (control)", [], back(60_000)],
  ["the run that goes back keeps another promise than at its start", "rollback-differs", back(90_000)],
  ["behind a point of no return it is gone back by what is meant for it (control)", [], beyond(["restore"])],
  ["behind a point of no return it is gone back by another file (control)", [], beyond(["x"], "/procedures/restore.md")],
  ["behind a point of no return it is gone back by a way that is gone", "way-back-gone", beyond(["back"])],
  ["behind a point of no return one step of the way is gone", "way-back-gone", beyond(["restore", "back"])],
];

// Work done elsewhere, values, the plan
const manual =
  (claimed_at: string, more: Value = {}): Attack[2] =>
  (_, on) =>
    running(on, () => {
      const data = {
        performed_by: "Vendor",
        recorded_by: on.desk.actorOf("eve").name,
        place: "console",
        claimed_at,
        entered_at: on.desk.now(),
        ...more,
      };
      say(on, "manual.performed", { ...data, value: null, note: "", transcribed: true }, passed, "eve");
      say(on, "step.ended", { because: "transcribed" }, passed, "eve");
    });
const changed =
  (reason: string): Attack[2] =>
  (_, on) =>
    running(
      on,
      () => void on.append("value.changed", "eve", { name: "host", kind: "parameter", value: "b", before: "a" }, at("", { reason })),
    );
const skipped =
  (reason: string): Attack[2] =>
  (_, on) =>
    void on.append("plan.entry_skipped", "dana", { id: "P1", title: "Warm up" }, { reason });
const WORK: Attack[] = [
  ["work was done elsewhere before it was entered (control)", [], manual("2026-01-01T00:00:00.000Z")],
  ["work was done elsewhere after it was entered", "manual-differs", manual("2036-01-01T00:00:00.000Z")],
  [
    "work was entered later than the record has it",
    "manual-differs",
    manual("2026-01-01T00:00:00.000Z", { entered_at: "2036-01-01T00:00:00.000Z" }),
  ],
  ["work is said to be entered by another", "manual-differs", manual("2026-01-01T00:00:00.000Z", { recorded_by: "Mallory" })],
  ["a value is changed for a reason (control)", [], changed("the host moved")],
  ["a value is changed for no reason", "reason-missing", changed("")],
  ["an entry of the plan is skipped for a reason (control)", [], skipped("done last week")],
  ["an entry of the plan is skipped for no reason", "reason-missing", skipped(" ")],
];

// The watch
const WATCH_END = "application/vnd.holdpoint.watch-end.v1+json";
const look =
  (outcome: string, verdicts: string[], said_ok = true): Attack[2] =>
  (_, on) =>
    void on.append(
      "watch.entered",
      "eve",
      { due: "", said_ok, values: verdicts.map((verdict) => ({ look: "load", verdict })), note: "" },
      { outcome },
    );
/** Dana asks; `by` signs as the second. `edit` changes what is signed, `spoil` the event that says it. */
const ended =
  (by: string, { edit, spoil, reason = "all is quiet" }: { edit?: Value; spoil?: Value; reason?: string } = {}): Attack[2] =>
  (of, on) => {
    const { id, name, title, key } = of.people.get(by)!;
    const signer = { op_id: id, name, title, key_id: key.keyId, session: "s1" };
    const where = { install_id: of.store.installId, log: on.log, launch: on.launch };
    const told = { asked_by: "dana", reason, left_ms: 5_000, missed: 0 };
    const payload: Value = { v: 1, kind: "watch-end", ...where, ...told, signer, at: of.now(), ...edit };
    const envelope: Envelope = signEnvelope(WATCH_END, payload, key);
    const data = { left_ms: 5_000, missed: 0, second: id, second_name: name, envelope: envelope as unknown as CanonicalValue, ...spoil };
    on.append("watch.ended", "dana", data, { reason });
  };
const WATCH: Attack[] = [
  ["a look is ok (control)", [], look("ok", ["met", "none"])],
  ["a look is not ok, by its value (control)", [], look("not-ok", ["met", "not met", "unknown"])],
  ["a look saw a value outside its limit and is called ok", "watch-differs", look("ok", ["met", "not met"])],
  ["a look measured nothing and is called ok", "watch-differs", look("ok", ["met", "unknown"])],
  ["a person said not ok, and the look is called ok", "watch-differs", look("ok", ["met"], false)],
  ["a watch is ended early by two (control)", [], ended("eve")],
  ["a watch is ended early by one", "watch-end-unsigned", ended("eve", { spoil: { envelope: null, second: "", second_name: "" } })],
  ["who asks for a watch's end signs it as the second", "watch-end-unsigned", ended("dana")],
  ["a watch is ended early for another reason than was signed", "watch-end-differs", ended("eve", { edit: { reason: "it broke" } })],
  ["more of a watch was left than was signed", "watch-end-differs", ended("eve", { spoil: { left_ms: 9_000_000 } })],
  ["a watch's end was signed in another launch", "watch-end-differs", ended("eve", { edit: { launch: "launch-x" } })],
  ["another second is named than signed a watch's end", "watch-end-differs", ended("eve", { spoil: { second: "ana" } })],
  ["a watch is ended early for no reason", "reason-missing", ended("eve", { reason: "" })],
];

it.each([...GATES, ...SOAKS, ...WAYS_BACK, ...WORK, ...WATCH])("%s", (_what, expected, play) => attack(expected, play));

it("of a launch with all of these in it no field can be changed unlike in both verifiers", { timeout: 7_200_000 }, async () => {
  const own = staffed();
  try {
    const on = startLaunch(own);
    for (const [what, , play] of [...GATES, ...SOAKS, ...WAYS_BACK, ...WORK, ...WATCH])
      if (what.endsWith("(control)") && !what.includes("point of no return")) play(own, on);
    const { bundle, ...answers } = await verdictOf(own, on.log);
    expect(answers).toMatchObject({ problems: [], parted: "" });
    expect((await tamper(bundle, own.store.signingKey!, FIELDS, ask)).parted).toEqual([]);
  } finally {
    own.close();
  }
});
