// What an adopted checklist says of its text, what stands in a decision's way or is left open at the close, and which key was in
// force where the clocks do not say it: kept, a launch verifies (control); broken, both verifiers refuse it with the rule's code.
import { it } from "vitest";
import type { CanonicalValue } from "../protocol/index.ts";
import { type Attack, bothVerifiers } from "./testing-attacks.ts";
import { CLOSERS, INFRA, type Launch, risk, SECURITY, signAll, stale } from "./testing-launch.ts";
import { checklistOf } from "./testing-texts.ts";

type Data = Record<string, CanonicalValue>;
const { attack } = bothVerifiers();
const IDS = ["INF-01", "INF-02", "INF-03*", "SEC-01"];
const itemsOf = (data: Data) => data["items"] as Data[];
/** Takes the list anew, with `spoil` in what the event says of it. */
const adopt = (on: Launch, spoil: (data: Data) => void, text = checklistOf(IDS)): void => on.adopt("dana", IDS, text, spoil);
const incident = (on: Launch): number =>
  on.append("note.added", "eve", { kind: "incident", title: "The queue stands", text: "", severity: "high" });
/** Decided on a condition, up to the retrospective; the digest is that of a conditional go. */
const conditional = (on: Launch): string => {
  signAll(on);
  const conditions = [{ text: "Watch the queue", owner: "eve", due: "2030-01-01T00:00:00.000Z" }];
  const id = on.propose("dana", { outcome: "conditional-go", conditions });
  on.decide(id, "conditional-go");
  on.state("go");
  on.retrospective();
  return id;
};
const toRetrospective = (on: Launch): void => {
  signAll(on);
  on.decide();
  on.state("go");
  on.retrospective();
};

