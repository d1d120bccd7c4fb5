// The values of a run: what each is, who set it, and changing one between two steps. Owns: when that is refused, and what is recorded of it.
// Placeholders are filled by engine/document; which variables a shell gets is shells.ts.
import { fail, ok, type Param, type Result, type StepState, type ValueView } from "../protocol/index.ts";
import type { LiveRun, RunDeps, Who } from "./deps.ts";
import { settleWhens } from "./drive.ts";
import { append, eventOf, placeholderValues } from "./live.ts";
import { allIdle, ended, place } from "./refusals.ts";
import { addSecret } from "./start.ts";

/** Every value by name, parameters first, each with its history. */
export function valuesOf(live: LiveRun): ValueView[] {
  const { state, plan } = live;
  const params = new Map(plan.document.params.map((param) => [param.name, param]));
  const placeholders = new Set(
    plan.document.steps.flatMap((step) => step.blocks.flatMap((block) => (block.runnable ? block.placeholders : []))),
  );
  const names = new Set([...params.keys(), ...placeholders, ...Object.keys(state.placeholders), ...state.valueFacts.keys()]);
  const waits = whyNotNow(live);
  return [...names].map((name) => {
    const param = params.get(name);
    const isSecret = param?.type === "secret" || state.secretNames.has(name);
    const kind = isSecret
      ? "secret"
      : param
        ? "parameter"
        : placeholders.has(name) || name in state.placeholders
          ? "placeholder"
          : "captured";
    return {
      name,
      kind,
      about: param?.about ?? "",
      value: isSecret ? null : (state.placeholders[name] ?? state.values[name] ?? null),
      rule: param ? ruleOf(param) : "",
      fixed: kind === "captured" ? "It was measured: run the command that printed it again." : waits,
      history: state.valueFacts.get(name) ?? [],
    };
  });
}

export type ValueCall = { name: string; value: string; reason: string };

/** Between steps only: what a command was given must be what stands beside it on record. */
export async function changeValue(deps: RunDeps, live: LiveRun, who: Who, call: ValueCall): Promise<Result<null>> {
  const { state, plan } = live;
  const { name, reason } = call;
  if (state.status === "finished" || state.status === "aborted") return ended(live);
  const busy = allIdle(live);
  if (busy) return busy;
  const waits = whyNotNow(live);
  if (waits !== "") return fail("conflict", `${state.path}: ${name} is not changed now. ${waits}`);
  const view = valuesOf(live).find((one) => one.name === name);
  if (!view) return fail("not-found", `${state.path} has no parameter or placeholder "${name}".`);
  if (view.kind === "captured") return fail("conflict", `${state.path}: ${name} is not changed by hand. ${view.fixed}`);
  const checked = checkedValue(deps, live, view.kind, call);
  if (!checked.ok) return checked;
  const value = checked.value;
  if (view.kind !== "secret" && view.value === value) return fail("conflict", `${name} is ${JSON.stringify(value)} already.`);
  if (view.kind === "secret" && live.secretsWanted.includes(name))
    return fail("conflict", `${name} was forgotten with the restart. Give it again with the resume.`);
  // Before the event: its reason may quote the new secret.
  if (view.kind === "secret") live.redactor.add([{ name, value }]);
  else if (live.redactor.redactText(value) !== value)
    return fail("invalid-params", `The new value of ${name} holds a secret, which would be written into the record.`);
  const data = view.kind === "secret" ? { name, kind: view.kind } : { name, kind: view.kind, value, before: view.value ?? "" };
  const written = append(deps, live, [eventOf(live, who.actor, { type: "value.changed", reason, data })]);
  if (!written.ok) return written;
  if (view.kind === "secret") addSecret(live, name, value);
  else if (plan.document.params.some((param) => param.name === name)) settleWhens(deps, live);
  return written;
}

/** Why no value is changed now; "" where one may be. */
function whyNotNow(live: LiveRun): string {
  const begun = live.state.steps.find((step: StepState) => step.status === "open" || step.status === "running");
  return begun ? `${place(live, begun)} has begun; values are changed between steps.` : "";
}

function checkedValue(deps: RunDeps, live: LiveRun, kind: ValueView["kind"], { name, value }: ValueCall): Result<string> {
  const { params, steps } = live.plan.document;
  const param = params.find((one) => one.name === name);
  if (param) {
    const checked = deps.documents.checkParams([param], { [name]: value });
    if (!checked.ok) return checked;
    // An empty one falls back to the file's default, where it has one.
    const taken = checked.value[name];
    if (taken === undefined || taken === "") return fail("invalid-params", `Give ${name} a value.`);
    value = taken;
  } else if (value === "") return fail("invalid-params", `Give <${name}> a value.`);
  if (kind === "secret") return ok(value);
  const values = { ...placeholderValues(live), [name]: value };
  for (const block of steps.flatMap((step) => step.blocks)) {
    if (!block.runnable || !block.placeholders.includes(name) || block.placeholders.some((one) => values[one] === undefined)) continue;
    const filled = deps.documents.fillPlaceholders(block, values, params);
    if (!filled.ok) return filled;
  }
  return ok(value);
}

function ruleOf({ type, pattern, min, max, choices, required }: Param): string {
  const parts = [
    type === "string" || type === "secret" ? "" : type === "int" ? "a whole number" : type === "bool" ? "true or false" : type,
    pattern === null ? "" : `matches ${pattern}`,
    min === null ? "" : `at least ${min}`,
    max === null ? "" : `at most ${max}`,
    choices.length === 0 ? "" : `one of ${choices.join(", ")}`,
    required ? "required" : "",
  ];
  return parts.filter((part) => part !== "").join(", ");
}
