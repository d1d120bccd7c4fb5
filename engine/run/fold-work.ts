// The fold of what a run keeps beside its steps: values and who set them, loops opened and closed. Owns: what those events change.
// Event data is read as untrusted: a missing or wrong key gives the neutral value, never an exception.
import { type EventBody, RecheckState, type StoredEvent, type ValueFact } from "../protocol/index.ts";
import { attachmentIn } from "./attached.ts";
import { changeBlock, changeStep, numberOrNull, text, textOrNull, texts, whole } from "./fold-data.ts";
import type { RunState } from "./state.ts";

type Handler = (state: RunState, event: StoredEvent) => void;

export const WORK_HANDLERS: Record<string, Handler> = {
  "value.captured": (state, { body }) => {
    const name = text(body.data, "name");
    const value = text(body.data, "value");
    state.values[name] = value;
    noteValues(state, body, "captured", { [name]: value });
    changeBlock(state, body.subject.step, whole(body.data, "block"), () => ({ captured: value }));
  },
  "value.given": (state, { body }) => {
    const given = texts(body.data.placeholders);
    Object.assign(state.placeholders, given);
    noteValues(state, body, "given", given);
  },
  "value.changed": (state, { body }) => {
    const { data } = body;
    const name = text(data, "name");
    if (data.kind === "secret") return note(state, name, factOf(body, "changed", null));
    const value = text(data, "value");
    if (data.kind === "placeholder") state.placeholders[name] = value;
    else state.values[name] = value;
    noteValues(state, body, "changed", { [name]: value });
  },
  "recheck.started": (state, { body }) =>
    changeBlock(state, body.subject.step, whole(body.data, "block"), () => ({
      recheck: {
        step: text(body.data, "recheck_step"),
        block: whole(body.data, "recheck_block"),
        isRunning: true,
        answer: null,
        because: "",
        by: body.actor.name,
        at: body.ts_utc,
      },
    })),
  "recheck.ended": (state, { body }) =>
    changeBlock(state, body.subject.step, whole(body.data, "block"), ({ recheck }) =>
      recheck === undefined
        ? {}
        : {
            recheck: {
              ...recheck,
              isRunning: false,
              answer: RecheckState.shape.answer.safeParse(body.data.answer).data ?? null,
              because: text(body.data, "because"),
              at: body.ts_utc,
            },
          },
    ),
  "manual.performed": (state, { body }) => {
    const { data, seq, outcome, actor, ts_utc } = body;
    changeStep(state, body.subject.step, () => ({
      manual: {
        performedBy: text(data, "performed_by"),
        recordedBy: actor.name,
        claimedAt: text(data, "claimed_at"),
        enteredAt: ts_utc,
        place: text(data, "place"),
        outcome: outcome === "passed" ? "passed" : "failed",
        value: textOrNull(data, "value"),
        note: text(data, "note"),
        attachment: attachmentIn(seq, data),
      },
    }));
  },
  "job.started": (state, { body }) =>
    changeBlock(state, body.subject.step, whole(body.data, "block"), () => ({
      job: { job: text(body.data, "job"), state: "running", startedAt: body.ts_utc, attached: 0 },
    })),
  "job.attached": (state, { body }) =>
    changeBlock(state, body.subject.step, whole(body.data, "block"), ({ job }) =>
      job === undefined ? {} : { job: { ...job, attached: job.attached + 1 } },
    ),
  "job.ended": (state, { body }) =>
    changeBlock(state, body.subject.step, whole(body.data, "block"), ({ job }) =>
      job === undefined ? {} : { job: { ...job, state: body.outcome === "lost" ? "lost" : "ended" } },
    ),
  "loop.opened": (state, { body }) => {
    const byMs = numberOrNull(body.data, "by_ms");
    const name = text(body.data, "name");
    // A step that is run again opens what is open already: one thing to be closed, and due as it was.
    if (state.loops.some((one) => one.closedAt === null && one.name === name && one.step === body.subject.step)) return;
    state.loops.push({
      name,
      openedAt: body.ts_utc,
      openedBy: body.actor.name,
      step: body.subject.step,
      by: byMs === null ? null : new Date(Date.parse(body.ts_utc) + byMs).toISOString(),
      closedAt: null,
      closedBy: "",
      told: false,
    });
  },
  "loop.closed": (state, { body }) => closeLoops(state, body),
  "loop.overdue": (state, { body }) => {
    const name = text(body.data, "name");
    state.loops = state.loops.map((one) => (one.name === name && one.closedAt === null ? { ...one, told: true } : one));
  },
};

/** As a launch folds it: what was opened twice is closed once. Events of other runs of the launch, and of a person's hand, come here too. */
export function closeLoops(state: RunState, { data, actor, ts_utc }: EventBody): void {
  const name = text(data, "name");
  state.loops = state.loops.map((one) =>
    one.name === name && one.closedAt === null ? { ...one, closedAt: ts_utc, closedBy: actor.name } : one,
  );
}

export function noteValues(state: RunState, body: EventBody, how: ValueFact["how"], values: Record<string, string>): void {
  for (const [name, value] of Object.entries(values)) note(state, name, factOf(body, how, value));
}

/** Secrets are on record by name alone. */
export function noteSecrets(state: RunState, body: EventBody, how: "start" | "again"): void {
  const names = body.data[how === "start" ? "secret_params" : "secrets_given"];
  for (const name of Array.isArray(names) ? names : []) {
    if (typeof name !== "string") continue;
    state.secretNames.add(name);
    note(state, name, factOf(body, how, null));
  }
}

const factOf = ({ actor, reason, subject, ts_utc }: EventBody, how: ValueFact["how"], value: string | null): ValueFact => ({
  at: ts_utc,
  by: actor.name,
  how,
  value,
  reason: how === "changed" ? reason : "",
  step: subject.step,
});

function note(state: RunState, name: string, fact: ValueFact): void {
  state.valueFacts.set(name, [...(state.valueFacts.get(name) ?? []), fact]);
}

/** A new attempt has nothing of what was written down for the one before. */
export function forgetManual(state: RunState, id: string): void {
  const position = state.positions.get(id) ?? -1;
  const step = state.steps[position];
  if (step?.manual === undefined) return;
  const { manual: _, ...rest } = step;
  state.steps[position] = rest;
}
