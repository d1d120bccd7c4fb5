// Which events a filter means. Owns: that a list, an export and a count mean the same by it.
import type { EventBody, EventFilter } from "../protocol/index.ts";

/** `type` takes a whole type or the part before the dot; `text` looks through everything that was recorded. */
export function matchesFilter(filter: EventFilter, event: { body: EventBody; line: string }): boolean {
  const { body } = event;
  if (filter.type !== undefined && body.type !== filter.type && !body.type.startsWith(`${filter.type}.`)) return false;
  if (filter.step !== undefined && body.subject.step !== filter.step) return false;
  if (filter.actor !== undefined && body.actor.op_id !== filter.actor && body.actor.name !== filter.actor) return false;
  if (filter.outcome !== undefined && body.outcome !== filter.outcome) return false;
  return filter.text === undefined || filter.text === "" || event.line.toLowerCase().includes(filter.text.toLowerCase());
}

/** Whether a filter leaves anything out at all. */
export const isFiltering = (filter: EventFilter | undefined): filter is EventFilter =>
  filter !== undefined && Object.values(filter).some((value) => value !== undefined && value !== "");
