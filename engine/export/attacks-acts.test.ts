// The rules of waivers, the close, briefings, hold points, amendments, reviews and the roster: kept, a launch verifies (control);
// broken, both verifiers refuse it with the rule's code. The launches are made by hand with real keys.
import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import type { CanonicalValue } from "../protocol/index.ts";
import { jcs } from "../record/index.ts";
import { foldRun } from "../run/fold.ts";
import { holdPointCovers, holdPointDigest } from "../run/hold-points.ts";
import { type Attack, bothVerifiers } from "./testing-attacks.ts";
import { tamper } from "./testing-bundle.ts";
import {
  brief,
  CLOSERS,
  confirm,
  type Desk,
  glass,
  INFRA,
  type Launch,
  review,
  risk,
  SECURITY,
  type Sign,
  signAll,
  staffed,
  stale,
  startLaunch,
  toClose,
} from "./testing-launch.ts";
import { type Runbook, runbookOf } from "./testing-texts.ts";

/** Tampered fields: HOLDPOINT_MUTATIONS=all tries 20,000, a number so many times the sample that is the default. */
const GIVEN = process.env["HOLDPOINT_MUTATIONS"] ?? "1";
const FIELDS = GIVEN === "all" ? 20_000 : 60 * Number(GIVEN);
type Value = { [key: string]: CanonicalValue };
const { ask, attack, verdictOf } = bothVerifiers();

type Spoil = {
  book?: Runbook;
  isTextLeftOut?: boolean;
  isUnsigned?: boolean;
  /** Instead of the start of the step behind the hold point. */
  behind?(at: (step: string) => { subject: { run: string; step: string } }): void;
};
/** A run of two steps in the launch's log, then what its hold point is signed with, as engine/run has it. */
const GATE = runbookOf(["a", "gate"], { gate: "<!-- step: {signoff: [approver]} -->\n\nGo." });
const gate = (on: Launch, more: Partial<Sign> = {}, spoil: Spoil = {}): void => {
  const run = "run-g";
  const { steps, payloads } = spoil.book ?? GATE;
  const plan_sha256 = GATE.sha256;
  const at = (step: string) => ({ subject: { run, step, attempt: 1, plan_sha256 } });
  const data = { title: "Cut-over", version: null, owner: "ben", steps: steps as CanonicalValue };
  on.append("run.started", "eve", data, { ...at(""), payloads: spoil.isTextLeftOut ? [] : payloads });
  on.append("step.started", "eve", { only_block: null }, at("a"));
  on.append("step.ended", "engine", { because: "exit 0" }, { ...at("a"), outcome: "passed" });
  const state = foldRun(on.desk.store.events(on.log), run);
  const plan = { byId: new Map(steps.map((step) => [step["id"], { step }])) };
  const digest = holdPointDigest(state, plan as never, plan.byId.get("gate") as never);
  const covered = holdPointCovers(state, "gate");
  if (spoil.isUnsigned !== true)
    on.sign({ by: "ben", kind: "holdpoint", id: `${run}/gate`, role: "approver", run, plan: plan_sha256, digest, covered, ...more });
  spoil.behind?.(at);
  if (spoil.behind === undefined) on.append("step.started", "eve", { only_block: null }, at("gate"));
  on.append("run.finished", "eve", { result: "passed" }, at(""));
};
/** A run whose text is changed in its middle: proposed by Eve, signed by Ben, in force. */
const amend = (
  on: Launch,
  more: Partial<Sign> = {},
  spoil: (data: Value) => void = () => undefined,
  isSigned = true,
  carried?: Runbook,
): void => {
  const run = "run-a";
  const [before, after] = [runbookOf([..."abcd"], { b: "Do b, then c." }), runbookOf([..."aCe"], { C: "Do c with the flag." })];
  const [from, to] = [before.sha256, after.sha256];
  const at = (step: string, plan = from) => ({ subject: { run, step, attempt: 1, plan_sha256: plan } });
  const started = on.append(
    "run.started",
    "eve",
    { title: "Cut-over", version: null, owner: "eve", steps: before.steps },
    { ...at(""), payloads: before.payloads },
  );
  for (const step of ["a", "b"]) {
    on.append("step.started", "eve", { only_block: null }, at(step));
    on.append("step.ended", "engine", { because: "exit 0" }, { ...at(step), outcome: "passed" });
  }
  const changes = [...["a same", "c changed", "e added"], ...["b removed", "d removed"]].map((one) => {
    const [id, change] = one.split(" ") as [string, string];
    return { id, number: "", title: id, change };
  });
  const proposed = on.append(
    "run.amendment_proposed",
    "eve",
    { sha256: to, from, path: "", changes },
    { ...at(""), reason: "a flag is missing", payloads: after.payloads },
  );
  const said = { run, from, to, changes: changes.map(({ id, change }) => ({ id, change })) };
  const digest = createHash("sha256").update("holdpoint/amendment/v1\0").update(jcs(said)).digest("hex");
  const about = { kind: "amendment", id: `${run}/${to}`, role: "approver", run, plan: to, digest, covered: [started, proposed] };
  if (isSigned) on.sign({ by: "ben", ...about, ...more });
  const data: Value = {
    from,
    to,
    proposed,
    proposed_by: "eve",
    title: "Cut-over",
    version: "2",
    owner: "eve",
    params: {},
    steps: after.steps.map((step) => ({ ...step })),
  };
  spoil(data);
  on.append("run.amended", "ben", data, { ...at("", to), reason: "a flag is missing", payloads: (carried ?? after).payloads });
  on.append("step.started", "eve", { only_block: null }, at("c", to));
  on.append("step.ended", "engine", { because: "exit 0" }, { ...at("c", to), outcome: "passed" });
  const state = foldRun(on.desk.store.events(on.log), run);
  const plan = { byId: new Map(after.steps.map((step) => [step["id"], { step }])) };
  const now = { digest: holdPointDigest(state, plan as never, plan.byId.get("e") as never), covered: holdPointCovers(state, "e") };
  on.sign({ by: "ben", kind: "holdpoint", id: `${run}/e`, role: "approver", run, plan: to, ...now });
  on.append("run.finished", "eve", { result: "passed" }, at("", to));
};
const text = GATE.sha256;
const reviewDigest = (title: string): string =>
  createHash("sha256")
    .update("holdpoint/review/v1\0")
    .update(jcs({ text, title, version: null }))
    .digest("hex");
