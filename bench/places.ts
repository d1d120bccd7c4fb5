// Folders and logs for measuring. Owns: making and removing them. Measures nothing.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { realPorts } from "../engine/ports.ts";
import type { Actor, LogId } from "../engine/protocol/index.ts";
import { openRecordStore, type RecordStore } from "../engine/record/index.ts";

export const ACTOR: Actor = { op_id: "bench", name: "Bench", role: "operator", session: "bench", on_behalf_of: "" };

/** Runs `work` with a folder of its own on the disk (not a tmpfs: durability is part of what is measured), then removes it. */
export async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(process.env["HOLDPOINT_BENCH_DIR"] ?? tmpdir(), "holdpoint-bench-"));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export function openStore(home: string): RecordStore {
  const opened = openRecordStore({ home, ports: realPorts() });
  if (!opened.ok) throw new Error(opened.error.message);
  return opened.value;
}

export function createRunLog(store: RecordStore): LogId {
  return store.createLog({ kind: "run", genesis: { run: "run-01ARZ3NDEKTSV4RRFFQ69G5FAV", title: "Bench" }, actor: ACTOR });
}

/** An event of the size that a block's end has. */
export const EVENT = {
  type: "block.ended",
  actor: ACTOR,
  subject: { run: "run-01ARZ3NDEKTSV4RRFFQ69G5FAV", mode: "live", step: "roll-out", attempt: 1, cluster: "main" },
  outcome: "passed",
  data: {
    block: 0,
    kind: "exit",
    exit_code: 0,
    pipe_status: [0],
    because: "exit 0",
    duration_ms: 6400,
    bytes: 20_480,
    output_sha256: "0".repeat(64),
    recording: "recordings/roll-out-1.cast",
    redactions: {},
  },
};
