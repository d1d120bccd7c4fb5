import { expect, it } from "vitest";
import { METHODS, OperatorId, Reason } from "./index.ts";

it("refuses a blank reason wherever one is needed", () => {
  expect(Reason.safeParse("   ").success).toBe(false);
  expect(METHODS["run.skip"].params.safeParse({ run: "run-01ARZ3NDEKTSV4RRFFQ69G5FAV", step: "a", reason: " " }).success).toBe(false);
});

it("refuses an operator id with a path in it", () => {
  expect(OperatorId.safeParse("../root").success).toBe(false);
  expect(OperatorId.safeParse("dana.mercer").success).toBe(true);
});
