// What the engine's handlers share. Owns: the type and who a caller is. Does nothing else.
import type { LoadedContexts } from "../cluster/index.ts";
import type { Folders, Scanner } from "../library/index.ts";
import type { People } from "../people/index.ts";
import type { Ports } from "../ports.ts";
import type { EventName, HostCapabilities, LibraryFolder, PayloadOf } from "../protocol/index.ts";
import type { RecordStore } from "../record/index.ts";
import type { RunDeps, RunService, Who } from "../run/index.ts";
import type { SettingsStore } from "../settings/index.ts";
import type { Caller } from "./access.ts";
import type { createRows } from "./rows.ts";

export type Emit = <E extends EventName>(event: E, payload: PayloadOf<E>) => void;
export type Context = {
  home: string;
  env: Record<string, string | undefined>;
  ports: Ports;
  host: HostCapabilities;
  store: RecordStore;
  people: People;
  folders: Folders;
  scanner: Scanner;
  settings: SettingsStore;
  rows: ReturnType<typeof createRows>;
  runs: RunService;
  documents: RunDeps["documents"];
  contexts(): LoadedContexts;
  /** Scans again, or gives what the last scan found. */
  library(again: boolean): Promise<LibraryFolder[]>;
  emit: Emit;
  startedAt: string;
};

/** The person behind a caller, else the account of the operating system. */
export function whoOf(people: People, caller: Caller): Who {
  const session = people.session(caller.id);
  return {
    actor: people.actor(caller.id),
    roles: session?.operator.roles ?? [],
    title: session?.operator.title ?? "",
    isAuthenticated: session !== null,
  };
}
