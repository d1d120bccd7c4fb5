// A background command of a step: a shell and a recording of its own, and an end that comes when it comes.
// Owns: letting the step go on once it has begun, and putting its shell away. Its verdict stands on its block alone.
import { fail, ok, type Result, type StepId } from "../protocol/index.ts";
import { type BlockRequest, runBlock } from "./blocks.ts";
import type { LiveRun, RunDeps } from "./deps.ts";
import { holdByEngine } from "./live.ts";
import { recordClosed } from "./recordings.ts";
import { closeLane } from "./shells.ts";

/** A background block runs in a shell of its own; the step goes on as soon as it has begun. */
export function startBackground(deps: RunDeps, live: LiveRun, request: BlockRequest): Promise<Result<null>> {
  const begun = Promise.withResolvers<Result<null>>();
  const work: Promise<void> = runBlock(deps, live, { ...request, onBegun: () => begun.resolve(ok(null)) })
    .then(async (ended) => {
      begun.resolve(ended.ok ? ok(null) : ended);
      if (!ended.ok) return;
      await recordClosed(deps, live, `${request.step}#${request.block.index}`, ended.value.verdict);
      if (ended.value.verdict !== "passed" && !live.isClosing)
        deps.notify.alarm(live.run, request.step as StepId, "warn", "A background command ended", ended.value.because);
      await closeLane(live, ended.value.lane);
    })
    .catch((error: unknown) => {
      holdByEngine(
        deps,
        live,
        `A background command met a defect: ${error instanceof Error ? error.message : String(error)}`,
        request.step,
      );
      begun.resolve(fail("internal", String(error)));
    })
    .finally(() => live.background.delete(work));
  live.background.add(work);
  return begun.promise.then((result) => {
    if (result.ok) request.onBegun();
    return result;
  });
}
