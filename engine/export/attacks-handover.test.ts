// The rules of a hand-over: kept, a launch verifies (control); broken or forged, both verifiers refuse it with the rule's code.
// The launches are made by hand with real keys.
import { createHash } from "node:crypto";
import { it } from "vitest";
import type { CanonicalValue } from "../protocol/index.ts";
import { jcs } from "../record/index.ts";
import { type Attack, bothVerifiers } from "./testing-attacks.ts";
import type { Launch, Sign } from "./testing-launch.ts";
import { runbookOf } from "./testing-texts.ts";

const { attack } = bothVerifiers();

type Spoil = {
  /** Who is told to give and to take it. */
  from?: string;
  to?: string;
  signers?: string[];
  /** Further fields of the second signature. */
  second?: Partial<Sign>;
  /** What comes after the signatures, before it is done. */
  between?(at: (step: string) => { subject: { run: string; step: string; attempt: number; plan_sha256: string } }): void;
  done?: Record<string, CanonicalValue>;
};
const BOOK = runbookOf(["a", "b"]);
/** A run that Eve began and hands over to Omar between its two steps. */
function handOver(on: Launch, { from = "eve", to = "omar", signers = [from, to], second = {}, between, done = {} }: Spoil = {}): void {
  const run = "run-h";
  const plan_sha256 = BOOK.sha256;
  const at = (step: string) => ({ subject: { run, step, attempt: 1, plan_sha256 } });
  const data = { title: "Cut-over", version: null, owner: "ben", steps: BOOK.steps as CanonicalValue };
  const started = on.append("run.started", "eve", data, { ...at(""), payloads: BOOK.payloads });
  on.append("step.started", "eve", { only_block: null }, at("a"));
  const last = on.append("step.ended", "engine", { because: "exit 0" }, { ...at("a"), outcome: "passed" });
  const names = { from, from_name: from, to, to_name: to };
  const proposed = on.append("handover.proposed", "eve", { ...names, operator: "eve", note: "" }, at(""));
  const digest = createHash("sha256").update("holdpoint/handover/v1\0").update(jcs({ run, proposed, from, to, last })).digest("hex");
  const whole = {
    kind: "handover",
    id: `${run}/${proposed}`,
    role: "operator",
    run,
    plan: plan_sha256,
    digest,
    covered: [started, proposed],
  };
  for (const [index, by] of signers.entries()) on.sign({ by, ...whole, n: index + 1, m: 2, ...(index === 1 ? second : {}) });
  between?.(at);
  on.append("handover.done", "eve", { proposed, ...names, ...done }, at(""));
  on.append("run.aborted", to, {}, { ...at(""), reason: "seen enough" });
}

const RULES: Attack[] = [
  ["a run is handed over by two who both sign (control)", [], (_, on) => handOver(on)],
  ["it is handed over without a signature", "handover-unsigned", (_, on) => handOver(on, { signers: [] })],
  ["it is handed over on the giver's word alone", "handover-unsigned", (_, on) => handOver(on, { signers: ["eve"] })],
  ["it is taken without the giver", "handover-unsigned", (_, on) => handOver(on, { signers: ["omar"] })],
  ["a third person signs for the taker", "handover-by-another", (_, on) => handOver(on, { signers: ["eve", "dana"] })],
  ["it goes to another than was signed", "handover-unsigned", (_, on) => handOver(on, { done: { to: "dana", to_name: "dana" } })],
  ["it is done for another proposal", "handover-unsigned", (_, on) => handOver(on, { done: { proposed: 1 } })],
  [
    "something happens after both have signed",
    "handover-unsigned",
    (_, on) => handOver(on, { between: (at) => void on.append("step.started", "eve", { only_block: null }, at("b")) }),
  ],
  ["it is handed over to oneself", "handover-unsigned", (_, on) => handOver(on, { from: "eve", to: "eve", signers: ["eve"] })],
  [
    "it goes to somebody who may drive no run",
    "signer-without-right",
    (_, on) => handOver(on, { to: "ben", second: { role: "approver" } }),
  ],
  ["another state than the run's is signed", "signature-digest", (_, on) => handOver(on, { second: { digest: "8".repeat(64) } })],
];

it.each(RULES)("%s", (_what, expected, play) => attack(expected, play));