const RULES: Attack[] = [
  ["a checklist is taken anew (control)", [], (_, on) => adopt(on, () => undefined)],
  ["an item is left out", "item-unlisted", (_, on) => adopt(on, (data) => void itemsOf(data).pop())],
  [
    "an item has the hash of nothing",
    "item-text",
    (_, on) => adopt(on, (data) => void Object.assign(itemsOf(data)[0]!, { sha256: "0".repeat(64) })),
  ],
  [
    "an item is put in that the text has not",
    "item-text",
    (_, on) => adopt(on, (data) => void itemsOf(data).push({ id: "SEC-02", category: "security", sha256: "1".repeat(64), derived: null })),
  ],
  [
    "an item is there twice",
    "item-text",
    (_, on) => adopt(on, (data) => void itemsOf(data).push({ ...itemsOf(data)[0]!, id: "INF-01-1" })),
  ],
  [
    "an item has another id than is written",
    "item-id",
    (_, on) => adopt(on, (data) => void Object.assign(itemsOf(data)[0]!, { id: "INF-09" })),
  ],
  [
    "two items change hashes",
    "item-id",
    (_, on) =>
      adopt(on, (data) => {
        const [a, b] = itemsOf(data) as [Data, Data];
        [a["sha256"], b["sha256"]] = [b["sha256"]!, a["sha256"]!];
      }),
  ],
  [
    "an item is in another category",
    "item-category",
    (_, on) => adopt(on, (data) => void Object.assign(itemsOf(data)[0]!, { category: "security" })),
  ],
  [
    "an item is called computed, so that nobody signs it",
    "item-derived",
    (_, on) => adopt(on, (data) => void Object.assign(itemsOf(data)[0]!, { derived: "decision" })),
  ],
  [
    "a category asks for fewer roles than the text",
    "category-differs",
    (_, on) => adopt(on, (data) => void Object.assign((data["categories"] as Data[])[0]!, { signoff: ["approver"] })),
  ],
  [
    "a category has another title than the text",
    "category-differs",
    (_, on) =>
      adopt(on, (data) => void (data["categories"] as CanonicalValue[]).push({ key: "quality", title: "Quality", signoff: [], eyes: 1 })),
  ],
  [
    "the decision has a rule that the text has not",
    "checklist-rule",
    (_, on) => adopt(on, (data) => void Object.assign(data, { decision: '{"signoff":["lead"]}' })),
  ],
  [
    "the decision has another rule than the text",
    "checklist-rule",
    (_, on) =>
      adopt(
        on,
        (data) => void Object.assign(data, { decision: '{"rule":"all-categories-signed","signoff":["lead"]}' }),
        checklistOf(IDS, "<!-- decision: {rule: all-categories-signed, signoff: [lead, approver]} -->\n"),
      ),
  ],
  [
    "the decision has the rule of the text (control)",
    [],
    (_, on) =>
      adopt(
        on,
        (data) => void Object.assign(data, { decision: '{"rule":"all-categories-signed","signoff":["lead","approver"],"eyes":2}' }),
        checklistOf(IDS, "<!-- decision: {rule: all-categories-signed, signoff: [lead, approver], eyes: 2} -->\n"),
      ),
  ],
  // A decision
  [
    "a go names something in its way",
    "decision-blocked",
    (_, on) => {
      signAll(on);
      on.decide(on.propose("dana", { edit: (data) => void Object.assign(data, { blockers: ["INF-01 is open"] }) }));
    },
  ],
  [
    "a go is taken with a category that nobody signed",
    "decision-blocked",
    (_, on) => {
      on.sign({ by: "ana", ...SECURITY });
      on.decide();
    },
  ],
  [
    "a go is taken with a category signed by one of two",
    "decision-blocked",
    (_, on) => {
      on.sign({ by: "ana", ...INFRA, n: 1, m: 2 });
      on.sign({ by: "ana", ...SECURITY });
      on.decide();
    },
  ],
  [
    "a go is taken with an item that failed after its category was signed",
    "decision-blocked",
    (_, on) => {
      on.sign({ by: "ana", ...INFRA, n: 1, m: 2 });
      on.sign({ by: "ben", ...INFRA, role: "approver", n: 2, m: 2 });
      const id = on.sign({ by: "ana", ...SECURITY });
      stale(on, "category", "security", [id], on.answer("eve", "SEC-01", "failed"));
      on.decide();
    },
  ],
  [
    "a no-go is taken with an item that failed (control)",
    [],
    (_, on) => {
      on.answer("eve", "SEC-01", "failed");
      on.decide(on.propose("dana", { outcome: "no-go" }), "no-go");
    },
  ],
  [
    "a go is taken over an open risk",
    "decision-blocked",
    (_, on) => {
      signAll(on);
      risk(on, "open");
      on.decide();
    },
  ],
  [
    "a conditional go carries a risk that is not critical (control)",
    [],
    (_, on) => {
      risk(on, "open");
      conditional(on);
    },
  ],
  // What is left open at the close
  [
    "a launch is closed over an open incident",
    "close-over-open",
    (_, on) => {
      incident(on);
      toRetrospective(on);
      on.close(CLOSERS);
    },
  ],
  [
    "a launch is closed after its incident (control)",
    [],
    (_, on) => {
      on.append("note.closed", "eve", { seq: incident(on) });
      toRetrospective(on);
      on.close(CLOSERS);
    },
  ],
  [
    "a launch is closed over what a person opened",
    "close-over-open",
    (_, on) => {
      on.append("loop.opened", "eve", { name: "alert-silence", by_ms: null, note: "" });
      toRetrospective(on);
      on.close(CLOSERS);
    },
  ],
  [
    "a launch is closed over what a step opened, and something else was closed",
    "close-over-open",
    (_, on) => {
      on.append("loop.opened", "eve", { name: "ci-freeze", by_ms: 1_800_000, step: "a" }, { subject: { run: "run-l", step: "a" } });
      on.append("loop.closed", "eve", { name: "alert-silence", note: "" });
      toRetrospective(on);
      on.close(CLOSERS);
    },
  ],
  [
    "a launch is closed after what was opened twice was closed once (control)",
    [],
    (_, on) => {
      for (let twice = 0; twice < 2; twice += 1) on.append("loop.opened", "eve", { name: "ci-freeze", by_ms: null, note: "" });
      on.append("loop.closed", "eve", { name: "ci-freeze", note: "" });
      toRetrospective(on);
      on.close(CLOSERS);
    },
  ],
  [
    "a run finishes over what it opened, without a reason",
    "finish-over-open",
    (_, on) => {
      on.append("loop.opened", "eve", { name: "ci-freeze", by_ms: null, step: "a" }, { subject: { run: "run-l", step: "a" } });
      on.append("run.finished", "eve", { result: "passed" }, { subject: { run: "run-l" } });
    },
  ],
  [
    "a run finishes with a reason over what it opened (control)",
    [],
    (_, on) => {
      on.append("loop.opened", "eve", { name: "ci-freeze", by_ms: null, step: "a" }, { subject: { run: "run-l", step: "a" } });
      on.append("run.finished", "eve", { result: "passed" }, { subject: { run: "run-l" }, reason: "the day shift thaws it" });
    },
  ],
  [
    "a launch is closed over an open condition",
    "close-over-open",
    (_, on) => {
      conditional(on);
      on.close(CLOSERS);
    },
  ],
  [
    "a launch is closed with another condition closed",
    "close-over-open",
    (_, on) => {
      on.append("condition.closed", "eve", { decision: conditional(on), index: 1, note: "" });
      on.close(CLOSERS);
    },
  ],
  [
    "a launch is closed after its condition (control)",
    [],
    (_, on) => {
      on.append("condition.closed", "eve", { decision: conditional(on), index: 0, note: "" });
      on.close(CLOSERS);
    },
  ],
  // Which key was in force: the sequence says it, not the clocks
  [
    "a key is reset at the time of a signature that came before it (control)",
    [],
    (of, on) => {
      on.sign({ by: "ana", ...INFRA });
      of.store.checkpoint(on.log, "test");
      of.ports.advance(-1_000);
      of.reset("ana", ["dana", "omar"]);
    },
  ],
  [
    "a key is reset, then the clocks are set back and the old one signs",
    "signature-key-expired",
    (of, on) => {
      const old = of.people.get("ana")!;
      of.reset("ana", ["dana", "omar"]);
      of.people.set("ana", old);
      on.append("note.added", "eve", { kind: "note", title: "x", text: "", severity: "" });
      of.store.checkpoint(on.log, "test");
      of.ports.reboot();
      of.ports.advance(-60_000, 0);
      on.sign({ by: "ana", ...INFRA });
    },
  ],
];

it.each(RULES)("%s", (_what, expected, play) => attack(expected, play));
