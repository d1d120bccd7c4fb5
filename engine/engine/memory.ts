// Gives memory back once the work that took it is over: V8 keeps the pages of a burst of output until it needs them again, and on a night that
// is until morning. Owns: when a collection is asked for. Never while anything runs: what is asked for stops the process for its time.
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** Between two looks, milliseconds. */
const LOOK_MS = 1_000;
/** Looks in a row that found nothing to do before it is asked for. */
const QUIET_LOOKS = 3;
/** Resident memory that came since the last time, bytes: less is not worth stopping for. */
const WORTH_IT = 48 * 1024 * 1024;

type Collect = (options: { type: "major"; execution: "sync"; flavor: "last-resort" }) => void;

/** V8's own; null where this runtime does not give it. */
function collector(): Collect | null {
  try {
    setFlagsFromString("--expose-gc");
    const gc: unknown = runInNewContext("gc");
    return typeof gc === "function" ? (gc as Collect) : null;
  } catch {
    return null;
  }
}

/** Looks from now on until `stop`. `isWorking`: something runs whose output or answer somebody waits for. */
export function giveMemoryBack(isWorking: () => boolean): { stop(): void } {
  const collect = collector();
  if (collect === null) return { stop: () => {} };
  let least = process.memoryUsage.rss();
  let quiet = 0;
  const timer = setInterval(() => {
    if (isWorking()) {
      quiet = 0;
      return;
    }
    quiet += 1;
    const resident = process.memoryUsage.rss();
    if (quiet < QUIET_LOOKS || resident < least + WORTH_IT) {
      least = Math.min(least, resident);
      return;
    }
    collect({ type: "major", execution: "sync", flavor: "last-resort" });
    // What is still there now is needed: only more than that is a reason to ask again.
    least = process.memoryUsage.rss();
    quiet = 0;
  }, LOOK_MS);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}
