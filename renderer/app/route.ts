// Where the window is, as the fragment of its address. Pure, both ways.
// Owns: the spelling of routes. Does not listen to the browser (renderer/app/store.ts does).
import { isLink, type LaunchId, type LogId, type RunId } from "../../engine/protocol/index.ts";

export type Route =
  | { view: "library" }
  /** `part`: its plan instead of its text. `step`: where its text is shown first. */
  | { view: "document"; path: string; part?: "plan"; step?: string }
  /** A link from outside, before it is known where it leads. */
  | { view: "link"; link: string }
  | { view: "run"; run: RunId; part?: "plan" | "debrief" }
  | { view: "launches" }
  /** Set-up of a launch; its readiness, at an item where one is named; its decision. */
  | { view: "launch"; launch: LaunchId }
  | { view: "readiness"; launch: LaunchId; item: string | null }
  | { view: "decision"; launch: LaunchId }
  /** Its plan, its watch, and what is kept an eye on during its night. */
  | { view: "night"; launch: LaunchId }
  /** The series of a runbook, or of the most urgent one; two of its runs side by side. */
  | { view: "rehearse"; path: string | null; compare: { a: RunId; b: RunId } | null }
  | { view: "people" }
  | { view: "records" }
  | { view: "record"; log: LogId; seq: number | null }
  | { view: "settings" };

const decoded = (part: string | undefined): string => {
  try {
    return decodeURIComponent(part ?? "");
  } catch {
    return ""; // a fragment typed by hand; the library is shown
  }
};

export function parseRoute(hash: string): Route {
  // A link for files ("open PATH" on the command line) carries them as `#open=…`; the first is shown.
  if (hash.startsWith("#open=")) {
    const path = new URLSearchParams(hash.slice(1)).get("open");
    if (path !== null && isLink(path)) return { view: "link", link: path };
    if (path !== null && path !== "") return { view: "document", path };
  }
  const [, view, first, second, third, fourth] = hash.replace(/^#?\/?/, "/").split("/");
  const value = decoded(first);
  const step = second === "at" ? decoded(third) : "";
  const part = second === "plan" ? { part: "plan" as const } : step === "" ? {} : { step };
  if (view === "library" && value !== "") return { view: "document", path: value, ...part };
  if (view === "run" && /^run-[0-9A-HJKMNP-TV-Z]{26}$/.test(value))
    return { view: "run", run: value as RunId, ...(second === "plan" || second === "debrief" ? { part: second } : {}) };
  if (view === "launches") return { view: "launches" };
  if (view === "launch" && /^launch-[0-9A-HJKMNP-TV-Z]{26}$/.test(value)) {
    const launch = value as LaunchId;
    if (second === "readiness") return { view: "readiness", launch, item: decoded(third) || null };
    if (second === "decision" || second === "night") return { view: second, launch };
    return { view: "launch", launch };
  }
  if (view === "rehearse") {
    const [a, b] = second === "compare" ? [third, fourth] : [];
    const isPair = [a, b].every((run) => /^run-[0-9A-HJKMNP-TV-Z]{26}$/.test(run ?? ""));
    return { view: "rehearse", path: value || null, compare: isPair ? { a: a as RunId, b: b as RunId } : null };
  }
  if (view === "people") return { view: "people" };
  if (view === "records" && /^(log|install)-[0-9A-HJKMNP-TV-Z]{26}$/.test(value)) {
    const seq = Number(second);
    return { view: "record", log: value as LogId, seq: Number.isSafeInteger(seq) && seq > 0 ? seq : null };
  }
  if (view === "records") return { view: "records" };
  if (view === "settings") return { view: "settings" };
  return { view: "library" };
}

export function routeHash(route: Route): string {
  switch (route.view) {
    case "library":
      return "#/library";
    case "document":
      return `#/library/${encodeURIComponent(route.path)}${route.part ? "/plan" : route.step ? `/at/${encodeURIComponent(route.step)}` : ""}`;
    case "link":
      return `#${new URLSearchParams({ open: route.link })}`;
    case "run":
      return `#/run/${route.run}${route.part === undefined ? "" : `/${route.part}`}`;
    case "launches":
      return "#/launches";
    case "launch":
      return `#/launch/${route.launch}`;
    case "readiness":
      return `#/launch/${route.launch}/readiness${route.item === null ? "" : `/${encodeURIComponent(route.item)}`}`;
    case "decision":
      return `#/launch/${route.launch}/decision`;
    case "night":
      return `#/launch/${route.launch}/night`;
    case "rehearse": {
      const { path, compare } = route;
      if (path === null) return "#/rehearse";
      return `#/rehearse/${encodeURIComponent(path)}${compare === null ? "" : `/compare/${compare.a}/${compare.b}`}`;
    }
    case "people":
      return "#/people";
    case "records":
      return "#/records";
    case "record":
      return route.seq === null ? `#/records/${route.log}` : `#/records/${route.log}/${route.seq}`;
    case "settings":
      return "#/settings";
  }
}

/** Goes there; the browser's own back button comes back. */
export function go(route: Route): void {
  window.location.hash = routeHash(route);
}
