// The installation as one answer: what a window draws first, and again after every app.changed.
// Owns: putting it together. Secrets and sessions of other callers are not in it.
import { existsSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { APP_VERSION } from "../ports.ts";
import type { AppSnapshot } from "../protocol/index.ts";
import type { Caller } from "./access.ts";
import type { Context } from "./context.ts";

export async function snapshot(context: Context, caller: Caller): Promise<AppSnapshot> {
  const { store, people, settings, ports } = context;
  const head = store.head(store.install);
  return {
    version: APP_VERSION,
    install: store.installId,
    home: context.home,
    hasOperators: people.hasOperators(),
    session: people.session(caller.id),
    solo: people.isSolo(),
    settings: settings.get(),
    folders: context.library.now(),
    contexts: context.contexts().entries,
    logs: store.summaries(),
    activeRun: context.runs.activeRun(),
    host: { ...context.host, isReadOnly: context.host.isReadOnly || caller.isReadOnly },
    diskFreeBytes: await diskFree(context.home),
    clock: clockState(),
    osUser: ports.place.osUser,
    zone: ports.clock.zone().name,
    installEvents: head.seq,
    installFingerprint: head.fingerprint,
    startedAt: context.startedAt,
    recordProblem: [store.problem ?? "", ...people.rosterProblems(), ...context.lost].filter((words) => words !== "").join(" ") || null,
  };
}

/** Free bytes of the disk that holds the directory; null where the system does not say. */
export async function diskFree(directory: string): Promise<number | null> {
  try {
    const { bavail, bsize } = await statfs(directory);
    return bavail * bsize;
  } catch {
    return null; // a network file system without the call: shown as unknown
  }
}

/** systemd-timesyncd leaves this file when the clock was set from the network; elsewhere nothing can be said without rights. */
function clockState(): AppSnapshot["clock"] {
  return existsSync("/run/systemd/timesync/synchronized") ? "in step" : "unknown";
}
