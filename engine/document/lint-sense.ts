// Lint of a runbook's sense: ways back, targets that nothing measures, plans that do not add up, sign-offs.
// Owns judgements about steps as a whole.
import type { Step } from "../protocol/index.ts";
import { type LintInput, placeOf } from "./lint-input.ts";

/** Commands that change something a rollback would have to undo. A dry run changes nothing. */
const CHANGES =
  /(?:^|[\s;|&(`])(?:(?:kubectl|oc)\s(?:[^\n;|&]*\s)?(?:apply|create|delete|patch|scale|set|edit|replace|annotate|label|drain|cordon|taint|expose|autoscale|rollout\s+(?:restart|pause|resume))(?=\s|$)|helm\s(?:[^\n;|&]*\s)?(?:install|upgrade|uninstall|delete)(?=\s)|terraform\s+(?:apply|destroy)|systemctl\s+(?:restart|stop|disable)|rm\s+-\w*r)/;

export function lintSense(input: LintInput): void {
  const isOurs =
    input.document.steps.some((_, index) => input.reading.drafts?.[index]?.directive != null) ||
    input.document.params.length > 0 ||
    input.reading.front.kind !== null;
  const backs = new Set(
    input.document.steps.flatMap((step) => (step.directive.rollback === null ? [] : [step.directive.rollback.replace(/^#/, "")])),
  );
  for (const [index, step] of input.document.steps.entries()) {
    lintWayBack(input, index, step, backs, isOurs);
    lintTargets(input, index, step);
  }
  lintRecoveryTargets(input);
  lintPlan(input);
  lintReview(input);
  lintCategories(input);
  lintParams(input);
}

function lintWayBack(input: LintInput, index: number, step: Step, backs: Set<string>, isOurs: boolean): void {
  const { rollback, pointOfNoReturn } = step.directive;
  // `target` is the promised time of a rollback: without a rollback of its own, such a step is one.
  if (rollback !== null || step.directive.targetMs !== null || pointOfNoReturn || backs.has(step.id) || isPhaseBack(step, backs)) return;
  const runs = step.blocks.filter((block) => block.runnable);
  const isDangerous = runs.some((block) => block.options.danger === true);
  const changes = runs.some((block) => block.commands.split("\n").some((line) => CHANGES.test(line) && !line.includes("--dry-run")));
  if (!isDangerous && !changes) return;
  const message = `Step "${step.id}" ${isDangerous ? "is marked danger" : "changes something"} and has no way back: name one with rollback, or declare point-of-no-return.`;
  // In a file that was never written for Holdpoint this is a remark, not a fault.
  input.problems.addAt(isDangerous || isOurs ? "warning" : "info", "no-way-back", placeOf(input, index, ""), message);
}

// A whole section may be the way back (`rollback: "#emergency"`); its steps need none of their own.
const isPhaseBack = (step: Step, backs: Set<string>): boolean =>
  step.phase.some((title) => backs.has(title.toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, "-")));

function lintTargets(input: LintInput, index: number, step: Step): void {
  const { targetMs, soakMs, rollback } = step.directive;
  const runs = step.blocks.some((block) => block.runnable);
  const say = (key: string, message: string): void =>
    input.problems.addAt("warning", "target-without-measure", placeOf(input, index, key), message);
  if (targetMs !== null && !runs && rollback === null)
    say("target", `Step "${step.id}" promises a time, but it has no block and no rollback whose time could be measured.`);
  const measures = step.blocks.some(
    (block) => block.options.gate !== undefined || block.options.expect !== undefined || block.options.match !== undefined,
  );
  if (soakMs !== null && !measures && step.checks.length === 0) {
    say("soak", `Step "${step.id}" waits for a soak that measures nothing: add a block with gate=hold, or a check with a value.`);
  }
  for (const check of step.checks) {
    if (check.value === "number" && check.expect === null) {
      input.problems.add(
        "warning",
        "target-without-measure",
        check.line,
        1,
        "This check asks for a number and does not say which one is good: add expect.",
      );
    }
  }
}

function lintRecoveryTargets(input: LintInput): void {
  const { rtoMs, steps } = input.document;
  if (rtoMs !== null && !steps.some((step) => step.directive.plannedMs !== null)) {
    input.problems.add(
      "warning",
      "target-without-measure",
      1,
      1,
      "The front matter promises an rto, but no step has a planned time to hold it against.",
    );
  }
}

/** Planned times that do not fit into the phase or file above them, where all steps share one lane. */
function lintPlan(input: LintInput): void {
  const { document } = input;
  // A way back is off the main path: its time is its target's, and no part of the plan.
  const backs = new Set(document.steps.map((step) => step.directive.rollback));
  const steps = document.steps.filter((step) => !backs.has(`#${step.id}`));
  const lanes = new Set(steps.map((step) => step.directive.lane));
  if (lanes.size > 1) return;
  for (const phase of document.phases) {
    if (phase.plannedMs === null) continue;
    const sum = sumOf(steps.filter((step) => phase.path.every((title, at) => step.phase[at] === title)));
    if (sum > phase.plannedMs) {
      input.problems.add(
        "warning",
        "plan-too-long",
        phase.line,
        1,
        `The steps of "${phase.title}" are planned to take ${minutes(sum)}, the phase ${minutes(phase.plannedMs)}.`,
      );
    }
  }
  const sum = sumOf(steps);
  if (document.plannedMs !== null && sum > document.plannedMs) {
    input.problems.add(
      "warning",
      "plan-too-long",
      1,
      1,
      `The steps are planned to take ${minutes(sum)}, the file says ${minutes(document.plannedMs)}.`,
    );
  }
}

const sumOf = (steps: Step[]): number =>
  steps.reduce((sum, step) => sum + (step.directive.plannedMs ?? 0) + (step.directive.soakMs ?? 0), 0);
const minutes = (ms: number): string => `${Math.round(ms / 6_000) / 10} min`;

function lintReview(input: LintInput): void {
  const { front } = input.reading;
  if (front.reviewed !== null && front.reviewDue === null) {
    input.problems.add(
      "info",
      "no-review-span",
      1,
      1,
      "The file says when it was reviewed, but not for how long that holds: add review-in.",
    );
  }
}

function lintCategories(input: LintInput): void {
  const { document } = input;
  const isSigned = document.decision !== null || document.categories.some((category) => category.signoff.length > 0);
  for (const category of document.categories) {
    if (category.items.length === 0)
      input.problems.add("warning", "empty-category", category.line, 1, `The category "${category.title}" has no item.`);
    if (isSigned && category.signoff.length === 0) {
      input.problems.add(
        "warning",
        "category-without-signoff",
        category.line,
        1,
        `The category "${category.title}" names no role that signs it: add <!-- category: {signoff: [role]} -->.`,
      );
    }
    for (const item of category.items) {
      if (item.derived !== null && item.checked)
        input.problems.add("warning", "derived-item", item.line, 1, `Item ${item.id} is computed and cannot be ticked in the file.`);
    }
  }
}

/**
 * Names that common tools read from the environment by themselves, so that no command spells them: libpq's, Redis's, AWS's, Vault's, curl's
 * and OpenSSL's (PostgreSQL manual 34.15; redis-cli --help; AWS CLI user guide; vault environment variables).
 */
const READ_BY_TOOLS = /^(?:PG[A-Z]+|REDISCLI_AUTH|AWS_[A-Z_]+|VAULT_[A-Z_]+|HTTPS?_PROXY|NO_PROXY|SSL_CERT_(?:FILE|DIR))$/;

function lintParams(input: LintInput): void {
  const used = [
    ...input.document.steps.flatMap((step) => step.blocks),
    ...input.document.categories.flatMap((category) => category.items.flatMap((item) => item.blocks)),
  ];
  for (const param of input.document.params) {
    const isUsed =
      READ_BY_TOOLS.test(param.name) ||
      used.some((block) => block.placeholders.includes(param.name) || new RegExp(`\\b${param.name}\\b`).test(block.commands)) ||
      input.document.steps.some((step) => step.directive.when?.param === param.name);
    if (!isUsed) input.problems.add("info", "unused-parameter", param.line, 1, `Parameter "${param.name}" is used by no block.`);
  }
}
