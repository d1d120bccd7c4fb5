// Amendment in mid-run: the file's new text beside the one that the run pinned, proposed by one person and signed by a second.
// Owns: the difference, why a text cannot be taken, and what its signature leaves on record. What was done stays done, under its own text.
import { createHash } from "node:crypto";
import { type Amendment, type CanonicalValue, fail, ok, type Result, type RunbookDocument, type SignSubject } from "../protocol/index.ts";
import { jcs, type NewEvent } from "../record/index.ts";
import type { LiveRun, RunDeps, Who } from "./deps.ts";
import { append, canonical, eventOf, staleEvent } from "./live.ts";
import { planOf, type RunPlan, stepsData } from "./plan.ts";
import { recoveryData } from "./recovery.ts";
import type { RunSignable } from "./signables.ts";
import { checkedParams, readRunbook, splitSecrets } from "./start.ts";
import type { RunSignature } from "./state.ts";

type Change = Amendment["steps"][number]["change"];
type NewText = { sha256: string; bytes: Uint8Array; plan: RunPlan };

/** Without a reason nothing is recorded: what the file says now, against what the run pinned. With one it is proposed for signing. */
export async function amend(deps: RunDeps, live: LiveRun, who: Who, reason: string | undefined): Promise<Result<Amendment>> {
  const { state } = live;
  if (state.status === "finished" || state.status === "aborted") return fail("conflict", `${state.title} is ${state.status}.`);
  if (state.isChecks) return fail("conflict", "Checks run the launch's copy of its checklist: take another text for the launch.");
  if (state.undoes !== null) return fail("conflict", "A way back runs the text that was shown when it was decided: it takes no other one.");
  if (deps.folderOf(state.path)?.trusted !== true) return fail("not-trusted", `${state.path}: its folder is not trusted to run commands.`);
  const read = await readRunbook(deps, state.path);
  if (!read.ok) return read;
  const text = newText(read.value.document, read.value.bytes);
  const shown = amendmentOf(deps, live, text);
  if (reason === undefined) return ok(shown);
  if (!who.isAuthenticated) return fail("not-signed-in", "An amendment is proposed by a person who has signed in.");
  if (shown.isSame) return fail("conflict", `${state.path} says what this run has pinned: there is nothing to amend.`);
  if (shown.blockers.length > 0)
    return fail("not-ready", `The run cannot take this text: ${shown.blockers.join("; ")}.`, { blockers: shown.blockers });
  const written = append(deps, live, [
    eventOf(live, who.actor, {
      type: "run.amendment_proposed",
      reason,
      data: {
        sha256: text.sha256,
        from: state.planSha256,
        path: state.path,
        changes: changesOf(live, text.plan) as unknown as CanonicalValue,
      },
      payloads: [{ name: "plan", mediaType: "text/markdown", bytes: text.bytes }],
    }),
  ]);
  if (!written.ok) return written;
  return ok(amendmentOf(deps, live, text));
}

const newText = (document: RunbookDocument, bytes: Uint8Array): NewText => ({ sha256: document.sha256, bytes, plan: planOf(document) });

function amendmentOf(deps: RunDeps, live: LiveRun, text: NewText): Amendment {
  const { state } = live;
  const { proposal } = state;
  const states = new Map(state.steps.map((step) => [step.id as string, step]));
  const [before, after] = [sourceOf(inForce(deps, live), live.plan), sourceOf(text.bytes, text.plan)];
  return {
    run: live.run,
    path: state.path,
    from: state.planSha256,
    sha256: text.sha256,
    isSame: text.sha256 === state.planSha256,
    steps: changesOf(live, text.plan).map(({ id, number, title, change }) => ({
      id: id as Amendment["steps"][number]["id"],
      number,
      title,
      change,
      status: states.get(id)?.status ?? "todo",
      verdict: states.get(id)?.verdict ?? null,
      before: change === "same" ? null : before(id),
      after: change === "same" ? null : after(id),
    })),
    blockers: blockersOf(deps, live, text),
    stale: overtaken(live, text.plan).length,
    proposed:
      proposal?.sha256 === text.sha256
        ? { by: proposal.name, at: proposal.at, reason: proposal.reason, subject: { kind: "amendment", id: `${live.run}/${text.sha256}` } }
        : null,
  };
}

