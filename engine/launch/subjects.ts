// What of a launch can be signed: categories, decisions, briefings, broken glass, the close. Owns: one function per kind.
// Pure over the launch as it stands: called again at the moment of signing, so that nothing old is signed.
import {
  approvalsOf,
  categoriesOf,
  countedFor,
  coveredBy,
  isWaiverOver,
  linesForDecision,
  linesForItems,
  minute,
  missingRoles,
  neededFor,
  statementForBreakGlass,
  statementForBriefing,
  statementForCategory,
  statementForClose,
  statementForDecision,
  statementForReview,
  subjectDigest,
} from "../checklist/index.ts";
import { type CanonicalValue, fail, ok, type Result, type SignSubject } from "../protocol/index.ts";
import { basisDigest } from "./decision-basis.ts";
import type { Live, Lives } from "./live.ts";
import type { FollowUp, Signable, Signed } from "./signable.ts";
import { checklistFacts } from "./state.ts";
import { compute } from "./view.ts";

export function launchSubject(lives: Lives, live: Live, subject: SignSubject): Result<Signable> | null {
  switch (subject.kind) {
    case "category":
      return category(lives, live, subject);
    case "decision":
      return decision(lives, live, subject);
    case "briefing":
      return briefing(live, subject);
    case "break-glass":
    case "break-glass-review":
      return glass(live, subject);
    case "close":
      return close(lives, live, subject);
    default:
      return null;
  }
}

type Common = Pick<Signable, "log" | "launch" | "run" | "subject" | "planSha256">;
const common = (live: Live, subject: SignSubject): Common => ({
  log: live.log,
  launch: live.launch,
  run: "",
  subject,
  planSha256: live.state.checklist?.sha256 ?? "",
});

function category(lives: Lives, live: Live, subject: SignSubject): Result<Signable> {
  const { state, document } = live;
  const found = document === null ? undefined : categoriesOf(document).find((one) => one.key === subject.id);
  if (!found) return fail("not-found", `The checklist of this launch has no category "${subject.id}".`);
  const { items, categories } = compute(state, document, lives.isAlone(live), lives.now());
  const view = categories.find((one) => one.key === found.key)!;
  if (view.needed === 0) return fail("conflict", `${view.title} names no role that signs it.`);
  const own = items.filter((item) => item.category === found.key && item.derived === null);
  return ok({
    ...common(live, subject),
    meanings: ["approved", "rejected"],
    digest: view.digest,
    covered: coveredBy(found, state.items),
    roles: view.signoff,
    needed: view.needed,
    counted: countedFor(state.signatures, subject, view.digest, lives.isAlone(live)),
    missing: view.missing,
    blockers: view.blockers,
    lines: linesForItems(own),
    statement: (meaning, speaker) =>
      statementForCategory(meaning === "rejected" ? "rejected" : "approved", view, items, state.facts, speaker),
    // Whoever answered, checked or supplied evidence here at any time executed it, also where another answer stands now.
    excluded: (operator) => {
      const done = found.items.flatMap((item) => {
        const what = state.items.get(item.id)?.executors.get(operator);
        return what === undefined ? [] : [`${what} ${item.id}`];
      });
      return done.length === 0
        ? ""
        : `${done.slice(0, 3).join(", ")}${done.length > 3 ? ` and ${done.length - 3} more` : ""}: who executed does not approve it`;
    },
    needsRight: true,
    after: () => [],
  });
}

function decision(lives: Lives, live: Live, subject: SignSubject): Result<Signable> {
  const { state, document } = live;
  const found = state.decisions.find((one) => one.id === subject.id);
  if (!found) return fail("not-found", `This launch has no decision ${subject.id}.`);
  if (found.status !== "open") return fail("conflict", `The decision is ${found.status}: it is changed only by a new one.`);
  const isAlone = lives.isAlone(live);
  const { items, categories } = compute(state, document, isAlone, lives.now());
  const counted = countedFor(state.signatures, subject, found.digest, isAlone);
  const isSame = basisDigest(state, found, categories, items) === found.digest;
  const counts = {
    categories: categories.filter((one) => one.needed > 0 && one.state === "signed").length,
    waivers: items.filter((item) => item.state === "waived").length,
    openRisks: [...state.risks.values()].filter((risk) => risk.status === "open").length,
  };
  const signatures = state.signatures.filter((one) => one.subject.kind === "category" && one.state === "valid");
  return ok({
    ...common(live, subject),
    meanings: ["approved", "rejected"],
    digest: found.digest,
    covered: [found.seq, ...signatures.map((one) => one.seq)].sort((a, b) => a - b),
    roles: found.roles,
    needed: found.needed,
    counted,
    missing: missingRoles(found.roles, counted, found.needed),
    blockers: isSame ? [] : ["what this decision rests on has changed since it was proposed: propose it anew"],
    lines: linesForDecision(found, categories, items, [...state.risks.values()]),
    statement: (meaning, speaker) =>
      statementForDecision(meaning === "rejected" ? "rejected" : "approved", found, state.facts, counts, speaker),
    // RECORDS.md: executor and approver never meet in one person in the same launch; a lead is an executor only who did it personally.
    excluded: (operator) =>
      state.executors.has(operator) ? "answered items or ran steps in this launch: who did the work does not decide on it" : "",
    needsRight: true,
    after: ({ meaning, count, missing, reason }) => {
      if (meaning === "rejected")
        return [{ type: "decision.withdrawn", outcome: found.outcome, reason, data: { id: found.id, outcome: found.outcome } }];
      if (count < found.needed || missing.length > 0) return [];
      return [
        { type: "decision.taken", outcome: found.outcome, data: { id: found.id, outcome: found.outcome } },
        ...stateAfter(live, found.outcome),
      ];
    },
  });
}

