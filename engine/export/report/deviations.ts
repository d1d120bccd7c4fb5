// What went otherwise than the text says, with who answered for it and why; and what the engine noticed by itself.
// Owns: which events are one and which the other.
import type { StoredEvent } from "../../protocol/index.ts";
import { type Data, dataOf, listOf, textOf } from "./read.ts";
import { GLASS, wordOf } from "./words.ts";

export type Deviation = { seq: number; at: string; kind: string; what: string; by: string; role: string; reason: string };
export type Noticed = { seq: number; at: string; what: string; state: string };

type Kind = (event: StoredEvent["body"], data: Data) => { kind: string; what?: string } | null;
const DEVIATIONS: Record<string, Kind> = {
  "step.skipped": ({ subject }, data) => (data["applies"] === false ? null : { kind: "Skip", what: `Step ${subject.step} was skipped` }),
  "step.judged": ({ subject, outcome }) => ({ kind: "Judgement", what: `The unknown end of step ${subject.step} was ${outcome}` }),
  "run.started": ({ reason }, data) =>
    reason === "" ? null : (wayBackOf(data) ?? { kind: "Override", what: `“${textOf(data, "title")}” was started against its preflight` }),
  "step.started": ({ reason, subject }) =>
    reason === ""
      ? null
      : {
          kind: subject.attempt > 1 ? "Repeat" : "Override",
          what: `Step ${subject.step} was started all the same (attempt ${subject.attempt})`,
        },
  "block.started": ({ reason, subject }, data) =>
    reason === ""
      ? null
      : { kind: "Override", what: `A command of step ${subject.step} was run all the same: ${firstLine(textOf(data, "text"))}` },
  "run.aborted": () => ({ kind: "Abort", what: "The run was aborted" }),
  "run.finished": ({ reason }) => (reason === "" ? null : { kind: "Override", what: "The run was finished with steps not passed" }),
  "run.amended": (_, data) => ({ kind: "Amendment", what: `The text of the run was changed in mid-run: ${changesOf(data)}` }),
  "run.amendment_rejected": () => ({ kind: "Amendment rejected" }),
  "item.answered": ({ outcome, actor }, data) => {
    const state = outcome || textOf(data, "state");
    if (state === "waived")
      return {
        kind: "Waiver",
        what: `${textOf(data, "item")} was waived until ${textOf(data, "expires").slice(0, 10)}, approved by ${textOf(data, "approver_name") || "nobody else"}`,
      };
    if (state === "not-applicable") return { kind: "Not applicable", what: `${textOf(data, "item")} does not apply` };
    return state === "open" && actor.op_id === "engine" ? { kind: "Reopened", what: `${textOf(data, "item")} is open again` } : null;
  },
  "evidence.removed": (_, data) => ({ kind: "Evidence struck out", what: `Evidence of event ${textOf(data, "seq")} was struck out` }),
  "checklist.adopted": ({ reason }, data) =>
    reason === "" ? null : { kind: "Other text", what: `Another text of the checklist was taken: ${textOf(data, "title")}` },
  "launch.changed": ({ reason }, data) =>
    reason === "" ? null : { kind: "Facts changed", what: `Changed: ${Object.keys((data["changes"] ?? {}) as object).join(", ")}` },
  // Go comes of the signed decision, which has a section of its own.
  "launch.state": ({ reason }, data) =>
    reason === "" || textOf(data, "to") === "go"
      ? null
      : { kind: "State", what: `${wordOf(textOf(data, "from"))} to ${wordOf(textOf(data, "to"))}` },
  "break_glass.opened": (_, data) => ({
    kind: "Break-glass",
    what: `Glass broken: ${GLASS[textOf(data, "kind")] ?? textOf(data, "kind")}; review due ${textOf(data, "review_due").slice(0, 10)}`,
  }),
  "signoff.withdrawn": (_, data) => ({ kind: "Signature taken back", what: `Signature ${textOf(data, "signature")}` }),
  "decision.withdrawn": () => ({ kind: "Decision withdrawn" }),
  "people.unassigned": ({ reason }, data) =>
    reason === "" ? null : { kind: "People", what: `${textOf(data, "name")} no longer ${textOf(data, "role")}` },
};

/** A run that goes back from another gives the reason for that; it is no override. */
function wayBackOf(data: Data): { kind: string; what: string } | null {
  const title = textOf(dataOf(data, "undoes"), "title");
  return title === "" ? null : { kind: "Way back", what: `“${textOf(data, "title")}” was gone back from: ${title}` };
}

export function deviationsOf(events: readonly StoredEvent[], wordsOf: (event: StoredEvent) => string): Deviation[] {
  return events.flatMap((event) => {
    const { body } = event;
    const found =
      DEVIATIONS[body.type]?.(body, body.data as Data) ??
      (body.corrects > 0 ? { kind: "Correction", what: `Event ${body.corrects} was corrected` } : null);
    if (found === null) return [];
    const { kind, what = wordsOf(event) } = found;
    return [{ seq: body.seq, at: body.ts_utc, kind, what, by: body.actor.name, role: body.actor.role, reason: body.reason }];
  });
}

const NOTICED = new Set(["run.crash_recovered", "clock.step", "access.refused"]);
/** Ends that nobody wanted, clusters that were not the pinned one, crashes, jumps of the clock, refusals. */
export function noticedOf(events: readonly StoredEvent[], wordsOf: (event: StoredEvent) => string): Noticed[] {
  return events.flatMap((event) => {
    const { type, outcome, subject, seq, ts_utc, data } = event.body;
    const at = { seq, at: ts_utc };
    if (type === "step.ended" && (outcome === "failed" || outcome === "unknown"))
      return [{ ...at, state: outcome, what: `Step ${subject.step}, attempt ${subject.attempt}: ${textOf(data as Data, "because")}` }];
    if (type === "cluster.checked" && textOf(data as Data, "state") !== "proved") return [{ ...at, state: "failed", what: wordsOf(event) }];
    if (type === "item.checked" && (outcome === "failed" || outcome === "unknown"))
      return [{ ...at, state: outcome, what: `Check of ${textOf(data as Data, "item")}: ${textOf(data as Data, "because")}` }];
    return NOTICED.has(type) ? [{ ...at, state: "unknown", what: wordsOf(event) }] : [];
  });
}

const changesOf = (data: Data): string =>
  (listOf(data, "changes") as Data[]).map((one) => `${textOf(one, "number")} ${textOf(one, "change")}`.trim()).join(", ") ||
  "no step of it";
const firstLine = (text: string): string => text.split("\n", 1)[0] ?? "";