/** The bytes of the text in force: of the start, or of the last amendment. */
function inForce(deps: RunDeps, live: LiveRun): Uint8Array | null {
  const pinned = deps.store
    .eventsOfType(live.log, ["run.started", "run.amended"])
    .findLast(({ body }) => body.subject.run === live.run && body.subject.plan_sha256 === live.state.planSha256);
  return pinned ? deps.store.payload(live.log, pinned.body.seq, "plan") : null;
}

/** A step's own lines in a text, as written. */
function sourceOf(bytes: Uint8Array | null, plan: RunPlan): (id: string) => string | null {
  const lines =
    bytes === null
      ? null
      : Buffer.from(bytes)
          .toString("utf8")
          .split(/\r\n|\n|\r/);
  return (id) => {
    const step = plan.byId.get(id)?.step;
    return step && lines
      ? lines
          .slice(step.line - 1, step.endLine)
          .join("\n")
          .trimEnd()
      : null;
  };
}

function changesOf(live: LiveRun, plan: RunPlan): { id: string; number: string; title: string; change: Change }[] {
  const now = plan.steps.map(({ step: { id, number, title, sha256 } }) => {
    const before = live.plan.byId.get(id);
    const change: Change = !before ? "added" : before.step.sha256 === sha256 ? "same" : "changed";
    return { id: id as string, number, title, change };
  });
  const gone = live.plan.steps.filter(({ step }) => !plan.byId.has(step.id));
  return [
    ...now,
    ...gone.map(({ step }) => ({ id: step.id as string, number: step.number, title: step.title, change: "removed" as const })),
  ];
}

function blockersOf(deps: RunDeps, live: LiveRun, { plan }: NewText): string[] {
  const { document } = plan;
  const found: string[] = [];
  if (document.kind !== "runbook" || document.steps.length === 0) found.push("it has no step to run");
  for (const one of document.diagnostics) if (one.severity === "error") found.push(`line ${one.line}: ${one.message}`);
  if (live.drives.size > 0 || live.state.running.length > 0) found.push("a command is running");
  for (const step of live.state.steps)
    if (step.status === "open" || step.status === "running") found.push(`step ${step.number} is under way`);
  for (const cluster of plan.clusters)
    if (live.state.mode === "live" && !live.state.pins.has(cluster as never))
      found.push(`it needs the cluster ${cluster}, which this run has not pinned`);
  const params = paramsOf(deps, live, document);
  if (!params.ok) found.push(params.error.message);
  return found;
}

/** The values that the run has, as the new text declares them, with its defaults. */
function paramsOf(deps: RunDeps, live: LiveRun, document: RunbookDocument): Result<Record<string, string>> {
  const values: Record<string, string> = { ...live.state.values, ...Object.fromEntries(live.secrets) };
  const declared = document.params.flatMap(({ name }) => (values[name] === undefined ? [] : [[name, values[name]] as const]));
  const checked = checkedParams(deps, document, Object.fromEntries(declared));
  return checked.ok ? ok(splitSecrets(document.params, checked.value)[0]) : checked;
}

/** Signatures of hold points before which something differs, or whose own step does. */
function overtaken(live: LiveRun, plan: RunPlan): RunSignature[] {
  const changed = changesOf(live, plan).filter(({ change }) => change !== "same");
  const before = (in_: RunPlan, id: string, point: string) => {
    const [at, own] = [in_.steps.findIndex(({ step }) => step.id === id), in_.steps.findIndex(({ step }) => step.id === point)];
    return at !== -1 && own !== -1 && at <= own;
  };
  return live.state.signatures.filter(
    (one) =>
      one.kind === "holdpoint" &&
      one.meaning === "approved" &&
      !one.isStale &&
      (!plan.byId.has(one.about) || changed.some(({ id }) => before(live.plan, id, one.about) || before(plan, id, one.about))),
  );
}

