// What the launch room is given. Owns: the types. Does nothing.
import type { z } from "zod";
import type { People, Who } from "../people/index.ts";
import type { Ports } from "../ports.ts";
import type { ClusterClass, LAUNCH_METHODS, LaunchId, LogId, Result, RunbookDocument, RunId, SignSubject } from "../protocol/index.ts";
import type { RecordStore } from "../record/index.ts";
import type { Signable } from "./signable.ts";

export type { Who } from "../people/index.ts";

/** A method's own parameters without the launch, which the service has resolved. */
export type Params<M extends keyof typeof LAUNCH_METHODS> = Omit<z.output<(typeof LAUNCH_METHODS)[M]["params"]>, "launch">;

export type LaunchPeople = Pick<People, "list" | "isSolo" | "signAs" | "operator" | "holdsRole" | "delegationInForce" | "roster">;

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
  /** Subjects that another room knows: review, holdpoint, amendment. */
  signable?(at: { launch: LaunchId | null; run: RunId | null }, subject: SignSubject): Promise<Result<Signable>>;
  notify: {
    changed(launch: LaunchId, seq: number): void;
    refused(who: Who, what: string, why: string): void;
  };
};
