// The window's view of the desktop shell: three functions and no more.
// Owns: `window.holdpoint`. A sandboxed preload is CommonJS and may require `electron` alone, so it is bundled into one file.
import { contextBridge, type IpcRendererEvent, ipcRenderer } from "electron";
import { CALL, EVENT, TERMINAL } from "./channels.ts";

contextBridge.exposeInMainWorld("holdpoint", {
  call: (method: string, params: unknown): Promise<unknown> => ipcRenderer.invoke(CALL, method, params),
  /** Hears one kind of event; returns its own unsubscribe. Electron's event object never reaches the page. */
  subscribe: (name: string, listener: (payload: unknown) => void): (() => void) => {
    const own = (_event: IpcRendererEvent, message: { event: string; payload: unknown }) => {
      if (message.event === name) listener(message.payload);
    };
    ipcRenderer.on(EVENT, own);
    return () => {
      ipcRenderer.removeListener(EVENT, own);
    };
  },
  /** The port arrives as a window message `{type: "holdpoint:terminal", id}`: a MessagePort cannot cross the context bridge. */
  connectTerminal: (id: string): void => ipcRenderer.send(TERMINAL, id),
});

ipcRenderer.on(TERMINAL, (event, message: { id: string }) => {
  window.postMessage({ type: TERMINAL, id: message.id }, window.location.origin, [...event.ports]);
});