/** Reads the proposed text back, after a restart from the record alone. */
export async function proposedText(deps: RunDeps, live: LiveRun): Promise<NewText | null> {
  const { proposal } = live.state;
  const bytes = proposal ? deps.store.payload(live.log, proposal.seq, "plan") : null;
  return bytes === null ? null : newText(await deps.documents.parse(bytes, live.state.path), bytes);
}

type Common = Pick<RunSignable, "log" | "launch" | "run" | "subject" | "planSha256" | "record">;

/** The proposal as something to sign; its approval puts the new text in force in the same transaction. */
export function amendmentSignable(
  deps: RunDeps,
  live: LiveRun,
  common: Common,
  subject: SignSubject,
  text: NewText | null,
): Result<RunSignable> {
  const { state } = live;
  const { proposal } = state;
  if (!proposal || text === null || subject.id !== `${live.run}/${proposal.sha256}` || text.sha256 !== proposal.sha256)
    return fail("not-found", `This amendment of ${state.title} is not proposed, or another one has taken its place.`);
  const changes = changesOf(live, text.plan);
  const count = (change: Change) => changes.filter((one) => one.change === change).length;
  const value = { run: live.run, from: state.planSha256, to: text.sha256, changes: changes.map(({ id, change }) => ({ id, change })) };
  const stale = overtaken(live, text.plan);
  return ok({
    ...common,
    planSha256: text.sha256,
    meanings: ["approved", "rejected"],
    digest: createHash("sha256").update("holdpoint/amendment/v1\0").update(jcs(value)).digest("hex"),
    covered: [state.startedSeq, proposal.seq],
    roles: [],
    needed: 1,
    countedSeqs: [],
    missing: [],
    blockers: blockersOf(deps, live, text),
    lines: [
      `Proposed by ${proposal.name}: ${proposal.reason}`,
      ...changes.filter(({ change }) => change !== "same").map(({ number, title, change }) => `${change}: step ${number} ${title}`),
      ...stale.map((one) => `takes the signature of ${one.name} for the hold point ${one.about} out of force`),
    ],
    statement: (meaning, { role, note }) => {
      const steps = `steps: ${count("added")} added, ${count("removed")} removed, ${count("changed")} changed, ${count("same")} as before`;
      const verb = meaning === "rejected" ? "reject" : "approve";
      const words = `I ${verb} the amendment of ${state.title} in mid-run that ${proposal.name} proposed${role === "" ? "" : `, as ${role}`}: ${steps}; SHA-256 ${text.sha256}.`;
      return note === "" ? words : `${words} ${note}.`;
    },
    excluded: (operator) => (operator === proposal.by ? "proposed it: a second person is needed" : ""),
    needsRight: true,
    after: ({ meaning, reason, head }) => {
      if (meaning === "rejected") return [{ type: "run.amendment_rejected", reason, data: { sha256: proposal.sha256 } }];
      const why = `the text was amended by event ${head.seq + 2}`;
      return [amended(deps, live, text), ...stale.map((one) => staleEvent(live, one, head.seq + 2, why))];
    },
  });
}

function amended(deps: RunDeps, live: LiveRun, { bytes, plan, sha256 }: NewText): Omit<NewEvent, "actor"> {
  const { proposal } = live.state;
  const { document } = plan;
  const params = paramsOf(deps, live, document);
  return {
    type: "run.amended",
    reason: proposal?.reason ?? "",
    subject: { plan_sha256: sha256 },
    data: {
      from: live.state.planSha256,
      to: sha256,
      proposed: proposal?.seq ?? 0,
      proposed_by: proposal?.by ?? "",
      title: document.title,
      version: document.version,
      reviewed: document.reviewed,
      owner: document.owner,
      planned_ms: plan.plannedMs,
      ...recoveryData(document),
      params: params.ok ? params.value : {},
      changes: canonical(changesOf(live, plan).filter(({ change }) => change !== "same")),
      steps: stepsData(plan),
    },
    payloads: [{ name: "plan", mediaType: "text/markdown", bytes }],
  };
}
