// Where the record lies in a data directory. Owns: the names.
import { join } from "node:path";

export type Places = { home: string; database: string; sidecar: string; key: string; lock: string; backups: string; recordings: string };

export const placesOf = (home: string): Places => ({
  home,
  database: join(home, "holdpoint.db"),
  sidecar: join(home, "checkpoints.ndjson"),
  key: join(home, "install.key"),
  lock: join(home, "engine.lock"),
  backups: join(home, "backups"),
  /** `data.recording` of an event is a path below this folder. */
  recordings: join(home, "recordings"),
});
