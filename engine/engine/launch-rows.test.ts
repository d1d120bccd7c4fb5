import { expect, it } from "vitest";
import type { EventBody } from "../protocol/index.ts";
import { whatHappenedInLaunch } from "./launch-rows.ts";

const said = (type: string, data: object) =>
  whatHappenedInLaunch({ type, data, outcome: "", reason: "", actor: { name: "Ana" } } as unknown as EventBody);
const DECISION = { kind: "decision", id: "decision-01M7WB0WKWTQX6BR6E0JX5FJBG" };

it("names a decision by its outcome, and no subject by an id that only a machine tells apart", () => {
  const signed = (statement: string) => said("signoff.added", { subject: DECISION, role: "lead", meaning: "approved", statement });
  expect(signed("I decide CONDITIONAL GO for v1 as lead: 2 categories signed.")).toBe(
    "Ana signed the decision CONDITIONAL GO as lead: approved",
  );
  expect(signed("I reject the decision NO-GO for v1 as lead.")).toBe("Ana signed the decision NO-GO as lead: approved");
  expect(said("signoff.invalidated", { subject: DECISION, why: "risk R1 changed" })).toBe(
    "Signature of the decision stale: risk R1 changed",
  );
  const of = (kind: string, id: string) => said("signoff.invalidated", { subject: { kind, id }, why: "x" });
  expect(of("close", "launch-01M7WB0WKWTQX6BR6E0JX5FJBG")).toBe("Signature of the close of the launch stale: x");
  expect(of("holdpoint", "run-01M7WB0WKWTQX6BR6E0JX5FJBG/freeze")).toBe("Signature of the hold point freeze stale: x");
  expect(of("category", "infrastructure")).toBe("Signature of category infrastructure stale: x");
});
