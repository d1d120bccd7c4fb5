// What the launch room is given. Owns: the types. Does nothing.
import type { z } from "zod";
import type { People, Who } from "../people/index.ts";
import type { Ports } from "../ports.ts";
import type {
  ClusterClass,
  LAUNCH_METHODS,
  LaunchAlarm,
  LaunchId,
  LogId,
  OutputSource,
  Result,
  RunbookDocument,
  RunId,
  RunSource,
  SignSubject,
  Verdict,
} from "../protocol/index.ts";
import type { RecordStore } from "../record/index.ts";
import type { Signable } from "./signable.ts";

export type { Who } from "../people/index.ts";

/** A method's own parameters without the launch, which the service has resolved. */
export type Params<M extends keyof typeof LAUNCH_METHODS> = Omit<z.output<(typeof LAUNCH_METHODS)[M]["params"]>, "launch">;

export type LaunchPeople = Pick<People, "list" | "isSolo" | "signAs" | "operator" | "holdsRole" | "delegationInForce" | "roster">;

/** Which end of a step: the attempt, or the last that has ended. */
export type AttemptOf = { run: RunId; step: string; attempt?: number | undefined };
/** What a step's attempt printed: its text without the terminal's signs, bounded, and what binds it. */
export type RunOutput = { source: OutputSource; text: string; attempts: { attempt: number; verdict: Verdict; endedAt: string }[] };

export type ChecksRequest = {
  launch: LaunchId;
  log: LogId;
  document: RunbookDocument;
  bytes: Uint8Array;
  path: string;
  context: string | null;
  params: Record<string, string>;
  typedCluster: string | undefined;
};

export type LaunchDeps = {
  ports: Ports;
  store: RecordStore;
  people: LaunchPeople;
  documents: { parse(source: Uint8Array, path: string): Promise<RunbookDocument> };
  /** Class of the cluster that a context leads to, as known now. */
  classOf(context: string): ClusterClass | null;
  /** Takes secrets out of text that people paste. */
  redactText(text: string): string;
  /** Runs automatic checks in the launch's log; absent until the run room can. */
  runs?: { startChecks(who: Who, request: ChecksRequest): Promise<Result<{ run: RunId }>> };
  /** Reads what a step printed, from the record and its recordings; absent where there are none. */
  outputs?: { read(of: AttemptOf): Promise<Result<RunOutput>> };
  /** A run that has ended, live or rehearsed, as evidence binds it; absent where there are none. */
  endedRun?(run: RunId): Result<RunSource>;
  /** The process's environment, for addresses of webhooks that are named in it. */
  environment?: Record<string, string | undefined>;
  /** Waits between attempts to reach a webhook, where not the usual ones. Milliseconds. */
  postWaitsMs?: readonly number[];
  /** Subjects that another room knows: review, holdpoint, amendment. */
  signable?(at: { launch: LaunchId | null; run: RunId | null }, subject: SignSubject): Promise<Result<Signable>>;
  notify: {
    changed(launch: LaunchId, seq: number): void;
    alarm?(launch: LaunchId, name: string, alarm: LaunchAlarm): void;
    refused(who: Who, what: string, why: string): void;
  };
};
