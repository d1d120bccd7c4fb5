// What the desktop is asked to show from outside: files on the command line, and holdpoint:// links from other programs.
// Owns: which arguments count, and the address that carries them to the window. Opens nothing itself.
import { isAbsolute } from "node:path";
import { isLink, parseLink } from "../engine/protocol/index.ts";
import { APP_URL } from "./navigation.ts";

export const LINK_SCHEME = "holdpoint";

/** The window's address with what was named; whatever is neither a Markdown file's path nor a link that can be followed is left out. */
export function pageFor(argv: readonly string[]): string {
  const wanted = argv.filter((argument) =>
    isLink(argument) ? parseLink(argument).ok : isAbsolute(argument) && /\.(md|markdown|mdx)$/i.test(argument),
  );
  return wanted.length === 0 ? APP_URL : `${APP_URL}#${wanted.map((one) => `open=${encodeURIComponent(one)}`).join("&")}`;
}

export type LinkHost = {
  setAsDefaultProtocolClient(scheme: string): boolean;
  on(event: "open-url", heard: (event: { preventDefault(): void }, url: string) => void): unknown;
};

/**
 * Takes the system's links from now on. Only a packaged app asks to be the program for them: from a checkout the system would start a bare
 * runtime with the link as its only argument. On macOS a link comes as an event, elsewhere as an argument of a second start.
 */
export function takeLinks(app: LinkHost, isPackaged: boolean, show: (page: string) => void): void {
  if (isPackaged) app.setAsDefaultProtocolClient(LINK_SCHEME);
  app.on("open-url", (event, url) => {
    event.preventDefault();
    const page = pageFor([url]);
    if (page !== APP_URL) show(page);
  });
}
