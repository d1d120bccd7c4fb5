// The recordings of a run's step attempts: where they lie, and that each is closed with its hash on record.
// Owns: names and closing. Does not write them: that is the shell's work.
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { type CanonicalValue, fail, ok, type Result, type Verdict } from "../protocol/index.ts";
import { closeAfterCrash, openRecording, type Recording } from "../shell/index.ts";
import type { LiveRun, RunDeps } from "./deps.ts";
import { appendOrKeep, ENGINE, eventOf, holdByEngine } from "./live.ts";

/** Size that replay assumes until the first resize; the terminal's own when it opens. */
const COLS = 120;
const ROWS = 32;

/** Characters behind at which the shell room stops reading the terminal, so that its command stands still (engine/shell/output.ts). */
const STALLED_CHARS = 4 << 20;
const LOOK_MS = 100;

/** Begun when a recording's disk refuses: says when the command stands still for it, and when it goes on. Ends when nothing waits. */
function watchStall(deps: RunDeps, live: LiveRun): void {
  if (live.stallWatch !== null) return;
  live.stallWatch = setInterval(() => {
    const behind = Math.max(0, ...[...live.recordings.values()].map(({ recording }) => recording.backlog()));
    const isStalled = behind >= STALLED_CHARS || (live.isStalled && behind > STALLED_CHARS / 4);
    if (isStalled !== live.isStalled) {
      live.isStalled = isStalled;
      deps.notify.changed(live.run, null);
    }
    if (behind > 0 || live.stallWatch === null) return;
    clearInterval(live.stallWatch);
    live.stallWatch = null;
  }, LOOK_MS);
  live.stallWatch.unref();
}

/** One recording per step attempt; a background block has its own, since its output goes on while other blocks write. */
export function recordingOf(
  deps: RunDeps,
  live: LiveRun,
  step: string,
  attempt: number,
  background: number | null,
): Result<{ recording: Recording; path: string }> {
  const key = background === null ? step : `${step}#${background}`;
  const open = live.recordings.get(key);
  if (open) return ok(open);
  const found = freePath(deps, live, step, attempt, background === null ? "" : `.background-${background}`);
  if (!found.ok) return found;
  const path = found.value;
  const recording = openRecording(join(deps.home, "recordings", path), {
    cols: COLS,
    rows: ROWS,
    title: recordingTitle(live, step, attempt),
    env: { TERM: "xterm-256color" },
    clock: deps.ports.clock,
  });
  recording.onError(() => watchStall(deps, live));
  const entry = { recording, path };
  live.recordings.set(key, entry);
  return ok(entry);
}

export const recordingTitle = (live: LiveRun, step: string, attempt: number): string =>
  live.redactor.redactText(`${live.state.title} · ${step} · attempt ${attempt}`);

/** A name below `recordings` that nothing has yet; its folder is there then. */
export function freePath(deps: RunDeps, live: LiveRun, step: string, attempt: number, suffix: string): Result<string> {
  const position = String((live.state.positions.get(step) ?? 0) + 1).padStart(4, "0");
  const name = step
    .toLowerCase()
    .replaceAll(/[^a-z0-9._-]+/g, "-")
    .slice(0, 60);
  const folder = join(deps.home, "recordings", live.run);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === undefined) throw error;
    return fail(
      code === "ENOSPC" || code === "EDQUOT" ? "disk-full" : "unreadable",
      `The folder ${folder} for recordings cannot be made (${code}). A command is never run unrecorded: put that right, then run the step.`,
    );
  }
  const stem = `${live.run}/${position}-${name}.${attempt}${suffix}`;
  // An attempt that goes on after a restart gets a second file: the first was closed by its hash on record.
  let path = `${stem}.cast`;
  for (let part = 2; existsSync(join(deps.home, "recordings", path)); part += 1) path = `${stem}.part-${part}.cast`;
  return ok(path);
}

/** Closes the recording if one is open, and gives what binds it: path, hash, size. No hash where the disk refused. */
export async function closeRecording(deps: RunDeps, live: LiveRun, key: string, outcome: Verdict): Promise<Record<string, CanonicalValue>> {
  const open = live.recordings.get(key);
  if (!open) return { recording: "", recording_sha256: "", recording_bytes: 0 };
  live.recordings.delete(key);
  try {
    const { sha256, bytes } = await open.recording.close(outcome === "passed" ? 0 : outcome === "failed" ? 1 : null);
    return { recording: open.path, recording_sha256: sha256, recording_bytes: bytes };
  } catch (error) {
    holdByEngine(deps, live, error instanceof Error ? error.message : String(error), null);
    return { recording: open.path, recording_sha256: "", recording_bytes: 0 };
  }
}

/** Closes a recording that no step's end will close, with an event of its own. */
export async function recordClosed(deps: RunDeps, live: LiveRun, key: string, outcome: Verdict): Promise<void> {
  if (!live.recordings.has(key)) return;
  const data = await closeRecording(deps, live, key, outcome);
  const step = key.split("#", 1)[0] ?? "";
  const attempt = live.state.steps[live.state.positions.get(step) ?? -1]?.attempt ?? 0;
  appendOrKeep(deps, live, [eventOf(live, ENGINE, { type: "recording.closed", step, attempt, data })]);
}

/** Cuts off what the crash left half written, and gives what binds the rest. */
export async function hashAfterCrash(deps: RunDeps, recording: string | null): Promise<Record<string, CanonicalValue>> {
  if (recording === null || recording === "") return { recording: "", recording_sha256: "", recording_bytes: 0 };
  try {
    const { sha256, bytes, repaired } = await closeAfterCrash(join(deps.home, "recordings", recording));
    return { recording, recording_sha256: sha256, recording_bytes: bytes, recording_repaired: repaired };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    // The engine ended between the start on record and the first byte on disk: there is nothing to hash, and the record says so.
    return { recording, recording_sha256: "", recording_bytes: 0 };
  }
}
