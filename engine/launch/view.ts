// A launch as people see it: the fold, the checklist's text and the time put together. Owns: `viewOf`, and what comes next.
// Pure: the same state, document and moment give the same view.
import {
  approvalsOf,
  buildBoard,
  buildCategories,
  buildItems,
  categoriesOf,
  type DecisionFact,
  decisionRule,
  fillDerived,
  isOvertaken,
  missingRoles,
  takenDecision,
} from "../checklist/index.ts";
import type { Board, CategoryView, ClusterClass, ItemView, LaunchPlan, LaunchView, RunbookDocument, WatchView } from "../protocol/index.ts";
import { changedSince } from "./changes.ts";
import { basisDigest, decisionCounted } from "./decision-basis.ts";
import { dutyView } from "./duty.ts";
import type { AudienceFact } from "./night-state.ts";
import { planView } from "./plan.ts";
import { checklistFacts, type LaunchFold } from "./state.ts";
import { watchView } from "./watch.ts";

export type Outside = {
  clusterClass: ClusterClass | null;
  /** One person is all there is: the relaxed rules of SOLO hold. */
  isAlone: boolean;
  number: number;
  fingerprint: string;
  /** Text of items by its hash, of every checklist that the launch had: for saying what changed. */
  texts?: ReadonlyMap<string, string>;
  /** Whether the address of that audience's webhook is known now. Nothing in a record says so. */
  hasAddress?(audience: AudienceFact): boolean;
};
const NO_TEXTS: ReadonlyMap<string, string> = new Map();
export type Computed = { items: ItemView[]; categories: CategoryView[]; board: Board };

export function compute(state: LaunchFold, document: RunbookDocument | null, isAlone: boolean, now: number): Computed {
  const facts = checklistFacts(state);
  const decision = takenDecision(state.decisions);
  const items = document === null ? [] : buildItems(document, state.items, now);
  const categories = document === null ? [] : buildCategories(categoriesOf(document), items, facts, isAlone);
  fillDerived(items, categories, decision);
  return { items, categories, board: buildBoard({ document, items, categories, facts, decision, now }) };
}

export function viewOf(state: LaunchFold, document: RunbookDocument | null, outside: Outside, now: number): LaunchView {
  const computed = compute(state, document, outside.isAlone, now);
  const { items, categories, board } = computed;
  const decisions = state.decisions.map((one) => decisionView(state, one, categories, items, document, outside.isAlone));
  const last = decisions.at(-1);
  const plan = planView(state, now);
  const watch = watchView(state, now);
  const duty = dutyView({ state, plan, watch, hasAddress: outside.hasAddress ?? (() => false), now });
  const glass = state.breakGlass.map(({ byId: _, secondId: __, isConfirmed, ...one }) => ({ ...one, isOpen: !isConfirmed }));
  return {
    header: {
      launch: state.launch as LaunchView["header"]["launch"],
      log: state.log as LaunchView["header"]["log"],
      number: outside.number,
      facts: state.facts,
      state: state.state === "preparing" && board.canGo ? "ready" : state.state,
      clusterClass: outside.clusterClass,
      createdAt: state.createdAt,
      createdBy: state.createdBy,
      solo: state.solo,
      checklist:
        state.checklist === null
          ? null
          : { title: state.checklist.title, path: state.checklist.path, sha256: state.checklist.sha256, version: state.checklist.version },
      items: items.length,
      answered: items.filter((item) => item.state !== "open").length,
      failed: items.filter((item) => item.state === "failed").length,
      categories: categories.filter((one) => one.needed > 0).length,
      signed: categories.filter((one) => one.state === "signed").length,
      stale: state.signatures.filter((one) => one.state === "stale" && !one.isWithdrawn && !isRenewed(state, one)).length,
      decision:
        last === undefined
          ? null
          : { id: last.id, outcome: last.outcome, state: last.state, at: last.takenAt ?? last.proposedAt, overtaken: last.overtaken },
      events: state.events,
      head: state.head,
      fingerprint: outside.fingerprint,
    },
    people: state.people,
    categories,
    items,
    risks: [...state.risks.values()],
    artefacts: [...state.artefacts.values()],
    briefings: state.briefings.map(({ byId: _, ...one }) => ({
      ...one,
      attended: approvalsOf(checklistFacts(state), "briefing", String(one.seq)).map((signature) => signature.name),
    })),
    decisions,
    signatures: state.signatures.map(({ keyId: _, isWithdrawn, staleSeq: __, ...one }) =>
      one.state === "stale" && !isWithdrawn ? { ...one, changed: changedSince(state, one, outside.texts ?? NO_TEXTS) } : one,
    ),
    notes: state.notes,
    attachments: state.attachments,
    breakGlass: glass,
    runs: [...state.runs.values()].map(({ run, title, kind, status, startedAt }) => ({ run, title, kind, status, startedAt })),
    states: state.states,
    board,
    plan,
    watch,
    duty,
    next: nextOf(state, computed, decisions, plan, watch),
  };
}

