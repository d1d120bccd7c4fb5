// Who may call what. Owns: the level of every method and the refusal's words.
// A door says who calls and whether it may only read; here that is joined with the session and its roles.
import { type ErrorCode, fail, type Method, type Result } from "../protocol/index.ts";
import type { Who } from "../run/index.ts";
import { isFollowable, type Scope } from "./follow.ts";

/** `follow`: the link of a caller at the door of the same name; without one nothing is shown there. */
export type Caller = { id: string; door: "window" | "command-line" | "follow"; isReadOnly: boolean; follow?: Scope };

/**
 * open: before anybody has signed in · read: shows, changes nothing · record: reads and leaves an event, any role · operate: lead or operator ·
 * launch: as record at the door; which roles may is engine/launch's, which checks and records it itself.
 */
export type Level = "open" | "read" | "record" | "operate" | "launch";
export const LEVELS: Record<Method, Level> = {
  "app.snapshot": "open",
  "people.createFirst": "open",
  "people.signIn": "open",
  "people.signOut": "open",
  "people.lock": "open",
  "people.stir": "open",
  "host.pick": "open",
  "host.reveal": "open",
  "library.rescan": "read",
  "document.open": "read",
  "document.findings": "read",
  "link.resolve": "read",
  "cluster.contexts": "read",
  "run.get": "read",
  "run.plan": "read",
  "run.values": "read",
  "run.payload": "read",
  "run.wayBack": "read",
  "run.summary": "read",
  "run.look": "read",
  "rehearsal.sources": "read",
  "document.plan": "read",
  "series.list": "read",
  "series.of": "read",
  "run.compare": "read",
  "run.compareOutput": "read",
  "record.logs": "read",
  "record.events": "read",
  "record.event": "read",
  "record.recording": "read",
  "bundle.events": "read",
  "bundle.event": "read",
  "bundle.close": "read",
  "rehearsal.moved": "read",
  "rehearsal.pack": "record",
  "rehearsal.unpack": "record",
  "playback.open": "read",
  "playback.state": "read",
  "playback.seek": "read",
  "playback.read": "read",
  "playback.close": "read",
  "terminal.list": "read",
  "cluster.watch": "read",
  "settings.set": "record",
  // Each checks the person, the role and the password itself, and records a refusal.
  "people.roster": "record",
  "people.enrol": "record",
  "people.change": "record",
  "people.reset": "record",
  "people.changePassword": "record",
  "people.delegate": "record",
  "people.revokeDelegation": "record",
  "library.openFolder": "record",
  "library.closeFolder": "record",
  "cluster.probe": "record",
  "run.preflight": "record",
  "record.verify": "record",
  "record.export": "record",
  "record.exportSignoffs": "record",
  "record.exportRecovery": "record",
  "record.backup": "record",
  "record.auditorView": "record",
  "bundle.open": "record",
  "launch.list": "read",
  "launch.get": "read",
  "launch.payload": "read",
  "item.previewOutput": "read",
  "item.previewRun": "read",
  "launch.create": "launch",
  "launch.change": "launch",
  "launch.replaceChecklist": "launch",
  "launch.assign": "launch",
  "launch.risk": "launch",
  "launch.artefact": "launch",
  "launch.checkArtefacts": "launch",
  "launch.briefing": "launch",
  "launch.note": "launch",
  "launch.attach": "launch",
  "launch.advance": "launch",
  "launch.breakGlass": "launch",
  "launch.propose": "launch",
  "launch.closeCondition": "launch",
  "launch.planEntry": "launch",
  "launch.watchSet": "launch",
  "launch.watchEnter": "launch",
  "launch.watchEnd": "launch",
  "launch.acknowledge": "launch",
  "launch.openLoop": "launch",
  "launch.closeLoop": "launch",
  "launch.audience": "launch",
  "launch.audienceAddress": "launch",
  "launch.update": "launch",
  "signoff.prepare": "launch",
  "signoff.add": "launch",
  "signoff.withdraw": "launch",
  "item.answer": "launch",
  "item.check": "operate",
  "item.assign": "launch",
  "item.note": "launch",
  "item.evidence": "launch",
  "item.outputEvidence": "launch",
  "item.runEvidence": "launch",
  "item.removeEvidence": "launch",
  "library.trust": "operate",
  "cluster.classify": "operate",
  "run.start": "operate",
  "run.step": "operate",
  "run.block": "operate",
  "run.on": "operate",
  "run.arm": "operate",
  "run.check": "operate",
  "run.walked": "operate",
  "run.playback": "operate",
  "run.retry": "operate",
  "run.skip": "operate",
  "run.judge": "operate",
  "run.cancel": "operate",
  "run.hold": "operate",
  "run.resume": "operate",
  "run.gate": "operate",
  "run.endSoak": "operate",
  "run.value": "operate",
  "run.closeLoop": "operate",
  "run.recheck": "operate",
  "run.manual": "operate",
  "run.amend": "operate",
  "run.rollback": "operate",
  "run.stopRollback": "operate",
  "run.abort": "operate",
  "run.handOver": "operate",
  "run.note": "operate",
  "run.notice": "record",
  "run.debrief": "read",
  "rehearsal.scenarios": "read",
  "run.declare": "operate",
  "follow.list": "read",
  "follow.make": "operate",
  "follow.revoke": "operate",
  "run.finish": "operate",
  "run.asShell": "operate",
};

/** Methods of the level `open` that a caller who may only read may call. */
const OPEN_TO_READERS: ReadonlySet<Method> = new Set(["app.snapshot"]);

export type Standing = { hasOperators: boolean; session: { locked: boolean } | null; who: Who };

/**
 * Refusals that are events: a right that is missing, and an act at a locked window. What a locked window only wants to show again,
 * because something changed, is refused too but is nobody's attempt.
 */
export const isForTheRecord = (method: Method, code: ErrorCode): boolean =>
  code === "forbidden" || (code === "locked" && LEVELS[method] !== "read");

/** Null where the call may go on. Which refusals the caller records, `isForTheRecord` says. */
export function refusal(method: Method, caller: Caller, standing: Standing): Result<never> | null {
  const level = LEVELS[method];
  if (caller.isReadOnly || caller.door === "follow") {
    const isShown = caller.door === "follow" ? isFollowable(method) : level === "read" || OPEN_TO_READERS.has(method);
    if (isShown) return null;
    return fail(
      "read-only",
      `${method} changes something, and this view only follows. Use the window or the command line of the machine itself.`,
    );
  }
  if (level === "open") return null;
  const { session, who, hasOperators } = standing;
  if (session?.locked) return fail("locked", "The window is locked. Enter your password to go on; what runs goes on meanwhile.");
  if (!session) {
    // The account of the operating system may read, run and record, as unauthenticated; it never signs (CLI.md).
    if (caller.door === "command-line") return null;
    if (!hasOperators && level !== "operate" && level !== "launch") return null;
    return fail("not-signed-in", hasOperators ? "Sign in first." : "Make the first operator first: the record needs a name.");
  }
  if (level === "operate" && !who.roles.some((role) => role === "lead" || role === "operator"))
    return fail("forbidden", `${method} is for leads and operators; ${who.actor.name} is ${who.roles.join(", ") || "without a role"}.`);
  return null;
}
