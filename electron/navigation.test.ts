import { EventEmitter } from "node:events";
import type { Session, WebContents } from "electron";
import { expect, it } from "vitest";
import { failClosed } from "./fail-closed.ts";
import { APP_URL, guardContents, guardSession, isOwnUrl, outsideUrl } from "./navigation.ts";

it("knows its own pages by parsing, so that a look-alike host is a stranger", () => {
  expect(isOwnUrl(APP_URL)).toBe(true);
  for (const url of [
    "app://holdpoint.evil/",
    "app://evil/holdpoint",
    "app://a@holdpoint/",
    "https://holdpoint/",
    "file:///etc/passwd",
    "holdpoint",
    "",
  ]) {
    expect(isOwnUrl(url), url).toBe(false);
  }
});

it("opens only plain http and https links outside", () => {
  expect(outsideUrl("https://example.org/a?b#c")).toBe("https://example.org/a?b#c");
  for (const url of [
    "javascript:alert(1)",
    "file:///etc/passwd",
    "ms-msdt:/id",
    "https://bank.example@evil.example/",
    "smb://host/share",
    "data:text/html,x",
    " ",
  ]) {
    expect(outsideUrl(url), url).toBeNull();
  }
});

type Handler = (details: { url: string }) => { action: string };

function guarded(): { contents: EventEmitter; opened: string[]; open: Handler } {
  const contents = new EventEmitter();
  const opened: string[] = [];
  let handler: Handler | null = null;
  const fake = failClosed<WebContents>("webContents", {
    on: contents.on.bind(contents) as unknown as WebContents["on"],
    setWindowOpenHandler: ((given: Handler) => {
      handler = given;
    }) as unknown as WebContents["setWindowOpenHandler"],
  });
  guardContents(fake, { openOutside: (url) => opened.push(url) });
  return { contents, opened, open: (details) => handler!(details) };
}

it("prevents every navigation, redirect, frame navigation and webview but its own pages", () => {
  const { contents } = guarded();
  const prevented = (name: string, url: string) => {
    let was = false;
    contents.emit(name, { url, preventDefault: () => (was = true) });
    return was;
  };
  for (const name of ["will-navigate", "will-redirect", "will-frame-navigate"]) {
    expect(prevented(name, "https://evil.example/"), name).toBe(true);
    expect(prevented(name, APP_URL), name).toBe(false);
  }
  expect(prevented("will-attach-webview", APP_URL)).toBe(true);
});

it("denies every new window and hands only checked links to the system", () => {
  const { opened, open } = guarded();
  expect(open({ url: "https://example.org/" })).toEqual({ action: "deny" });
  expect(open({ url: "javascript:alert(1)" })).toEqual({ action: "deny" });
  expect(opened).toEqual(["https://example.org/"]);
});

it("denies permissions both when asked for and when checked", () => {
  type Request = (contents: { getURL(): string }, permission: string, answer: (allowed: boolean) => void) => void;
  type Check = (contents: null, permission: string, origin: string) => boolean;
  let request: Request | null = null;
  let check: Check | null = null;
  guardSession(
    failClosed<Session>("session", {
      setPermissionRequestHandler: ((given: Request) => (request = given)) as unknown as Session["setPermissionRequestHandler"],
      setPermissionCheckHandler: ((given: Check) => (check = given)) as unknown as Session["setPermissionCheckHandler"],
      setDevicePermissionHandler: ((given: () => boolean) =>
        expect(given()).toBe(false)) as unknown as Session["setDevicePermissionHandler"],
    }),
  );
  const asked = (permission: string, url: string) => {
    let answer: boolean | null = null;
    request!({ getURL: () => url }, permission, (allowed) => (answer = allowed));
    return answer;
  };
  for (const permission of ["media", "geolocation", "notifications", "openExternal", "clipboard-read", "fullscreen", "hid"]) {
    expect(asked(permission, APP_URL), permission).toBe(false);
    expect(check!(null, permission, APP_URL), permission).toBe(false);
  }
  expect(asked("clipboard-sanitized-write", APP_URL)).toBe(true);
  expect(asked("clipboard-sanitized-write", "https://evil.example/")).toBe(false);
});
