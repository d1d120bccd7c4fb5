import { expect, it } from "vitest";
import type { NextAction, StepState } from "../../engine/protocol/index.ts";
import { exampleDocument, exampleHeader, exampleState, exampleStep } from "./example.ts";
import { holdWords, missingRoles, staleOf, textWords, waitsFor } from "./hold.ts";
import { outlineRows } from "./outline-rows.ts";
import { besideVerdict, doneWords, nowWords } from "./words.ts";

const at = "2026-03-15T01:00:00.000Z";
const step = exampleStep("gate", "3", "Open the gate", { directive: { signoff: ["lead", "dba"] } });
const held = (signoff: Partial<NonNullable<StepState["signoff"]>>, extra: Partial<StepState> = {}): StepState =>
  exampleState(step, { signoff: { roles: ["lead", "dba"], signed: [], stale: [], rejected: null, ...signoff }, ...extra });

it("says which roles a hold point waits for, and counts a role asked twice twice", () => {
  expect(holdWords(held({}))).toBe("waits for lead and dba");
  const one = { role: "lead", name: "Mira", at };
  expect(holdWords(held({ signed: [one] }))).toBe("waits for dba");
  expect(missingRoles(held({ roles: ["lead", "lead"], signed: [one] }))).toEqual(["lead"]);
  expect(holdWords(held({ signed: [one, { role: "dba", name: "Ben", at }] }))).toBe("released by Mira and Ben");
  expect(nowWords(held({ signed: [one] }))).toBe("Waits for dba");
});

it("says that a signature went stale until its role has signed again, and who rejected with what reason", () => {
  const stale = [{ role: "lead", name: "Mira", at, because: "step 2 was run again after it was signed" }];
  expect(holdWords(held({ stale }))).toBe("waits for lead and dba, a signature is stale");
  const again = held({ stale, signed: [{ role: "lead", name: "Mira", at }] });
  expect(staleOf(again)).toEqual([]);
  expect(holdWords(again)).toBe("waits for dba");
  expect(holdWords(held({ rejected: { role: "dba", name: "Ben", at, reason: "the lag is too high" } }))).toBe(
    "rejected by Ben: the lag is too high",
  );
});

it("waits for signatures only where the next thing is one, and the run is not held", () => {
  const nextAction = {
    ...exampleHeader().nextAction,
    kind: "blocked",
    signs: { subject: { kind: "holdpoint", id: "x" }, roles: ["lead"] },
  };
  const header = exampleHeader({ nextAction: nextAction as NextAction });
  expect(waitsFor(header)).toBe("lead");
  expect(waitsFor({ ...header, status: "held" })).toBeNull();
  expect(waitsFor(exampleHeader())).toBeNull();
});

it("draws no hold line as standing once everybody has signed", () => {
  const document = exampleDocument([step]);
  const line = (state: StepState) => outlineRows(document, [state], new Set(), "gate").find((row) => row.type === "hold");
  expect(line(held({}))).toMatchObject({ state: "waiting" });
  const signed = [
    { role: "lead", name: "Mira", at },
    { role: "dba", name: "Ben", at },
  ];
  expect(line(held({ signed }))).toMatchObject({ state: "passed" });
});

it("marks a step done under an earlier text, and one that the text no longer has", () => {
  const done = exampleState(step, { status: "done", verdict: "passed", earlierText: true });
  expect(doneWords(done)).toBe("Passed, under an earlier text");
  expect(textWords({ ...done, removed: true })).toBe("no longer in the text");
});

it("says of a step that is done that what released it counts no more", () => {
  const stale = [{ role: "lead", name: "Mira", at, because: "the text was amended" }];
  const done = held({ roles: ["lead"], stale }, { status: "done", verdict: "passed" });
  expect(besideVerdict(done)).toBe("released by a signature that is stale now");
  expect(besideVerdict({ ...done, signoff: { ...done.signoff!, signed: [{ role: "lead", name: "Ben", at }] } })).toBe("");
});
