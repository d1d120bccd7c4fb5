// The debriefs of a log from its events and kept schedules alone: for reports, which have no run in memory.
// Owns: picking each run's events. The figures are debrief.ts.
import type { Debrief, StoredEvent } from "../protocol/index.ts";
import { debriefOf } from "./debrief.ts";
import { readSchedule } from "./schedule.ts";

/** Name of the payload of `instructor.briefed` that holds the schedule. */
export const SCHEDULE = "schedule";

/** Of every rehearsal with an instructor that has ended. `number`: of the log; `payload`: bytes kept beside an event, null where they were erased. */
export function debriefsIn(
  events: readonly StoredEvent[],
  number: number,
  payload: (seq: number, name: string) => Uint8Array | null,
): Debrief[] {
  return events.flatMap((briefed) => {
    if (briefed.body.type !== "instructor.briefed") return [];
    const { run } = briefed.body.subject;
    const own = events.filter((event) => event.body.subject.run === run);
    if (!own.some(({ body }) => body.type === "run.finished" || body.type === "run.aborted")) return [];
    const bytes = payload(briefed.body.seq, SCHEDULE);
    const scenario = bytes === null ? null : readSchedule(bytes);
    return scenario === null ? [] : [debriefOf({ run, number, scenario, events: own, steps: stepsIn(own) })];
  });
}

/** Of the text in force at the end. */
export function stepsIn(events: readonly StoredEvent[]): { id: string; number: string; title: string; on: string }[] {
  const told = events.findLast(
    ({ body }) => (body.type === "run.started" || body.type === "run.amended") && Array.isArray(body.data["steps"]),
  );
  const list = (told?.body.data["steps"] ?? []) as Record<string, unknown>[];
  const word = (value: unknown) => (typeof value === "string" ? value : "");
  return list.map((one) => ({
    id: word(one["id"]),
    number: word(one["number"]),
    title: word(one["title"]),
    on: word(one["on"]) || "none",
  }));
}
