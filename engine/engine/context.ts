// What the engine's handlers share. Owns: the type. Does nothing.
import type { LoadedContexts } from "../cluster/index.ts";
import type { Folders, Scanner } from "../library/index.ts";
import type { People } from "../people/index.ts";
import type { Ports } from "../ports.ts";
import type { EventName, HostCapabilities, LibraryFolder, PayloadOf } from "../protocol/index.ts";
import type { RecordStore } from "../record/index.ts";
import type { RunDeps, RunService } from "../run/index.ts";
import type { SettingsStore } from "../settings/index.ts";
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
