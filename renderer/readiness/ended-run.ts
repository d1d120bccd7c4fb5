// A run that has ended, in parts of words. Pure. Owns: what is said of its pace, its age and its recovery; drawing is EndedRun.tsx.
import type { RunSource } from "../../engine/protocol/index.ts";

const DAY = 86_400_000;
const HOUR = 3_600_000;

/** `43 days`, `5 h`, `12 min`: coarse, as an age is read. */
export function ageOf(ms: number): string {
  if (ms >= 2 * DAY) return `${Math.floor(ms / DAY)} days`;
  if (ms >= HOUR) return `${Math.floor(ms / HOUR)} h`;
  return ms < 60_000 ? "less than a minute" : `${Math.floor(ms / 60_000)} min`;
}

/** How it was practised, after a comma; "" for a live run. A reader must not take a walk for a recovery. */
export function paceWords({ mode, way, compress, speed }: RunSource): string {
  if (mode !== "rehearsal") return "";
  const ways = { walk: "walked through, nothing was run", replay: "replayed, nothing was run", sandbox: "run in a sandbox" };
  const parts = [ways[way ?? "sandbox"]];
  if (compress !== 1) parts.push(`waits compressed by ${compress}`);
  if (way === "replay" && speed !== 1) parts.push(speed === 0 ? "played at once" : `played at ${speed} times its speed`);
  return `, ${parts.join(", ")}`;
}

type Part = { name: string; value: string; against: string; tone: "" | "ok-text" | "fail-text" };

export function recoveryParts(recovery: NonNullable<RunSource["recovery"]>, duration: (ms: number) => string): Part[] {
  const { rtoMs, rtoTextMs, rtoTargetMs, rpoMs, rpoTargetMs, missing } = recovery;
  const part = (name: string, ms: number | null, targetMs: number | null, open: string, more: string): Part => ({
    name,
    value: ms === null ? open : duration(ms),
    against: `${targetMs === null ? "" : `of ${duration(targetMs)}`}${more}`,
    tone: ms === null || targetMs === null ? "" : ms <= targetMs ? "ok-text" : "fail-text",
  });
  return [
    part(
      "Recovery time",
      rtoMs,
      rtoTargetMs,
      "not verified",
      rtoTextMs === null ? "" : `, ${duration(rtoTextMs)} with the waits of the text`,
    ),
    part("Data lost", rpoMs, rpoTargetMs, "not measured", missing.length === 0 ? "" : `, not measured by ${missing.join(", ")}`),
  ];
}
