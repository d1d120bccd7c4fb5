// What people may not do with their signatures, each refused by both verifiers with its code; and the control, which verifies.
// The launches are made by hand with real keys: what the engine would refuse, somebody with its keys could still write.
import { expect, it } from "vitest";
import type { CanonicalValue } from "../protocol/index.ts";
import { type Attack, bothVerifiers } from "./testing-attacks.ts";
import { INFRA, newKey, openDesk, SECURITY, startLaunch } from "./testing-launch.ts";
import { checklistOf } from "./testing-texts.ts";

type Value = { [key: string]: CanonicalValue };
const { attack, verdictOf } = bothVerifiers();

const OUTPUT_OF = (...ran: string[]): Value => ({
  kind: "output",
  output: { run: "run-9", ran_by: ran.map((id) => ({ op_id: id, name: id })) },
});
const NEW_TITLE = (data: Value): void => void Object.assign(data, { title: "Director" });

const ATTACKS: Attack[] = [
  ["nobody does anything wrong (the control)", [], (_, on) => void on.sign({ by: "ana", ...INFRA })],
  [
    "the same person signs twice",
    "signer-twice",
    (_, on) => {
      on.sign({ by: "ana", ...INFRA, n: 1, m: 2 });
      on.sign({ by: "ana", ...INFRA, role: "approver", n: 2, m: 2 });
    },
  ],
  [
    "a delegate and the one they stand for both sign",
    "signer-twice",
    (of, on) => {
      on.sign({ by: "cleo", ...SECURITY, onBehalfOf: "ana", delegation: of.delegation, n: 1, m: 2 });
      on.sign({ by: "ana", ...SECURITY, n: 2, m: 2 });
    },
  ],
  ["who answered signs", "signer-executed", (_, on) => void on.sign({ by: "eve", ...INFRA })],
  [
    "who supplied evidence signs",
    "signer-executed",
    (_, on) => {
      on.evidence("ben", "INF-02", "x");
      on.sign({ by: "ben", ...INFRA });
    },
  ],
  [
    "who supplied the output of another's command signs what neither executed (control)",
    [],
    (_, on) => {
      on.evidence("eve", "INF-02", "x", OUTPUT_OF("cleo"));
      on.sign({ by: "ana", ...INFRA });
    },
  ],
  [
    "who ran the command signs, though another brought its output",
    "signer-executed",
    (_, on) => {
      on.evidence("eve", "INF-02", "x", OUTPUT_OF("ben"));
      on.sign({ by: "ben", ...INFRA, role: "approver" });
    },
  ],
  [
    "one of several who ran the command has it signed in their place",
    "signer-executed",
    (of, on) => {
      on.evidence("eve", "SEC-01", "x", OUTPUT_OF("omar", "ana"));
      on.sign({ by: "cleo", ...SECURITY, onBehalfOf: "ana", delegation: of.delegation });
    },
  ],
  [
    "who ran the check signs",
    "signer-executed",
    (_, on) => {
      on.check("ben", "INF-01");
      on.sign({ by: "ben", ...INFRA });
    },
  ],
  [
    "who answered has it signed by somebody in their place",
    "signer-executed",
    (of, on) => {
      on.answer("ana", "SEC-01");
      on.sign({ by: "cleo", ...SECURITY, onBehalfOf: "ana", delegation: of.delegation });
    },
  ],
  [
    "who ran a step approves the decision",
    "signer-executed",
    (_, on) => {
      on.append("step.started", "ben", {}, { subject: { run: "run-9", step: "switch" } });
      on.sign({ by: "ben", kind: "decision", id: on.propose("dana"), role: "approver" });
    },
  ],
  [
    "a delegation has run out",
    "delegation-expired",
    (of, on) => {
      of.ports.advance(25 * 3_600_000);
      on.sign({ by: "cleo", ...SECURITY, onBehalfOf: "ana", delegation: of.delegation });
    },
  ],
  [
    "a delegation was revoked",
    "delegation-revoked",
    (of, on) => {
      of.act("delegation.revoked", { seq: of.delegation }, ["ana"]);
      of.ports.advance(1_000);
      on.sign({ by: "cleo", ...SECURITY, onBehalfOf: "ana", delegation: of.delegation });
    },
  ],
  [
    "a delegation is for another role",
    "delegation-of-another",
    (of, on) => void on.sign({ by: "cleo", ...INFRA, onBehalfOf: "ana", delegation: of.delegation }),
  ],
  [
    "a delegation is another's",
    "delegation-of-another",
    (of, on) => void on.sign({ by: "ben", ...SECURITY, onBehalfOf: "ana", delegation: of.delegation }),
  ],
  ["there is no delegation", "delegation-missing", (_, on) => void on.sign({ by: "cleo", ...SECURITY, onBehalfOf: "ana", delegation: 3 })],
  [
    "somebody who left signs",
    "signer-gone",
    (of, on) => {
      of.act("operator.changed", { id: "ana", changes: { status: { from: "active", to: "gone" } }, by: ["dana"] }, ["dana"]);
      on.sign({ by: "ana", ...INFRA });
    },
  ],
  [
    "an old key signs after a reset",
    "signature-key-expired",
    (of, on) => {
      const old = of.people.get("ana")!;
      of.reset("ana", ["dana", "omar"]);
      of.people.set("ana", old);
      on.sign({ by: "ana", ...INFRA });
    },
  ],
  [
    "somebody who was never enrolled signs",
    ["signer-not-enrolled", "signature-key-unknown"],
    (of, on) => {
      of.people.set("mallory", { id: "mallory", name: "Mallory", title: "", roles: [], key: newKey() });
      on.sign({ by: "mallory", ...INFRA });
    },
  ],
  [
    "one person's key signs in another's name",
    "signature-key-of-another",
    (of, on) => {
      const ana = of.people.get("ana")!;
      of.people.set("ana", { ...ana, key: of.people.get("ben")!.key });
      on.sign({ by: "ana", ...INFRA });
    },
  ],
  [
    "another name is printed",
    "signer-differs",
    (of, on) => {
      const ana = of.people.get("ana")!;
      of.people.set("ana", { ...ana, name: "Director Ana" });
      on.sign({ by: "ana", ...INFRA });
    },
  ],
  [
    "a change after a signature is not called stale",
    "stale-not-invalidated",
    (_, on) => {
      on.sign({ by: "ana", ...INFRA });
      on.answer("eve", "INF-01", "failed");
    },
  ],
  [
    "a newer text after a signature is not called stale",
    "stale-not-invalidated",
    (_, on) => {
      on.sign({ by: "ana", ...INFRA });
      const ids = ["INF-01", "INF-02", "INF-03*", "SEC-01"];
      on.adopt("dana", ids, checklistOf(ids).replace("Backup", "Backup and restore"));
    },
  ],
  ["other items were signed than there are", "signature-digest", (_, on) => void on.sign({ by: "ana", ...INFRA, digest: "0".repeat(64) })],
  ["a category without items is signed", "signature-digest", (_, on) => void on.sign({ by: "ana", ...INFRA, id: "nothing" })],
  [
    "another checklist was signed",
    "signature-plan",
    (_, on) =>
      void on.sign({ by: "ana", ...INFRA, edit: (p) => void Object.assign(p["subject"] as Value, { plan_sha256: "1".repeat(64) }) }),
  ],
  [
    "the event says another sentence than was signed",
    "signature-differs",
    (_, on) => void on.sign({ by: "ana", ...INFRA, spoil: (data) => void Object.assign(data, { statement: "I approve everything." }) }),
  ],
  [
    "the event says another meaning than was signed",
    "signature-differs",
    (_, on) =>
      void on.sign({ by: "ana", ...INFRA, meaning: "rejected", spoil: (data) => void Object.assign(data, { meaning: "approved" }) }),
  ],
  [
    "the payload is changed after signing",
    "signature-invalid",
    (_, on) =>
      void on.sign({
        by: "ana",
        ...INFRA,
        spoil: (data) => {
          const envelope = data["envelope"] as { payload: Value };
          envelope.payload = { ...envelope.payload, screen_sha256: "2".repeat(64) };
        },
      }),
  ],
  [
    "a signature is older than what came before it",
    "signature-head",
    (_, on) => {
      const data = on.statement({ by: "ana", ...INFRA });
      on.append("note.added", "dana", { kind: "note", title: "x", text: "", severity: "" });
      on.append("signoff.added", "ana", data, { outcome: "approved" });
    },
  ],
  [
    "a signature is put in again",
    ["signature-head", "signature-duplicate"],
    (_, on) => {
      const data = on.statement({ by: "ana", ...INFRA });
      on.append("signoff.added", "ana", data, { outcome: "approved" });
      on.append("signoff.added", "ana", data, { outcome: "approved" });
    },
  ],
  [
    "a signature is moved to another subject",
    "signature-differs",
    (_, on) =>
      void on.sign({ by: "ana", ...INFRA, spoil: (data) => void Object.assign(data, { subject: { kind: "category", id: "security" } }) }),
  ],
  [
    "a signature comes from another launch",
    ["signature-of-another-log", "signature-of-another-launch"],
    (of, on) => {
      const other = startLaunch(of, "other");
      on.append("signoff.added", "ana", other.statement({ by: "ana", ...INFRA }), { outcome: "approved" });
    },
  ],
  [
    "it is recorded for another person than who signed",
    "signature-differs",
    (_, on) => void on.sign({ by: "ana", ...INFRA, actor: "ben" }),
  ],
  [
    "it covers what did not exist yet",
    "signature-covered",
    (_, on) => void on.sign({ by: "ana", ...INFRA, edit: (p) => void Object.assign(p["subject"] as Value, { covered: [1, 4000] }) }),
  ],
  ["it is n of fewer", "signature-differs", (_, on) => void on.sign({ by: "ana", ...INFRA, n: 3, m: 2 })],
  [
    "the event carries no signature at all",
    "signature-malformed",
    (_, on) =>
      void on.sign({
        by: "ana",
        ...INFRA,
        spoil: (data) => void Object.assign(data, { envelope: { payload: {}, payloadType: "x", signatures: [] } }),
      }),
  ],
  [
    "a decision is taken without its signatures",
    "decision-without-signatures",
    (_, on) => void on.append("decision.taken", "engine", { id: on.propose("dana"), outcome: "go" }),
  ],
  [
    "a decision was never proposed",
    "decision-without-signatures",
    (_, on) => void on.append("decision.taken", "engine", { id: "decision-x", outcome: "go" }),
  ],
  [
    "a decision is signed by one role of two",
    "decision-without-signatures",
    (_, on) => {
      const id = on.propose("dana");
      on.sign({ by: "dana", kind: "decision", id, role: "lead", n: 1, m: 2 });
      on.sign({ by: "ben", kind: "decision", id, role: "lead", n: 2, m: 2 });
      on.append("decision.taken", "engine", { id, outcome: "go" });
    },
  ],
  [
    "another decision is signed than proposed",
    "signature-digest",
    (_, on) => void on.sign({ by: "ben", kind: "decision", id: on.propose("dana"), role: "approver", digest: "3".repeat(64) }),
  ],
  [
    "a launch is closed by one",
    "close-without-signatures",
    (_, on) => {
      on.retrospective();
      on.close([["dana", "lead"]]);
    },
  ],
  [
    "another's signature is taken back",
    "withdrawal-differs",
    (_, on) => {
      const id = on.sign({ by: "ana", ...INFRA });
      const data = on.statement({ by: "ben", ...INFRA, meaning: "rejected" });
      on.append("signoff.withdrawn", "ben", { signature: id, envelope: data["envelope"]! }, { reason: "changed my mind" });
    },
  ],
  [
    "somebody is enrolled by nobody",
    "roster-unsigned",
    (of, on) => {
      of.enrol("zed", ["approver"], []);
      on.sign({ by: "ana", ...INFRA });
    },
  ],
  [
    "somebody is enrolled by one where two are there",
    "roster-unsigned",
    (of, on) => {
      of.enrol("zed", ["approver"], ["dana"]);
      on.sign({ by: "ana", ...INFRA });
    },
  ],
  [
    "somebody is enrolled by people who do not keep the roster",
    "roster-not-admin",
    (of, on) => {
      of.enrol("zed", ["approver"], ["ana", "ben"]);
      on.sign({ by: "ana", ...INFRA });
    },
  ],
  [
    "a key is reset by one",
    "roster-unsigned",
    (of, on) => {
      of.reset("ben", ["dana"]);
      on.sign({ by: "ana", ...INFRA });
    },
  ],
  [
    "one signs a roster act twice",
    "roster-signer-twice",
    (of, on) => {
      of.enrol("zed", ["approver"], ["dana", "dana"]);
      on.sign({ by: "ana", ...INFRA });
    },
  ],
  [
    "a delegation is not signed by who gives it",
    "roster-unsigned",
    (of, on) => {
      of.act("delegation.added", { from: "ana", to: "ben", roles: [], until: "2027-01-01T00:00:00.000Z" }, ["ben"]);
      on.sign({ by: "ana", ...INFRA });
    },
  ],
];

