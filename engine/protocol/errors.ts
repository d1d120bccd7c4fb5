// Expected failures, as every door reports them. Bugs throw; these are returned.
import { z } from "zod";

/** Stable codes: branch on them, never on the text. */
export const ErrorCode = z.enum([
  "invalid-params",
  "unknown-method",
  "not-found",
  "not-signed-in",
  "forbidden",
  "locked",
  "wrong-password",
  "already-exists",
  "not-trusted",
  "not-ready",
  "conflict",
  "reason-needed",
  "confirmation-needed",
  "unsupported-step",
  "cluster-differs",
  "cluster-unreachable",
  "cluster-invalid",
  "shell-missing",
  "disk-full",
  "record-damaged",
  "newer-database",
  "read-only",
  "busy",
  "unreadable",
  "internal",
]);
export type ErrorCode = z.infer<typeof ErrorCode>;
export const Failure = z.object({ code: ErrorCode, message: z.string(), details: z.unknown().optional() });
export type Failure = z.infer<typeof Failure>;
export type Result<T> = { ok: true; value: T } | { ok: false; error: Failure };

export const ok = <T>(value: T): Result<T> => ({ ok: true, value });
/** Message: what happened, what it means, what to do, with file and line or step. */
export const fail = (code: ErrorCode, message: string, details?: unknown): { ok: false; error: Failure } => ({
  ok: false,
  error: details === undefined ? { code, message } : { code, message, details },
});
/** A file that could not be read, in words; what is no answer of the file system is a defect, and thrown on. */
export function cannotRead(path: string, error: unknown): { ok: false; error: Failure } {
  const { code } = error as { code?: unknown };
  if (typeof code !== "string") throw error;
  return fail(code === "ENOENT" ? "not-found" : "unreadable", `${path} cannot be read (${code}). Check that it is there and may be read.`);
}
