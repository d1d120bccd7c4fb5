// The real browser of the end-to-end tests.
// Owns: finding and launching it. The product itself never starts a browser without its sandbox; as root the tests have to.
import { existsSync } from "node:fs";
import { type Browser, chromium } from "@playwright/test";

const QUIET = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run", "--disable-quic"];

/** Debian's Chromium where it is installed, else the one that Playwright brought; `HOLDPOINT_CHROMIUM` names another. */
export function chromiumPath(): string | undefined {
  const named = process.env["HOLDPOINT_CHROMIUM"];
  if (named !== undefined && named !== "") return named;
  return existsSync("/usr/bin/chromium") ? "/usr/bin/chromium" : undefined;
}

export function launchChromium(): Promise<Browser> {
  const executablePath = chromiumPath();
  const isRoot = process.getuid?.() === 0;
  return chromium.launch({
    ...(executablePath === undefined ? {} : { executablePath }),
    args: isRoot ? [...QUIET, "--no-sandbox"] : QUIET,
  });
}
