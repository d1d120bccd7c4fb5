// Tells of what becomes overdue in launches under way, at the moment it does, each alarm once per start of the engine.
// Owns: the timers. What stands is computed (duty.ts); a restart tells again, since nobody may have heard it the first time.
import type { LaunchAlarm, LaunchId, LaunchView } from "../protocol/index.ts";
import { nextMoment } from "./duty.ts";

/** The wall clock is read again at least so often: it may jump, and a laptop sleeps. Milliseconds. */
const LONGEST_WAIT_MS = 30_000;
/** Between two looks at one launch: events come in bursts. Milliseconds. */
const SHORTEST_WAIT_MS = 100;

export type AlarmDeps = {
  now(): number;
  /** The launch as it stands now; null where it cannot be read. */
  look(launch: LaunchId): Promise<LaunchView | null>;
  tell(launch: LaunchId, name: string, alarm: LaunchAlarm): void;
  /** What the view says has changed with the time alone. */
  changed(launch: LaunchId, view: LaunchView): void;
};

export function createAlarms(deps: AlarmDeps) {
  const told = new Map<LaunchId, Set<string>>();
  const timers = new Map<LaunchId, { timer: NodeJS.Timeout; at: number }>();
  let isClosed = false;

  function mark(launch: LaunchId, wait = SHORTEST_WAIT_MS): void {
    if (isClosed) return;
    const at = performance.now() + wait;
    const known = timers.get(launch);
    // The earlier look stands: a launch that changes all the time is looked at all the same.
    if (known && known.at <= at) return;
    clearTimeout(known?.timer);
    const timer = setTimeout(() => {
      timers.delete(launch);
      void look(launch);
    }, wait);
    timer.unref();
    timers.set(launch, { timer, at });
  }

  async function look(launch: LaunchId): Promise<void> {
    const view = await deps.look(launch).catch(() => null);
    if (isClosed) return;
    if (view === null) return mark(launch, LONGEST_WAIT_MS);
    const { header, duty, plan, watch } = view;
    const known = told.get(launch) ?? new Set<string>();
    const standing = new Set(duty.alarms.map((one) => one.key));
    for (const alarm of duty.alarms) if (!known.has(alarm.key)) deps.tell(launch, header.facts.name, alarm);
    const isSame = known.size === standing.size && [...standing].every((key) => known.has(key));
    told.set(launch, standing);
    if (!isSame) deps.changed(launch, view);
    if (header.state === "closed") return;
    const now = deps.now();
    const next = nextMoment({ facts: header.facts, state: header.state, plan, watch, duty }, now);
    if (next !== null) mark(launch, Math.max(SHORTEST_WAIT_MS, Math.min(LONGEST_WAIT_MS, next - now)));
  }

  return {
    /** Looks soon: something of the launch has changed. */
    mark: (launch: LaunchId): void => mark(launch),
    look,
    close(): void {
      isClosed = true;
      for (const { timer } of timers.values()) clearTimeout(timer);
    },
  };
}
