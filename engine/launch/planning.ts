// Commands on the plan of a launch: entries made, changed, moved, removed, skipped; and what starting one of them needs and brings about.
// Owns: their rules. What the plan comes to is plan.ts; the run itself is another room's.
import { isAbsolute } from "node:path";
import { MOST_BYTES, readRegularFile } from "../ports.ts";
import { type CanonicalValue, cannotRead, fail, ok, type Result } from "../protocol/index.ts";
import { personOf } from "./commands.ts";
import { missingForCutOver } from "./deciding.ts";
import type { LaunchDeps, Params, Who } from "./deps.ts";
import { isDecided, KEEPERS, mayChange } from "./guards.ts";
import type { Live, Lives } from "./live.ts";
import type { PlanFact } from "./night-state.ts";
import { entryFor, planView, runsByEntry, waitsFor } from "./plan.ts";

/** A night has tens of runbooks; a plan of more is a mistake, and every look at the launch computes all of it. */
const MOST_ENTRIES = 200;

export async function planEntry(
  deps: LaunchDeps,
  lives: Lives,
  live: Live,
  who: Who,
  params: Params<"launch.planEntry">,
): Promise<Result<null>> {
  const allowed = mayChange(deps, live, who, KEEPERS, "launch.planEntry");
  if (!allowed.ok) return allowed;
  const { state } = live;
  const asked = [params.entry, params.remove, params.skip].filter((one) => one !== undefined);
  if (asked.length !== 1) return fail("invalid-params", "Say one thing: an entry to set, one to remove, or one to skip.");
  if (["watch", "retrospective"].includes(state.state))
    return fail("conflict", `${state.facts.name} is in ${state.state}: what was planned for its night stands.`);
  const reason = deps.redactText(params.reason?.trim() ?? "");
  const { plan } = state.night;
  if (params.skip !== undefined) {
    const entry = plan.find((one) => one.id === params.skip);
    if (!entry) return noEntry(params.skip);
    if (reason === "") return fail("reason-needed", `Give a reason for going past “${entry.title}”.`);
    const row = planView(state, lives.now()).entries.find((one) => one.id === entry.id);
    if (row?.isSettled === true) return fail("conflict", `“${entry.title}” is ${row.state} already.`);
    if (row?.state === "running") return fail("conflict", `“${entry.title}” is being run. Abort its run first.`);
    lives.append(live, allowed.value, [{ type: "plan.entry_skipped", reason, data: { id: entry.id, title: entry.title } }]);
    return ok(null);
  }
  if (reason === "" && isDecided(live))
    return fail("reason-needed", `${state.facts.name} has been decided. Give a reason for changing its plan.`);
  if (params.remove !== undefined) {
    const entry = plan.find((one) => one.id === params.remove);
    if (!entry) return noEntry(params.remove);
    if (runsByEntry(state).has(entry.id)) return fail("conflict", `“${entry.title}” has been run: it stays in the plan.`);
    lives.append(live, allowed.value, [{ type: "plan.entry_removed", reason, data: { id: entry.id, title: entry.title } }]);
    return ok(null);
  }
  return setEntry(deps, lives, live, allowed.value, params.entry ?? {}, reason);
}

const noEntry = (id: string) => fail("not-found", `There is no entry ${id} in the plan of this launch.`);

type Given = NonNullable<Params<"launch.planEntry">["entry"]>;

