// Steps of clusters that do not answer, as a run's events leave them. Owns: that question, and proposals to go past them. Pure.
import type { ClusterName, StepState, StoredEvent } from "../protocol/index.ts";
import type { RunState } from "./state.ts";

/** Not begun, and its cluster did not answer when it was asked last. It waits, and nothing else waits for it but what needs it. */
export const isAway = (state: RunState, step: StepState): boolean =>
  step.status === "todo" && state.pins.get(step.on as ClusterName)?.state === "unreachable";

type Handler = (state: RunState, event: StoredEvent) => void;
export const AWAY_HANDLERS: Record<string, Handler> = {
  "skip.proposed": (state, { body }) => {
    const { step, cluster } = body.subject;
    state.skips.set(step, {
      seq: body.seq,
      step,
      cluster,
      reason: body.reason,
      by: body.actor.op_id,
      name: body.actor.name,
      at: body.ts_utc,
    });
  },
  "skip.refused": (state, { body }) => {
    state.skips.delete(body.subject.step);
  },
};

/** What was asked for while a cluster was away is over when its step begins, is gone past, or the cluster answers. */
export function settleSkips(state: RunState, { body }: StoredEvent): void {
  if (body.type === "step.started" || body.type === "step.skipped") state.skips.delete(body.subject.step);
  if (body.type === "cluster.checked" && body.data.state !== "unreachable")
    for (const [step, { cluster }] of state.skips) if (cluster === body.data.name) state.skips.delete(step);
}
