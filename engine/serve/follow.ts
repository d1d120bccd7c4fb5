// The door for whoever follows a run by a link: its cookie beside the window's own, its attempts, who is cut off when a link is revoked.
// Owns: trading a link's token for a cookie, and which sockets came by which link. What a link shows is engine/engine/follow.ts.
import type { WebSocket } from "ws";
import type { Caller, Engine } from "../engine.ts";
import { fail, ok, type Result } from "../protocol/index.ts";
import { createLimiter, type WebSession } from "./admission.ts";

export const FOLLOW_PAGE = "/follow";
export const FOLLOW_TRADE = "/api/follow";
const SOCKET = "/api/follow/socket";
const TERMINAL = /^\/api\/follow(\/terminal\/[^/]{1,600})$/;

export type FollowDoor = {
  cookieName: string;
  /** The cookie of a token in force; `forbidden` for any other, `busy` after too many. */
  trade(token: string, address: string): Result<{ cookie: string }>;
  /** Whether the cookie still opens a link. */
  isIn(cookieHeader: string | undefined): boolean;
  /** The caller of a new socket with that cookie; null where it opens no link. */
  callerOf(cookieHeader: string | undefined): { caller: Caller; session: WebSession } | null;
  /** Keeps the socket in mind until it closes; it is closed when its link is revoked. */
  join(socket: WebSocket, caller: Caller): void;
  /** Sockets of all who follow. */
  sockets(): number;
  close(): void;
};

/** The path of the window's own sockets that a follower's path stands for; null for any other path. */
export const followSocketPath = (path: string | null): string | null => {
  if (path === SOCKET) return "/api/socket";
  const terminal = TERMINAL.exec(path ?? "")?.[1];
  return terminal === undefined ? null : `/api${terminal}`;
};

/** `revoked`: the code with which sockets are closed. */
export function createFollowDoor(engine: Engine, cookieName: string, now: () => number, revoked: number): FollowDoor {
  const limiter = createLimiter(now);
  const open = new Map<WebSocket, string>();
  let count = 0;
  const stop = engine.follow.onRevoked((link) => {
    for (const [socket, of] of open)
      if (of === link) {
        socket.close(revoked, "this link was revoked");
        // Whoever does not answer sees nothing more either.
        setTimeout(() => socket.terminate(), 1000).unref();
      }
  });
  /** The token itself is the cookie: it is out of reach of scripts, and worth nothing once the link is revoked. */
  function tokenIn(header: string | undefined): string | null {
    for (const part of (header ?? "").split(";")) {
      const at = part.indexOf("=");
      if (at >= 0 && part.slice(0, at).trim() === cookieName) return part.slice(at + 1).trim();
    }
    return null;
  }
  const scopeOf = (header: string | undefined) => {
    const token = tokenIn(header);
    return token === null ? null : engine.follow.scopeOf(token);
  };
  return {
    cookieName,
    trade(token, address) {
      const waitMs = limiter.waitMs(address);
      if (waitMs > 0)
        return fail("busy", `Too many wrong links were tried. Wait ${Math.ceil(waitMs / 1000)} seconds, then try again.`, { waitMs });
      // A cookie's characters alone: what is no token never becomes part of a header.
      if (/^[A-Za-z0-9_-]{20,100}$/.test(token) && engine.follow.scopeOf(token) !== null) return ok({ cookie: token });
      limiter.failed(address);
      return fail("forbidden", "This link shows nothing: it was revoked, or it is not whole. Ask whoever gave it to you.");
    },
    isIn: (header) => scopeOf(header) !== null,
    callerOf(header) {
      const follow = scopeOf(header);
      if (follow === null) return null;
      count += 1;
      const id = `${follow.link}-${count}`;
      return { caller: { id, door: "follow", isReadOnly: true, follow }, session: { id, exported: new Set(), isSignedIn: true } };
    },
    join(socket, caller) {
      open.set(socket, caller.follow?.link ?? "");
      socket.on("close", () => open.delete(socket));
    },
    sockets: () => open.size,
    close: stop,
  };
}
