// What the events of a way back change, in the run that is gone back from and in the one that goes back. Owns: those handlers.
// Reads no clock: how long it took is what the event says.
import { type StepId, type StoredEvent, type Undoes, type UndoneBy, WayBackKind, type WayBackMeasure } from "../protocol/index.ts";
import { changeStep, type Data, numberOrNull, text, textOrNull, whole } from "./fold-data.ts";
import type { RunState } from "./state.ts";

type Handler = (state: RunState, event: StoredEvent) => void;

export const WAY_BACK_HANDLERS: Record<string, Handler> = {
  "run.rollback_decided": (state, { body }) => {
    const { data } = body;
    state.countdown = null;
    state.undoneBy.push({
      run: null,
      kind: kindOf(data),
      title: text(data, "title"),
      steps: ids(data.steps),
      by: body.actor.name,
      reason: body.reason,
      decidedAt: textOrNull(data, "decided_at") ?? body.ts_utc,
      targetMs: numberOrNull(data, "target_ms"),
      status: "deciding",
      because: "",
      measure: null,
    });
  },
  "run.rollback_refused": (state, { body }) => changeLast(state, () => ({ status: "refused", because: text(body.data, "because") })),
  "run.rollback_started": (state, { body }) =>
    changeLast(state, () => ({ status: "running", run: text(body.data, "run") as NonNullable<UndoneBy["run"]> })),
  "rollback.finished": (state, { body }) => {
    const { data } = body;
    const outcome = body.outcome === "passed" || body.outcome === "failed" ? body.outcome : "unknown";
    const met = typeof data.met === "boolean" ? data.met : null;
    const measure: WayBackMeasure = { outcome, durationMs: whole(data, "duration_ms"), met, at: body.ts_utc };
    const run = textOrNull(data, "run");
    if (run === null) {
      if (state.undoes !== null) state.undoes = { ...state.undoes, measure };
      return;
    }
    state.undoneBy = state.undoneBy.map((one) =>
      one.run === run ? { ...one, measure, status: outcome === "passed" ? ("recovered" as const) : ("not-recovered" as const) } : one,
    );
    if (outcome === "passed") for (const step of ids(data.steps)) changeStep(state, step, () => ({ undone: { run: run as never } }));
  },
  "rollback.countdown_started": (state, { body }) => {
    const endsAt = new Date(Date.parse(body.ts_utc) + whole(body.data, "seconds") * 1000).toISOString();
    const step = body.subject.step as StepId;
    state.countdown = { step, startedAt: body.ts_utc, endsAt, armedBy: text(body.data, "armed_by") };
  },
  "rollback.countdown_stopped": (state) => {
    state.countdown = null;
  },
};

/** What a started run says of the one that it goes back from; null for every other run. */
export function undoesOf(data: Data): Undoes | null {
  const said = data.undoes;
  if (said === null || typeof said !== "object" || Array.isArray(said)) return null;
  const undoes = said as Data;
  return {
    run: text(undoes, "run") as Undoes["run"],
    kind: kindOf(undoes),
    title: text(undoes, "title"),
    steps: ids(undoes.steps),
    decidedAt: text(undoes, "decided_at"),
    targetMs: numberOrNull(undoes, "target_ms"),
    measure: null,
  };
}

const kindOf = (data: Data): WayBackKind => WayBackKind.safeParse(data.kind).data ?? "step";
const ids = (value: unknown): StepId[] => (Array.isArray(value) ? value.filter((id): id is StepId => typeof id === "string") : []);

function changeLast(state: RunState, change: (last: UndoneBy) => Partial<UndoneBy>) {
  const last = state.undoneBy.at(-1);
  if (last) state.undoneBy = [...state.undoneBy.slice(0, -1), { ...last, ...change(last) }];
}
