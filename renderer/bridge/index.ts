// The window's one way out. Import `bridge()` and the types from here.
import { createNativeBridge, type Preload } from "./native.ts";
import type { Bridge } from "./types.ts";
import { browserPorts, createWebBridge } from "./web.ts";

export type { Bridge, CallFailure, CallResult, ConnectionState, TerminalChannel } from "./types.ts";

let made: Bridge | null = null;
/** The bridge of this window; made on first use. The host is found by what it offers, not by its name. */
export function bridge(): Bridge {
  if (made === null) {
    const preload = (window as { holdpoint?: Preload }).holdpoint;
    made = preload === undefined ? createWebBridge(browserPorts()) : createNativeBridge(preload);
  }
  return made;
}
