// A launch in memory: what its log comes to, nothing else. Owns: the shape and its empty value.
// Reads no clock and no document; what depends on the time is computed in view.ts.
import type { ChecklistFacts, DecisionFact, ItemFacts, SignatureFact } from "../checklist/index.ts";
import type { Artefact, Assignment, LaunchFacts, LaunchView, Risk } from "../protocol/index.ts";
import type { Change } from "./changes.ts";
import { ESCALATION_DEFAULT, emptyNight, type NightFold } from "./night-state.ts";

export type ChecklistCopy = {
  seq: number;
  path: string;
  title: string;
  version: string | null;
  sha256: string;
  /** Hash of each item's text, by id. */
  items: Map<string, { category: string; sha256: string }>;
};
export type BreakGlassFact = Omit<LaunchView["breakGlass"][number], "second" | "isOpen"> & {
  byId: string;
  second: string;
  secondId: string;
  isConfirmed: boolean;
};
export type LaunchRun = LaunchView["runs"][number] & {
  items: Set<string>;
  startedBy: { op_id: string; name: string };
  /** The context and class behind each of the run's names for a cluster, as last pinned. */
  pins: Map<string, { context: string; clusterClass: string }>;
  path: string;
  mode: string;
  /** Entry of the plan that it was started for; "" where none was named. */
  planEntry: string;
  /** Goes back from another run: it stands for no entry of the plan. */
  isWayBack: boolean;
  sha256: string;
  endedAt: string | null;
  result: string;
  /** Number and title of each step, and of the one that was begun last; "" where none is under way. */
  steps: Map<string, string>;
  current: string;
};
/** An end of an automatic check that has not become an `item.checked` yet. */
export type PendingCheck = {
  item: string;
  run: string;
  seq: number;
  verdict: string;
  because: string;
  measured: string;
  cluster: string;
  attempt: number;
  actor: { op_id: string; name: string };
};

export type LaunchFold = {
  launch: string;
  log: string;
  facts: LaunchFacts;
  solo: boolean;
  createdAt: string;
  createdBy: string;
  state: LaunchView["header"]["state"];
  states: LaunchView["states"];
  checklist: ChecklistCopy | null;
  people: Assignment[];
  risks: Map<string, Risk>;
  artefacts: Map<string, Artefact>;
  briefings: { seq: number; text: string; at: string; by: string; byId: string }[];
  items: Map<string, ItemFacts>;
  signatures: SignatureFact[];
  decisions: DecisionFact[];
  notes: LaunchView["notes"];
  attachments: LaunchView["attachments"];
  breakGlass: BreakGlassFact[];
  runs: Map<string, LaunchRun>;
  /** Last number that a block of each check run printed, by `run/step`. */
  measured: Map<string, string>;
  pending: PendingCheck[];
  /** Operator ids of everybody who executed: answered, checked, supplied evidence, ran a step. */
  executors: Set<string>;
  /** Changes of what signatures may cover, in order. */
  changes: Change[];
  /** seq of the event that began the cut-over; 0 before it. */
  cutOver: number;
  night: NightFold;
  /** seq of the last event that adds to what a close covers: neither a signature of the close nor an export, a verification, a clock step. */
  substance: number;
  events: number;
  head: string;
};

export const NO_FACTS: LaunchFacts = {
  name: "",
  version: "",
  change: "",
  approval: "",
  windowStart: null,
  windowEnd: null,
  zone: "",
  riskClass: "medium",
  freezeException: "",
  context: null,
  tickets: [],
  summary: "",
  contacts: [],
  bridge: "",
  escalation: ESCALATION_DEFAULT,
};

export const emptyLaunch = (): LaunchFold => ({
  launch: "",
  log: "",
  facts: NO_FACTS,
  solo: false,
  createdAt: "",
  createdBy: "",
  state: "preparing",
  states: [],
  checklist: null,
  people: [],
  risks: new Map(),
  artefacts: new Map(),
  briefings: [],
  items: new Map(),
  signatures: [],
  decisions: [],
  notes: [],
  attachments: [],
  breakGlass: [],
  runs: new Map(),
  measured: new Map(),
  pending: [],
  executors: new Set(),
  changes: [],
  cutOver: 0,
  night: emptyNight(),
  substance: 0,
  events: 0,
  head: "",
});

/** What engine/checklist computes from. */
export const checklistFacts = (state: LaunchFold): ChecklistFacts => ({
  items: state.items,
  signatures: state.signatures,
  risks: [...state.risks.values()],
  people: state.people,
  decisions: state.decisions,
  cutOver: state.cutOver,
});
