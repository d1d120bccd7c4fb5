import { expect, it } from "vitest";
import { METHODS, type Method } from "../protocol/index.ts";
import type { Who } from "../run/index.ts";
import { type Caller, isForTheRecord, LEVELS, refusal, type Standing } from "./access.ts";

const actor = { op_id: "dana", name: "Dana", role: "operator", session: "s", on_behalf_of: "" };
const who = (roles: Who["roles"]): Who => ({ actor, roles, title: "", isAuthenticated: true });
const window: Caller = { id: "w", door: "window", isReadOnly: false };
const follower: Caller = { id: "f", door: "follow", isReadOnly: true };
const reader: Caller = { ...window, isReadOnly: true };
const commandLine: Caller = { id: "c", door: "command-line", isReadOnly: false };
const signedIn = (roles: Who["roles"], locked = false): Standing => ({ hasOperators: true, session: { locked }, who: who(roles) });
const nobody: Standing = { hasOperators: true, session: null, who: { ...who([]), isAuthenticated: false } };

const codeOf = (result: ReturnType<typeof refusal>) => (result === null ? null : result.ok ? "ok" : result.error.code);
const all = Object.keys(METHODS) as Method[];

it("knows a level for every method", () => {
  expect(Object.keys(LEVELS).sort()).toEqual([...all].sort());
});

it("lets somebody who follows by a link look at the run and at nothing else", () => {
  const allowed = all.filter((method) => refusal(method, follower, nobody) === null);
  expect(allowed.sort()).toEqual(["app.snapshot", "cluster.watch", "run.get", "run.look", "run.plan", "terminal.list"]);
});

it("lets a read-only window read and do nothing else", () => {
  const allowed = all.filter((method) => refusal(method, reader, nobody) === null);
  expect(allowed.sort()).toEqual(["app.snapshot", ...all.filter((method) => LEVELS[method] === "read")].sort());
  for (const method of allowed)
    expect(method).not.toMatch(
      /^(run\.(?!get$|plan$|compare$|compareOutput$|debrief$|look$|summary$|values$|payload$|wayBack$)|people|settings|record\.(export|verify|backup))/,
    );
});

it("treats whoever signs in at a read-only window as one who only reads", () => {
  expect(codeOf(refusal("run.step", reader, signedIn(["lead"])))).toBe("read-only");
});

it("refuses everything but signing in while the window is locked", () => {
  for (const method of all) {
    const code = codeOf(refusal(method, window, signedIn(["lead", "operator"], true)));
    expect([method, code]).toEqual([method, LEVELS[method] === "open" ? null : "locked"]);
  }
});

it("refuses a window without a session, and lets the command line's account run", () => {
  expect(codeOf(refusal("run.step", window, nobody))).toBe("not-signed-in");
  expect(codeOf(refusal("run.get", window, nobody))).toBe("not-signed-in");
  expect(refusal("run.step", commandLine, nobody)).toBeNull();
});

it("shows the library before the first operator exists, and runs nothing", () => {
  const fresh = { ...nobody, hasOperators: false };
  expect(refusal("document.open", window, fresh)).toBeNull();
  expect(codeOf(refusal("run.start", window, fresh))).toBe("not-signed-in");
});

it("lets an auditor export and verify, but not run, and an admin not run either", () => {
  expect(refusal("record.export", window, signedIn(["auditor"]))).toBeNull();
  expect(codeOf(refusal("run.step", window, signedIn(["auditor"])))).toBe("forbidden");
  expect(codeOf(refusal("run.hold", window, signedIn(["admin"])))).toBe("forbidden");
  expect(refusal("run.step", window, signedIn(["operator"]))).toBeNull();
});

it("puts on record what somebody tries at a locked window, and not what the window asks by itself", () => {
  expect(isForTheRecord("run.step", "locked")).toBe(true);
  expect(isForTheRecord("settings.set", "locked")).toBe(true);
  expect(isForTheRecord("launch.get", "locked")).toBe(false);
  expect(isForTheRecord("run.step", "forbidden")).toBe(true);
  expect(isForTheRecord("run.step", "not-signed-in")).toBe(false);
});
