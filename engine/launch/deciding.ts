// The decision, the way from go to closed, and the glass that may be broken on it. Owns: what each step needs.
// A decision is proposed here and taken by its signatures (subjects.ts); nothing of the board is typed.
import { CARRIED, decimal, decisionRule, duration, minute, neededFor, openDecision, stops, takenDecision } from "../checklist/index.ts";
import { fail, type LaunchState, ok, type Result } from "../protocol/index.ts";
import { personOf } from "./commands.ts";
import { basisDigest } from "./decision-basis.ts";
import type { LaunchDeps, Params, Who } from "./deps.ts";
import { KEEPERS, LEADERS, mayChange, notClosed } from "./guards.ts";
import type { Live, Lives } from "./live.ts";
import { planView } from "./plan.ts";
import { compute } from "./view.ts";
import { watchConfig, watchEnd } from "./watch.ts";

/** A broken glass is reviewed within three days unless said otherwise. Milliseconds. */
const REVIEW_MS = 72 * 3_600_000;

/**
 * Go: nothing may stand against it under the list's rule; an approved waiver that has not run out counts as settled.
 * Conditional go: names conditions with owner and due time, and carries what the rule would otherwise stop at, but only open risks that
 * are not critical (board.ts: `critical-risk`); open, failed or flagged items and missing signatures stop it like a plain go.
 * No-go: always possible, with a reason; what stood against a go then is recorded with it.
 */
export function propose(deps: LaunchDeps, lives: Lives, live: Live, who: Who, params: Params<"launch.propose">): Result<null> {
  const allowed = mayChange(deps, live, who, LEADERS, "launch.propose");
  if (!allowed.ok) return allowed;
  const { state } = live;
  if (!["preparing", "ready", "go"].includes(state.state))
    return fail("conflict", `${state.facts.name} is in ${state.state}: the decision has been acted on.`);
  const { outcome } = params;
  const given = params.conditions ?? [];
  const reason = deps.redactText(params.reason?.trim() ?? "");
  const taken = takenDecision(state.decisions);
  if (reason === "" && outcome === "no-go") return fail("reason-needed", "A no-go needs a reason.");
  if (reason === "" && taken !== null)
    return fail("reason-needed", `The decision ${taken.outcome} is in force. Give a reason for another one.`);
  if (outcome !== "conditional-go" && given.length > 0)
    return fail("invalid-params", `Conditions belong to a conditional go, not to a ${outcome}.`);
  if (outcome === "conditional-go" && given.length === 0)
    return fail("invalid-params", "A conditional go needs at least one condition with its owner and due time.");
  const conditions = [];
  for (const { text, owner, due } of given) {
    const person = personOf(deps, owner);
    if (!person.ok) return person;
    if (Date.parse(due) <= lives.now()) return fail("invalid-params", `The condition “${text}” would have been due at ${due} already.`);
    conditions.push({ text: deps.redactText(text), owner: person.value.id, due, closedAt: null, closedBy: "" });
  }
  const isAlone = lives.isAlone(live);
  const { items, categories, board } = compute(state, live.document, isAlone, lives.now());
  const rule = decisionRule(live.document);
  const against = board.blockers.filter((one) => stops(one, rule));
  const stopping = outcome === "no-go" ? [] : outcome === "go" ? against : against.filter((one) => !CARRIED.has(one.kind));
  if (stopping.length > 0) {
    const said = stopping.slice(0, 5).map((one) => one.text);
    const more = stopping.length > said.length ? ` and ${stopping.length - said.length} more` : "";
    return fail("not-ready", `${outcome === "go" ? "GO" : "Conditional GO"} is stopped by: ${said.join("; ")}${more}.`, {
      blockers: stopping,
    });
  }
  const proposal = { outcome, conditions };
  lives.append(live, allowed.value, [
    {
      type: "decision.proposed",
      outcome,
      reason,
      data: {
        id: `decision-${deps.ports.ids.next()}`,
        outcome,
        conditions: conditions.map(({ text, owner, due }) => ({ text, owner, due })),
        digest: basisDigest(state, proposal, categories, items),
        replaces: (openDecision(state.decisions) ?? taken)?.id ?? "",
        roles: rule.roles,
        needed: neededFor(rule.roles, rule.eyes, isAlone),
        blockers: against.map((one) => one.text),
      },
    },
  ]);
  return ok(null);
}

export function closeCondition(
  deps: LaunchDeps,
  lives: Lives,
  live: Live,
  who: Who,
  params: Params<"launch.closeCondition">,
): Result<null> {
  const decision = live.state.decisions.find((one) => one.id === params.decision);
  const condition = decision?.conditions[params.index];
  const isOwner = condition !== undefined && condition.owner === who.actor.op_id && who.isAuthenticated;
  // Who owns the condition may close it whatever their role; for everybody else it is a lead's.
  const allowed = isOwner ? (notClosed(live) ?? ok(who.actor)) : mayChange(deps, live, who, LEADERS, "launch.closeCondition");
  if (!allowed.ok) return allowed;
  if (!decision || !condition) return fail("not-found", `There is no condition ${params.index} of the decision ${params.decision}.`);
  if (decision.status !== "taken") return fail("conflict", `The decision is ${decision.status}: its conditions are not in force.`);
  if (condition.closedAt !== null) return fail("conflict", `“${condition.text}” was closed by ${condition.closedBy}.`);
  const data = { decision: params.decision, index: params.index, note: deps.redactText(params.note) };
  lives.append(live, allowed.value, [{ type: "condition.closed", data }]);
  return ok(null);
}

