// The instructor of a rehearsal: what a scenario holds, when its faults come, and what the run meets of them.
// Owns: the shapes. Injects nothing. Durations are milliseconds of the text's time, before any compression.
import type { CanonicalValue, Diagnostic, RehearsalWay, StoredEvent } from "../protocol/index.ts";

/** What happens instead of what would have happened. `fault` is its name in the scenario. */
export type Override = { fault: string } & (
  | { kind: "fails"; output: string; exitCode: number }
  | { kind: "hangs"; output: string }
  | { kind: "reads"; value: string; exitCode: number }
  | { kind: "slow"; byMs: number }
);

/** `probe`: which look of a gate, from 1; null for a block that is no gate. */
export type Moment = { step: string; block: number; attempt: number; probe: number | null };

export type Instructor = {
  /** Asked just before a block or a look begins; giving one is the moment at which its fault is on record. */
  override(at: Moment): Override | null;
  /** Nothing reaches the cluster of this name now. */
  isCut(cluster: string): boolean;
  /** Nobody of this role answers now. */
  isAway(role: string): boolean;
  /** Every event of the run, as soon as it is on record. */
  saw(event: StoredEvent): void;
  /** Undoes what is really broken, and puts that on record; the drill goes on. */
  undo(why: string): Promise<void>;
  /** The same for what an earlier try, or an earlier process, could not put right. */
  undoLeft(why: string): Promise<void>;
  /** Ends every clock; what is injected stays as it is until it is undone. */
  close(): void;
};

/** When a fault comes. `block`: as its command begins; a gate from its probe on. `attempts`: how many of them it meets, null for all. */
export type Trigger =
  | { on: "block"; step: string; block: number; probe: number; attempts: number | null }
  | { on: "step"; step: string; edge: "start" | "end"; afterMs: number }
  | { on: "gate"; step: string; block: number; afterMs: number }
  | { on: "start" | "declaration"; afterMs: number };

/** Said where nothing runs, or nothing can really be broken: the command of this step fails so, as long as the fault is there. */
export type Played = { step: string; block: number; output: string; exitCode: number };

export type Effect =
  | { kind: "fails"; output: string; exitCode: number }
  | { kind: "hangs"; output: string }
  /** `olderMs`: instead of `value` a moment that lies so much longer ago than the text promises. */
  | { kind: "reads"; value: string | null; olderMs: number | null; exitCode: number }
  | { kind: "slow"; byMs: number }
  /** The API server of a cluster, or the address in one or two parameters. */
  | { kind: "cut"; cluster: string | null; host: string | null; port: string | null }
  | { kind: "away"; role: string }
  | { kind: "commands"; run: string; undo: string; cluster: string }
  | { kind: "scale-down"; cluster: string; namespace: string | null; workload: string; to: number }
  | { kind: "stop"; pidFile: string; how: "freeze" | "kill"; start: string };

export type Fault = {
  /** Unique within the scenario. */
  name: string;
  title: string;
  trigger: Trigger;
  effect: Effect;
  /** How long it lasts; null until the run ends or, of a block's, until its attempts are over. */
  forMs: number | null;
  played: Played | null;
  /** Given to the team where nobody has noticed for so long. */
  hint: { text: string; afterMs: number } | null;
  /** What a practised team does; shown in the debrief. */
  expected: string;
};

export type Scenario = {
  title: string;
  /** The runbook that it is written for, as its file says; "" for none. */
  runbook: string;
  faults: Fault[];
};

export type ReadScenario = { scenario: Scenario; diagnostics: Diagnostic[] };

/** Kinds that are really broken where commands run. */
export const REAL_KINDS = ["cut", "commands", "scale-down", "stop"] as const;
export const isReal = (fault: Pick<Fault, "effect">): boolean => (REAL_KINDS as readonly string[]).includes(fault.effect.kind);

/** What really breaks things where commands run, and puts them right again; every answer says in words what was done. Never throws. */
export type Hands = {
  /** Whether it can be done, and what undoing needs to know: that goes on record before anything is broken. */
  prepare(fault: Fault): Promise<HandResult & { kept: Record<string, CanonicalValue> }>;
  inject(fault: Fault, kept: Record<string, CanonicalValue>): Promise<HandResult>;
  /** Also of what was broken before a restart, or only half. */
  undo(fault: Fault, kept: Record<string, CanonicalValue>): Promise<HandResult>;
};
export type HandResult = { ok: boolean; because: string };

export type DrillFacts = {
  way: RehearsalWay;
  /** Everything of the text's time is divided by this. */
  compress: number;
  /** Data that is promised to be lost at most; null where the text promises nothing. */
  rpoMs: number | null;
};
