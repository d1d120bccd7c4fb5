// What can be done for the next command while the person reads it: its text goes to the shell's own parser.
// Owns: finding that command. Runs, records and decides nothing; a text that turns out otherwise is checked when it is run.
import type { LiveRun, RunDeps } from "./deps.ts";
import { placeholderValues } from "./live.ts";
import { focusStep, pendingAction } from "./next.ts";
import { clusterOf, shellKey } from "./shells.ts";

/** Without effect where the next thing is no command, its text is incomplete, or its shell is not open. */
export function foreseeNext(deps: RunDeps, live: LiveRun): void {
  const step = live.state.status === "active" && !live.isClosing ? focusStep(live.state) : null;
  const plan = step ? live.plan.byId.get(step.id) : undefined;
  if (!step || !plan) return;
  const pending = pendingAction(step, plan);
  if (pending?.kind !== "block" || pending.block.interpreter !== null || pending.block.options.background) return;
  const kind = pending.block.shell ?? live.plan.document.shell ?? "bash";
  const lane = live.shells.get(shellKey(clusterOf(live, step.id), kind));
  if (!lane?.session.isAlive()) return;
  const filled = deps.documents.fillPlaceholders(pending.block, placeholderValues(live), live.plan.document.params);
  if (filled.ok) lane.session.foresee(filled.value);
}