export function breakGlass(deps: LaunchDeps, lives: Lives, live: Live, who: Who, params: Params<"launch.breakGlass">): Result<null> {
  const allowed = mayChange(deps, live, who, KEEPERS, "launch.breakGlass");
  if (!allowed.ok) return allowed;
  const due = params.reviewDue ?? new Date(lives.now() + REVIEW_MS).toISOString();
  if (Date.parse(due) <= lives.now()) return fail("invalid-params", `The review would have been due at ${due} already.`);
  if (live.state.breakGlass.some((one) => one.kind === params.kind && one.reviewedAt === null))
    return fail(
      "already-exists",
      `The glass is broken for this already (${params.kind.replaceAll("-", " ")}). Have it confirmed or reviewed.`,
    );
  lives.append(live, allowed.value, [
    { type: "break_glass.opened", reason: deps.redactText(params.reason), data: { kind: params.kind, review_due: due } },
  ]);
  return ok(null);
}

const isBroken = (live: Live, kind: string): boolean =>
  live.state.breakGlass.some((one) => one.kind === kind && one.isConfirmed && one.reviewedAt === null);

/** The steps that a person takes; preparing and ready are computed, closed comes with its second signature. */
const STEPS: Partial<Record<LaunchState, readonly LaunchState[]>> = {
  go: ["preparing"],
  "cut-over": ["go", "preparing"],
  watch: ["cut-over"],
  retrospective: ["watch", "cut-over"],
};

export function advance(deps: LaunchDeps, lives: Lives, live: Live, who: Who, params: Params<"launch.advance">): Result<null> {
  const allowed = mayChange(deps, live, who, LEADERS, "launch.advance");
  if (!allowed.ok) return allowed;
  const { to } = params;
  const from = live.state.state;
  const reason = deps.redactText(params.reason?.trim() ?? "");
  const sources = STEPS[to];
  if (to === "closed") return fail("not-ready", "A launch is closed by two signatures, of the lead and of an approver.");
  if (!sources) return fail("conflict", `Whether a launch is ${to} is computed from its items and signatures.`);
  if (!sources.includes(from)) return fail("conflict", `From ${from} there is no way to ${to}.`);
  const missing =
    to === "go" || to === "cut-over" ? missingForCutOver(lives, live, to) : to === "watch" ? runsOf(live) : watchLeft(lives, live);
  if (missing.length > 0) return fail("not-ready", `${to} is not possible yet: ${missing.join("; ")}.`, { missing });
  const without =
    to === "retrospective" && from === "cut-over" ? "The launch has not been on watch." : to === "watch" ? unplanned(lives, live) : "";
  if (without !== "" && reason === "") return fail("reason-needed", `${without} Give a reason.`);
  lives.append(live, allowed.value, [{ type: "launch.state", reason, data: { from, to } }]);
  return ok(null);
}

/** Why the cut-over (or the go) cannot be, in words. */
export function missingForCutOver(lives: Lives, live: Live, to: LaunchState): string[] {
  const { state } = live;
  const missing: string[] = [];
  const taken = takenDecision(state.decisions);
  if (!isBroken(live, "no-go-override")) {
    if (taken === null) missing.push("the decision has not been taken");
    else if (taken.outcome === "no-go") missing.push("the decision is no-go");
    else {
      const stale = state.signatures.find((one) => one.subject.kind === "decision" && one.subject.id === taken.id && one.state === "stale");
      if (stale) missing.push(`the decision rests on something that changed since: ${stale.staleBecause}`);
    }
  }
  if (to === "go") return missing;
  const now = lives.now();
  for (const condition of taken?.conditions ?? [])
    if (condition.closedAt === null && Date.parse(condition.due) <= now)
      missing.push(`the condition “${condition.text}” was due ${minute(condition.due)}`);
  const { windowStart, windowEnd } = state.facts;
  const isOutside = (windowStart !== null && now < Date.parse(windowStart)) || (windowEnd !== null && now > Date.parse(windowEnd));
  if (isOutside && !isBroken(live, "outside-window"))
    missing.push(
      `the window is ${windowStart === null ? "open" : minute(windowStart)} to ${windowEnd === null ? "open" : minute(windowEnd)}; outside of it the glass must be broken by two`,
    );
  return missing;
}

const runsOf = ({ state }: Live): string[] =>
  [...state.runs.values()]
    .filter((run) => run.kind === "runbook" && (run.status === "active" || run.status === "held"))
    .map((run) => `the run of “${run.title}” is ${run.status}`);

/** The retrospective follows a watch that is over: by its time, or ended before it by two people with a reason. */
function watchLeft(lives: Lives, live: Live): string[] {
  const left = live.state.state === "watch" ? watchEnd(live.state, lives.now()) : null;
  if (left === null || left.isOver) return [];
  const { durationMs } = watchConfig(live.state.night);
  return [
    `the watch lasts ${decimal(durationMs / 3_600_000)} hours, and ${duration(left.leftMs)} are left; ending it before takes a reason and two people`,
  ];
}

function unplanned(lives: Lives, live: Live): string {
  const left = planView(live.state, lives.now()).entries.filter((one) => !one.isSettled);
  return left.length === 0
    ? ""
    : `Of the plan ${left.map((one) => `“${one.title}”`).join(", ")} ${left.length === 1 ? "is" : "are"} not done.`;
}
