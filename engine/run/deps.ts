// What the run room is given, and what it keeps per run in this process beside the events.
// Owns: these two types. Does nothing.
import type { ClusterPin, ClusterWatch, FilesAtStart, LoadedContexts, Touched } from "../cluster/index.ts";
import type { People } from "../people/index.ts";
import type { Ports } from "../ports.ts";
import type {
  Actor,
  Block,
  ClusterName,
  LaunchId,
  LogId,
  Param,
  Result,
  Role,
  RunbookDocument,
  RunId,
  ShellKind,
  StepId,
  TerminalId,
  WatchedObject,
} from "../protocol/index.ts";
import type { NewEvent, RecordStore } from "../record/index.ts";
import type { Instructor } from "../rehearsal/index.ts";
import type { HandOver, Job, Known, PlayedSession, Recording, Redactor, ShellSession } from "../shell/index.ts";
import type { Awake } from "./awake.ts";
import type { Learnt } from "./learnt.ts";
import type { Past } from "./past.ts";
import type { RunPlan } from "./plan.ts";
import type { Playing } from "./playing.ts";
import type { Relays } from "./relays.ts";
import type { Waiting } from "./run-clock.ts";
import type { RunState } from "./state.ts";

/** Who gave a command. `roles` and `title` are empty for the unauthenticated account of the operating system. */
export type Who = { actor: Actor; roles: Role[]; title: string; isAuthenticated: boolean };

export type RunDeps = {
  ports: Ports;
  store: RecordStore;
  /** What a replay may play. */
  past: Past;
  /** Data directory; recordings go to `<home>/recordings/<run>/`. */
  home: string;
  /** Private directory (0700) outside `home`, in memory where there is such a place. */
  runtimeDir: string;
  /** Environment of the process; shells get a copy without what would choose a cluster. */
  environment: Record<string, string | undefined>;
  documents: {
    /** Parses with a time limit; never throws. */
    parse(source: Uint8Array, path: string): Promise<RunbookDocument>;
    fillPlaceholders(block: Block, values: Record<string, string>, params: Param[]): Result<string>;
    checkParams(params: Param[], given: Record<string, string>): Result<Record<string, string>>;
    /** A checklist's automatic checks as a runbook: one step per named item. */
    checksDocument(document: RunbookDocument, items: readonly string[]): RunbookDocument;
  };
  /** Launches that runs may be part of; without it there are none. */
  launches?: {
    /** `not-found`, or `conflict` for a launch that takes nothing more. */
    forRun(launch: LaunchId): Promise<Result<LaunchForRun>>;
    /** Its window and its site's zone as they are set now; null where there is no such launch. */
    windowOf?(launch: LaunchId): LaunchWindow | null;
    /** Who holds which role in it now. */
    assigned?(launch: LaunchId): { operator: string; role: string }[];
    /** What waits in it for somebody: open loops of other runs and of hands, conditions, incidents, one line each. */
    waiting?(launch: LaunchId, besides: RunId): Promise<string[]>;
  };
  /** IANA zone in which a plan's times of day are read where no launch has its own; UTC without it. */
  siteZone?(): string;
  /** Runbooks of the library that are procedures for a trouble, and its emergency rollback; without it there are none. */
  procedures?(): Promise<{ path: string; builtIn: boolean }[]>;
  /** Durations of earlier runs; without it nothing is learnt. */
  learnt?: Learnt;
  /** Signed reviews of a text for production, by the hash of its bytes; without it there are none. */
  reviewsOf?(sha256: string): { name: string; role: string; at: string }[];
  /** Who there is, and who stands in for whom; without it nobody does, and no run is handed over. */
  people?: Pick<People, "list" | "delegationInForce">;
  contexts(): LoadedContexts;
  /** The opened or built-in folder of a file, and whether it may run; null where no folder holds it. */
  folderOf(path: string): { folder: string; trusted: boolean; builtIn: boolean } | null;
  isSolo(): boolean;
  /** Keeps the machine awake while a run is active; without it nothing does, and nothing is said of it. */
  awake?: Awake;
  /** Free bytes of the disk that holds `home`; null where unknown. */
  diskFree(): Promise<number | null>;
  notify: {
    changed(run: RunId, step: StepId | null): void;
    alarm(run: RunId, step: StepId | null, severity: "fail" | "warn" | "info", title: string, detail: string): void;
    watched(run: RunId, cluster: ClusterName, objects: WatchedObject[], state: "live" | "lost" | "off", notes: string[]): void;
    /** A refusal by role: recorded in the install log. */
    refused(who: Who, what: string, why: string): void;
  };
};

/** Moments ISO 8601 UTC; `zone` IANA, "" for none. */
export type LaunchWindow = { start: string | null; end: string | null; zone: string };

export type LaunchForRun = {
  log: LogId;
  name: string;
  /** The cluster it goes live on; null where none was chosen. */
  context: string | null;
  /** Why no live run may begin on production now; "" where one may. */
  notYet: string;
};

/** One shell of a run: per lane, named cluster (or `none`) and language. */
export type LaneShell = {
  id: TerminalId;
  lane: string;
  cluster: string;
  kind: ShellKind;
  session: ShellSession;
  /** Directory as the shell last reported it; null before it did. */
  cwd: string | null;
  /** Why its block is being ended although nobody decided that it failed: its end is then unknown, for this reason. */
  givenUp: string | null;
  /** Who typed into it last; lines typed by hand are on record in this name. */
  typist: Actor | null;
  /** Of a rehearsal's shell: what its KUBECONFIG is and holds, where attempts to leave are told, and what its stand-ins stand before. */
  guarded?: {
    kubeconfig: string;
    content: string;
    told: string;
    programs: ReadonlyMap<string, string>;
    read: number;
    sinceLine: number;
    stop(): void;
  };
  /** Settles when the shell has begun the block it was given last: an interrupt before that would reach nobody. */
  accepted: Promise<unknown>;
  /** Of a job: it lives in a process of its own, and is let go instead of ended when the engine closes. */
  job?: Job;
  /** Where nothing is run: the same session, with what can be done to what plays; and the block that it shows now. */
  played?: PlayedSession;
  shows?: { step: string; block: number } | undefined;
};

