// Links that alerts and tickets carry: holdpoint://open?runbook=respond/high-error-rate.md#page. They show a text at a step and do nothing else.
// Owns: which links are one, and what a door says to the engine about one. Pure; whether a file may be shown is the engine's (engine/link.ts).
import { z } from "zod";
import { fail, ok, type Result } from "./errors.ts";

/** Longer ones are nobody's: Windows hands a link over in a command line, and chats cut them. */
const LONGEST = 2000;
/** A step's id as texts give it: letters of any script, digits, and what joins them. */
const STEP = /^[\p{L}\p{N}_][\p{L}\p{N}_.-]{0,119}$/u;

export type OpenLink = {
  /** Below a folder of the library where it is relative; else the whole path of a file of this machine. */
  runbook: string;
  isRelative: boolean;
  step: string | null;
};

export const LINK_METHODS = {
  /** Where a link leads. `isKnown`: into a built-in or opened folder; anything else is shown only when a person says so. */
  "link.resolve": {
    params: z.strictObject({ link: z.string().min(1).max(LONGEST) }),
    result: z.object({ path: z.string(), step: z.string().nullable(), isKnown: z.boolean() }),
  },
} as const;

export const isLink = (text: string): boolean => /^holdpoint:/i.test(text);

/** Reads a link strictly: what is not understood whole is refused, never shown in part. */
export function parseLink(text: string): Result<OpenLink> {
  const no = (why: string) => fail("invalid-params", `This link is not followed: ${why}. Nothing was opened or run.`);
  if (text.length > LONGEST || !URL.canParse(text)) return no("it is no link of Holdpoint's");
  const url = new URL(text);
  if (url.protocol !== "holdpoint:" || url.host !== "open" || !/^\/?$/.test(url.pathname) || url.username !== "" || url.password !== "")
    return no("it is no link that opens a runbook (holdpoint://open?runbook=…)");
  const keys = [...url.searchParams.keys()];
  if (keys.length !== 1 || keys[0] !== "runbook") return no("it must name one runbook and nothing else");
  const runbook = url.searchParams.get("runbook") ?? "";
  const problem = pathProblem(runbook);
  if (problem !== null) return no(problem);
  let step: string | null;
  try {
    step = decodeURIComponent(url.hash.slice(1)) || null;
  } catch {
    return no("its step cannot be read");
  }
  if (step !== null && !STEP.test(step)) return no("what follows # is no step's id");
  return ok({ runbook, isRelative: !isWhole(runbook), step });
}

const isWhole = (path: string): boolean => path.startsWith("/") || /^[a-z]:[\\/]/i.test(path);

function pathProblem(path: string): string | null {
  if (/\p{Cc}|\p{Cf}/u.test(path)) return "its path holds characters that are not seen";
  if (!/\.(md|markdown|mdx)$/i.test(path)) return "it names no Markdown file";
  // Opening one would already sign in at somebody else's server.
  if (/^[\\/]{2}/.test(path)) return "it leads to another machine";
  if (/^[a-z][a-z0-9+.-]+:/i.test(path)) return "it names another link in place of a file";
  if (path.startsWith("~")) return "its path is not whole";
  if (path.split(/[\\/]/).some((part) => part === ".." || part === ".")) return "its path goes up";
  if (!isWhole(path) && path.includes("\\")) return "its path is not written with /";
  return null;
}
