// The rules of decisions, of roles and of those that never meet: kept, a launch verifies (control); broken, both verifiers
// refuse it with the rule's code. The launches are made by hand with real keys.
import { it } from "vitest";
import { type Attack, bothVerifiers } from "./testing-attacks.ts";
import { confirm, glass, INFRA, review, risk, SECURITY, signAll, toClose } from "./testing-launch.ts";

const { attack } = bothVerifiers();

const RULES: Attack[] = [
  // A decision
  [
    "a decision is taken on what is signed (control)",
    [],
    (_, on) => {
      signAll(on);
      on.decide();
    },
  ],
  [
    "a decision's digest is of something else",
    "decision-digest",
    (_, on) => {
      signAll(on);
      on.propose("dana", { edit: (data) => void Object.assign(data, { digest: "4".repeat(64) }) });
    },
  ],
  [
    "a decision's conditions are changed",
    "decision-digest",
    (_, on) => {
      signAll(on);
      on.propose("dana", { edit: (data) => void Object.assign(data, { conditions: [{ text: "x", owner: "ben", due: "" }] }) });
    },
  ],
  [
    "a risk changed and the decision is signed all the same",
    "decision-overtaken",
    (_, on) => {
      signAll(on);
      const id = on.propose("dana");
      risk(on, "open");
      on.sign({ by: "ben", kind: "decision", id, role: "approver", n: 1, m: 2 });
    },
  ],
  [
    "a risk changed after the decision, and its signatures stand",
    "stale-not-invalidated",
    (_, on) => {
      signAll(on);
      on.decide();
      risk(on, "open");
    },
  ],
  [
    "a risk changed after the cut-over began (control)",
    [],
    (_, on) => {
      toClose(on);
      risk(on, "open");
    },
  ],
  [
    "the launch got another name, and its approvals stand",
    "stale-not-invalidated",
    (_, on) => {
      signAll(on);
      on.append("launch.changed", "dana", { changes: { name: { from: "x", to: "y" } } });
    },
  ],
  [
    "the launch got another summary (control)",
    [],
    (_, on) => {
      signAll(on);
      on.append("launch.changed", "dana", { changes: { summary: { from: "x", to: "y" } } });
    },
  ],
  [
    "a category was signed anew after the proposal",
    "decision-overtaken",
    (_, on) => {
      on.sign({ by: "ana", ...INFRA, n: 1, m: 2 });
      const id = on.propose("dana");
      on.sign({ by: "ben", ...INFRA, role: "approver", n: 2, m: 2 });
      on.sign({ by: "ben", kind: "decision", id, role: "approver", n: 1, m: 2 });
    },
  ],
  [
    "a decision asks for fewer than the list",
    "decision-rule",
    (_, on) => {
      signAll(on);
      on.propose("dana", { edit: (data) => void Object.assign(data, { roles: ["lead"], needed: 1 }) });
    },
  ],
  [
    "another outcome is taken than was signed",
    "decision-overtaken",
    (_, on) => {
      signAll(on);
      on.decide(null, "conditional-go");
    },
  ],
  [
    "a decision is taken that was replaced",
    "decision-overtaken",
    (_, on) => {
      signAll(on);
      const id = on.propose("dana");
      on.propose("dana", { outcome: "no-go" });
      on.decide(id);
    },
  ],
  [
    "a decision is signed by a lead who executed",
    "signer-executed",
    (_, on) => {
      on.check("dana", "SEC-01");
      on.decide();
    },
  ],
  // Roles
  ["somebody signs a role that they were not given", "signer-not-in-role", (_, on) => void on.sign({ by: "ben", ...INFRA })],
  [
    "somebody signs a role that was taken from them",
    "signer-not-in-role",
    (_, on) => {
      on.assign("infrastructure-lead", "ana", "people.unassigned");
      on.sign({ by: "ana", ...INFRA });
    },
  ],
  ["a role signs that the list does not ask for", "signature-role", (_, on) => void on.sign({ by: "ben", ...SECURITY, role: "approver" })],
  [
    "who is given the role in the launch signs, without the right to sign off",
    "signer-without-right",
    (of, on) => {
      of.enrol("wim", ["witness"], ["dana", "omar"]);
      on.assign("infrastructure-lead", "wim");
      on.sign({ by: "wim", ...INFRA });
    },
  ],
  [
    "a delegate signs for somebody who has not the role",
    "signer-not-in-role",
    (of, on) => {
      on.assign("security-lead", "ana", "people.unassigned");
      on.sign({ by: "cleo", ...SECURITY, onBehalfOf: "ana", delegation: of.delegation });
    },
  ],
  [
    "a delegate signs for who has it (control)",
    [],
    (of, on) => void on.sign({ by: "cleo", ...SECURITY, onBehalfOf: "ana", delegation: of.delegation }),
  ],
  [
    "a role of the roster is handed on that the giver has lost",
    "delegation-not-held",
    (of, on) => {
      const all = of.delegate("ana", "cleo", [], 24);
      of.act("operator.changed", { id: "ana", changes: { roles: { from: ["approver"], to: ["witness"] } }, by: ["dana"] }, [
        "dana",
        "omar",
      ]);
      on.sign({ by: "cleo", ...INFRA, role: "approver", onBehalfOf: "ana", delegation: all });
    },
  ],
  [
    "with the glass broken by two, another one signs for the absent (control)",
    [],
    (_, on) => {
      confirm(on, glass(on));
      on.sign({ by: "ben", ...INFRA });
    },
  ],
  [
    "the glass was broken by one alone",
    "signer-not-in-role",
    (_, on) => {
      glass(on);
      on.sign({ by: "ben", ...INFRA });
    },
  ],
  [
    "the glass was broken for something else",
    "signer-not-in-role",
    (_, on) => {
      confirm(on, glass(on, "outside-window"));
      on.sign({ by: "ben", ...INFRA });
    },
  ],
  [
    "the broken glass had been reviewed",
    "signer-not-in-role",
    (_, on) => {
      const id = glass(on);
      confirm(on, id);
      review(on, id);
      on.sign({ by: "ben", ...INFRA });
    },
  ],
  ["who broke the glass confirms it", "glass-by-one", (_, on) => confirm(on, glass(on, "approver-absent", "ben"))],
  [
    "a broken glass is confirmed without a signature",
    "break-glass-without-signature",
    (_, on) => void on.append("break_glass.confirmed", "ben", { seq: Number(glass(on)) }),
  ],
  [
    "a broken glass is reviewed without a signature",
    "break-glass-without-signature",
    (_, on) => {
      const id = glass(on);
      confirm(on, id);
      on.append("break_glass.reviewed", "ben", { seq: Number(id) });
    },
  ],
  [
    "another reason was confirmed than stands there",
    "signature-digest",
    (_, on) => void on.sign({ by: "ben", kind: "break-glass", id: glass(on), role: "approver", digest: "5".repeat(64) }),
  ],
  // Roles that never meet
  [
    "who keeps the roster approves",
    "signer-admin",
    (of, on) => {
      of.act("operator.changed", { id: "omar", changes: { roles: { from: ["operator", "admin"], to: ["admin", "lead"] } }, by: ["dana"] }, [
        "dana",
        "ana",
      ]);
      on.assign("infrastructure-lead", "omar");
      on.sign({ by: "omar", ...INFRA });
    },
  ],
  [
    "admin and approver meet in one person on the roster",
    "roster-admin-approver",
    (of, on) => {
      of.enrol("zed", ["approver", "admin"], ["dana", "omar"]);
      on.sign({ by: "ana", ...INFRA });
    },
  ],
];

it.each(RULES)("%s", (_what, expected, play) => attack(expected, play));
