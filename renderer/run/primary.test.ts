import { describe, expect, it } from "vitest";
import { StepId } from "../../engine/protocol/index.ts";
import { exampleDocument, exampleHeader, exampleStep } from "./example.ts";
import { draftKey, planOf } from "./primary.ts";

const check = { index: 0, line: 1, text: "Rate", html: "Rate", checked: false, value: null, expect: null };
const step = exampleStep("a", "1", "A", { checks: [check, { ...check, index: 1, value: "number" as const }] });
const document = exampleDocument([step]);
const action = { ...exampleHeader().nextAction, step: StepId.parse("a") };

describe("what the primary action does", () => {
  it("runs, retries, resumes and finishes by the engine's word", () => {
    expect(planOf({ ...action, kind: "run-step" }, document, {})).toMatchObject({ method: "run.step", step: "a" });
    expect(planOf({ ...action, kind: "run-block", block: 2, typed: "prod" }, document, {})).toMatchObject({
      method: "run.block",
      block: 2,
      typed: "prod",
    });
    expect(planOf({ ...action, kind: "retry-or-skip" }, document, {})).toMatchObject({ method: "run.retry" });
    expect(planOf({ ...action, kind: "resume" }, document, {})).toEqual({ type: "resume" });
    expect(planOf({ ...action, kind: "finish" }, document, {})).toEqual({ type: "finish" });
  });
  it("asks for the value of a check before it confirms it", () => {
    expect(planOf({ ...action, kind: "confirm-check", check: 0 }, document, {})).toMatchObject({ method: "run.check", check: 0 });
    expect(planOf({ ...action, kind: "confirm-check", check: 1 }, document, {})).toEqual({ type: "value", step: "a", check: 1 });
    const drafts = { [draftKey("a", 1)]: "0.2" };
    expect(planOf({ ...action, kind: "confirm-check", check: 1 }, document, drafts)).toMatchObject({ method: "run.check", check: 1 });
  });
  it("puts a hold point before whoever signs it, and never anything else in its place", () => {
    const subject = { kind: "holdpoint" as const, id: "run/a" };
    const held = { ...action, kind: "blocked" as const, signs: { subject, roles: ["lead", "dba"] } };
    expect(planOf(held, document, {}, true)).toEqual({ type: "sign", subject, roles: ["lead", "dba"] });
  });
  it("asks for a judgement of an unknown, and does nothing while there is nothing to do", () => {
    expect(planOf({ ...action, kind: "judge" }, document, {})).toEqual({ type: "judge", step: "a" });
    for (const kind of ["wait", "blocked", "none"] as const) expect(planOf({ ...action, kind }, document, {})).toEqual({ type: "none" });
    expect(planOf({ ...action, kind: "run-step", step: null }, document, {})).toEqual({ type: "none" });
  });
});
