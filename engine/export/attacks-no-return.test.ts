// A point of no return that names nobody is released by the lead: kept, a launch verifies (control); released by nobody or by another
// role, both verifiers refuse it. The launches are made by hand with real keys.
import { it } from "vitest";
import type { CanonicalValue } from "../protocol/index.ts";
import { foldRun } from "../run/fold.ts";
import { holdPointCovers, holdPointDigest } from "../run/hold-points.ts";
import { type Attack, bothVerifiers } from "./testing-attacks.ts";
import type { Launch, Sign } from "./testing-launch.ts";
import { runbookOf } from "./testing-texts.ts";

const { attack } = bothVerifiers();

const POINT = runbookOf(["a", "drop"], { drop: "<!-- step: {point-of-no-return: true} -->\n\nDrop the old table." });
const PLAIN = runbookOf(["a", "drop"], { drop: "<!-- step: {point-of-no-return: false} -->\n\nDrop the old table." });
const NAMED = runbookOf(["a", "drop"], { drop: "<!-- step: {point-of-no-return: true, signoff: [approver]} -->\n\nDrop the old table." });

/** A run of two steps, the second of which cannot be undone; null where nobody signs. */
function drop(on: Launch, signed: Partial<Sign> | null, book = POINT): void {
  const run = "run-n";
  const { steps, payloads, sha256: plan_sha256 } = book;
  const at = (step: string) => ({ subject: { run, step, attempt: 1, plan_sha256 } });
  const data = { title: "Cut-over", version: null, owner: "ben", steps: steps as CanonicalValue };
  on.append("run.started", "eve", data, { ...at(""), payloads });
  on.append("step.started", "eve", { only_block: null }, at("a"));
  on.append("step.ended", "engine", { because: "exit 0" }, { ...at("a"), outcome: "passed" });
  const state = foldRun(on.desk.store.events(on.log), run);
  const plan = { byId: new Map(steps.map((step) => [step["id"], { step }])) };
  const digest = holdPointDigest(state, plan as never, plan.byId.get("drop") as never);
  const covered = holdPointCovers(state, "drop");
  const whole = { kind: "holdpoint", id: `${run}/drop`, role: "lead", by: "dana", run, plan: plan_sha256, digest, covered };
  if (signed !== null) on.sign({ ...whole, ...signed });
  on.append("step.started", "eve", { only_block: null }, at("drop"));
  on.append("run.finished", "eve", { result: "passed" }, at(""));
}

const RULES: Attack[] = [
  ["the lead releases a point of no return (control)", [], (_, on) => drop(on, {})],
  ["a step that is none is begun without a signature (control)", [], (_, on) => drop(on, null, PLAIN)],
  ["whom the step names releases it (control)", [], (_, on) => drop(on, { by: "ben", role: "approver" }, NAMED)],
  ["nobody releases it", "hold-point-unsigned", (_, on) => drop(on, null)],
  ["an approver releases what only the lead may", "hold-point-unsigned", (_, on) => drop(on, { by: "ben", role: "approver" })],
  ["somebody signs as lead who is not", "signer-not-in-role", (_, on) => drop(on, { by: "ben" })],
  ["the lead releases it where the step names an approver", "hold-point-unsigned", (_, on) => drop(on, {}, NAMED)],
];

it.each(RULES)("%s", (_what, expected, play) => attack(expected, play));