const reviewSentence = (title: string, of = text): string =>
  `I have reviewed “${title}” for production as approver, and did not write it: 2 steps, SHA-256 ${of}.`;
const reviewed = (on: Launch, by: string, title = "Cut-over", statement = reviewSentence(title)): void =>
  void on.sign({ by, kind: "review", id: text, role: "approver", meaning: "reviewed", plan: text, digest: reviewDigest(title), statement });

const RULES: Attack[] = [
  [
    "a text is reviewed by somebody else than its author (control)",
    [],
    (_, on) => {
      gate(on);
      reviewed(on, "ana");
    },
  ],
  [
    "a text is reviewed by its author",
    "signer-author",
    (_, on) => {
      reviewed(on, "ben");
      gate(on, { by: "ana" });
    },
  ],
  [
    "a text is reviewed that no run here has (control)",
    [],
    (_, on) => reviewed(on, "ana", "Anything “quoted” version 2 for production as lead"),
  ],
  [
    "a text that no run here has is reviewed under another title than the sentence says",
    "signature-digest",
    (_, on) => reviewed(on, "ana", "Cut-over", reviewSentence("Another")),
  ],
  [
    "a text that no run here has is reviewed with the sentence of another text",
    "signature-digest",
    (_, on) => reviewed(on, "ana", "Cut-over", reviewSentence("Cut-over", "f".repeat(64))),
  ],
  [
    "another title was reviewed than the text has",
    "signature-digest",
    (_, on) => {
      gate(on);
      reviewed(on, "ana", "Another");
    },
  ],
  // Waivers
  [
    "an item is waived by an approver (control)",
    [],
    (_, on) => {
      on.answer("eve", "SEC-01", "waived");
      on.sign({ by: "ana", ...SECURITY });
    },
  ],
  [
    "a waiver carries no signature",
    "waiver-unsigned",
    (_, on) => void on.answer("eve", "SEC-01", "waived", "ben", { spoil: (data) => void Object.assign(data, { envelope: null }) }),
  ],
  [
    "a waiver is changed after it was signed",
    "waiver-signature",
    (_, on) =>
      void on.answer("eve", "SEC-01", "waived", "ben", {
        spoil: (data) => void Object.assign((data["envelope"] as { payload: Value }).payload, { at: "2026-01-01T00:00:00.000Z" }),
      }),
  ],
  [
    "a waiver is signed with a key that was reset",
    "waiver-signature",
    (of, on) => {
      const old = of.people.get("ben")!;
      of.reset("ben", ["dana", "omar"]);
      of.people.set("ben", old);
      on.answer("eve", "SEC-01", "waived");
    },
  ],
  ["who asked for the waiver approves it", "waiver-by-asker", (_, on) => void on.answer("ben", "SEC-01", "waived")],
  ["an operator approves a waiver", "waiver-not-approver", (_, on) => void on.answer("ben", "SEC-01", "waived", "eve")],
  ["who keeps the roster approves a waiver", "waiver-not-approver", (_, on) => void on.answer("eve", "SEC-01", "waived", "dana")],
  [
    "another item was waived than was signed",
    "waiver-differs",
    (_, on) => void on.answer("eve", "SEC-01", "waived", "ben", { edit: (payload) => void Object.assign(payload, { items: ["INF-01"] }) }),
  ],
  [
    "a waiver lasts longer than was signed",
    "waiver-differs",
    (_, on) =>
      void on.answer("eve", "SEC-01", "waived", "ben", {
        spoil: (data) => void Object.assign(data, { expires: "2035-01-01T00:00:00.000Z" }),
      }),
  ],
  [
    "a waiver of another launch is used",
    "waiver-differs",
    (of, on) => {
      const other = of.launch("other").waiver("eve", ["SEC-01"], "not before spring", "ben");
      on.answer("eve", "SEC-01", "waived", "ben", { spoil: (data) => void Object.assign(data, other) });
    },
  ],
  [
    "a waiver had run out when it was given",
    "waiver-expired",
    (_, on) =>
      void on.answer("eve", "SEC-01", "waived", "ben", {
        edit: (payload) => void Object.assign(payload, { expires: "2020-01-01T00:00:00.000Z" }),
      }),
  ],
  [
    "a category is signed on a waiver that ran out",
    "waiver-expired",
    (of, on) => {
      on.answer("eve", "SEC-01", "waived");
      of.ports.advance(31 * 24 * 3_600_000);
      on.sign({ by: "ana", ...SECURITY });
    },
  ],
  [
    "a waiver is used a second time after the item failed",
    "waiver-again",
    (_, on) => {
      const kept: Value = {};
      on.answer("eve", "SEC-01", "waived", "ben", { spoil: (data) => void Object.assign(kept, data) });
      on.answer("eve", "SEC-01", "failed");
      on.answer("eve", "SEC-01", "waived", "ben", {
        spoil: (data) => void Object.assign(data, { envelope: kept["envelope"]!, expires: kept["expires"]! }),
      });
    },
  ],
  [
    "a category is approved with an item that failed",
    "category-not-ready",
    (_, on) => {
      on.answer("eve", "SEC-01", "failed");
      on.sign({ by: "ana", ...SECURITY });
    },
  ],
  ["a rejection has no reason", "reason-missing", (_, on) => void on.sign({ by: "ana", ...SECURITY, meaning: "rejected" })],
  [
    "a category is approved over a rejection",
    "category-not-ready",
    (_, on) => {
      on.sign({ by: "ana", ...INFRA, meaning: "rejected", reason: "too thin", n: 1, m: 2 });
      on.sign({ by: "ben", ...INFRA, role: "approver", n: 1, m: 2 });
    },
  ],
  // The close
  [
    "a launch is closed by two (control)",
    [],
    (_, on) => {
      toClose(on);
      on.close(CLOSERS);
    },
  ],
  [
    "a launch is closed by one person in two roles",
    ["close-without-signatures", "signer-twice"],
    (_, on) => {
      toClose(on);
      on.close([
        ["ben", "approver"],
        ["ben", "lead"],
      ]);
    },
  ],
  [
    "a launch is closed by two without a lead",
    "close-without-signatures",
    (_, on) => {
      toClose(on);
      on.close([
        ["ana", "approver"],
        ["ben", "approver"],
      ]);
    },
  ],
  [
    "a close names another head",
    "close-differs",
    (_, on) => {
      toClose(on);
      on.close(CLOSERS, (data) => void Object.assign(data, { head_fingerprint: "0000 0000 0000 0000 0000" }));
    },
  ],
  [
    "something was added between the signatures of a close",
    "close-without-signatures",
    (_, on) => {
      toClose(on);
      on.sign({ by: "dana", kind: "close", id: on.launch, role: "lead", n: 1, m: 2 });
      on.append("note.added", "eve", { kind: "note", title: "x", text: "", severity: "" });
      on.close([["ben", "approver"]]);
    },
  ],
  [
    "something is added to a closed launch",
    "after-close",
    (_, on) => {
      toClose(on);
      on.close(CLOSERS);
      on.append("note.added", "eve", { kind: "note", title: "x", text: "", severity: "" });
    },
  ],
  [
    "a launch is closed before its retrospective",
    "close-too-early",
    (_, on) => {
      signAll(on);
      on.close(CLOSERS);
    },
  ],
  // Briefings, hold points
  [
    "a briefing is attended (control)",
    [],
    (_, on) => void on.sign({ by: "eve", kind: "briefing", id: brief(on), role: "operator", meaning: "witnessed" }),
  ],
  [
    "another briefing was attended than was held",
    "signature-digest",
    (_, on) => void on.sign({ by: "eve", kind: "briefing", id: brief(on), role: "operator", meaning: "witnessed", digest: "6".repeat(64) }),
  ],
  [
    "a briefing is approved, which nobody can",
    "signature-meaning",
    (_, on) => void on.sign({ by: "eve", kind: "briefing", id: brief(on), role: "operator" }),
  ],
  ["a hold point is released (control)", [], (_, on) => gate(on)],
  ["the step behind a hold point starts unsigned", "hold-point-unsigned", (_, on) => gate(on, {}, { isUnsigned: true })],
  ["a hold point is released by another role than the text asks", "hold-point-unsigned", (_, on) => gate(on, { by: "dana", role: "lead" })],
  [
    "a hold point is gone past with a reason",
    "hold-point-unsigned",
    (_, on) =>
      gate(
        on,
        {},
        { isUnsigned: true, behind: (at) => void on.append("step.skipped", "eve", {}, { ...at("gate"), reason: "in a hurry" }) },
      ),
  ],
  [
    "a block behind a hold point runs without its step being started",
    "hold-point-unsigned",
    (_, on) => gate(on, {}, { isUnsigned: true, behind: (at) => void on.append("block.started", "eve", { block: 0 }, at("gate")) }),
  ],
  ["a hold point is rejected, and its step starts", "hold-point-unsigned", (_, on) => gate(on, { meaning: "rejected", reason: "not yet" })],
  ["a run leaves its text out", "text-missing", (_, on) => gate(on, {}, { isTextLeftOut: true })],
  [
    "a run carries another text than it names",
    "payload-differs",
    (_, on) => gate(on, {}, { book: { ...GATE, payloads: runbookOf(["a", "gate"]).payloads } }),
  ],
  [
    "a run calls the step of a hold point something else",
    "hold-point-unplaced",
    (_, on) =>
      gate(
        on,
        {},
        { book: { ...GATE, steps: GATE.steps.map((step) => (step["id"] === "gate" ? { ...step, sha256: "0".repeat(64) } : step)) } },
      ),
  ],
  [
    "an amendment carries another text than was signed",
    "payload-differs",
    (_, on) => amend(on, {}, undefined, true, runbookOf([..."aCe"], { C: "Do something else." })),
  ],
  ["a hold point is released over other steps than ran", "signature-digest", (_, on) => gate(on, { digest: "7".repeat(64) })],
  ["a hold point names other events than it covers", "signature-covered", (_, on) => gate(on, { covered: [1] })],
  [
    "a hold point is released by who executed",
    "signer-executed",
    (of, on) => {
      of.act("operator.changed", { id: "eve", changes: { roles: { from: ["operator"], to: ["operator", "approver"] } }, by: ["dana"] }, [
        "dana",
        "omar",
      ]);
      gate(on, { by: "eve" });
    },
  ],
  ["a run is amended in its middle by two (control)", [], (_, on) => amend(on)],
  [
    "who proposed an amendment signs it",
    "signer-author",
    (of, on) => {
      of.act("operator.changed", { id: "eve", changes: { roles: { from: ["operator"], to: ["operator", "approver"] } }, by: ["dana"] }, [
        "dana",
        "omar",
      ]);
      of.ports.advance(1_000);
      amend(on, { by: "eve" });
    },
  ],
  ["a run is amended without a signature", "amendment-without-signature", (_, on) => amend(on, {}, undefined, false)],
  ["an amendment is of other changes than were signed", "signature-digest", (_, on) => amend(on, { digest: "8".repeat(64) })],
  [
    "another text is put in force than was signed",
    "amendment-differs",
    (_, on) => amend(on, {}, (data) => void Object.assign(data, { to: "d".repeat(64) })),
  ],
  [
    "other steps are put in force than were signed",
    "amendment-differs",
    (_, on) => amend(on, {}, (data) => void (data["steps"] as Value[]).pop()),
  ],
  [
    "a launch is closed over a run that was not ended",
    "close-too-early",
    (_, on) => {
      toClose(on);
      const { steps, sha256, payloads } = runbookOf(["a"]);
      on.append("run.started", "eve", { title: "Cut-over", steps }, { subject: { run: "run-o", plan_sha256: sha256 }, payloads });
      on.close(CLOSERS);
    },
  ],
  ["a hold point is of another text", "signature-plan", (_, on) => gate(on, { plan: "b".repeat(64) })],
  [
    "something is signed that is nothing",
    "signature-kind",
    (_, on) => void on.sign({ by: "ana", kind: "everything", id: "x", role: "approver" }),
  ],
  [
    "a signature is taken back that was not standing",
    "withdrawal-differs",
    (_, on) => {
      const id = on.sign({ by: "ana", ...INFRA });
      stale(on, "category", "infrastructure", [id], on.answer("eve", "INF-01"));
      const data = on.statement({ by: "ana", ...INFRA, meaning: "rejected", reason: "no", covered: [1] });
      on.append("signoff.withdrawn", "ana", { signature: id, envelope: data["envelope"]! }, { reason: "no" });
    },
  ],
  // The roster
  [
    "an act on the roster is signed first by who does not keep it",
    "roster-not-admin",
    (of, on) => {
      of.enrol("zed", ["approver"], ["ana", "dana"]);
      on.sign({ by: "ana", ...INFRA });
    },
  ],
  [
    "who is given a role stands beside",
    "roster-own-act",
    (of, on) => {
      of.act("operator.changed", { id: "eve", changes: { roles: { from: ["operator"], to: ["lead"] } }, by: ["dana"] }, ["dana", "eve"]);
      on.sign({ by: "ana", ...INFRA });
    },
  ],
  [
    "an admin resets their own key",
    "roster-own-act",
    (of, on) => {
      of.reset("omar", ["omar", "dana"]);
      on.sign({ by: "ana", ...INFRA });
    },
  ],
  [
    "rights are given by one",
    "roster-unsigned",
    (of, on) => {
      of.act("operator.changed", { id: "eve", changes: { roles: { from: ["operator"], to: ["lead"] } }, by: ["dana"] }, ["dana"]);
      on.sign({ by: "ana", ...INFRA });
    },
  ],
  [
    "a name is changed by one (control)",
    [],
    (of, on) => {
      of.act("operator.changed", { id: "eve", changes: { title: { from: "Engineer", to: "Chief" } }, by: ["dana"] }, ["dana"]);
      on.sign({ by: "ana", ...INFRA });
    },
  ],
  [
    "a password is changed by another",
    "roster-unsigned",
    (of, on) => {
      of.act("operator.password_changed", { id: "ben" }, ["dana"]);
      on.sign({ by: "ana", ...INFRA });
    },
  ],
  [
    "a delegation is revoked by a stranger",
    "roster-not-admin",
    (of, on) => {
      of.act("delegation.revoked", { seq: of.delegation }, ["ben"]);
      on.sign({ by: "ana", ...INFRA });
    },
  ],
  [
    "a delegation is revoked by an admin (control)",
    [],
    (of, on) => {
      of.act("delegation.revoked", { seq: of.delegation }, ["omar"]);
      on.sign({ by: "ana", ...INFRA });
    },
  ],
  [
    "a person signs an act on the roster under another's name",
    "roster-differs",
    (of, on) => {
      const dana = of.people.get("dana")!;
      of.people.set("dana", { ...dana, name: "Somebody" });
      of.enrol("zed", ["approver"], ["dana", "omar"]);
      of.people.set("dana", dana);
      on.sign({ by: "ana", ...INFRA });
    },
  ],
];

