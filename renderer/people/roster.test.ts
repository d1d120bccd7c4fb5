import { describe, expect, it } from "vitest";
import type { RosterEntry } from "../../engine/protocol/index.ts";
import { hasSecond, isOnlyAdmin } from "./roster.ts";

const one = (id: string, roles: RosterEntry["roles"], status: RosterEntry["status"] = "active") => ({ id, roles, status }) as RosterEntry;

describe("who must stand beside", () => {
  it("is somebody active who neither acts nor is acted on", () => {
    expect(hasSecond([one("dana", ["admin"]), one("mira", ["lead"])], "dana", "mira")).toBe(false);
    expect(hasSecond([one("dana", ["admin"]), one("mira", ["lead"]), one("jon", ["operator"])], "dana", "mira")).toBe(true);
    expect(hasSecond([one("dana", ["admin"]), one("mira", ["lead"]), one("jon", ["operator"], "gone")], "dana", "mira")).toBe(false);
  });
});

describe("the only admin", () => {
  it("is one who is active, beside nobody else who is admin now", () => {
    expect(isOnlyAdmin([one("dana", ["lead", "admin"]), one("mira", ["lead"])], "dana")).toBe(true);
    expect(isOnlyAdmin([one("dana", ["admin"]), one("otto", ["admin"], "gone")], "dana")).toBe(true);
    expect(isOnlyAdmin([one("dana", ["admin"]), one("otto", ["admin"])], "dana")).toBe(false);
    expect(isOnlyAdmin([one("dana", ["admin"]), one("mira", ["lead"])], "mira")).toBe(false);
    expect(isOnlyAdmin([one("dana", ["admin"], "gone")], "dana")).toBe(false);
  });
});