/** What the shells of a rehearsal are surrounded by; made with the first of them. */
export type Guard = {
  folder: string;
  /** A home directory without credentials, and the person's own. */
  home: string;
  realHome: string;
  /** The kubeconfig of a shell that is bound to no cluster, and an empty file. */
  nowhere: string;
  empty: string;
  environment: Record<string, string>;
  /** Names of variables that the shells do not get. */
  leftOut: string[];
  hidden: { folders: string[]; kubeconfigs: string[]; files: string[] };
  shells: number;
  isTold: boolean;
  /** It was tried with the first shell, and this system can. */
  isConfined: boolean;
  /** What the cluster tools were when the first shell of a language began. */
  starts: Map<string, FilesAtStart>;
};

/** What is true of one lane in this process alone. */
export type LaneNow = {
  /** Step whose cluster is being proved right now. */
  checking: string | null;
  /** Step that waits for a cluster which does not answer. */
  waitingFor: { step: string; cluster: string } | null;
  /** Ends that wait. */
  stopWaiting: AbortController | null;
  /** Steps being driven, newest last: one, or two with a nested shell. */
  driving: string[];
  /** Grows with every cancel: what was asked for before one and has not begun is not begun any more. */
  cancels: number;
  /** Steps of the lane follow each other by themselves. */
  runningOn: boolean;
  /** Grows with every run-on: one that was ended while its step still ran does not go on beside the next one. */
  runOns: number;
  /** Run-on waits for a step of another lane. */
  waitsForNeeds: boolean;
  /** Who started what runs now, for whoever presses it a moment later. */
  startedBy: { step: string; name: string; at: string } | null;
};

export type LiveRun = {
  run: RunId;
  log: LogId;
  launch: LaunchId | null;
  number: number;
  state: RunState;
  plan: RunPlan;
  /** Directory of the runbook's file: where its shells begin. */
  folder: string;
  redactor: Redactor;
  /** Of the environment, masked wherever they are printed; a job's process needs them by value. */
  masked: Known[];
  secrets: Map<string, string>;
  secretsWanted: string[];
  pins: Map<string, ClusterPin>;
  /** Of a rehearsal that has opened a shell. */
  guard: Guard | null;
  watches: Map<string, { watch: ClusterWatch | null; objects: WatchedObject[] }>;
  /** What the step that runs or ran last in each lane touches, by cluster and lane. */
  touches: Map<string, Map<string, { step: string; touched: Touched }>>;
  shells: Map<string, LaneShell>;
  /** Every open shell, those of background commands too. */
  lanes: Set<LaneShell>;
  /** What a shell that ended by `exit` left for its successor, and why there is one. */
  handOvers: Map<string, { from: HandOver | null; cwd: string | null; why: string }>;
  terminals: number;
  /** Open recording of each step attempt, by step id. */
  recordings: Map<string, { recording: Recording; path: string }>;
  /** Monotonic moment at which each step's attempt began, as far as this process saw it. */
  begun: Map<string, bigint>;
  /** By lane; read through lanes.ts, which makes what is missing. */
  laneNows: Map<string, LaneNow>;
  /** Lanes of a run-on that wait for another lane: called at the next event. */
  sleepers: (() => void)[];
  problem: string | null;
  problemSince: string;
  /** A recording is so far behind its disk that the terminal is not read any more: the command stands still. */
  isStalled: boolean;
  stallWatch: NodeJS.Timeout | null;
  /** Ends that could not be written (disk full): kept until they can be, never dropped. */
  unwritten: NewEvent[];
  /** Ends of steps whose last command's end is among `unwritten`: they follow as soon as that is written. Each gives what differs. */
  unconcluded: (() => Promise<string | null>)[];
  /** What goes on behind in any lane: steps being driven and run-on; background blocks apart. Empty when nothing does. */
  drives: Set<Promise<void>>;
  background: Set<Promise<void>>;
  /** Gates and soaks under way: what waits on their clocks, and can be stopped. */
  waits: Set<Waiting>;
  /** The soak under way, by step. */
  soaks: Map<string, Promise<void>>;
  /** Monotonic moment at which each gate (`step/block`) or soak (`step/soak`) was last seen well, as far as this process saw it. */
  measuredAt: Map<string, bigint>;
  /** Asks clusters again that do not answer; null while all do. */
  awayTimer: NodeJS.Timeout | null;
  /** Wakes when the next open loop becomes overdue. */
  loopTimer: unknown;
  /** Grows with every cancel, of one lane or of all. */
  cancels: number;
  /** No new dispatch: the run or the engine is closing. */
  isClosing: boolean;
  /** Of a run that goes back: monotonic moment of the decision, as far as this process saw it. */
  decidedNs: bigint | null;
  /** A way back from this run was decided and is being started. */
  isDeciding: boolean;
  /** Stops the timer of a countdown. */
  countdownTimer: (() => void) | null;
  /** Of a walk or a replay: what its blocks show instead of being run. */
  playing: Playing | null;
  /** Of a rehearsal that has one; null for every other run. */
  instructor: Instructor | null;
  /** Before what its instructor may cut off; null where nothing is. */
  relays: Relays | null;
  /** What the service does after every event, and when a countdown has run out; null before it keeps the run. */
  hooks: { written(): void; goBack(who: Who, step: string): void } | null;
};