it.each(RULES)("%s", (_what, expected, play) => attack(expected, play));

/** Everything that the rules are about, in one launch: kept, it verifies; one field changed at random, both verifiers say the same. */
function everything(of: Desk & { delegation: number }, on: Launch): void {
  of.enrol("gus", ["approver"], ["dana", "omar"]);
  of.act("operator.changed", { id: "gus", changes: { status: { from: "active", to: "gone" } }, by: ["omar"] }, ["omar"], "left");
  of.act("operator.password_changed", { id: "ben" }, ["ben"]);
  of.act("delegation.revoked", { seq: of.delegate("ben", "cleo", [], 2) }, ["ben"], "back");
  const briefing = brief(on);
  on.sign({ by: "eve", kind: "briefing", id: briefing, role: "operator", meaning: "witnessed" });
  gate(on);
  amend(on);
  reviewed(on, "ana");
  risk(on, "mitigated");
  on.answer("eve", "SEC-01", "waived");
  const id = glass(on);
  confirm(on, id);
  on.sign({ by: "cleo", ...SECURITY, onBehalfOf: "ana", delegation: of.delegation });
  review(on, id);
  const mine = on.sign({ by: "ana", ...INFRA, meaning: "rejected", reason: "too thin", n: 1, m: 2 });
  const { seq } = on.desk.store.head(on.log);
  const taken = on.statement({ by: "ana", ...INFRA, meaning: "rejected", reason: "I had not looked", covered: [seq] });
  const of2 = { kind: INFRA.kind, id: INFRA.id };
  on.append("signoff.withdrawn", "ana", { signature: mine, subject: of2, envelope: taken["envelope"]! }, { reason: "I had not looked" });
  on.sign({ by: "ana", ...INFRA, n: 1, m: 2 });
  on.sign({ by: "ben", ...INFRA, role: "approver", n: 2, m: 2 });
  on.decide();
  on.state("go");
  on.retrospective();
  on.close(CLOSERS);
}

it("of a launch with everything in it no field can be changed unlike in both verifiers", { timeout: 7_200_000 }, async () => {
  const own = staffed();
  try {
    const on = startLaunch(own);
    everything(own, on);
    const { bundle, ...answers } = await verdictOf(own, on.log);
    expect(answers).toMatchObject({ problems: [], parted: "" });
    const tried = await tamper(bundle, own.store.signingKey!, FIELDS, ask);
    expect(tried.accepted).toEqual([]);
    expect(tried.parted).toEqual([]);
    process.stdout.write(`attacks: ${tried.count} fields of a launch with everything in it changed: 0 accepted, 0 verdicts differ\n`);
  } finally {
    own.close();
  }
});
