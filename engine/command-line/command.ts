// The frame of every command: output, door, interruption, one place where errors become words and an exit code.
// Owns: that frame. Each command's own file knows its options.
import type { Door, DoorOptions } from "./door.ts";
import { createOutput, Ended, EXIT, ended, type Output, safe } from "./output.ts";

export type Scene = {
  output: Output;
  /** Opens the engine's door once; it is closed when the command ends. */
  door(options?: Partial<DoorOptions>): Promise<Door>;
  /** Called on Ctrl-C, SIGTERM and SIGHUP instead of ending at once. A second Ctrl-C does not wait for it. */
  onInterrupt(callback: () => void): void;
};

/**
 * An interrupted process whose disk takes nothing has ended 2 s after the signal: there is no orderly end to wait for. One that
 * can write has time for what it ends (Ctrl-C, SIGTERM, SIGKILL, the shell itself: about 5 s) and for its record. Milliseconds.
 */
const END_UNWRITTEN_MS = 1_500;
const END_AT_MOST_MS = 10_000;
const LOOK_MS = 50;

/** Runs a command's body and returns the process's exit code. */
export async function play(name: string, isJson: boolean, body: (scene: Scene) => Promise<number>): Promise<number> {
  const output = createOutput(isJson);
  let door: Door | null = null;
  let interrupt: (() => void) | null = null;
  let interrupts = 0;
  const onSignal = () => {
    interrupts += 1;
    if (interrupt === null || interrupts > 1) return endNow();
    interrupt();
    const since = performance.now();
    const watch = setInterval(() => {
      const waited = performance.now() - since;
      if (door?.isDraining() === true || waited < END_UNWRITTEN_MS) return;
      const isUnwritable = door?.engine?.cannotWrite() === true;
      if (!isUnwritable && waited < END_AT_MOST_MS) return;
      clearInterval(watch);
      output.progress("");
      output.say(
        `holdpoint ${name}: interrupted, and ${isUnwritable ? "the record cannot be written" : "what was running did not end in time"}. ` +
          "Its shells were ended; what ran in them stands as unknown once Holdpoint starts again with this data directory.",
      );
      endNow();
    }, LOOK_MS);
    watch.unref();
  };
  const endNow = () => {
    door?.engine?.endShells();
    process.exit(EXIT.interrupted); // SQLite's log is whole at any moment
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, onSignal);
  try {
    return await body({
      output,
      async door(options = {}) {
        if (door !== null) return door;
        // Loaded here and not above: `parse`, `lint` and `verify` need no engine, and start much faster without one.
        const { openDoor } = await import("./door.ts");
        const opened = await openDoor({ door: name, report: (line) => output.say(line), ...options });
        if (!opened.ok) throw ended(opened.error);
        door = opened.value;
        return door;
      },
      onInterrupt: (callback) => {
        interrupt = callback;
      },
    });
  } catch (error) {
    if (!(error instanceof Ended)) throw error;
    if (error.failure !== null) {
      output.progress("");
      output.say(`holdpoint ${name}: ${safe(error.failure.message)}`);
      if (isJson) output.json({ error: error.failure });
    }
    return error.exitCode;
  } finally {
    await (door as Door | null)?.close();
  }
}

/** The value of a result, or the command ends with its error. */
export function need<T>(result: { ok: true; value: T } | { ok: false; error: import("../protocol/index.ts").Failure }): T {
  if (!result.ok) throw ended(result.error);
  return result.value;
}
