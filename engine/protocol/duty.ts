// What is kept an eye on during a launch's night: open loops, whom to call and when, updates that fall due, alarms. Owns: shapes and parameters.
// All of it is computed from the launch's log and the time (engine/launch/duty.ts). The address of a webhook is a secret and stands in no shape.
import { z } from "zod";
import { LaunchId, RunId, Timestamp } from "./ids.ts";

const text = (max: number) => z.string().trim().max(max);

export const Contact = z.object({
  name: text(200).min(1),
  role: text(200),
  /** How: a number, a channel, a pager. */
  reach: text(500),
  /** Level of escalation that this person is called at; 0 for none. */
  level: z.int().min(0).max(9),
});
export type Contact = z.infer<typeof Contact>;
/** Called so long after an incident that nobody has acknowledged. */
export const EscalationLevel = z.object({ level: z.int().min(1).max(9), afterMs: z.int().min(0) });
export type EscalationLevel = z.infer<typeof EscalationLevel>;

/** Something that must be undone: a silence, a freeze, a maintenance page, elevated access. */
export const OpenLoop = z.object({
  name: z.string(),
  openedAt: Timestamp,
  openedBy: z.string(),
  run: RunId.nullable(),
  step: z.string(),
  note: z.string(),
  dueAt: Timestamp.nullable(),
  closedAt: Timestamp.nullable(),
  closedBy: z.string(),
  isOverdue: z.boolean(),
});
export type OpenLoop = z.infer<typeof OpenLoop>;

export const Escalation = z.object({
  /** The incident's event. */
  seq: z.int(),
  title: z.string(),
  since: Timestamp,
  acknowledgedAt: Timestamp.nullable(),
  acknowledgedBy: z.string(),
  /** Highest level whose time has come; 0 before the first, and once it is acknowledged or closed. */
  level: z.int(),
  /** Whom to call now. */
  call: z.array(Contact),
  next: z.object({ level: z.int(), at: Timestamp, call: z.array(Contact) }).nullable(),
});
export type Escalation = z.infer<typeof Escalation>;

export const UpdateChannel = z.enum(["clipboard", "slack", "teams"]);
export type UpdateChannel = z.infer<typeof UpdateChannel>;
export const Audience = z.object({
  id: z.string(),
  name: z.string(),
  everyMs: z.int(),
  template: z.string(),
  channel: UpdateChannel,
  /** Name of the environment variable that holds the address; "" where it is typed in and kept in memory alone. */
  environment: z.string(),
  /** Also during the watch, not in the cut-over alone. */
  onWatch: z.boolean(),
  /** none: the clipboard needs none · ready · wanted: not known since the last start. */
  address: z.enum(["none", "ready", "wanted"]),
  lastAt: Timestamp.nullable(),
  dueAt: Timestamp.nullable(),
  isOverdue: z.boolean(),
  /** The template with what holds now: what an update would say. */
  text: z.string(),
  /** Waiting to be delivered, in this order. */
  queued: z.int(),
});
export type Audience = z.infer<typeof Audience>;
export const Update = z.object({
  id: z.string(),
  audience: z.string(),
  name: z.string(),
  text: z.string(),
  channel: UpdateChannel,
  at: Timestamp,
  by: z.string(),
  state: z.enum(["copied", "queued", "sent", "failed"]),
  /** When it arrived; how many attempts were made; what the last one met. */
  sentAt: Timestamp.nullable(),
  attempts: z.int(),
  because: z.string(),
});
export type Update = z.infer<typeof Update>;

export const LaunchAlarm = z.object({
  /** The same alarm has the same key for as long as it stands. */
  key: z.string(),
  severity: z.enum(["fail", "warn"]),
  title: z.string(),
  detail: z.string(),
  /** Since when it stands. */
  at: Timestamp,
});
export type LaunchAlarm = z.infer<typeof LaunchAlarm>;

export const DutyView = z.object({
  loops: z.array(OpenLoop),
  escalations: z.array(Escalation),
  audiences: z.array(Audience),
  updates: z.array(Update),
  alarms: z.array(LaunchAlarm),
});
export type DutyView = z.infer<typeof DutyView>;

const at = { launch: LaunchId };
export const dutyParams = {
  acknowledge: z.strictObject({ ...at, seq: z.int().min(1) }),
  openLoop: z.strictObject({
    ...at,
    name: text(200).min(1),
    byMinutes: z.number().positive().max(525_600).nullable(),
    note: text(2000).optional(),
  }),
  closeLoop: z.strictObject({ ...at, name: text(200).min(1), note: text(2000).optional() }),
  audience: z.strictObject({
    ...at,
    id: z.string().max(40).optional(),
    remove: z.boolean().optional(),
    name: text(200).min(1).optional(),
    everyMinutes: z.number().positive().max(10_080).optional(),
    template: text(4000).min(1).optional(),
    channel: UpdateChannel.optional(),
    environment: z
      .string()
      .regex(/^([A-Za-z_][A-Za-z0-9_]{0,99})?$/)
      .optional(),
    onWatch: z.boolean().optional(),
  }),
  /** The address of an audience's webhook: https, or http to this computer. Kept in memory until Holdpoint ends, written nowhere. */
  address: z.strictObject({ ...at, audience: z.string().max(40), url: z.string().min(1).max(4096) }),
  /** `text` is what was made of the template; without it the template as it is. */
  update: z.strictObject({ ...at, audience: z.string().max(40), text: text(8000).min(1).optional() }),
};