async function setEntry(
  deps: LaunchDeps,
  lives: Lives,
  live: Live,
  actor: Who["actor"],
  given: Given,
  reason: string,
): Promise<Result<null>> {
  const { plan, entriesMade } = live.state.night;
  const known = given.id === undefined ? undefined : plan.find((one) => one.id === given.id);
  if (given.id !== undefined && !known) return noEntry(given.id);
  if (!known && plan.length >= MOST_ENTRIES) return fail("invalid-params", `A plan takes up to ${MOST_ENTRIES} entries.`);
  const path = given.path ?? known?.path ?? "";
  const isOther = path !== known?.path;
  if (known && isOther && runsByEntry(live.state).has(known.id))
    return fail("conflict", `“${known.title}” has been run: it cannot become another runbook. Add an entry instead.`);
  const text = isOther
    ? await runbookAt(deps, path)
    : ok({ title: known?.title ?? "", plannedMs: known?.plannedMs ?? null, sha256: known?.sha256 ?? "" });
  if (!text.ok) return text;
  if (given.at != null && given.offsetMs != null)
    return fail("invalid-params", "A start is planned as a moment, or as a time after the window's start: not both.");
  const owner = given.owner === undefined || given.owner === "" ? null : personOf(deps, given.owner);
  if (owner && !owner.ok) return owner;
  const others = plan.filter((one) => one.id !== known?.id);
  const position = Math.min(given.position ?? (known ? plan.indexOf(known) : others.length), others.length);
  const needs = given.needs ?? known?.needs ?? [];
  const before = new Set(others.slice(0, position).map((one) => one.id));
  const bad = needs.find((need) => !before.has(need));
  if (bad !== undefined) {
    const named = plan.find((one) => one.id === bad);
    return fail(
      "invalid-params",
      named ? `“${named.title}” does not come before it: an entry needs earlier ones.` : `There is no entry ${bad} in this plan.`,
    );
  }
  const id = known?.id ?? `P${entriesMade + 1}`;
  const moved = [...others.slice(0, position), { id } as PlanFact, ...others.slice(position)];
  const broken = others.find((one) => one.needs.includes(id) && moved.indexOf(one) < position);
  if (broken) return fail("invalid-params", `“${broken.title}” needs it, and would come before it.`);
  // A new start of one kind takes the place of the other kind.
  const at = given.at !== undefined ? given.at : given.offsetMs != null ? null : (known?.at ?? null);
  const offsetMs = given.offsetMs !== undefined ? given.offsetMs : given.at != null ? null : (known?.offsetMs ?? null);
  const data: Record<string, CanonicalValue> = {
    id,
    path,
    title: deps.redactText(given.title || text.value.title),
    planned_ms: given.plannedMs !== undefined ? given.plannedMs : text.value.plannedMs,
    offset_ms: offsetMs,
    at: at ?? "",
    role: given.role ?? known?.role ?? "",
    owner: owner ? owner.value.id : given.owner === "" ? "" : (known?.owner ?? ""),
    owner_name: owner ? owner.value.name : given.owner === "" ? "" : (known?.ownerName ?? ""),
    needs,
    note: deps.redactText(given.note ?? known?.note ?? ""),
    position,
    sha256: text.value.sha256,
  };
  lives.append(live, actor, [{ type: "plan.entry_set", reason, data }]);
  return ok(null);
}

async function runbookAt(deps: LaunchDeps, path: string): Promise<Result<{ title: string; plannedMs: number | null; sha256: string }>> {
  if (!isAbsolute(path))
    return fail("invalid-params", `${path === "" ? "An entry needs a runbook: its path" : path} is not an absolute path.`);
  try {
    const document = await deps.documents.parse(await readRegularFile(path, MOST_BYTES), path);
    if (document.kind === "checklist") return fail("invalid-params", `${path} is a checklist: the plan takes runbooks.`);
    if (document.steps.length === 0) return fail("invalid-params", `${path} has no step that could be run.`);
    return ok({ title: document.title, plannedMs: plannedOf(document), sha256: document.sha256 });
  } catch (error) {
    return cannotRead(path, error);
  }
}

/** The text's own word for the whole, else the sum of its steps where each has one. */
function plannedOf({ plannedMs, steps }: Awaited<ReturnType<LaunchDeps["documents"]["parse"]>>): number | null {
  if (plannedMs !== null) return plannedMs;
  const each = steps.map((step) => step.directive.plannedMs);
  return each.some((one) => one === null) ? null : each.reduce<number>((sum, one) => sum + (one ?? 0), 0);
}

/**
 * Whether a live run of this text may start now as an entry of the plan, and which: null where it is none of them. What it needs must be over,
 * or a reason given; before the cut-over the conditions of the cut-over must hold, since the start begins it.
 */
export function mayStart(
  lives: Lives,
  live: Live,
  { path, planEntry: named, overrideReason }: { path: string; planEntry?: string | undefined; overrideReason?: string | undefined },
): Result<PlanFact | null> {
  const { state } = live;
  const runs = runsByEntry(state);
  if (named !== undefined && !state.night.plan.some((one) => one.id === named)) return noEntry(named);
  const entry = entryFor(state.night.plan, runs, path, named ?? "");
  if (!entry) return ok(null);
  if (entry.path !== path) return fail("invalid-params", `Entry ${entry.id} of the plan is ${entry.path}, not ${path}.`);
  const { entries } = planView(state, lives.now());
  const row = entries.find((one) => one.id === entry.id);
  if (row?.state === "running") return fail("conflict", `“${entry.title}” is being run already.`);
  const waits = row === undefined ? [] : waitsFor(state.night.plan, entries, row);
  if (waits.length > 0 && !overrideReason?.trim())
    return fail(
      "reason-needed",
      `“${entry.title}” comes after ${waits.map((one) => `“${one}”`).join(" and ")}, which is not done. Start it with a reason, or wait.`,
    );
  if (state.state !== "go") return ok(entry);
  const missing = missingForCutOver(lives, live, "cut-over");
  return missing.length === 0
    ? ok(entry)
    : fail("not-ready", `Starting “${entry.title}” begins the cut-over, which is not possible yet: ${missing.join("; ")}.`, { missing });
}

/** The first entry was started: the cut-over has begun, in the name of who started it. */
export function beginCutOver(lives: Lives, live: Live, who: Who, entry: Pick<PlanFact, "title">): void {
  if (live.state.state !== "go") return;
  lives.append(live, who.actor, [
    { type: "launch.state", reason: `“${entry.title}” of the plan was started`, data: { from: "go", to: "cut-over" } },
  ]);
}
