// The preload bundle in a real Chromium isolated world: what Electron adds is stood in for, what Chromium does is real.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type CDPSession, expect, type Page, test } from "@playwright/test";
import { launchChromium } from "./chromium.ts";

const bundle = readFileSync(join(import.meta.dirname, "..", "dist", "electron", "preload.cjs"), "utf8");

/** Electron's side of a preload: `require("electron")` and nothing else. Whatever was not planned throws. */
const electronStandIn = `
  globalThis.exposed = {};
  globalThis.sent = [];
  globalThis.listeners = new Map();
  const planned = (name, members) => new Proxy(members, { get(target, key) {
    if (key in target) return target[key];
    throw new Error("unplanned: " + name + "." + String(key));
  } });
  const electron = planned("electron", {
    contextBridge: planned("contextBridge", { exposeInMainWorld: (name, api) => { globalThis.exposed[name] = api; } }),
    ipcRenderer: planned("ipcRenderer", {
      invoke: async (...args) => { globalThis.sent.push(["invoke", ...args]); return { ok: true, value: "answer" }; },
      send: (...args) => { globalThis.sent.push(["send", ...args]); },
      on: (channel, listener) => { globalThis.listeners.set(channel, [...(globalThis.listeners.get(channel) ?? []), listener]); },
      removeListener: (channel, listener) => { globalThis.listeners.set(channel, globalThis.listeners.get(channel).filter((one) => one !== listener)); },
    }),
  });
  const require = (name) => { if (name === "electron") return electron; throw new Error("unplanned: require(" + name + ")"); };
  const module = { exports: {} }; const exports = module.exports;
`;

async function isolatedWorld(page: Page): Promise<{ evaluate(expression: string): Promise<unknown>; cdp: CDPSession }> {
  const cdp = await page.context().newCDPSession(page);
  const { frameTree } = await cdp.send("Page.getFrameTree");
  const { executionContextId } = await cdp.send("Page.createIsolatedWorld", { frameId: frameTree.frame.id, worldName: "preload" });
  const evaluate = async (expression: string) => {
    const answer = await cdp.send("Runtime.evaluate", {
      expression,
      contextId: executionContextId,
      returnByValue: true,
      awaitPromise: true,
    });
    if (answer.exceptionDetails !== undefined)
      throw new Error(answer.exceptionDetails.exception?.description ?? answer.exceptionDetails.text);
    return answer.result.value as unknown;
  };
  await evaluate(`(() => { ${electronStandIn}\n(() => { ${bundle}\n })(); })()`);
  return { evaluate, cdp };
}

test("the preload exposes call, subscribe and connectTerminal, and the page sees nothing else of it", async () => {
  const browser = await launchChromium();
  try {
    const page = await browser.newPage();
    const world = await isolatedWorld(page);
    expect(await world.evaluate(`Object.keys(exposed)`)).toEqual(["holdpoint"]);
    expect(await world.evaluate(`Object.keys(exposed.holdpoint).sort()`)).toEqual(["call", "connectTerminal", "subscribe"]);
    expect(await page.evaluate(`[typeof require, typeof ipcRenderer, typeof exposed, typeof module]`)).toEqual([
      "undefined",
      "undefined",
      "undefined",
      "undefined",
    ]);
    expect(await world.evaluate(`exposed.holdpoint.call("app.snapshot", {})`)).toEqual({ ok: true, value: "answer" });
    expect(await world.evaluate(`sent`)).toEqual([["invoke", "holdpoint:call", "app.snapshot", {}]]);
  } finally {
    await browser.close();
  }
});

test("an event reaches only its own subscribers, without Electron's event object, and can be left", async () => {
  const browser = await launchChromium();
  try {
    const page = await browser.newPage();
    const world = await isolatedWorld(page);
    const heard = await world.evaluate(`(() => {
      const heard = [];
      const leave = exposed.holdpoint.subscribe("run.changed", (...args) => heard.push(args));
      const emit = (event, payload) => { for (const listener of listeners.get("holdpoint:event")) listener({ sender: "electron" }, { event, payload }); };
      emit("run.changed", 1); emit("app.changed", 2); leave(); emit("run.changed", 3);
      return heard;
    })()`);
    expect(heard).toEqual([[1]]);
  } finally {
    await browser.close();
  }
});

test("a terminal's port crosses into the page as a window message and carries bytes both ways", async () => {
  const browser = await launchChromium();
  try {
    const page = await browser.newPage();
    await page.goto("data:text/html,<title>window</title>").catch(() => {});
    // A page with an origin of its own, as app:// has one: postMessage is addressed to it.
    await page.route("http://holdpoint.test/", (route) => route.fulfill({ contentType: "text/html", body: "<title>window</title>" }));
    await page.goto("http://holdpoint.test/");
    await page.evaluate(() => {
      const store = window as unknown as { got: unknown[] };
      store.got = [];
      addEventListener("message", (event) => {
        const port = event.ports[0];
        if (port === undefined) return;
        store.got.push(event.data);
        port.onmessage = (message) => {
          store.got.push(message.data);
          port.postMessage({ type: "input", data: "ls\r" });
        };
      });
    });
    const world = await isolatedWorld(page);
    await world.evaluate(`exposed.holdpoint.connectTerminal("run-1/main")`);
    expect(await world.evaluate(`sent`)).toEqual([["send", "holdpoint:terminal", "run-1/main"]]);
    const answer = await world.evaluate(`new Promise((resolve) => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = (message) => resolve(message.data);
      for (const listener of listeners.get("holdpoint:terminal")) listener({ ports: [port2] }, { id: "run-1/main" });
      port1.postMessage({ type: "data", data: "hello" });
    })`);
    expect(answer).toEqual({ type: "input", data: "ls\r" });
    expect(await page.evaluate(() => (window as unknown as { got: unknown[] }).got)).toEqual([
      { type: "holdpoint:terminal", id: "run-1/main" },
      { type: "data", data: "hello" },
    ]);
  } finally {
    await browser.close();
  }
});
