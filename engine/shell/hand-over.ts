// What a shell leaves to the next one: its directory and exported variables, through a pipe and never a file on disk.
// Owns: the named pipe, reading frames from it, leaving out what must not be inherited.
import { execFileSync } from "node:child_process";
import { constants, openSync, rmSync } from "node:fs";
import { Socket } from "node:net";

export type HandOver = { cwd: string; environment: Record<string, string> };
export type HandOverPipe = {
  readonly path: string;
  /** The last frame, waiting for it at most `limitMs`; null when none came. */
  take(limitMs: number): Promise<HandOver | null>;
  close(): void;
};

/** Set by the shell or by us for one shell alone. */
const NOT_INHERITED = new Set(["_", "SHLVL", "PWD", "OLDPWD", "HOLDPOINT_BLOCK", "ZDOTDIR", "TERM", "COLUMNS", "LINES"]);

/** Makes the pipe. It is open for both directions, so that a shell never waits for a reader and the reader never sees an end. */
export function openHandOverPipe(path: string): HandOverPipe {
  execFileSync("mkfifo", ["-m", "600", path]);
  const socket = new Socket({ fd: openSync(path, constants.O_RDWR | constants.O_NONBLOCK), readable: true, writable: false });
  let text = "";
  let frame: HandOver | null = null;
  let waiting: ((frame: HandOver) => void) | null = null;
  socket.setEncoding("utf8");
  socket.on("data", (chunk: string) => {
    text += chunk;
    for (let end = text.indexOf("\0\0"); end >= 0; end = text.indexOf("\0\0")) {
      frame = readFrame(text.slice(0, end));
      text = text.slice(end + 2);
      if (frame !== null) waiting?.(frame);
    }
  });
  socket.on("error", () => socket.destroy());
  socket.unref();
  return {
    path,
    take(limitMs) {
      return new Promise((resolve) => {
        const done = (value: HandOver | null) => {
          clearTimeout(timer);
          waiting = null;
          frame = null;
          resolve(value);
        };
        const timer = setTimeout(() => done(null), limitMs);
        if (frame !== null) done(frame);
        else waiting = done;
      });
    },
    close() {
      socket.destroy();
      rmSync(path, { force: true });
    },
  };
}

function readFrame(text: string): HandOver | null {
  const [kind, cwd, ...entries] = text.split("\0");
  if (kind !== "exit" || cwd === undefined) return null;
  const environment: Record<string, string> = {};
  for (const entry of entries) {
    const equals = entry.indexOf("=");
    const name = entry.slice(0, equals);
    if (equals > 0 && !NOT_INHERITED.has(name) && !name.startsWith("__hp_")) environment[name] = entry.slice(equals + 1);
  }
  return { cwd, environment };
}
