// Looking at what a block did whose end is unknown: the read-only block that it names is run, and its last line is the answer.
// Owns: that act and what is recorded of it. The answer stands beside the judgement; it never rewrites a verdict.
import { createHash } from "node:crypto";
import { type CanonicalValue, fail, ok, type RecheckState, type Result } from "../protocol/index.ts";
import type { BlockOutcome } from "../shell/index.ts";
import { type BlockRequest, noteHandOver, type Prepared, prepareBlock, sendBlock } from "./blocks.ts";
import type { LiveRun, RunDeps, Who } from "./deps.ts";
import { laneNowOf, wakeRunOn } from "./lanes.ts";
import { append, appendOrKeep, checkRole, ENGINE, eventOf, holdByEngine, missingPlaceholders, wholeMs } from "./live.ts";
import { pinAgain, proveAfter } from "./pins.ts";
import type { RecheckTarget } from "./plan.ts";
import { closeRecording } from "./recordings.ts";
import { ended, find, notBusy, place } from "./refusals.ts";

/** A look that takes longer is no answer, milliseconds; a block's own `timeout` says otherwise. */
const LOOK_MS = 120_000;

type Answer = NonNullable<RecheckState["answer"]>;

/** `done`, `not done` or `partial`, alone on the last line of a command that ended with 0. */
export function answerOf({ exitCode, lastLine, verdict, because }: Pick<BlockOutcome, "exitCode" | "lastLine" | "verdict" | "because">): {
  answer: Answer | null;
  because: string;
} {
  if (verdict !== "passed" || exitCode !== 0) return { answer: null, because: `it gave no answer: ${because}` };
  const word = (lastLine ?? "")
    .trim()
    .toLowerCase()
    .replace(/\.$/, "")
    .replace(/[-_\s]+/g, " ");
  if (word === "done" || word === "not done" || word === "partial") return { answer: word, because: `its last line says ${word}` };
  return { answer: null, because: "it gave no answer: its last line is none of done, not done, partial" };
}

export type RecheckCall = { step: string; block: number };

/** Answers when the look has begun. Also in a held run: it is needed after a restart, before anything is decided. */
export async function recheck(deps: RunDeps, live: LiveRun, who: Who, call: RecheckCall): Promise<Result<null>> {
  if (live.state.status === "finished" || live.state.status === "aborted") return ended(live);
  if (live.problem !== null) return fail("disk-full", `${live.problem} Nothing runs until the record can be written; then resume.`);
  const at = find(live, call.step);
  if (!at.ok) return at;
  const { plan, step } = at.value;
  const busy = notBusy(live, step.lane, false);
  if (busy) return busy;
  const role = checkRole(deps, live, who, step.id);
  if (!role.ok) return role;
  const state = step.blocks[call.block];
  if (state?.status !== "done" || state.verdict !== "unknown")
    return fail("conflict", `${place(live, step)}: only a command whose end is unknown is looked at again.`);
  if (live.playing !== null)
    return fail("conflict", `${place(live, step)}: nothing was run in this rehearsal, so there is nothing to look at. Judge it.`);
  const target = plan.rechecks.get(call.block);
  if (!target) return fail("not-found", `${place(live, step)}: the command names no recheck. Look by hand, then judge it.`);
  if (live.secretsWanted.length > 0)
    return fail(
      "conflict",
      `Secrets were forgotten with the restart: ${live.secretsWanted.join(", ")}. Resume the run with them, then look.`,
    );
  const missing = missingPlaceholders(live, target.step.id).filter((name) => target.block.placeholders.includes(name));
  if (missing.length > 0) return fail("not-ready", `${place(live, step)}: the recheck needs a value for ${missing.join(", ")}.`);
  // After a restart no cluster is pinned; looking needs the same one, as the same person.
  const pinned = live.state.status === "held" ? await pinAgain(deps, live, who.actor) : ok(null);
  if (!pinned.ok) return pinned;
  const begun = Promise.withResolvers<Result<null>>();
  const now = laneNowOf(live, step.id);
  now.driving.push(step.id);
  const request: BlockRequest = {
    step: step.id,
    block: target.block,
    who,
    begin: null,
    attempt: step.attempt,
    nested: false,
    asShell: null,
    proved: new Set(),
    cancels: now.cancels,
    whileHeld: true,
    on: target.step.id,
    onBegun: () => begun.resolve(ok(null)),
  };
  const work: Promise<void> = look(deps, live, request, call.block, target)
    .then((result) => begun.resolve(result))
    .catch((error: unknown) => {
      const message = `The recheck met a defect of Holdpoint: ${error instanceof Error ? error.message : String(error)}`;
      holdByEngine(deps, live, message, step.id);
      begun.resolve(fail("internal", message));
    })
    .finally(() => {
      now.driving.splice(now.driving.lastIndexOf(step.id), 1);
      live.drives.delete(work);
      wakeRunOn(live);
      deps.notify.changed(live.run, step.id);
    });
  live.drives.add(work);
  return begun.promise;
}

