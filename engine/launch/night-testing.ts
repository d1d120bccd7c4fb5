// A launch's fold with a night in it, for tests of what is computed from it. Owns: making the events' effect without a record; tests only.
import type { RunId } from "../protocol/index.ts";
import { emptyNight, type PlanFact } from "./night-state.ts";
import { emptyLaunch, type LaunchFold } from "./state.ts";

export function bare(given: { window?: [string, string]; state?: LaunchFold["state"]; since?: string } = {}) {
  const state: LaunchFold = { ...emptyLaunch(), night: emptyNight(), state: given.state ?? "preparing" };
  if (given.window) state.facts = { ...state.facts, windowStart: given.window[0], windowEnd: given.window[1] };
  if (given.since !== undefined) state.states = [{ state: state.state, at: given.since, by: "", reason: "" }];
  return {
    state,
    entry(id: string, more: Partial<PlanFact>) {
      const made: PlanFact = {
        id,
        path: `/${id}.md`,
        title: `Title ${id}`,
        plannedMs: null,
        offsetMs: null,
        at: null,
        role: "",
        owner: "",
        ownerName: "",
        needs: [],
        note: "",
        sha256: "",
        skipped: null,
        ...more,
      };
      state.night.plan.push(made);
    },
    skip(id: string, reason: string) {
      state.night.plan = state.night.plan.map((one) =>
        one.id === id ? { ...one, skipped: { reason, by: "Jon", at: "2026-03-14T22:50:30.000Z" } } : one,
      );
    },
    run(run: string, path: string, startedAt: string, more: { mode?: string; planEntry?: string } = {}) {
      state.runs.set(run, {
        run: run as RunId,
        title: path,
        kind: "runbook",
        status: "active",
        startedAt,
        items: new Set(),
        startedBy: { op_id: "jon", name: "Jon" },
        pins: new Map(),
        path,
        mode: "live",
        planEntry: "",
        isWayBack: false,
        sha256: "",
        endedAt: null,
        result: "",
        steps: new Map(),
        current: "",
        ...more,
      });
    },
    end(run: string, endedAt: string, result: string) {
      Object.assign(state.runs.get(run)!, { status: "finished", endedAt, result });
    },
  };
}
