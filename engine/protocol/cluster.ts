// Clusters as people choose and prove them. Owns: shapes. Secrets (tokens, keys) never appear here.
import { z } from "zod";
import { ClusterClass, ClusterName, Timestamp } from "./ids.ts";

/** What makes a cluster this one and no other (CLUSTER.md). `strength` is `weak` where kube-system cannot be read. */
export const ClusterIdentity = z.object({
  server: z.string(),
  caSha256: z.string(),
  user: z.string(),
  namespace: z.string(),
  /** UID of the kube-system namespace; null where it is forbidden. */
  kubeSystemUid: z.string().nullable(),
  strength: z.enum(["full", "weak"]),
});
export type ClusterIdentity = z.infer<typeof ClusterIdentity>;
/** Who the API server says we are (SelfSubjectReview), or why it cannot say. */
export const Principal = z.object({
  username: z.string().nullable(),
  groups: z.array(z.string()),
  source: z.enum(["selfsubjectreview", "tokenreview", "certificate", "unknown"]),
  note: z.string(),
  /** `system:masters` or an account that looks shared. */
  isShared: z.boolean(),
});
export type Principal = z.infer<typeof Principal>;

export const ContextError = z.object({ message: z.string(), file: z.string().nullable(), line: z.int().nullable() });
export const ContextEntry = z.object({
  name: z.string(),
  file: z.string(),
  isCurrent: z.boolean(),
  server: z.string().nullable(),
  user: z.string().nullable(),
  namespace: z.string().nullable(),
  error: ContextError.nullable(),
  class: ClusterClass.nullable(),
  suggestedClass: ClusterClass.nullable(),
});
export type ContextEntry = z.infer<typeof ContextEntry>;
/** Answer of asking one context's server; separate because it is slow and may fail. */
export const ContextProbe = z.object({
  name: z.string(),
  reachable: z.boolean(),
  latencyMs: z.number().nullable(),
  version: z.string().nullable(),
  identity: ClusterIdentity.nullable(),
  principal: Principal.nullable(),
  class: ClusterClass.nullable(),
  error: z.string().nullable(),
  credentialExpiry: Timestamp.nullable(),
  clockOffsetMs: z.number().nullable(),
});
export type ContextProbe = z.infer<typeof ContextProbe>;

/** The pin of a run as shown: what was fixed, and when it was last proved. */
export const PinView = z.object({
  name: ClusterName,
  context: z.string(),
  class: ClusterClass.nullable(),
  identity: ClusterIdentity.nullable(),
  principal: Principal.nullable(),
  provedAt: Timestamp.nullable(),
  state: z.enum(["proved", "differs", "unreachable", "expired", "unproved"]),
  differs: z.array(z.string()),
});
export type PinView = z.infer<typeof PinView>;

export const Finding = z.object({
  code: z.string(),
  severity: z.enum(["blocker", "warning", "ok"]),
  /** What was looked at, e.g. `tool helm`. */
  subject: z.string(),
  message: z.string(),
  todo: z.string(),
  step: z.string().nullable(),
  line: z.int().nullable(),
});
export type Finding = z.infer<typeof Finding>;

/** How far a deployment's roll-out is, as its controller last said. */
export const RolloutView = z.object({
  wanted: z.int(),
  updated: z.int(),
  ready: z.int(),
  available: z.int(),
  /** Replicas of earlier templates that are still there. */
  old: z.int(),
  generation: z.int(),
  /** The generation that the controller has acted on; below `generation` nothing here is of the newest change yet. */
  observed: z.int(),
  /** `deployment.kubernetes.io/revision`; "" where it is not known. */
  revision: z.string(),
  images: z.array(z.string()),
  /** `ProgressDeadlineExceeded`: the controller gave up waiting; it still goes on if it can. */
  isStuck: z.boolean(),
  isPaused: z.boolean(),
  /** The condition that says why it does not go on; null where none does. */
  condition: z.object({ reason: z.string(), message: z.string() }).nullable(),
  /** Replica sets that hold replicas, the newest first, bounded. */
  sets: z.array(
    z.object({ name: z.string(), revision: z.string(), images: z.array(z.string()), wanted: z.int(), ready: z.int(), isNew: z.boolean() }),
  ),
});
export type RolloutView = z.infer<typeof RolloutView>;

/** Who gets how much, as an API object says it or as replicas stand behind one service. No traffic is measured. */
export const TrafficSplit = z.object({
  by: z.enum(["canary weight", "route weight", "rollout weight", "mesh weight", "selector", "ready replicas"]),
  parts: z.array(z.object({ to: z.string(), percent: z.int(), colour: z.enum(["blue", "green"]).nullable() })),
});
export type TrafficSplit = z.infer<typeof TrafficSplit>;

/** One object of the cluster watch. */
export const WatchedObject = z.object({
  kind: z.enum(["Deployment", "Pod", "Ingress", "Service", "Event", "HTTPRoute", "Rollout", "VirtualService"]),
  namespace: z.string(),
  name: z.string(),
  detail: z.string(),
  ready: z.int().nullable(),
  wanted: z.int().nullable(),
  state: z.enum(["ok", "progress", "trouble", "idle"]),
  owner: z.string().nullable(),
  colour: z.enum(["blue", "green"]).nullable(),
  weight: z.int().nullable(),
  at: Timestamp.nullable(),
  /** Of a deployment. */
  rollout: RolloutView.optional(),
  /** Of a service, an ingress, a route or a rollout that divides or leads traffic. */
  split: TrafficSplit.optional(),
  /** The step that runs or ran last names it, or it belongs to what that step names. */
  touched: z.boolean().optional(),
});
export type WatchedObject = z.infer<typeof WatchedObject>;
