// What the report needs of the events that the run rows do not hold: texts in force, gates with their probes, values, ways back, loops.
// Owns: that one walk over the log. Event data is read as untrusted: a missing or wrong key gives the neutral value.
import type { Block, RunbookDocument, Step, StoredEvent } from "../../protocol/index.ts";
import { type Data, dataOf, numberOf, textOf, textsOf } from "../report/read.ts";

type Body = StoredEvent["body"];
export type Probe = { seq: number; at: string; verdict: string; value: string };
export type Gate = {
  run: string;
  step: string;
  attempt: number;
  block: number;
  name: string;
  kind: "hold" | "wait";
  limit: string;
  spanMs: number | null;
  everyMs: number;
  probes: Probe[];
  warned: number;
  gapMs: number;
  /** Moments at which nobody looked any more: its end, an interruption. */
  pauses: string[];
  verdict: string;
  because: string;
  durationMs: number | null;
  judged: string;
  seq: number;
  endSeq: number | null;
};
/** A number that a command printed last, or a person typed into a check. */
export type Measured = {
  from: "command" | "check";
  run: string;
  step: string;
  name: string;
  value: string;
  limit: string;
  verdict: string;
  judged: string;
  attempt: number;
  seq: number;
};
export type Captured = { run: string; step: string; name: string; value: string; by: string; at: string; seq: number };
export type WayBack = {
  of: string;
  run: string;
  kind: string;
  title: string;
  steps: string[];
  by: string;
  reason: string;
  decidedAt: string;
  targetMs: number | null;
  durationMs: number | null;
  outcome: string;
  seq: number;
  endSeq: number | null;
};
export type Loop = { name: string; openedAt: string; closedAt: string | null; seq: number };
export type Texts = { of(run: string, seq: number): RunbookDocument | null; last(run: string): RunbookDocument | null };
export type Checked = { run: string; step: string; text: string; isMet: boolean; value: string; by: string; at: string; seq: number };
export type Facts = {
  gates: Gate[];
  measured: Measured[];
  captured: Captured[];
  checks: Checked[];
  wayBacks: WayBack[];
  loops: Loop[];
  /** Runs that go back from another. */
  back: Map<string, string>;
  /** Commands as they were sent, by run and step: for finding a ticket's number. */
  sent: Map<string, string[]>;
  /** seq of the last end or skip of a step, by run and step. */
  ends: Map<string, number>;
};

export const keyOf = (run: string, step: string): string => `${run}\0${step}`;

export function factsOf(events: readonly StoredEvent[], counted: ReadonlySet<string>, texts: Texts): Facts {
  const facts: Facts = {
    gates: [],
    measured: [],
    captured: [],
    checks: [],
    wayBacks: [],
    loops: [],
    back: new Map(),
    sent: new Map(),
    ends: new Map(),
  };
  for (const { body } of events) {
    const data = body.data as Data;
    if (body.type === "loop.opened") facts.loops.push({ name: textOf(data, "name"), openedAt: body.ts_utc, closedAt: null, seq: body.seq });
    else if (body.type === "loop.closed") {
      for (const one of facts.loops) if (one.name === textOf(data, "name") && one.closedAt === null) one.closedAt = body.ts_utc;
    } else if (counted.has(body.subject.run)) HANDLERS[body.type]?.(facts, body, data, texts);
  }
  return facts;
}

