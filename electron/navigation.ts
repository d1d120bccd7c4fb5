// What the window may show and open.
// Owns: the app:// origin, the rules for navigation, permissions and outside links. Decides; main.ts attaches.
import type { Session, WebContents } from "electron";

export const APP_SCHEME = "app";
export const APP_HOST = "holdpoint";
export const APP_ORIGIN = `${APP_SCHEME}://${APP_HOST}`;
export const APP_URL = `${APP_ORIGIN}/index.html`;

/** True for a URL of our own pages. Parsed, never compared as text: `app://holdpoint.evil/` begins alike. */
export function isOwnUrl(url: string): boolean {
  const parsed = parse(url);
  return (
    parsed !== null && parsed.protocol === `${APP_SCHEME}:` && parsed.host === APP_HOST && parsed.username === "" && parsed.password === ""
  );
}

/** The address to hand to the system's browser, or null where the link is not for outside (anything but http and https). */
export function outsideUrl(url: string): string | null {
  const parsed = parse(url);
  if (parsed === null || (parsed.protocol !== "https:" && parsed.protocol !== "http:")) return null;
  if (parsed.username !== "" || parsed.password !== "") return null; // "https://bank.example@evil.example" reads as another host
  return parsed.href;
}

export type Guards = { openOutside(url: string): void };

/** Closes every way out of a page but the one: a checked link in the system's browser. */
export function guardContents(contents: WebContents, { openOutside }: Guards): void {
  const stay = (event: { preventDefault(): void }, url: string) => {
    if (!isOwnUrl(url)) event.preventDefault();
  };
  contents.on("will-navigate", (event) => stay(event, event.url));
  contents.on("will-redirect", (event) => stay(event, event.url));
  contents.on("will-frame-navigate", (event) => stay(event, event.url));
  contents.on("will-attach-webview", (event) => event.preventDefault());
  contents.setWindowOpenHandler(({ url }) => {
    const outside = outsideUrl(url);
    if (outside !== null) openOutside(outside);
    return { action: "deny" };
  });
}

/** Permissions are denied both when asked for and when checked; the one that the window needs is writing to the clipboard. */
export function guardSession(session: Session): void {
  const isAllowed = (permission: string, url: string) => permission === "clipboard-sanitized-write" && isOwnUrl(url);
  session.setPermissionRequestHandler((contents, permission, answer) => answer(isAllowed(permission, contents.getURL())));
  session.setPermissionCheckHandler((_contents, permission, origin) => isAllowed(permission, origin));
  session.setDevicePermissionHandler(() => false);
}

function parse(url: string): URL | null {
  return URL.canParse(url) ? new URL(url) : null;
}
