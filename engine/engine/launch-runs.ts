// Launches as the run room needs them: the log, the cluster, and whether production may be touched yet.
// Owns: that reading of a launch. The launch itself is engine/launch, which knows nothing of shells.
import type { LaunchService } from "../launch/index.ts";
import {
  fail,
  type LaunchId,
  type LaunchView,
  ok,
  type Result,
  type RunId,
  type RunView,
  type StartRequest,
  type StoredEvent,
} from "../protocol/index.ts";
import type { RecordStore } from "../record/index.ts";
import type { LaunchForRun, LaunchWindow, Who } from "../run/index.ts";
import type { Context } from "./context.ts";

/** States in which the decision stands and is acted on. */
const DECIDED: readonly string[] = ["go", "cut-over", "watch"];

export async function launchForRun(launches: LaunchService, launch: LaunchId): Promise<Result<LaunchForRun>> {
  const found = await launches.get(launch);
  if (!found.ok) return found;
  const { header } = found.value.view;
  if (header.state === "closed")
    return fail("conflict", `${header.facts.name} is closed: its record is complete, and nothing can be added to it.`);
  return ok({ log: header.log, name: header.facts.name, context: header.facts.context, notYet: notYet(found.value.view) });
}

/** What waits in the launch for somebody, in words, for whoever takes over one of its runs. */
export async function waitingIn(launches: LaunchService, launch: LaunchId, besides: RunId): Promise<string[]> {
  const found = await launches.get(launch);
  if (!found.ok) return [];
  const { duty, decisions, notes } = found.value.view;
  return [
    ...duty.loops.filter((one) => one.closedAt === null && one.run !== besides).map((one) => `Open in the launch: ${one.name}`),
    ...decisions
      .filter((one) => one.state === "taken")
      .flatMap((one) =>
        one.conditions.filter(({ closedAt }) => closedAt === null).map(({ text, owner }) => `Condition of the decision, ${owner}: ${text}`),
      ),
    ...notes.filter((one) => one.kind === "incident" && one.closedAt === null).map((one) => `Incident of the launch: ${one.title}`),
  ];
}

/** A run that is part of a launch keeps to its plan, and the first of the plan begins the cut-over. A rehearsal stands for no entry. */
export function startRun(context: Pick<Context, "launches" | "runs">, who: Who, request: StartRequest): Promise<Result<RunView>> {
  const { launch, planEntry, overrideReason, path } = request;
  if (launch === undefined || request.mode === "rehearsal") return context.runs.start(who, request);
  return context.launches.startInPlan(who, { launch, path, planEntry, overrideReason }, (entry) =>
    context.runs.start(who, entry === null ? request : { ...request, planEntry: entry }),
  );
}

/** Without a go production is touched only where the glass was broken for that, by two. */
function notYet({ header, breakGlass }: LaunchView): string {
  if (DECIDED.includes(header.state)) return "";
  if (breakGlass.some((one) => one.kind === "no-go-override" && !one.isOpen && one.reviewedAt === null)) return "";
  return `it is in ${header.state}, and the decision to go has not been taken and signed; without it the glass is broken by two people`;
}

const FACTS = ["launch.created", "launch.changed"];

/** Window and zone of launches, for every header of their runs. */
export function createWindows(store: RecordStore): (launch: LaunchId) => LaunchWindow | null {
  return remembered(store, FACTS, (events) => {
    const facts: Record<string, unknown> = {};
    for (const { body } of events) {
      Object.assign(facts, body.data["facts"] ?? {});
      for (const [key, change] of Object.entries(body.data["changes"] ?? {})) facts[key] = (change as { to?: unknown } | null)?.to;
    }
    const text = (key: string) => (typeof facts[key] === "string" ? facts[key] : "");
    return { start: text("windowStart") || null, end: text("windowEnd") || null, zone: text("zone") };
  });
}

const ROLES = ["people.assigned", "people.unassigned"];

/** Who holds which role in a launch, for every step of its runs that names one. */
export function createAssigned(store: RecordStore): (launch: LaunchId) => { operator: string; role: string }[] {
  const read = remembered(store, ROLES, (events) => {
    const held = new Map<string, { operator: string; role: string }>();
    for (const { body } of events) {
      const one = { operator: String(body.data["op_id"] ?? ""), role: String(body.data["role"] ?? "") };
      const key = JSON.stringify(one);
      if (body.type === "people.assigned") held.set(key, one);
      else held.delete(key);
    }
    return [...held.values()];
  });
  return (launch) => read(launch) ?? [];
}

/** What a launch's events of these types say: read once, and again when one more was written. Null where there is no such launch. */
function remembered<T>(store: RecordStore, types: string[], read: (events: StoredEvent[]) => T): (launch: LaunchId) => T | null {
  const known = new Map<LaunchId, T>();
  store.onAppended((_, { body }) => {
    if (types.includes(body.type)) known.delete(body.subject.launch as LaunchId);
  });
  return (launch) => {
    const before = known.get(launch);
    if (before !== undefined) return before;
    const entry = store.logs().find((one) => one.kind === "launch" && one.genesis["launch"] === launch);
    if (!entry) return null;
    const found = read(store.eventsOfType(entry.log, types));
    known.set(launch, found);
    return found;
  };
}
