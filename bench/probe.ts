// What a measured page is watched by: when a mark arrives on a terminal's socket, when it stands on screen, how long frames take.
// Owns: the clock inside the page. Put into every measured page, ours and the one compared with, before anything of it runs.

export type Probe = {
  /** Size of the page's terminal, as it last told its shell. */
  size: { cols: number; rows: number };
  /** Moment of the last click, `performance.now()`. */
  clickedAt: number;
  /** Moment at which a message with `mark` in it came over a terminal's socket. */
  arrived(mark: string): Promise<number>;
  /** Moment at which `mark` stands in the drawn rows of the terminal, asked once per frame. */
  shown(mark: string): Promise<number>;
  /** Moment after the frame in which `selector` with `text` in it was first drawn. */
  painted(selector: string, text: string): Promise<number>;
  startFrames(): void;
  /** Milliseconds between frames since `startFrames`. */
  stopFrames(): number[];
  /** Asks the engine over a socket of its own, with the page's cookie. */
  call(method: string, params: unknown): Promise<{ ok: boolean; value?: unknown; error?: { message: string } }>;
};
declare global {
  interface Window {
    bench: Probe;
  }
}

/** Runs in the page: everything it uses is inside it. */
export function installProbe(): void {
  const Native = window.WebSocket;
  const size = { cols: 0, rows: 0 };
  const waiting: { mark: string; resolve(at: number): void }[] = [];
  const onMessage = (event: MessageEvent): void => {
    if (waiting.length === 0) return;
    const at = performance.now();
    const text = String(event.data);
    for (const one of [...waiting]) {
      if (!text.includes(one.mark)) continue;
      waiting.splice(waiting.indexOf(one), 1);
      one.resolve(at);
    }
  };
  window.WebSocket = class extends Native {
    readonly #isTerminal: boolean;
    constructor(url: string | URL, protocols?: string | string[]) {
      super(url, protocols);
      this.#isTerminal = /\/api\/terminal\/|\/pty$/.test(String(url));
      if (this.#isTerminal) this.addEventListener("message", onMessage);
    }
    override send(data: string): void {
      if (this.#isTerminal && data.includes('"resize"')) {
        const { cols, rows } = JSON.parse(data) as { cols: number; rows: number };
        Object.assign(size, { cols, rows });
      }
      super.send(data);
    }
  };

  /** Asks once per frame; the moment of the first frame in which `holds` is true. */
  const onceTrue = (holds: () => boolean): Promise<number> =>
    new Promise((resolve) => {
      const look = (): void => {
        if (holds()) resolve(performance.now());
        else requestAnimationFrame(look);
      };
      look();
    });

  let socket: Promise<WebSocket> | null = null;
  let lastId = 0;
  const connect = (): Promise<WebSocket> => {
    socket ??= new Promise((resolve, reject) => {
      const own = new Native(`ws://${location.host}/api/socket`);
      own.onopen = () => resolve(own);
      own.onerror = () => reject(new Error("the engine's socket was refused"));
    });
    return socket;
  };

  let frames: number[] | null = null;
  window.bench = {
    size,
    clickedAt: 0,
    arrived: (mark) => new Promise((resolve) => waiting.push({ mark, resolve })),
    shown: (mark) => onceTrue(() => document.querySelector(".xterm-rows")?.textContent?.includes(mark) === true),
    async painted(selector, text) {
      await onceTrue(() => [...document.querySelectorAll(selector)].some((element) => element.textContent?.includes(text) === true));
      // A task queued inside a frame's callback runs after that frame was drawn.
      return await new Promise((resolve) =>
        requestAnimationFrame(() => {
          const { port1, port2 } = new MessageChannel();
          port1.onmessage = () => resolve(performance.now());
          port2.postMessage(null);
        }),
      );
    },
    startFrames() {
      const mine: number[] = [];
      frames = mine;
      let last = performance.now();
      const next = (): void => {
        if (frames !== mine) return;
        const now = performance.now();
        mine.push(now - last);
        last = now;
        requestAnimationFrame(next);
      };
      requestAnimationFrame(next);
    },
    stopFrames() {
      const done = frames ?? [];
      frames = null;
      return done;
    },
    async call(method, params) {
      const own = await connect();
      lastId += 1;
      const id = lastId;
      return await new Promise((resolve) => {
        const onAnswer = (event: MessageEvent): void => {
          const message = JSON.parse(String(event.data)) as { id?: number; result?: never };
          if (message.id !== id || message.result === undefined) return;
          own.removeEventListener("message", onAnswer);
          resolve(message.result);
        };
        own.addEventListener("message", onAnswer);
        own.send(JSON.stringify({ id, method, params }));
      });
    },
  };
  window.addEventListener(
    "click",
    () => {
      window.bench.clickedAt = performance.now();
    },
    { capture: true },
  );
}