type Handler = (facts: Facts, body: Body, data: Data, texts: Texts) => void;
const HANDLERS: Record<string, Handler> = {
  "run.started": ({ back }, { subject }, data) => {
    const undone = textOf(dataOf(data, "undoes"), "run");
    if (undone !== "") back.set(subject.run, undone);
  },
  "block.started": ({ sent }, { subject }, data) => {
    const key = keyOf(subject.run, subject.step);
    sent.set(key, [...(sent.get(key) ?? []), textOf(data, "text")]);
  },
  "gate.started": ({ gates }, { subject, seq }, data, texts) => {
    const block = numberOf(data, "block") ?? -1;
    const kind = textOf(data, "kind") === "wait" ? ("wait" as const) : ("hold" as const);
    gates.push({
      run: subject.run,
      step: subject.step,
      attempt: subject.attempt,
      block,
      name: blockOf(texts, subject.run, subject.step, block, seq)?.name ?? `gate of ${subject.step}`,
      kind,
      limit: textOf(data, "threshold"),
      spanMs: numberOf(data, kind === "hold" ? "for_ms" : "within_ms"),
      everyMs: numberOf(data, "every_ms") ?? 0,
      probes: [],
      warned: 0,
      gapMs: 0,
      pauses: [],
      verdict: "running",
      because: "",
      durationMs: null,
      judged: "",
      seq,
      endSeq: null,
    });
  },
  "gate.probed": (facts, body, data) => {
    const gate = gateOf(facts, body, data);
    if (gate === undefined) return;
    gate.probes.push({ seq: body.seq, at: body.ts_utc, verdict: body.outcome, value: textOf(data, "value") });
    if (data["warned"] === true) gate.warned += 1;
  },
  "gate.gap": (facts, body, data) => {
    const gate = gateOf(facts, body, data);
    if (gate !== undefined) gate.gapMs += numberOf(data, "ms") ?? 0;
  },
  "gate.interrupted": (facts, body, data) => {
    const gate = gateOf(facts, body, data);
    if (gate === undefined) return;
    gate.pauses.push(body.ts_utc);
    Object.assign(gate, { verdict: "unknown", because: textOf(data, "why") });
  },
  "gate.resumed": (facts, body, data) => {
    const gate = gateOf(facts, body, data);
    if (gate !== undefined) Object.assign(gate, { verdict: "running", because: "" });
  },
  "block.ended": (facts, body, data, texts) => {
    const { subject, seq, ts_utc, outcome } = body;
    if (textOf(data, "kind") === "gate") {
      const gate = gateOf(facts, body, data);
      if (gate === undefined) return;
      gate.pauses.push(ts_utc);
      const end = { verdict: outcome, because: textOf(data, "because"), durationMs: numberOf(data, "duration_ms"), endSeq: seq };
      Object.assign(gate, end);
      return;
    }
    const value = textOf(data, "last_number");
    if (value === "") return;
    const block = blockOf(texts, subject.run, subject.step, numberOf(data, "block") ?? -1, seq);
    const limit = block?.options.expect;
    facts.measured.push({
      from: "command",
      run: subject.run,
      step: subject.step,
      name: block?.name ?? subject.step,
      value,
      limit: limit === undefined ? "" : `${limit.operator} ${limit.value}`,
      verdict: outcome,
      judged: "",
      attempt: subject.attempt,
      seq,
    });
  },
  "check.confirmed": (facts, { subject, seq, outcome, actor, ts_utc }, data, texts) => {
    const value = textOf(data, "value");
    const text = textOf(data, "text");
    const { run, step } = subject;
    facts.checks.push({ run, step, text, isMet: outcome !== "failed", value, by: actor.name, at: ts_utc, seq });
    const check = stepOf(texts, run, step, seq)?.checks.find(({ index }) => index === numberOf(data, "check"));
    if (check?.expect == null && check?.value !== "number") return;
    const limit = check.expect === null ? "" : `${check.expect.operator} ${check.expect.value}`;
    facts.measured.push({
      from: "check",
      run,
      step,
      name: text,
      value,
      limit,
      verdict: outcome,
      judged: "",
      attempt: subject.attempt,
      seq,
    });
  },
  "value.captured": (facts, { subject, actor, ts_utc, seq }, data) => {
    const { run, step } = subject;
    facts.captured.push({ run, step, name: textOf(data, "name"), value: textOf(data, "value"), by: actor.name, at: ts_utc, seq });
  },
  "step.judged": (facts, { subject, outcome, actor }) => {
    const judged = `${outcome} by ${actor.name}`;
    for (const one of [...facts.gates, ...facts.measured])
      if (one.run === subject.run && one.step === subject.step && one.attempt === subject.attempt && one.verdict === "unknown")
        one.judged = judged;
  },
  "step.ended": ({ ends }, { subject, seq }) => void ends.set(keyOf(subject.run, subject.step), seq),
  "step.skipped": ({ ends }, { subject, seq }) => void ends.set(keyOf(subject.run, subject.step), seq),
  "run.rollback_decided": ({ wayBacks }, { subject, actor, reason, ts_utc, seq }, data) =>
    void wayBacks.push({
      of: subject.run,
      run: "",
      kind: textOf(data, "kind"),
      title: textOf(data, "title"),
      steps: textsOf(data, "steps"),
      by: actor.name,
      reason,
      decidedAt: textOf(data, "decided_at") || ts_utc,
      targetMs: numberOf(data, "target_ms"),
      durationMs: null,
      outcome: "decided",
      seq,
      endSeq: null,
    }),
  "run.rollback_refused": ({ wayBacks }, { subject, seq }, data) => {
    const last = wayBacks.findLast((one) => one.of === subject.run);
    if (last !== undefined) Object.assign(last, { outcome: "refused", reason: `${last.reason}; ${textOf(data, "because")}`, endSeq: seq });
  },
  "run.rollback_started": ({ wayBacks }, { subject }, data) => {
    const last = wayBacks.findLast((one) => one.of === subject.run);
    if (last !== undefined) Object.assign(last, { outcome: "running", run: textOf(data, "run") });
  },
  // Stands in both logs; the one that names the run that went back is the one of the run that was gone back from.
  "rollback.finished": ({ wayBacks }, { outcome, seq }, data) => {
    const run = textOf(data, "run");
    const found = run === "" ? undefined : wayBacks.findLast((one) => one.run === run);
    if (found !== undefined) Object.assign(found, { outcome, durationMs: numberOf(data, "duration_ms"), endSeq: seq });
  },
};

const gateOf = ({ gates }: Facts, { subject }: Body, data: Data): Gate | undefined =>
  gates.findLast((one) => one.run === subject.run && one.step === subject.step && one.block === numberOf(data, "block"));
const stepOf = (texts: Texts, run: string, step: string, seq: number): Step | undefined =>
  texts.of(run, seq)?.steps.find(({ id }) => id === step);
const blockOf = (texts: Texts, run: string, step: string, block: number, seq: number): Block | undefined =>
  stepOf(texts, run, step, seq)?.blocks.find(({ index }) => index === block);
