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

/** One object of the cluster watch. */
export const WatchedObject = z.object({
  kind: z.enum(["Deployment", "Pod", "Ingress", "Service", "Event"]),
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
});
export type WatchedObject = z.infer<typeof WatchedObject>;
