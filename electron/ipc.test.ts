import type { IpcMain, MessagePortMain, WebContents, WebFrameMain } from "electron";
import { expect, it } from "vitest";
import { ok } from "../engine/protocol/index.ts";
import { CALL, TERMINAL } from "./channels.ts";
import { failClosed } from "./fail-closed.ts";
import { openDoor } from "./ipc.ts";
import { APP_URL } from "./navigation.ts";

type Handler = (event: unknown, ...args: unknown[]) => unknown;

function door() {
  const handlers = new Map<string, Handler>();
  const calls: unknown[][] = [];
  const posted: unknown[][] = [];
  const frame = failClosed<WebFrameMain>("frame", {
    url: APP_URL,
    postMessage: ((...args: unknown[]) => posted.push(args)) as WebFrameMain["postMessage"],
  });
  const window = failClosed<WebContents>("window", { mainFrame: frame });
  const port = failClosed<MessagePortMain>("port", {});
  openDoor(
    failClosed<Pick<IpcMain, "handle" | "on">>("ipcMain", {
      handle: ((channel: string, handler: Handler) => handlers.set(channel, handler)) as unknown as IpcMain["handle"],
      on: ((channel: string, handler: Handler) => handlers.set(channel, handler)) as unknown as IpcMain["on"],
    }),
    () => window,
    {
      host: {
        pick: async (kind) => {
          calls.push(["pick", kind]);
          return ok(null);
        },
        reveal: async (path) => {
          calls.push(["reveal", path]);
          return ok(null);
        },
      },
      call: async (...args) => {
        calls.push(args);
        return ok("done");
      },
      openTerminal: (terminal) => {
        calls.push(["terminal", terminal]);
        return port;
      },
    },
  );
  return { frame, window, port, calls, posted, call: handlers.get(CALL)!, terminal: handlers.get(TERMINAL)! };
}

it("forwards a method of the table from its own main frame", async () => {
  const { call, calls, frame, window } = door();
  expect(await call({ senderFrame: frame, sender: window }, "app.snapshot", {})).toEqual(ok("done"));
  expect(calls).toEqual([["app.snapshot", {}]]);
});

it("refuses a frame that is gone, a sub-frame, another window and a page that is not ours", async () => {
  const { call, terminal, calls, frame, window } = door();
  const foreign = failClosed<WebFrameMain>("foreign", { url: "https://evil.example/" });
  const subFrame = failClosed<WebFrameMain>("subFrame", { url: APP_URL });
  const strangers = [
    { senderFrame: null, sender: window },
    { senderFrame: foreign, sender: window },
    { senderFrame: subFrame, sender: window },
    { senderFrame: frame, sender: failClosed<WebContents>("other", {}) },
  ];
  for (const stranger of strangers) {
    expect(await call(stranger, "app.snapshot", {})).toMatchObject({ ok: false, error: { code: "forbidden" } });
    terminal(stranger, "run-1/main");
  }
  expect(calls).toEqual([]);
});

it("refuses a method that is not in the table, also one that every object has", async () => {
  const { call, calls, frame, window } = door();
  for (const method of ["run.everything", "constructor", "__proto__", "", 7, null]) {
    expect(await call({ senderFrame: frame, sender: window }, method, {}), String(method)).toMatchObject({
      ok: false,
      error: { code: "unknown-method" },
    });
  }
  expect(calls).toEqual([]);
});

it("hands the terminal's port to the frame that asked", () => {
  const { terminal, posted, frame, window, port } = door();
  terminal({ senderFrame: frame, sender: window }, "run-1/main");
  expect(posted).toHaveLength(1);
  const [channel, message, ports] = posted[0] as [string, unknown, unknown[]];
  expect([channel, message]).toEqual([TERMINAL, { id: "run-1/main" }]);
  expect(ports[0] === port).toBe(true);
});

it("answers the desktop's own methods itself, after parsing them", async () => {
  const { call, calls, frame, window } = door();
  const event = { senderFrame: frame, sender: window };
  expect(await call(event, "host.pick", { kind: "folder" })).toEqual(ok(null));
  expect(await call(event, "host.pick", { kind: "everything" })).toMatchObject({ ok: false, error: { code: "invalid-params" } });
  expect(await call(event, "host.reveal", { path: 7 })).toMatchObject({ ok: false, error: { code: "invalid-params" } });
  expect(calls).toEqual([["pick", "folder"]]);
});
