// How a rehearsal is practised, as the start of its run has it on record. Owns: writing that and reading it again. Plays nothing.
import { type BlockPlayed, type CanonicalValue, type RehearsalRequest, RehearsalView, type StartRequest } from "../protocol/index.ts";
import type { Data } from "./fold-data.ts";
import type { RehearsalFacts, RunState } from "./state.ts";

/** What a rehearsal is where its request says no more: commands run, with no cluster or on a sandbox. */
const SANDBOX: RehearsalRequest = { way: "sandbox" };

/** The request's own words on its rehearsal; null for a live run. */
export const rehearsalAsked = ({ mode, rehearsal }: StartRequest): RehearsalRequest | null =>
  mode === "rehearsal" ? (rehearsal ?? SANDBOX) : null;

/** The way back of a rehearsal is practised as the run that it undoes: what was walked or played is never undone by real commands. */
export const rehearsedAlike = ({ rehearsal }: Pick<RunState, "rehearsal">): Pick<StartRequest, "rehearsal"> =>
  rehearsal === null
    ? {}
    : {
        rehearsal: {
          way: rehearsal.way,
          speed: rehearsal.speed,
          compress: rehearsal.compress,
          ...(rehearsal.source === null ? {} : { source: rehearsal.source.run }),
        },
      };

type Resolved = { source: RehearsalView["source"]; hasInstructor: boolean };

/** For the event `run.started`; decimals as text, which is what a record can hold. */
export function rehearsalData(asked: RehearsalRequest, { source, hasInstructor }: Resolved): Record<string, CanonicalValue> {
  return {
    way: asked.way,
    source:
      source === null
        ? null
        : { run: source.run, number: source.number, started_at: source.startedAt, title: source.title, mode: source.mode },
    speed: String(asked.speed ?? 1),
    compress: String(asked.compress ?? 1),
    // Which drill it is stands in an event of its own, which nobody is shown before the debrief.
    instructor: hasInstructor,
  };
}

/** Reads what `rehearsalData` wrote. A rehearsal of an earlier version, which said nothing of it, ran its commands. */
export function rehearsalOf(data: Data, mode: string): RehearsalFacts | null {
  if (mode !== "rehearsal") return null;
  const said = (data.rehearsal ?? {}) as Data;
  const read = RehearsalView.safeParse({
    way: said.way ?? "sandbox",
    source: sourceOf(said.source),
    speed: Number(said.speed ?? 1),
    compress: Number(said.compress ?? 1),
    hasInstructor: said.instructor === true,
  });
  const view: RehearsalView = read.success ? read.data : { way: "sandbox", source: null, speed: 1, compress: 1, hasInstructor: false };
  return { ...view, seed: null, scenario: null };
}

function sourceOf(said: unknown): unknown {
  if (said === null || typeof said !== "object") return null;
  const source = said as Data;
  return { run: source.run, number: source.number, startedAt: source.started_at, title: source.title, mode: source.mode };
}

/** Reads what `data` of Playing wrote; undefined for a block that was run. */
export function playedIn(data: unknown): BlockPlayed | undefined {
  if (data === null || typeof data !== "object") return undefined;
  const said = data as Record<string, unknown>;
  if (said["way"] !== "walk" && said["way"] !== "replay") return undefined;
  return {
    way: said["way"],
    recordedAt: typeof said["recorded_at"] === "string" ? said["recorded_at"] : null,
    recordedMs: typeof said["recorded_ms"] === "number" ? said["recorded_ms"] : null,
    differs: said["differs"] === true,
  };
}
