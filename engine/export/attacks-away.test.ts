// Going past a step whose cluster does not answer: asked for by one, signed by another. Kept, a launch verifies (control); broken, both verifiers
// refuse it with the rule's code. The launches are made by hand with real keys.
import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import { jcs } from "../record/index.ts";
import { type Attack, bothVerifiers } from "./testing-attacks.ts";
import type { Launch, Sign } from "./testing-launch.ts";
import { runbookOf } from "./testing-texts.ts";

const { attack } = bothVerifiers();

type Spoil = {
  isUnsigned?: boolean;
  /** The cluster answers between the signature and the skip. */
  isBack?: boolean;
  data?: Record<string, number | string>;
  step?: string;
};
const away = (on: Launch, more: Partial<Sign> = {}, spoil: Spoil = {}): void => {
  const run = "run-w";
  const { steps, payloads, sha256 } = runbookOf(["a", "b"]);
  const at = (step: string, cluster = "") => ({ subject: { run, step, attempt: 0, plan_sha256: sha256, cluster } });
  const started = on.append(
    "run.started",
    "eve",
    { title: "Fail over", version: null, owner: "eve", steps: steps.map((step) => ({ ...step })) },
    { ...at(""), payloads },
  );
  on.append("cluster.checked", "engine", { name: "primary", when: "before", state: "unreachable", differs: [] }, at("", "primary"));
  const proposed = on.append(
    "skip.proposed",
    "eve",
    { because: "cluster primary does not answer" },
    { ...at("a", "primary"), reason: "the site is lost" },
  );
  const said = { run, step: "a", proposed, cluster: "primary" };
  const digest = createHash("sha256").update("holdpoint/skip/v1\0").update(jcs(said)).digest("hex");
  const about = { kind: "skip", id: `${run}/${proposed}`, role: "approver", run, plan: sha256, digest, covered: [started, proposed] };
  if (spoil.isUnsigned !== true) on.sign({ by: "ben", ...about, ...more });
  if (spoil.isBack === true)
    on.append("cluster.checked", "engine", { name: "primary", when: "back", state: "proved", differs: [] }, at("", "primary"));
  on.append(
    "step.skipped",
    "engine",
    { because: "cluster primary did not answer", proposed, proposed_by: "eve", ...spoil.data },
    { ...at(spoil.step ?? "a", "primary"), outcome: "skipped", reason: "the site is lost" },
  );
  on.append("run.finished", "eve", { result: "passed with skips" }, at(""));
};

const RULES: Attack[] = [
  ["a step of a lost cluster is gone past by two (control)", [], (_, on) => away(on)],
  ["nobody has signed", "skip-unsigned", (_, on) => away(on, {}, { isUnsigned: true })],
  ["who asked for it signs it", ["skip-unsigned", "signer-author"], (_, on) => away(on, { by: "eve" })],
  ["it was refused", "skip-unsigned", (_, on) => away(on, { meaning: "rejected", reason: "we wait" })],
  ["another step is gone past than was signed for", "skip-unsigned", (_, on) => away(on, {}, { step: "b" })],
  ["another proposal is named", "skip-unsigned", (_, on) => away(on, {}, { data: { proposed: 1 } })],
  ["another person is said to have asked", "skip-unsigned", (_, on) => away(on, {}, { data: { proposed_by: "ana" } })],
  ["the cluster had answered meanwhile", "skip-unsigned", (_, on) => away(on, {}, { isBack: true })],
  ["something else was signed", "signature-digest", (_, on) => away(on, { digest: "8".repeat(64) })],
];

it.each(RULES)("%s", { timeout: 60_000 }, async (_, expected, play) => {
  expect.hasAssertions();
  await attack(expected, play);
});
