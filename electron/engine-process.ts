// The engine in a process of its own (Electron utility process).
// Owns: wiring the engine to its parent and to terminal ports. Has no window and no Electron but the parent port.
import { join } from "node:path";
import { createEngine, type Engine, giveMemoryBack, runtimeDirectory } from "../engine/engine.ts";
import { openPrivateDoor } from "../engine/serve/index.ts";
import type { FromEngine, ToEngine } from "./channels.ts";

/** The little of Electron's parent port and message ports that is used here; typed by hand, as utility processes see no `electron` global. */
type Port = {
  on(event: "message", listener: (message: { data: unknown; ports: Port[] }) => void): void;
  on(event: "close", listener: () => void): void;
  postMessage(message: unknown): void;
  start(): void;
  close(): void;
};
const parent = (process as unknown as { parentPort: Port }).parentPort;
const tell = (message: FromEngine) => parent.postMessage(message);
const caller = { id: "desktop", door: "window", isReadOnly: false } as const;

/** `process.argv`: data directory, folder of the app's own files. */
const [home, appFiles] = process.argv.slice(-2) as [string, string];

const created = await createEngine({
  home,
  builtIn: [join(appFiles, "runbooks"), join(appFiles, "checklists")],
  host: { hasNativeMenu: true, canPickFolder: true, canRevealFile: true, canOpenExternal: true, isReadOnly: false, note: "" },
});

if (!created.ok) {
  tell({ kind: "failed", message: created.error.message });
  // The message has to leave before the process does.
  setTimeout(() => process.exit(1), 200);
} else {
  const engine = created.value;
  // Commands for the same data directory come in here; without it they would find the lock held and give up.
  const door = await openPrivateDoor({ engine, home, runtimeDir: runtimeDirectory(home), door: "window", link: null });
  giveMemoryBack(engine.isWorking);
  serve(engine, async () => {
    if (door.ok) await door.value.close();
    await engine.close();
  });
}

function serve(engine: Engine, end: () => Promise<void>): void {
  engine.subscribe((event, payload) => tell({ kind: "event", event, payload }));
  parent.on("message", ({ data, ports }) => {
    const message = data as ToEngine;
    switch (message.kind) {
      case "call":
        void engine.handle(message.method, message.params, caller).then((result) => tell({ kind: "result", id: message.id, result }));
        return;
      case "terminal": {
        const port = ports[0];
        if (port !== undefined) connect(engine, message.terminal, port);
        return;
      }
      case "close":
        void end().then(() => tell({ kind: "closed" }));
        return;
      default:
        message satisfies never;
    }
  });
  tell({ kind: "ready" });
}

function connect(engine: Engine, terminal: string, port: Port): void {
  const connected = engine.connectTerminal(terminal, caller, (message) => port.postMessage(message));
  if (!connected.ok) {
    port.postMessage({ type: "closed", reason: connected.error.message });
    port.close();
    return;
  }
  port.on("message", ({ data }) => connected.value.receive(data));
  port.on("close", () => connected.value.detach());
  port.start();
}
