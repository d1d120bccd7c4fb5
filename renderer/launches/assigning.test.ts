import { describe, expect, it } from "vitest";
import type { OperatorId, Role } from "../../engine/protocol/index.ts";
import { assignWarning } from "./assigning.ts";

const person = (...roles: Role[]) => ({ id: "sara.kim" as OperatorId, name: "Sara Kim", roles });
const ROWS = [
  { role: "security-lead", signs: ["Security"], held: [{ operator: "sara.kim" }] },
  { role: "integration-lead", signs: ["Security", "Documentation"], held: [] },
  { role: "observer", signs: [], held: [] },
];

describe("giving a role to somebody", () => {
  it("warns of a person who may sign nothing by the roster", () => {
    expect(assignWarning(ROWS, "security-lead", person("operator"))).toContain("neither approver nor lead");
    expect(assignWarning(ROWS, "security-lead", person("lead", "admin"))).toContain("Sara Kim is admin");
  });
  it("warns where one person would have to sign one thing twice", () => {
    expect(assignWarning(ROWS, "integration-lead", person("approver"))).toContain("already signs Security in another role");
  });
  it("says nothing where nothing stands against it, and of a role that signs nothing", () => {
    expect(assignWarning(ROWS, "security-lead", person("approver"))).toBe("");
    expect(assignWarning(ROWS, "observer", person("operator"))).toBe("");
  });
});
