import { describe, expect, it } from "vitest";
import { OperatorId } from "../../engine/protocol/ids.ts";
import { idFromName, idProblem, passwordProblem } from "./ids.ts";

describe("an id", () => {
  it("made from a name is always one the engine takes, or empty", () => {
    const names = ["Dana Mercer", "  José-María  O’Neil ", "Ævar", "李 雷", "…", "x".repeat(80), `${"A".repeat(31)} Bee`, "-dash"];
    for (const id of names.map(idFromName)) expect(id === "" || OperatorId.safeParse(id).success, id).toBe(true);
    expect(idFromName("Dana Mercer")).toBe("dana.mercer");
    expect(idFromName("José-María O’Neil")).toBe("jose.maria.o.neil");
  });
  it("has a problem exactly where the engine refuses it", () => {
    for (const id of ["", "a", "Dana", "dana mercer", ".dana", "dana_1-x.y", "x".repeat(32), "x".repeat(33), "ü"])
      expect(idProblem(id) === null, id).toBe(OperatorId.safeParse(id).success);
  });
});

describe("a password", () => {
  it("is long enough and typed twice alike", () => {
    expect(passwordProblem("short", "short")).toContain("8 characters");
    expect(passwordProblem("long enough", "long enougj")).toContain("do not match");
    expect(passwordProblem("long enough", "long enough")).toBeNull();
  });
});