it.each(ATTACKS)("%s", (_what, expected, play) => attack(expected, play));

it("one alone may sign what they executed, but the record is labelled SOLO; unlabelled, or labelled where others are, it does not verify", async () => {
  for (const [solo, second, wanted] of [
    [true, false, []],
    [false, false, ["solo-differs"]],
    [true, true, ["signer-admin", "signer-executed", "signer-not-in-role", "solo-differs"]],
  ] as [boolean, boolean, string[]][]) {
    const own = openDesk();
    own.enrol("dana", ["lead", "operator", "admin"], []);
    if (second) own.enrol("omar", ["approver"], ["dana"]);
    const on = own.launch("alone", { solo });
    on.append("launch.created", "dana", { launch: on.launch, facts: {}, solo });
    on.adopt("dana", ["INF-01"]);
    on.answer("dana", "INF-01");
    if (solo) on.sign({ by: "dana", ...INFRA });
    const answers = await verdictOf(own, on.log);
    expect(answers.parted).toBe("");
    expect(answers.problems).toEqual(wanted);
    expect(answers.warnings.includes("solo")).toBe(solo);
    own.close();
  }
});

type First = [what: string, expected: string[], own?: (payload: Value) => void, spoil?: (data: Value) => void];
it.each<First>([
  ["the first person's own key signed their entry (control)", [], () => undefined],
  ["an older installation has no such signature (control)", []],
  ["the first person's title is another than their key signed", ["roster-differs", "roster-own-signature"], () => undefined, NEW_TITLE],
  ["the first person's key signed another name", ["roster-own-signature"], (payload) => void Object.assign(payload, { name: "Mallory" })],
  [
    "the first person's own signature is of another place of the log",
    ["roster-own-signature"],
    (payload) => void Object.assign(payload, { head: { seq: 1, hash: "0".repeat(64) } }),
  ],
  [
    "the first person's own signature is emptied",
    ["roster-own-signature"],
    () => undefined,
    (data) => void Object.assign(data, { own_signature: null }),
  ],
])("%s", async (_what, expected, own, spoil) => {
  const desk = openDesk();
  desk.enrol("dana", ["lead", "operator", "admin"], [], "Engineer", own, spoil);
  desk.enrol("omar", ["operator", "lead"], ["dana"]);
  const on = desk.launch("first");
  on.append("launch.created", "dana", { launch: on.launch, facts: {}, solo: false });
  const answers = await verdictOf(desk, on.log);
  expect(answers.parted).toBe("");
  expect(answers.problems).toEqual(expected);
  desk.close();
});