/** A stale signature that the same person or role has given anew since is history, not a warning. */
const isRenewed = (state: LaunchFold, old: LaunchFold["signatures"][number]): boolean =>
  state.signatures.some(
    (one) =>
      one.seq > old.seq &&
      one.subject.kind === old.subject.kind &&
      // A decision that is taken anew is another one: what was signed under the old one has nothing left to renew.
      (one.subject.kind === "decision" || one.subject.id === old.subject.id) &&
      one.role === old.role &&
      one.state === "valid",
  );

function decisionView(
  state: LaunchFold,
  fact: DecisionFact,
  categories: readonly CategoryView[],
  items: readonly ItemView[],
  document: RunbookDocument | null,
  isAlone: boolean,
): LaunchView["decisions"][number] {
  const { digest, roles, needed, status, ...shown } = fact;
  const counted = decisionCounted(state, fact, isAlone);
  const isStale = status === "open" && basisDigest(state, fact, categories, items) !== digest;
  const given = state.signatures.filter(
    (one) => one.subject.kind === "decision" && one.subject.id === fact.id && one.meaning !== "rejected" && !one.isWithdrawn,
  );
  return {
    ...shown,
    state: isStale ? "stale" : status,
    overtaken: status === "taken" ? (given.find((one) => isOvertaken(one, state.cutOver))?.staleBecause ?? "") : "",
    signed: (status === "open" ? counted : given).map((one) => one.name),
    missing: status === "open" ? missingRoles(roles.length > 0 ? roles : decisionRule(document).roles, counted, needed) : [],
    needed,
  };
}

function nextOf(
  state: LaunchFold,
  { items, categories, board }: Computed,
  decisions: LaunchView["decisions"],
  plan: LaunchPlan,
  watch: WatchView,
): LaunchView["next"] {
  const say = (kind: LaunchView["next"]["kind"], text: string, target: string | null = null) => ({ kind, text, target });
  const glass = state.breakGlass.find((one) => one.isConfirmed && one.reviewedAt === null);
  if (state.state === "closed") return say("none", "This launch is closed");
  if (state.state === "retrospective")
    return glass ? say("review", "Review the broken glass", String(glass.seq)) : say("close", "Close the launch", state.launch);
  if (state.state === "watch") {
    const due = watch.state === "ended" ? undefined : watch.slots.find((one) => one.state === "due");
    if (due) return say("enter", "A look of the watch is due", due.due);
    return watch.state === "running"
      ? say("watch", "Keep watch", null)
      : say("watch", watch.state === "ended" ? "The watch was ended before its time" : "The watch is over", "retrospective");
  }
  const entry = plan.entries.find((one) => one.id === plan.next);
  if (state.state === "cut-over") {
    const running = plan.entries.find((one) => one.state === "running");
    if (running) return say("run", `“${running.title}” is ${running.runStatus === "held" ? "held" : "under way"}`, running.run);
    if (entry) return say("start", `${entry.state === "failed" ? "Start again" : "Start"} ${entry.title}`, entry.id);
    return say("watch", "Go on watch when the cut-over is done", "watch");
  }
  if (state.checklist === null) return say("answer", "Take a checklist");
  if (state.state === "go" && board.blockers.every((one) => one.kind !== "decision"))
    return entry ? say("start", `Start ${entry.title}`, entry.id) : say("cut-over", "Begin the cut-over");
  const open = decisions.findLast((one) => one.state === "open");
  if (open) return say("sign", `Sign the decision: ${open.missing.join(", ")} missing`, open.id);
  const unchecked = items.find((item) => item.state === "open" && item.blocks > 0 && item.check === null && item.derived === null);
  const failed = items.find((item) => item.state === "failed");
  const unanswered = items.find((item) => item.state === "open" && item.derived === null);
  const ready = categories.find((one) => one.needed > 0 && one.state !== "signed" && one.blockers.length === 0);
  if (unanswered && unchecked?.id === unanswered.id) return say("check", `Check ${unanswered.id}`, unanswered.id);
  if (unanswered) return say("answer", `Answer ${unanswered.id}`, unanswered.id);
  if (failed) return say("answer", `${failed.id} failed: put it right, or have it waived`, failed.id);
  if (ready) return say("sign", `Sign ${ready.title}: ${ready.missing.join(", ")}`, ready.key);
  const blocked = categories.find((one) => one.needed > 0 && one.state !== "signed");
  if (blocked) return say("answer", `${blocked.title}: ${blocked.blockers[0] ?? "cannot be signed yet"}`, blocked.key);
  return say("decide", "Take the decision", null);
}
