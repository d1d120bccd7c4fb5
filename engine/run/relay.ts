// A relay on loopback in front of an address, so that a rehearsal can cut its network for a time without touching a network.
// Owns: its listener and the connections through it. It passes bytes on, reads none of them, and never listens beyond loopback.
import { connect, createServer, type Server, type Socket } from "node:net";

export type Target = { host: string; port: number };
export type Relay = {
  /** Where it listens, on 127.0.0.1; the same after a cut. */
  readonly port: number;
  /** Ends what goes through it, and refuses what comes. */
  cut(): Promise<void>;
  mend(): Promise<void>;
  isCut(): boolean;
  close(): Promise<void>;
};

/** Another process may have taken the port during a cut; it is asked for again so often and so long, milliseconds. */
const AGAIN_MS = 100;
const PATIENCE_MS = 10_000;
/** Bytes of the first line and headers of a CONNECT; more is no request of a Kubernetes client. */
const MOST_HEAD = 16_384;

/** `target` is asked for each connection: an address that a run changes is followed. */
export const openRelay = (target: () => Target | null): Promise<Relay> =>
  open((from, pairs) => {
    const to = target();
    if (to === null) return void from.destroy();
    join(from, connect(to), pairs);
  });

/** As an HTTP proxy that leads to this one address and nowhere else: what a kubeconfig's `proxy-url` takes, so that the server keeps its name. */
export const openTunnel = (target: Target): Promise<Relay> =>
  open((from, pairs) => {
    let head = Buffer.alloc(0);
    const read = (piece: Buffer) => {
      head = Buffer.concat([head, piece]);
      const end = head.indexOf("\r\n\r\n");
      if (end === -1) {
        if (head.length > MOST_HEAD) from.destroy();
        return;
      }
      from.off("data", read);
      from.pause();
      const asked = /^CONNECT (\S+) HTTP\/1\.[01]\r\n/.exec(head.subarray(0, end + 2).toString("latin1"))?.[1];
      if (asked !== addressOf(target)) return void from.end("HTTP/1.1 403 Forbidden\r\n\r\n");
      const to = connect(target);
      to.once("connect", () => {
        from.write("HTTP/1.1 200 Connection established\r\n\r\n");
        const rest = head.subarray(end + 4);
        if (rest.length > 0) to.write(rest);
      });
      join(from, to, pairs);
    };
    from.on("data", read);
  });

const addressOf = ({ host, port }: Target): string => `${host.includes(":") ? `[${host}]` : host}:${port}`;

type Pairs = Set<Socket>;

function join(from: Socket, to: Socket, pairs: Pairs): void {
  pairs.add(to);
  const end = () => {
    from.destroy();
    to.destroy();
    pairs.delete(to);
  };
  for (const socket of [from, to]) socket.on("error", end).on("close", end);
  from.pipe(to);
  to.pipe(from);
}

async function open(serve: (from: Socket, pairs: Pairs) => void): Promise<Relay> {
  const pairs: Pairs = new Set();
  const make = (): Server =>
    createServer((from) => {
      pairs.add(from);
      from.on("error", () => from.destroy()).on("close", () => pairs.delete(from));
      serve(from, pairs);
    });
  let server: Server | null = make();
  const port = await listen(server, 0);
  const stop = async () => {
    const ending = server;
    server = null;
    if (ending === null) return;
    const closed = new Promise<void>((resolve) => ending.close(() => resolve()));
    for (const socket of pairs) socket.destroy();
    await closed;
  };
  return {
    port,
    isCut: () => server === null,
    cut: stop,
    close: stop,
    async mend() {
      const deadline = Date.now() + PATIENCE_MS;
      while (server === null) {
        const next = make();
        try {
          await listen(next, port);
          server = next;
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE" || Date.now() > deadline) throw error;
          await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
        }
      }
    },
  };
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => {
      server.off("error", reject);
      resolve((server.address() as { port: number }).port);
    });
  });
}
