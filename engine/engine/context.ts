// What the engine's handlers share. Owns: the type. Does nothing.
import type { LoadedContexts } from "../cluster/index.ts";
import type { LaunchService } from "../launch/index.ts";
import type { Folders, Library } from "../library/index.ts";
import type { People } from "../people/index.ts";
import type { Ports } from "../ports.ts";
import type { EventName, HostCapabilities, PayloadOf } from "../protocol/index.ts";
import type { RecordStore } from "../record/index.ts";
import type { RunDeps, RunService } from "../run/index.ts";
import type { SettingsStore } from "../settings/index.ts";
import type { FollowLinks } from "./follow.ts";
import type { Lookers } from "./lookers.ts";
import type { JoinedPast } from "./past.ts";
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
  settings: SettingsStore;
  rows: ReturnType<typeof createRows>;
  runs: RunService;
  launches: LaunchService;
  documents: RunDeps["documents"];
  contexts(): LoadedContexts;
  library: Library;
  /** What can be replayed: the record's own runs, and those unpacked here. */
  past: JoinedPast;
  /** Path by source hash of texts that were opened by themselves, of no opened folder: they can be reviewed all the same. */
  openedTexts: Map<string, string>;
  emit: Emit;
  follow: FollowLinks;
  lookers: Lookers;
  startedAt: string;
  /** Runs without an end that could not be put back, in words. */
  lost: string[];
};