/** Dana keeps the roster alone, Lee leads, Omar operates, Ana approves; `more` also keep it. */
it.each<[what: string, of: string, by: string[], more: string[], expected: string[]]>([
  ["a lead and another reset the only admin (control)", "dana", ["lee", "omar"], [], []],
  ["an admin and another reset somebody (control)", "ana", ["dana", "omar"], [], []],
  ["a lead and another reset somebody who is no admin", "ana", ["lee", "omar"], [], ["roster-not-admin"]],
  ["a lead and another reset one of two admins", "dana", ["lee", "omar"], ["zoe"], ["roster-not-admin"]],
  ["one who is no lead resets the only admin", "dana", ["omar", "lee"], [], ["roster-not-admin"]],
  ["a lead alone resets the only admin", "dana", ["lee"], [], ["roster-unsigned"]],
  ["a lead and the only admin reset that admin", "dana", ["lee", "dana"], [], ["roster-own-act"]],
])("%s", async (_what, of, by, more, expected) => {
  const desk = openDesk();
  desk.enrol("dana", ["operator", "admin"], []);
  desk.enrol("lee", ["lead"], ["dana"]);
  for (const [id, role] of [...more.map((one) => [one, "admin"]), ["omar", "operator"], ["ana", "approver"]] as [string, string][])
    desk.enrol(id, [role], ["dana", "lee"]);
  desk.reset(of, by);
  const on = desk.launch("reset");
  on.append("launch.created", "lee", { launch: on.launch, facts: {}, solo: false });
  const answers = await verdictOf(desk, on.log);
  expect(answers.parted).toBe("");
  expect(answers.problems).toEqual(expected);
  desk.close();
});

it("takes no lead's signature first under an act that is no reset of the only admin", async () => {
  const desk = openDesk();
  desk.enrol("dana", ["operator", "admin"], []);
  for (const [id, role] of [
    ["lee", "lead"],
    ["omar", "operator"],
  ] as const)
    desk.enrol(id, [role], id === "lee" ? ["dana"] : ["dana", "lee"]);
  desk.act("operator.changed", { id: "dana", changes: { roles: { from: ["operator", "admin"], to: ["operator"] } }, by: ["lee"] }, [
    "lee",
    "omar",
  ]);
  const on = desk.launch("changed");
  on.append("launch.created", "lee", { launch: on.launch, facts: {}, solo: false });
  const answers = await verdictOf(desk, on.log);
  expect(answers.parted).toBe("");
  expect(answers.problems).toEqual(["roster-not-admin"]);
  desk.close();
});
