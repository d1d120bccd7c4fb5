// Signing: what is put before a person, what they answer, what is kept. Owns: shapes. Keys and the DSSE envelope are engine/people.
// Supports 21 CFR 11.50 (name, time, meaning), 11.70 (bound to its record), 11.200 (id and password for each signature).
import { z } from "zod";
import { LaunchId, LogId, OperatorId, Reason, RunId, Sha256, Timestamp } from "./ids.ts";

export const SignMeaning = z.enum(["approved", "reviewed", "executed", "witnessed", "rejected"]);
export type SignMeaning = z.infer<typeof SignMeaning>;

/**
 * What a signature is about. `id` by kind: category → its key · decision → the id of the proposed decision · review → the source hash of the
 * runbook · holdpoint → `RUN/STEP` · amendment → `RUN/HASH` of the new text · handover and skip → `RUN/SEQ` of the proposal · briefing → the briefing's seq · break-glass, break-glass-review →
 * the seq that opened it · close → the launch.
 */
export const SignSubject = z.object({
  kind: z.enum([
    "category",
    "decision",
    "review",
    "holdpoint",
    "amendment",
    "handover",
    "skip",
    "briefing",
    "break-glass",
    "break-glass-review",
    "close",
  ]),
  id: z.string().min(1).max(300),
});
export type SignSubject = z.infer<typeof SignSubject>;

/** The canonical payload under the DSSE signature; `application/vnd.holdpoint.signature.v1+json`. All numbers are integers. */
export const SignaturePayload = z.object({
  v: z.literal(1),
  kind: z.literal("signature"),
  /** `sig-` and a ULID. */
  id: z.string(),
  install_id: z.string(),
  log: LogId,
  /** The log's head that is co-signed: the event before the one that carries this signature. */
  head: z.object({ seq: z.int(), hash: Sha256 }),
  signer: z.object({ op_id: z.string(), name: z.string(), title: z.string(), role: z.string(), key_id: Sha256, session: z.string() }),
  /** Operator id of the person who delegated, and the delegation's seq in the install log; "" and 0 without one. */
  on_behalf_of: z.string(),
  delegation: z.int(),
  meaning: SignMeaning,
  /** The exact sentence that was on screen. */
  statement: z.string(),
  reason: z.string(),
  subject: z.object({
    kind: z.string(),
    id: z.string(),
    launch: z.string(),
    run: z.string(),
    /** SHA-256 of the checklist's or runbook's source bytes. */
    plan_sha256: z.string(),
    /** SHA-256 over the JCS of what is covered (items with text hash and the seq of their answer …); see engine/checklist. */
    digest: Sha256,
    /** seq of every event that the statement rests on, ascending. */
    covered: z.array(z.int()),
  }),
  /** SHA-256 over the JCS of everything shown for signing (PreparedSignature without its ticket). */
  screen_sha256: Sha256,
  at: Timestamp,
  tz: z.string(),
  tz_off_min: z.int(),
  /** This is signature n of m for the role(s) asked. */
  n: z.int(),
  m: z.int(),
});
export type SignaturePayload = z.infer<typeof SignaturePayload>;

/** What the signer sees; it is hashed as shown and bound to the signature. */
export const PreparedSignature = z.object({
  /** One use, five minutes: handed back with the password. */
  ticket: z.string(),
  subject: SignSubject,
  meaning: SignMeaning,
  role: z.string(),
  /** Exactly this sentence is signed. */
  statement: z.string(),
  /** What the sentence rests on, one line each: items with state, waivers, conditions, measured values. */
  lines: z.array(z.string()),
  planSha256: z.string(),
  digest: Sha256,
  head: z.object({ seq: z.int(), hash: Sha256, fingerprint: z.string() }),
  screenSha256: Sha256,
  n: z.int(),
  m: z.int(),
  /** Why nobody can sign this yet, in words; empty where it can be signed. */
  blockers: z.array(z.string()),
  /** Who may sign, and who may not with the reason (answered an item here, is the author …). */
  eligible: z.array(z.object({ id: OperatorId, name: z.string(), onBehalfOf: OperatorId.nullable() })),
  excluded: z.array(z.object({ id: OperatorId, name: z.string(), why: z.string() })),
});
export type PreparedSignature = z.infer<typeof PreparedSignature>;

/** A signature on record, as the window and the reports show it. */
export const SignatureView = z.object({
  id: z.string(),
  seq: z.int(),
  subject: SignSubject,
  run: RunId.nullable(),
  signer: OperatorId,
  name: z.string(),
  title: z.string(),
  role: z.string(),
  onBehalfOf: z.string(),
  meaning: SignMeaning,
  statement: z.string(),
  reason: z.string(),
  at: Timestamp,
  tz: z.string(),
  n: z.int(),
  m: z.int(),
  /** valid, or stale with what changed since; a rejection is never stale. */
  state: z.enum(["valid", "stale"]),
  staleBecause: z.string(),
  staleAt: Timestamp.nullable(),
  /** Of a stale one: what it covers that changed after it, from what was signed to what stands now. "" where there was or is nothing. */
  changed: z
    .array(
      z.object({
        /** The last event that changed it. */
        seq: z.int(),
        at: Timestamp,
        /** Item, or field of the launch's facts. */
        item: z.string(),
        what: z.enum(["answer", "check", "evidence", "text", "launch"]),
        from: z.string(),
        to: z.string(),
      }),
    )
    .optional(),
  digest: Sha256,
});
export type SignatureView = z.infer<typeof SignatureView>;

const Signer = { id: OperatorId, password: z.string().min(1).max(1024) };
export const SIGNING_METHODS = {
  /** Nothing is recorded by looking. `log` decides where: a launch, or a run outside any launch. */
  "signoff.prepare": {
    params: z.strictObject({
      launch: LaunchId.optional(),
      run: RunId.optional(),
      subject: SignSubject,
      meaning: SignMeaning,
      role: z.string().max(100).optional(),
    }),
    result: PreparedSignature,
  },
  /** `conflict` where something covered changed since the ticket; `wrong-password`, `locked`, `forbidden` (recorded) by person. */
  "signoff.add": {
    params: z.strictObject({
      ticket: z.string().max(100),
      ...Signer,
      onBehalfOf: OperatorId.optional(),
      reason: z.string().max(2000).optional(),
    }),
    result: SignatureView,
  },
  /** Takes a valid signature of one's own back, with a reason. */
  "signoff.withdraw": {
    params: z.strictObject({ launch: LaunchId, signature: z.string().max(100), ...Signer, reason: Reason }),
    result: SignatureView,
  },
} as const;
