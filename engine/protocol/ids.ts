// Identifiers that must not be mixed up, and the small words used in every room.
// Owns: branding and their schemas. Does not make new ids: that is a port (engine/ports.ts).
import { z } from "zod";

export const RunId = z
  .string()
  .regex(/^run-[0-9A-HJKMNP-TV-Z]{26}$/)
  .brand<"RunId">();
export type RunId = z.infer<typeof RunId>;
export const LaunchId = z
  .string()
  .regex(/^launch-[0-9A-HJKMNP-TV-Z]{26}$/)
  .brand<"LaunchId">();
export type LaunchId = z.infer<typeof LaunchId>;
export const LogId = z
  .string()
  .regex(/^(log|install)-[0-9A-HJKMNP-TV-Z]{26}$/)
  .brand<"LogId">();
export type LogId = z.infer<typeof LogId>;
export const StepId = z.string().min(1).max(200).brand<"StepId">();
export type StepId = z.infer<typeof StepId>;
/** A person's short id, chosen once, never reused: letters, digits, dot, dash, underscore. */
export const OperatorId = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,31}$/)
  .brand<"OperatorId">();
export type OperatorId = z.infer<typeof OperatorId>;
/** Name of a cluster within one runbook: `main` unless the front matter names several. */
export const ClusterName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/)
  .brand<"ClusterName">();
export type ClusterName = z.infer<typeof ClusterName>;
/** One shell of one run, the address of its terminal. */
export const TerminalId = z.string().min(1).max(200).brand<"TerminalId">();
export type TerminalId = z.infer<typeof TerminalId>;

/** SHA-256 in lower-case hexadecimal. */
export const Sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** What the engine found. Never a boolean, and unknown is never success. */
export const Verdict = z.enum(["passed", "failed", "unknown", "skipped"]);
export type Verdict = z.infer<typeof Verdict>;
export const Mode = z.enum(["live", "rehearsal"]);
export type Mode = z.infer<typeof Mode>;
export const ClusterClass = z.enum(["production", "staging", "sandbox", "local"]);
export type ClusterClass = z.infer<typeof ClusterClass>;
export const ShellKind = z.enum(["bash", "zsh", "fish", "pwsh"]);
export type ShellKind = z.infer<typeof ShellKind>;
/** A reason typed by a person; blank is refused at the door. */
export const Reason = z.string().trim().min(1, "a reason is needed").max(2000);
/** A moment as ISO 8601 in UTC with milliseconds. */
export const Timestamp = z.iso.datetime();
