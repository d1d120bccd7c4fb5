// One message of a door to the engine: its envelope, what a door itself refuses, and the answer.
// Owns: the envelope and the door's own limits (read-only, sign-in first, attempts). Method params are parsed by the engine.
import { z } from "zod";
import type { Caller, Engine } from "../engine.ts";
import { fail, METHODS, type Method, type Result } from "../protocol/index.ts";
import type { Limiter } from "./admission.ts";

export const Envelope = z.strictObject({ id: z.int().min(0), method: z.string().max(100), params: z.unknown() });
export type Envelope = z.infer<typeof Envelope>;

/** Methods that change nothing and start nothing. Listed, not derived: a new method is refused read-only until someone puts it here. */
const READING: ReadonlySet<Method> = new Set<Method>([
  "app.snapshot",
  "people.signIn",
  "people.signOut",
  "people.lock",
  "people.stir",
  "document.open",
  "document.findings",
  "cluster.contexts",
  "cluster.watch",
  "run.get",
  "run.plan",
  "run.summary",
  "run.values",
  "run.payload",
  "run.wayBack",
  "run.look",
  "rehearsal.sources",
  "document.plan",
  "series.list",
  "series.of",
  "run.compare",
  "run.compareOutput",
  "launch.list",
  "launch.get",
  "launch.payload",
  "follow.list",
  "record.logs",
  "record.events",
  "record.event",
  "record.recording",
  "rehearsal.moved",
  "playback.open",
  "playback.state",
  "playback.seek",
  "playback.read",
  "playback.close",
  "record.verify",
  "terminal.list",
]);

export const isMethod = (name: string): name is Method => Object.hasOwn(METHODS, name);

/** Turns a text frame into an envelope, or says with a code why not. */
export function parseEnvelope(text: string): Result<Envelope> & { id: number | null } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { id: null, ...fail("invalid-params", "The message is not JSON.") };
  }
  const parsed = Envelope.safeParse(value);
  if (parsed.success) return { id: parsed.data.id, ok: true, value: parsed.data };
  const id = z.object({ id: z.int().min(0) }).safeParse(value);
  return { id: id.success ? id.data.id : null, ...fail("invalid-params", "A message is {id, method, params}, and nothing else.") };
}

/**
 * Calls the engine for a door. A bug behind it becomes `internal` with no detail for the other side (`report` hears it),
 * so that one bad call never ends the engine with a run in it.
 */
export async function callEngine(
  engine: Engine,
  method: string,
  params: unknown,
  caller: Caller,
  report: (line: string) => void,
): Promise<Result<unknown>> {
  if (!isMethod(method)) return fail("unknown-method", `There is no method "${method.slice(0, 100)}".`);
  if (caller.isReadOnly && !READING.has(method)) {
    return fail("read-only", "This window only reads: it was opened read-only. Nothing was changed.");
  }
  try {
    return await engine.handle(method, params, caller);
  } catch (error) {
    report(`${method} failed unexpectedly: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    return fail(
      "internal",
      `${method} failed unexpectedly. Nothing more is known to have been done; the terminal that runs Holdpoint says why.`,
    );
  }
}

/** Password attempts through one door, counted per key (a session, an address) on top of the engine's own lockout. */
export async function limitSignIn(limiter: Limiter, keys: string[], signIn: () => Promise<Result<unknown>>): Promise<Result<unknown>> {
  const waitMs = Math.max(...keys.map((key) => limiter.waitMs(key)));
  if (waitMs > 0) return fail("busy", `Too many wrong passwords. Wait ${Math.ceil(waitMs / 1000)} seconds, then try again.`, { waitMs });
  const result = await signIn();
  // What was malformed was no attempt at a password.
  if (!result.ok && result.error.code !== "invalid-params") for (const key of keys) limiter.failed(key);
  return result;
}
