// What can be done for each lane's next command while the person reads it: its text goes to the shell's own parser.
// Owns: finding that command. Runs, records and decides nothing; a text that turns out otherwise is checked when it is run.
import type { LiveRun, RunDeps } from "./deps.ts";
import { lanesOf } from "./lanes.ts";
import { placeholderValues } from "./live.ts";
import { focusStep, pendingAction } from "./next.ts";
import { placeOf, shellKey } from "./shells.ts";

/** Without effect where the next thing is no command, its text is incomplete, or its shell is not open. */
export function foreseeNext(deps: RunDeps, live: LiveRun): void {
  if (live.state.status !== "active" || live.isClosing) return;
  for (const lane of lanesOf(live.state)) foreseeIn(deps, live, lane);
}

function foreseeIn(deps: RunDeps, live: LiveRun, name: string): void {
  const step = focusStep(live.state, name);
  const plan = step ? live.plan.byId.get(step.id) : undefined;
  if (!step || !plan) return;
  const pending = pendingAction(step, plan);
  if (pending?.kind !== "block" || pending.block.interpreter !== null || pending.block.options.background) return;
  const kind = pending.block.shell ?? live.plan.document.shell ?? "bash";
  const lane = live.shells.get(shellKey(placeOf(live, step.id, kind)));
  if (!lane?.session.isAlive()) return;
  const filled = deps.documents.fillPlaceholders(pending.block, placeholderValues(live), live.plan.document.params);
  if (filled.ok) lane.session.foresee(filled.value);
}
