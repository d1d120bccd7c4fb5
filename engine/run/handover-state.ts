// Hand-overs and notes of a run as its events leave them. Owns: that part of the fold, and which events make a summary untrue.
// Pure. Proposing and signing are handover.ts.
import { RunNote, type StoredEvent } from "../protocol/index.ts";
import { type Data, numberOrNull, text } from "./fold-data.ts";
import type { RunSignature, RunState } from "./state.ts";

/**
 * Events after which a summary is no longer true. A gate's single probes and the lines of a terminal are not among them: a run at a gate
 * could never be handed over. The verifiers have the same list.
 */
export const HAPPENS =
  /^(?:(?:step|block|check|value|soak|loop|job|manual)\.|run\.(?:held|resumed|amended|rollback_decided)$|gate\.(?:interrupted|resumed|gap)$|note\.added$|handover\.done$)/;

/** Before the event's own handler: what was summed up is overtaken by anything that happens. */
export function happened(state: RunState, { body }: StoredEvent): void {
  if (!HAPPENS.test(body.type)) return;
  state.happened = body.seq;
  if (state.handover === null || state.handover.staleBecause !== "" || body.type === "handover.done") return;
  const number = state.steps[state.positions.get(body.subject.step) ?? -1]?.number;
  const where = number === undefined ? "" : `step ${number}: `;
  state.handover = { ...state.handover, staleBecause: `${where}${body.type.replaceAll(/[._]/g, " ")} (event ${body.seq})` };
}

/** Signatures in force under the hand-over that waits. */
export function handoverSignatures(state: RunState): RunSignature[] {
  const { handover } = state;
  if (handover === null) return [];
  return state.signatures.filter(
    (one) => one.kind === "handover" && one.about === String(handover.seq) && one.meaning === "approved" && !one.isStale,
  );
}

type Handler = (state: RunState, event: StoredEvent) => void;
export const HANDOVER_HANDLERS: Record<string, Handler> = {
  "handover.proposed": (state, { body }) => {
    const { data } = body;
    state.handover = {
      seq: body.seq,
      from: { id: text(data, "from"), name: text(data, "from_name") },
      to: { id: text(data, "to"), name: text(data, "to_name") },
      at: body.ts_utc,
      text: text(data, "text"),
      summary: linesOf(data["summary"]),
      last: numberOrNull(data, "last") ?? 0,
      staleBecause: "",
    };
  },
  "handover.done": (state, { body }) => {
    const { data } = body;
    state.handover = null;
    state.handovers.push({ from: text(data, "from_name"), to: text(data, "to_name"), at: body.ts_utc });
    state.operator = text(data, "to_name");
    state.operatorId = text(data, "to");
  },
  "handover.refused": (state) => {
    state.handover = null;
  },
  "note.added": (state, { body }) => {
    const kind = text(body.data, "kind");
    state.notes.push({
      seq: body.seq,
      at: body.ts_utc,
      by: body.actor.name,
      kind: RunNote.shape.kind.safeParse(kind).data ?? "note",
      title: text(body.data, "title"),
      text: text(body.data, "text"),
    });
  },
};

const SECTIONS = ["standing", "done", "running", "held", "late", "open", "values", "next", "wayBack"] as const;
type Summary = Record<(typeof SECTIONS)[number], string[]>;
function linesOf(value: unknown): Summary {
  const data = (value ?? {}) as Data;
  const lines = (key: string) => (Array.isArray(data[key]) ? data[key].filter((line) => typeof line === "string") : []);
  return Object.fromEntries(SECTIONS.map((key) => [key, lines(key)])) as Summary;
}