async function look(deps: RunDeps, live: LiveRun, request: BlockRequest, asking: number, target: RecheckTarget): Promise<Result<null>> {
  const prepared = await prepareBlock(deps, live, request);
  if (!prepared.ok) return prepared;
  const { step, attempt, who } = request;
  const { lane, path } = prepared.value;
  const at = { step, attempt, cluster: lane.cluster };
  const began = append(deps, live, [
    eventOf(live, who.actor, { type: "recheck.started", ...at, data: startData(prepared.value, asking, target) }),
  ]);
  if (!began.ok) return began;
  const running = sendBlock(deps, live, request, prepared.value, {
    label: `${prepared.value.label} · recheck`,
    timeoutMs: target.block.options.timeoutMs ?? LOOK_MS,
    match: null,
    expect: null,
  });
  request.onBegun();
  const outcome = await running.ended;
  lane.cwd = outcome.cwd ?? lane.cwd;
  noteHandOver(live, lane, outcome);
  const differs = await proveAfter(deps, live, lane, step, outcome.reported.KUBECONFIG ?? null);
  const said = differs === null ? answerOf(outcome) : { answer: null, because: `it gave no answer: ${differs}` };
  const recording = await closeRecording(deps, live, step, outcome.verdict);
  const data = {
    block: asking,
    answer: said.answer ?? "",
    because: said.because,
    exit_code: outcome.exitCode,
    duration_ms: wholeMs(outcome.durationMs),
    bytes: outcome.bytes,
    output_sha256: outcome.outputSha256,
    redactions: outcome.redactions,
    ...recording,
  };
  appendOrKeep(deps, live, [
    eventOf(live, who.actor, {
      type: "recheck.ended",
      ...at,
      outcome: said.answer?.replace(" ", "-") ?? "unknown",
      data: { ...data, path },
    }),
  ]);
  return ok(null);
}

function startData({ kind, text, lane, path }: Prepared, asking: number, { step, block }: RecheckTarget): Record<string, CanonicalValue> {
  return {
    block: asking,
    recheck: block.name ?? "",
    recheck_step: step.id,
    recheck_block: block.index,
    text,
    text_sha256: createHash("sha256").update(text).digest("hex"),
    shell: kind,
    terminal: lane.id,
    recording: path,
  };
}

/** What a crash left: the look had no end. */
export const lostRechecks = (live: LiveRun) =>
  live.state.steps.flatMap((step) =>
    step.blocks.flatMap((block) =>
      block.recheck?.isRunning === true
        ? [
            eventOf(live, ENGINE, {
              type: "recheck.ended",
              step: step.id,
              attempt: step.attempt,
              outcome: "unknown",
              data: { block: block.index, answer: "", because: "it gave no answer: Holdpoint ended while it looked" },
            }),
          ]
        : [],
    ),
  );
