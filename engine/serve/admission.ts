// How a browser gets in: one-time tokens become cookies of this instance.
// Owns: tokens, sessions, the cookie, attempt limits. Does not know HTTP routes nor operators and passwords.
import { createHash, randomBytes } from "node:crypto";
import { fail, ok, type Result } from "../protocol/index.ts";

/** 32 bytes: guessing is hopeless at any rate; the limit below is there to make noise visible. */
const SECRET_BYTES = 32;
/** Wrong tokens and sign-ins per address within ATTEMPT_WINDOW_MS; a person mistypes twice, a machine does not stop. */
export const ATTEMPTS = 10;
export const ATTEMPT_WINDOW_MS = 60_000;
/** Links not used yet. The oldest goes when a further one is made: nobody needs more than a few windows. */
const MAX_OPEN_LINKS = 32;
/** Browsers let in at a time; one per profile is normal. */
const MAX_SESSIONS = 64;

/** One browser profile that got in. `id` is the caller's id in the engine and no secret; the cookie is. */
export type WebSession = {
  id: string;
  /** Real paths that the engine exported for this session and that it may download. */
  exported: Set<string>;
  /** Only asked for where the host listens beyond loopback. */
  isSignedIn: boolean;
};

export type Limiter = {
  /** Milliseconds to wait, or 0 when an attempt may be made. */ waitMs(key: string): number;
  failed(key: string): void;
};

/** Counts failures per key in a sliding window. `now` in milliseconds. */
export function createLimiter(now: () => number, attempts = ATTEMPTS, windowMs = ATTEMPT_WINDOW_MS): Limiter {
  const failures = new Map<string, number[]>();
  const recent = (key: string) => (failures.get(key) ?? []).filter((at) => now() - at < windowMs);
  return {
    waitMs(key) {
      const list = recent(key);
      return list.length < attempts ? 0 : windowMs - (now() - (list.at(-attempts) ?? now()));
    },
    failed(key) {
      if (failures.size > 1000) failures.clear(); // never a way to fill memory
      failures.set(key, [...recent(key), now()]);
    },
  };
}

export type Admission = {
  cookieName: string;
  /** A new one-time token. `onlyUid`: usable from processes of this user alone, where the system can tell. */
  newToken(options?: { onlyUid?: number }): string;
  /** Trades a token for a cookie value. A used, foreign or unknown token is `forbidden`; too many are `busy`. */
  exchange(token: string, peer: { address: string; uid: () => number | null }): Result<{ cookie: string; session: WebSession }>;
  /** The session of a Cookie header, or null. */
  sessionOf(cookieHeader: string | undefined): WebSession | null;
  sessions(): WebSession[];
};

const digest = (secret: string) => createHash("sha256").update(secret).digest("hex");

export function createAdmission(now: () => number): Admission {
  const instance = randomBytes(6).toString("hex");
  const cookieName = `holdpoint_${instance}`; // cookies cross ports: another instance's cookie must not even be looked at
  // Kept as digests and looked up as such: comparing takes the same time whatever was sent.
  const tokens = new Map<string, { onlyUid: number | null }>();
  const sessions = new Map<string, WebSession>();
  const limiter = createLimiter(now);
  let count = 0;
  return {
    cookieName,
    newToken(options = {}) {
      const token = randomBytes(SECRET_BYTES).toString("base64url");
      tokens.set(digest(token), { onlyUid: options.onlyUid ?? null });
      for (const oldest of tokens.keys()) {
        if (tokens.size <= MAX_OPEN_LINKS) break;
        tokens.delete(oldest);
      }
      return token;
    },
    exchange(token, peer) {
      const waitMs = limiter.waitMs(peer.address);
      if (waitMs > 0) {
        return fail("busy", `Too many wrong links were tried. Wait ${Math.ceil(waitMs / 1000)} seconds, then try again.`, { waitMs });
      }
      const key = digest(token);
      const found = tokens.get(key);
      const uid = found !== undefined && found.onlyUid !== null ? peer.uid() : null;
      if (found === undefined || (uid !== null && uid !== 0 && uid !== found.onlyUid)) {
        limiter.failed(peer.address);
        return fail("forbidden", "This link was used already, or belongs to an earlier start. Run `holdpoint open` for a new one.");
      }
      tokens.delete(key);
      for (const oldest of sessions.keys()) {
        if (sessions.size < MAX_SESSIONS) break;
        sessions.delete(oldest);
      }
      const cookie = randomBytes(SECRET_BYTES).toString("base64url");
      count += 1;
      const session: WebSession = { id: `window-${instance}-${count}`, exported: new Set(), isSignedIn: false };
      sessions.set(digest(cookie), session);
      return ok({ cookie, session });
    },
    sessionOf(cookieHeader) {
      for (const part of (cookieHeader ?? "").split(";")) {
        const at = part.indexOf("=");
        if (at < 0 || part.slice(0, at).trim() !== cookieName) continue;
        return sessions.get(digest(part.slice(at + 1).trim())) ?? null;
      }
      return null;
    },
    sessions: () => [...sessions.values()],
  };
}
