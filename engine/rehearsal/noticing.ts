// What of a team's doing means that it has noticed a fault: that somebody said so, or that somebody acted where it is.
// Owns: that rule, for the instructor in the drill and for the debrief after it. Pure, over events.
import type { NoticeHow, StoredEvent } from "../protocol/index.ts";
import type { Fault } from "./types.ts";

/** A fault that is there, newest last. `step`: where it shows; null where it shows in no one step. */
export type OpenFault = { name: string; step: string | null; cluster: string | null };

/** What a person does about a step that is not as it should be. */
const DEEDS: Record<string, NoticeHow> = {
  "fault.noticed": "said",
  "run.held": "held",
  "step.judged": "judged",
  "block.cancelled": "cancelled",
  "step.started": "retried",
  "run.rollback_decided": "went back",
  "step.skipped": "skipped",
  "gate.resumed": "gate",
};

/** Types of event that may show a fault to be noticed. */
export const DEED_EVENTS: readonly string[] = Object.keys(DEEDS);

type Seen = Pick<StoredEvent, "body">;

/** What the event is a sign of; null for everything that goes on as planned, and for what Holdpoint does by itself. */
export function deedOf({ body }: Seen): NoticeHow | null {
  const how = DEEDS[body.type] ?? null;
  if (how === null || body.actor.op_id === "engine") return null;
  return how === "retried" && body.subject.attempt < 2 ? null : how;
}

/** Names of the open faults that this event shows to be noticed. `on`: the cluster of a step. */
export function noticedBy(event: Seen, open: readonly OpenFault[], on: (step: string) => string): string[] {
  const how = deedOf(event);
  if (how === null || open.length === 0) return [];
  const { step } = event.body.subject;
  const here = open.filter((fault) => step !== "" && (fault.step === step || (fault.cluster !== null && on(step) === fault.cluster)));
  if (how === "said") return [(here.at(-1) ?? open.at(-1))!.name];
  // A deed in a step is about what shows there; one that concerns the whole run, about what came last.
  if (here.length > 0) return here.map((fault) => fault.name);
  return step === "" || how === "went back" ? [open.at(-1)!.name] : [];
}

/** Where it shows. */
export function placeOf({ name, trigger, effect, played }: Fault): OpenFault {
  const cluster = effect.kind === "cut" ? effect.cluster : null;
  const isOfStep = trigger.on === "block" || trigger.on === "gate";
  return { name, cluster, step: played?.step ?? (isOfStep ? trigger.step : null) };
}
