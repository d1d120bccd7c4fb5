// The only door from the window into the main process.
// Owns: who may knock (our page, main frame) and for what (a method of the table). Forwards; the engine parses.
import type { IpcMain, IpcMainEvent, IpcMainInvokeEvent, MessagePortMain, WebContents } from "electron";
import { fail, METHODS, type Method, type Result } from "../engine/protocol/index.ts";
import { CALL, TERMINAL } from "./channels.ts";
import type { HostMethods } from "./host-methods.ts";
import { isOwnUrl } from "./navigation.ts";

export type Forward = {
  /** Methods of the desktop itself, answered here and never forwarded. */
  host: HostMethods;
  call(method: string, params: unknown): Promise<Result<unknown>>;
  /** Gives the engine its end of a new terminal channel and returns the window's end; null where the engine is away. */
  openTerminal(terminal: string): MessagePortMain | null;
};

/** Fails closed: a frame that is gone, is not the main frame, or shows a page that is not ours, is a stranger. */
export function isOwnFrame(event: Pick<IpcMainInvokeEvent | IpcMainEvent, "senderFrame" | "sender">, window: WebContents | null): boolean {
  const frame = event.senderFrame;
  if (frame === null || window === null || event.sender !== window) return false;
  return frame === window.mainFrame && isOwnUrl(frame.url);
}

export function openDoor(ipc: Pick<IpcMain, "handle" | "on">, ownWindow: () => WebContents | null, forward: Forward): void {
  ipc.handle(CALL, async (event, method: unknown, params: unknown): Promise<Result<unknown>> => {
    if (!isOwnFrame(event, ownWindow()))
      return fail("forbidden", "The call did not come from Holdpoint's own window, so nothing was done.");
    if (typeof method !== "string" || !Object.hasOwn(METHODS, method)) {
      return fail("unknown-method", `There is no method ${JSON.stringify(String(method)).slice(0, 100)}; nothing was done.`);
    }
    const parsed = METHODS[method as Method].params.safeParse(params);
    if (method === "host.pick" || method === "host.reveal") {
      if (!parsed.success) return fail("invalid-params", `${method}: ${parsed.error.issues[0]?.message ?? "malformed"}; nothing was done.`);
      return method === "host.pick"
        ? forward.host.pick((parsed.data as { kind: "file" | "folder" }).kind)
        : forward.host.reveal((parsed.data as { path: string }).path);
    }
    return forward.call(method, params);
  });
  ipc.on(TERMINAL, (event, terminal: unknown) => {
    if (!isOwnFrame(event, ownWindow()) || typeof terminal !== "string" || terminal.length > 200) return;
    const port = forward.openTerminal(terminal);
    if (port !== null) event.senderFrame?.postMessage(TERMINAL, { id: terminal }, [port]);
  });
}
