// What the events of gates and soaks change in a run's state. Owns: those handlers.
// Reads no clock: when something will be over is reckoned from the event's own moment.
import {
  type Expectation,
  type Gap,
  type GateProbe,
  type GateState,
  MOST_PROBES,
  type SoakState,
  type StoredEvent,
} from "../protocol/index.ts";
import { changeBlock, changeStep, type Data, numberOrNull, text, textOrNull, verdictOf, whole } from "./fold-data.ts";
import type { RunState } from "./state.ts";

type Handler = (state: RunState, event: StoredEvent) => void;

export const GATE_HANDLERS: Record<string, Handler> = {
  "gate.started": (state, { body }) => {
    const { data, ts_utc: at } = body;
    const gate: GateState = {
      kind: text(data, "kind") === "wait" ? "wait" : "hold",
      everyMs: whole(data, "every_ms"),
      forMs: numberOrNull(data, "for_ms"),
      withinMs: numberOrNull(data, "within_ms"),
      ...(compressOf(data) === null
        ? {}
        : {
            text: {
              everyMs: whole(data, "text_every_ms"),
              forMs: numberOrNull(data, "text_for_ms"),
              withinMs: numberOrNull(data, "text_within_ms"),
              compress: compressOf(data) ?? 1,
            },
          }),
      startedAt: at,
      endsAt: null,
      elapsedMs: 0,
      elapsedAt: at,
      threshold: expectationOf(text(data, "threshold")),
      warn: expectationOf(text(data, "warn")),
      minSamples: numberOrNull(data, "min_samples"),
      counts: NO_COUNTS,
      probes: [],
      state: "probing",
      interruptedBecause: "",
      gaps: [],
    };
    changeBlock(state, body.subject.step, whole(data, "block"), () => ({ gate: { ...gate, endsAt: gateEnd(gate, at, 0) } }));
  },
  "gate.probed": (state, { body }) => {
    const { data } = body;
    const verdict = verdictOf(body.outcome);
    const isWarn = data.warned === true;
    const probe: GateProbe = {
      n: whole(data, "n"),
      at: body.ts_utc,
      dueMs: whole(data, "due_ms"),
      value: textOrNull(data, "value") || null,
      verdict,
      because: text(data, "because"),
      lateMs: whole(data, "late_ms"),
      isWarn,
    };
    changeGate(state, body.subject.step, data, (gate) => ({
      probes: [...gate.probes, probe].slice(-MOST_PROBES),
      counts: {
        passed: gate.counts.passed + (verdict === "passed" ? 1 : 0),
        failed: gate.counts.failed + (verdict === "failed" ? 1 : 0),
        unknown: gate.counts.unknown + (verdict === "unknown" ? 1 : 0),
        warned: gate.counts.warned + (isWarn ? 1 : 0),
      },
      // A probe that measured nothing is part of the time in which nothing was measured.
      ...(verdict === "unknown" ? {} : { elapsedMs: whole(data, "elapsed_ms"), elapsedAt: body.ts_utc }),
    }));
  },
  "gate.interrupted": (state, { body }) => {
    const { data } = body;
    const { step } = body.subject;
    const block = whole(data, "block");
    state.running = state.running.filter((entry) => !(entry.step === step && entry.block === block));
    changeGate(state, step, data, () => ({ state: "interrupted", ...interrupted(data, body.ts_utc), endsAt: null }));
    changeBlock(state, step, block, () => ({ status: "todo" }));
    changeStep(state, step, (now) => (now.status === "running" ? { status: "open" } : {}));
  },
  "gate.gap": (state, { body }) => changeGate(state, body.subject.step, body.data, (gate) => ({ gaps: [...gate.gaps, gapOf(body.data)] })),
  "gate.resumed": (state, { body }) => {
    const { data, ts_utc: at } = body;
    const { step } = body.subject;
    const block = whole(data, "block");
    state.running.push({ step, block, isBackground: false, recording: text(data, "recording") });
    const elapsedMs = whole(data, "elapsed_ms");
    changeGate(state, step, data, (gate) => ({
      ...(text(data, "how") === "restart"
        ? { startedAt: at, probes: [], counts: NO_COUNTS, gaps: [] }
        : { gaps: accepted(gate.gaps, body.actor.name) }),
      state: "probing",
      interruptedBecause: "",
      elapsedMs,
      elapsedAt: at,
      endsAt: gateEnd(gate, at, elapsedMs),
    }));
    changeBlock(state, step, block, () => ({ status: "running" }));
    changeStep(state, step, (now) => ({ status: "running", recording: textOrNull(data, "recording") ?? now.recording }));
  },
  "soak.started": (state, { body }) => {
    const { data, ts_utc: at } = body;
    const ms = whole(data, "ms");
    changeStep(state, body.subject.step, () => ({
      soak: {
        ms,
        ...(compressOf(data) === null ? {} : { text: { ms: whole(data, "text_ms"), compress: compressOf(data) ?? 1 } }),
        startedAt: at,
        endsAt: later(at, ms),
        elapsedMs: 0,
        elapsedAt: at,
        endedAt: null,
        early: null,
        state: "soaking",
        interruptedBecause: "",
        gaps: [],
      },
    }));
  },
  "soak.interrupted": (state, { body }) =>
    changeSoak(state, body.subject.step, () => ({ state: "interrupted", ...interrupted(body.data, body.ts_utc), endsAt: null })),
  "soak.gap": (state, { body }) => changeSoak(state, body.subject.step, (soak) => ({ gaps: [...soak.gaps, gapOf(body.data)] })),
  "soak.resumed": (state, { body }) => {
    const { data, ts_utc: at } = body;
    const elapsedMs = whole(data, "elapsed_ms");
    changeSoak(state, body.subject.step, (soak) => ({
      ...(text(data, "how") === "restart" ? { startedAt: at, gaps: [] } : { gaps: accepted(soak.gaps, body.actor.name) }),
      state: "soaking",
      interruptedBecause: "",
      elapsedMs,
      elapsedAt: at,
      endsAt: later(at, soak.ms - elapsedMs),
    }));
  },
  "soak.ended": (state, { body }) =>
    changeSoak(state, body.subject.step, () => ({
      state: "done",
      endsAt: null,
      endedAt: body.ts_utc,
      early: body.data.early === true ? { by: body.actor.name, reason: body.reason } : null,
      elapsedMs: whole(body.data, "elapsed_ms"),
      elapsedAt: body.ts_utc,
    })),
};

