// The debrief in words: what a fault came to, and how the team did. Owns: the sentences of this screen. Pure.
import type { Debrief, DebriefFault, NoticeHow } from "../../engine/protocol/index.ts";
import { formatDuration, plural } from "../design/format.ts";

export const HOW_WORDS: Record<NoticeHow, string> = {
  said: "said so",
  held: "held the run",
  judged: "judged the step",
  cancelled: "cancelled the command",
  retried: "ran the step again",
  "went back": "went back",
  skipped: "skipped the step",
  gate: "went on with the gate",
};

export type Stand = { state: "passed" | "nearmiss" | "failed" | "open" | "na"; word: string };

/** One word for a fault: met and dealt with, only noticed, missed, or not come at all. */
export function standOf({ state, noticed, handled }: DebriefFault): Stand {
  if (state === "never") return { state: "open", word: "Did not come" };
  if (state === "left-out") return { state: "na", word: "Left out" };
  if (noticed === null) return { state: "failed", word: "Not noticed" };
  return handled === null ? { state: "nearmiss", word: "Noticed, not dealt with" } : { state: "passed", word: "Noticed and dealt with" };
}

/** The head of the page. */
export function resultWords({ figures }: Debrief): { state: Stand["state"]; title: string; detail: string } {
  const { planned, injected, noticed, handled, medianNoticeMs, slowestNoticeMs } = figures;
  if (injected === 0)
    return {
      state: "open",
      title: "No fault came",
      detail: `${plural(planned, "fault")} planned; the rehearsal ended before any of them.`,
    };
  const missed = injected - noticed;
  const times =
    medianNoticeMs === null || slowestNoticeMs === null
      ? ""
      : noticed === 1
        ? ` It took ${formatDuration(medianNoticeMs)} to notice.`
        : ` Noticed after ${formatDuration(medianNoticeMs)} in the middle, ${formatDuration(slowestNoticeMs)} at the longest.`;
  const rest = planned > injected ? ` ${plural(planned - injected, "fault")} did not come.` : "";
  const detail = `${handled} of ${injected} dealt with.${times}${rest}`;
  if (missed === 0)
    return { state: handled === injected ? "passed" : "nearmiss", title: `All ${injected === 1 ? "of it" : injected} noticed`, detail };
  return { state: "failed", title: `${missed} of ${injected} not noticed`, detail };
}

/** `Rehearsal 2 took 4:31, rehearsal 3 did not notice it.` */
export function earlierWords(earlier: DebriefFault["earlier"]): string {
  if (earlier.length === 0) return "";
  const each = [...earlier]
    .reverse()
    .map(
      ({ number, noticedAfterMs }) =>
        `rehearsal ${number} ${noticedAfterMs === null ? "did not notice it" : `took ${formatDuration(noticedAfterMs)}`}`,
    );
  return `${each.join(", ").replace(/^r/, "R")}.`;
}
