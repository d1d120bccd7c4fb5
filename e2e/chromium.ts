// The real browser of the end-to-end tests.
// Owns: finding and launching it. The product itself never starts a browser without its sandbox; as root the tests have to.
import { existsSync } from "node:fs";
import { type Browser, chromium } from "@playwright/test";

/**
 * Where it is counted who tries to reach anything else: the browser's own updater and the like find no name then. What a page asks for
 * is seen all the same, by its address. 192.0.2.1 is nobody's (RFC 5737): with it a test sees that what leaves is counted.
 */
const ONLY_HERE = ["--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost, EXCLUDE 192.0.2.1"];
const QUIET = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run", "--disable-quic"];

/** Debian's Chromium where it is installed, else the one that Playwright brought; `HOLDPOINT_CHROMIUM` names another. */
export function chromiumPath(): string | undefined {
  const named = process.env["HOLDPOINT_CHROMIUM"];
  if (named !== undefined && named !== "") return named;
  return existsSync("/usr/bin/chromium") ? "/usr/bin/chromium" : undefined;
}

export function launchChromium(): Promise<Browser> {
  const executablePath = chromiumPath();
  const quiet = process.env["HOLDPOINT_ONLY_HERE"] === undefined ? QUIET : [...QUIET, ...ONLY_HERE];
  const isRoot = process.getuid?.() === 0;
  return chromium.launch({
    ...(executablePath === undefined ? {} : { executablePath }),
    args: isRoot ? [...quiet, "--no-sandbox"] : quiet,
  });
}