/** A go opens the way to the cut-over; a no-go closes it again as long as the cut-over has not begun. */
function stateAfter(live: Live, outcome: string): FollowUp[] {
  const { state } = live.state;
  const to = outcome === "no-go" ? "preparing" : "go";
  if ((state !== "preparing" && state !== "go") || state === to) return [];
  return [{ type: "launch.state", reason: `the decision was taken: ${outcome}`, data: { from: state, to } }];
}

function briefing(live: Live, subject: SignSubject): Result<Signable> {
  const held = live.state.briefings.find((one) => String(one.seq) === subject.id);
  if (!held) return fail("not-found", `This launch has no briefing ${subject.id}.`);
  const counted = approvalsOf(checklistFacts(live.state), "briefing", subject.id);
  return ok({
    ...common(live, subject),
    meanings: ["witnessed"],
    digest: subjectDigest("briefing", { launch: live.launch, seq: held.seq, text: held.text }),
    covered: [held.seq],
    roles: [],
    needed: 0,
    counted,
    missing: [],
    blockers: [],
    lines: held.text.split("\n"),
    statement: (_, speaker) => statementForBriefing(live.state.facts, held.at, speaker),
    excluded: () => "",
    needsRight: false,
    after: () => [],
  });
}

function glass(live: Live, subject: SignSubject): Result<Signable> {
  const found = live.state.breakGlass.find((one) => String(one.seq) === subject.id);
  if (!found) return fail("not-found", `This launch has no broken glass ${subject.id}.`);
  const isReview = subject.kind === "break-glass-review";
  if (isReview ? found.reviewedAt !== null : found.isConfirmed)
    return fail("conflict", isReview ? "This has been reviewed already." : "A second person has confirmed this already.");
  if (isReview && !found.isConfirmed) return fail("conflict", "Nobody has confirmed this yet: it was never in force.");
  const value: CanonicalValue = { launch: live.launch, seq: found.seq, kind: found.kind, reason: found.reason, review: isReview };
  return ok({
    ...common(live, subject),
    meanings: [isReview ? "reviewed" : "approved"],
    digest: subjectDigest("break-glass", value),
    covered: [found.seq],
    roles: [],
    needed: 1,
    counted: [],
    missing: [],
    blockers: [],
    lines: [`${found.kind.replaceAll("-", " ")}: ${found.reason}`, `Opened by ${found.by}`, `To be reviewed by ${minute(found.reviewDue)}`],
    statement: (_, speaker) =>
      isReview
        ? statementForReview(live.state.facts, found.kind, found.at, speaker)
        : statementForBreakGlass(live.state.facts, found.kind, found.reason, speaker),
    excluded: (operator) => (operator === found.byId ? "opened it: a second person is needed" : ""),
    needsRight: true,
    after: () => [{ type: isReview ? "break_glass.reviewed" : "break_glass.confirmed", data: { seq: found.seq } }],
  });
}

/** Signed by the lead and by an approver: two people, over the same last event. */
const CLOSERS = ["lead", "approver"];

function close(lives: Lives, live: Live, subject: SignSubject): Result<Signable> {
  const { state } = live;
  if (subject.id !== live.launch) return fail("not-found", "A launch is closed under its own id.");
  if (state.state !== "retrospective") return fail("not-ready", "A launch is closed after its retrospective.");
  const isAlone = lives.isAlone(live);
  const digest = subjectDigest("close", { launch: live.launch, last: state.substance });
  const counted = countedFor(state.signatures, subject, digest, isAlone);
  const needed = neededFor(CLOSERS, 2, isAlone);
  const blockers = [
    ...[...state.runs.values()]
      .filter((run) => run.status === "active" || run.status === "held")
      .map((run) => `the run of “${run.title}” is ${run.status}`),
    ...state.breakGlass
      .filter((one) => one.isConfirmed && one.reviewedAt === null)
      .map((one) => `the broken glass of event ${one.seq} has not been reviewed`),
    ...state.notes.filter((one) => one.kind === "incident" && one.closedAt === null).map((one) => `the incident “${one.title}” is open`),
    ...state.night.loops.filter((one) => one.closedAt === null).map((one) => `“${one.name}” is still open`),
    ...state.decisions
      .filter((one) => one.status === "taken")
      .flatMap((one) => one.conditions.filter((part) => part.closedAt === null).map((part) => `the condition “${part.text}” is open`)),
    ...[...state.items]
      .filter(([id, facts]) => state.checklist?.items.has(id) && isWaiverOver(facts, lives.now()))
      .map(([id, { answer }]) => `the waiver of ${id} ran out at ${minute(answer?.expires ?? "")}: answer it, or have it waived anew`),
  ];
  return ok({
    ...common(live, subject),
    meanings: ["approved"],
    digest,
    covered: [state.substance],
    roles: CLOSERS,
    needed,
    counted,
    missing: missingRoles(CLOSERS, counted, needed),
    blockers,
    lines: [`Last event covered: ${state.substance}`, `State: ${state.state}`],
    statement: (_, speaker) => statementForClose(state.facts, state.substance, speaker),
    excluded: () => "",
    needsRight: true,
    after: (signed: Signed & { count: number; missing: string[] }) =>
      signed.count >= needed && signed.missing.length === 0
        ? // The fingerprint is of the head that the last signature co-signs: its own event cannot name itself.
          [
            {
              type: "launch.closed",
              data: { head_fingerprint: signed.head.fingerprint, head: signed.head.hash, head_seq: signed.head.seq },
            },
          ]
        : [],
  });
}
