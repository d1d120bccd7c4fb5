// Starts the web host over a command's own engine. Owns: joining the two, and waiting for the end.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Failure, Result } from "../protocol/index.ts";
import { isLoopback, LINK_METHOD, type LocalHost, startLocalHost } from "../serve/index.ts";
import { need, type Scene } from "./command.ts";
import type { Door } from "./door.ts";
import { Ended, EXIT, usage } from "./output.ts";
import { WINDOW_ROOT } from "./places.ts";
import { ensureWindow } from "./window-build.ts";

export type ServeOptions = {
  address: string;
  port: number;
  isReadOnly: boolean;
  tlsCert?: string;
  tlsKey?: string;
  note: string /** Builds the window when it is missing or old. */;
  mayBuild: boolean;
};

/** The host with its engine; or the running process that has one already. */
export type Hosted = { host: LocalHost; door: Door } | { running: Door };

export async function startHost(scene: Scene, options: ServeOptions): Promise<Hosted> {
  const tls = readTls(options);
  if (!isLoopback(options.address) && tls === null) {
    throw usage(
      `Holdpoint is a shell for whoever gets in: it listens on ${options.address} only with --tls-cert and --tls-key, and an operator signs in there. Without them it listens on 127.0.0.1.`,
    );
  }
  const problem = options.mayBuild ? await ensureWindow((line) => scene.output.say(line)) : null;
  if (problem !== null && !existsSync(join(WINDOW_ROOT, "index.html"))) throw usage(problem);
  if (problem !== null) scene.output.say(`${problem}\nThe window built before is shown.`);
  let host: LocalHost | null = null;
  const door = await scene.door({
    isHost: true,
    host: { canOpenExternal: true, isReadOnly: options.isReadOnly, note: options.note },
    link: (more) => {
      if (host === null) throw new Error("the web host is still starting");
      return host.link(more);
    },
  });
  if (door.engine === null) return { running: door };
  if (!isLoopback(options.address) && !need(await door.call("app.snapshot", {})).hasOperators) {
    throw usage("Nobody could sign in from another machine yet: there is no operator. Run `holdpoint open` here once and say who you are.");
  }
  const started: Result<LocalHost> = await startLocalHost({
    engine: door.engine,
    root: WINDOW_ROOT,
    address: options.address,
    port: options.port,
    isReadOnly: options.isReadOnly,
    ...(tls === null ? {} : { tls }),
    report: (line) => scene.output.say(line),
  });
  host = need(started);
  return { host, door };
}

function readTls(options: ServeOptions): { cert: Buffer; key: Buffer } | null {
  if (options.tlsCert === undefined && options.tlsKey === undefined) return null;
  if (options.tlsCert === undefined || options.tlsKey === undefined) throw usage("--tls-cert and --tls-key belong together.");
  const read = (path: string): Buffer => {
    try {
      return readFileSync(path);
    } catch (error) {
      throw usage(`${path} cannot be read: ${(error as Error).message}`);
    }
  };
  return { cert: read(options.tlsCert), key: read(options.tlsKey) };
}

/** A new link to the host of the process that runs already; ends the command where that has none. */
export async function newLink(door: Door, options: { open?: string[]; onlyUid?: number }): Promise<string> {
  const answer = await door.running?.call(LINK_METHOD, options);
  if (answer?.ok === true) return (answer.value as { url: string }).url;
  throw new Ended(EXIT.usage, hasNoHost(door));
}

/** What to say where another process has the data directory and its web host is not the one that was asked for. */
export function hasNoHost(door: Door): Failure {
  const { door: command, pid } = door.running?.greeting ?? { door: "?", pid: "?" };
  const message = `Another Holdpoint (\`${command}\`, process ${pid}) has ${door.home} open and offers no such web host. Use its window, or end it first.`;
  return { code: "busy", message };
}
