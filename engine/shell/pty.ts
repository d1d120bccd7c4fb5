// One PTY whose last byte is not lost.
// Owns: spawning through node-pty, the drain at the end, pausing. Does not look at the bytes.
import { closeSync, constants, openSync, writeSync } from "node:fs";
import { type IPty, spawn } from "@lydell/node-pty";

export type PtyOptions = { file: string; args: string[]; cwd: string; environment: Record<string, string>; cols: number; rows: number };
export type PtyEnd = { code: number; signal: number | null };
export type Pty = {
  readonly pid: number;
  write(data: string): void;
  resize(cols: number, rows: number): void;
  pause(): void;
  resume(): void;
  kill(signal: NodeJS.Signals): void;
};

/** Written behind the last output of a shell that is gone, so that everything before it is known to have been read. */
const BARRIER = "\x1b]633;drained\x07";
/** A full terminal buffer takes no barrier until it has been read. */
const BARRIER_RETRY_MS = 5;

type Socket = { destroy(error?: Error): void; isPaused(): boolean; resume(): void };

/**
 * Starts a program on a new terminal. `onData` gets every byte; `onEnd` comes after the last one.
 *
 * node-pty destroys its socket 200 ms after the exit, read or not, and the kernel drops what is buffered when the last
 * holder of the terminal's other side goes. So this side holds it open, and lets node-pty destroy the socket only once a
 * barrier written after the exit has come back. Throws where the program cannot be started.
 */
export function openPty(
  { file, args, cwd, environment, cols, rows }: PtyOptions,
  onData: (bytes: Buffer) => void,
  onEnd: (end: PtyEnd) => void,
): Pty {
  const pty: IPty = spawn(file, args, { name: "xterm-256color", cols, rows, cwd, env: environment, encoding: null });
  const inner = pty as unknown as { _socket?: Socket; _pty?: string };
  const socket = inner._socket;
  const held = holdOpen(inner._pty);
  let isAlive = true;

  if (socket !== undefined && held !== null) {
    const destroy = socket.destroy.bind(socket);
    let isEnding = false;
    socket.destroy = () => {
      if (isEnding) return;
      isEnding = true;
      isAlive = false;
      socket.resume();
      writeBarrier(held);
    };
    let tail = "";
    pty.onData((data) => {
      const bytes = data as unknown as Buffer;
      if (!isEnding) return onData(bytes);
      // The barrier is all ASCII, so latin1 keeps the bytes around it apart.
      tail += bytes.toString("latin1");
      const at = tail.indexOf(BARRIER);
      if (at >= 0) {
        onData(Buffer.from(tail.slice(0, at), "latin1"));
        closeSync(held);
        destroy();
        return;
      }
      const safe = tail.length - BARRIER.length;
      if (safe > 0) {
        onData(Buffer.from(tail.slice(0, safe), "latin1"));
        tail = tail.slice(safe);
      }
    });
  } else {
    pty.onData((data) => onData(data as unknown as Buffer));
  }

  pty.onExit(({ exitCode, signal }) => {
    isAlive = false;
    onEnd({ code: exitCode, signal: signal === undefined || signal === 0 ? null : signal });
  });

  return {
    pid: pty.pid,
    write: (data) => isAlive && pty.write(data),
    resize(newCols, newRows) {
      if (!isAlive) return;
      try {
        pty.resize(newCols, newRows);
      } catch {
        // the terminal went between the check and the call
      }
    },
    pause: () => isAlive && pty.pause(),
    resume: () => pty.resume(),
    kill(signal) {
      try {
        if (isAlive) pty.kill(signal);
      } catch {
        // gone already
      }
    },
  };
}

/** The terminal's other side, kept open without becoming anybody's controlling terminal; null where it has no path (Windows). */
function holdOpen(path: string | undefined): number | null {
  if (path === undefined || process.platform === "win32") return null;
  try {
    return openSync(path, constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK);
  } catch {
    return null; // without it the drain is node-pty's own
  }
}

function writeBarrier(held: number): void {
  try {
    writeSync(held, BARRIER);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EAGAIN") setTimeout(() => writeBarrier(held), BARRIER_RETRY_MS);
    else throw error;
  }
}