/** What the text's times are divided by, as the record has it: a decimal in words. Null for what is not compressed. */
function compressOf(data: Data): number | null {
  const factor = Number(text(data, "compress"));
  return factor > 1 ? factor : null;
}

const NO_COUNTS: GateState["counts"] = { passed: 0, failed: 0, unknown: 0, warned: 0 };

/** A new attempt has not soaked yet. */
export function forgetSoak(state: RunState, id: string) {
  const position = state.positions.get(id) ?? -1;
  const step = state.steps[position];
  if (step?.soak === undefined) return;
  const { soak: _, ...rest } = step;
  state.steps[position] = rest;
}

function changeGate(state: RunState, step: string, data: Data, change: (gate: GateState) => Partial<GateState>) {
  changeBlock(state, step, whole(data, "block"), ({ gate }) => (gate === undefined ? {} : { gate: { ...gate, ...change(gate) } }));
}

function changeSoak(state: RunState, step: string, change: (soak: SoakState) => Partial<SoakState>) {
  changeStep(state, step, ({ soak }) => (soak === undefined ? {} : { soak: { ...soak, ...change(soak) } }));
}

const interrupted = (data: Data, at: string) => ({
  interruptedBecause: text(data, "why"),
  elapsedMs: whole(data, "elapsed_ms"),
  elapsedAt: textOrNull(data, "since") ?? at,
});

const gapOf = (data: Data): Gap => ({
  from: text(data, "from"),
  to: text(data, "to"),
  ms: whole(data, "ms"),
  why: text(data, "why"),
  acceptedBy: "",
});

const accepted = (gaps: Gap[], by: string): Gap[] => gaps.map((gap) => (gap.acceptedBy === "" ? { ...gap, acceptedBy: by } : gap));

const gateEnd = ({ kind, forMs, withinMs }: GateState, at: string, elapsedMs: number): string =>
  later(at, ((kind === "hold" ? forMs : withinMs) ?? 0) - elapsedMs);

const later = (at: string, ms: number): string => new Date(Date.parse(at) + Math.max(0, ms)).toISOString();

/** `<= 0.3` as the record has it; null for "" and for what is no comparison. */
export function expectationOf(words: string): Expectation | null {
  const match = /^(<=|>=|==|!=|<|>) (-?\d+(?:\.\d+)?)$/.exec(words);
  return match === null ? null : { operator: match[1] as Expectation["operator"], value: Number(match[2]) };
}
