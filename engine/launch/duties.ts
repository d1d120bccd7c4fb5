// Commands on what is kept an eye on: incidents acknowledged, loops opened and closed by hand, audiences and their updates. Owns: their rules.
// What is due is computed (duty.ts); what goes to a webhook is handed to the post room (post.ts) once it is on record.
import { type CanonicalValue, fail, ok, type Result } from "../protocol/index.ts";
import type { LaunchDeps, Params, Who } from "./deps.ts";
import { KEEPERS, mayChange, PARTICIPANTS } from "./guards.ts";
import type { Live, Lives } from "./live.ts";
import type { AudienceFact } from "./night-state.ts";
import { planView } from "./plan.ts";
import { addressProblem, type Post } from "./post.ts";
import { composed, updateValues } from "./update-text.ts";

export function acknowledge(deps: LaunchDeps, lives: Lives, live: Live, who: Who, { seq }: Params<"launch.acknowledge">): Result<null> {
  const allowed = mayChange(deps, live, who, PARTICIPANTS, "launch.acknowledge");
  if (!allowed.ok) return allowed;
  const note = live.state.notes.find((one) => one.seq === seq);
  if (note?.kind !== "incident") return fail("not-found", `There is no incident ${seq} in this launch.`);
  if (note.acknowledgedAt !== null) return fail("conflict", `“${note.title}” was acknowledged by ${note.acknowledgedBy} already.`);
  if (note.closedAt !== null) return fail("conflict", `“${note.title}” is closed already.`);
  lives.append(live, allowed.value, [{ type: "note.acknowledged", data: { seq, title: note.title } }]);
  return ok(null);
}

export function openLoop(deps: LaunchDeps, lives: Lives, live: Live, who: Who, params: Params<"launch.openLoop">): Result<null> {
  const allowed = mayChange(deps, live, who, PARTICIPANTS, "launch.openLoop");
  if (!allowed.ok) return allowed;
  const name = deps.redactText(params.name);
  if (live.state.night.loops.some((one) => one.name === name && one.closedAt === null))
    return fail("already-exists", `“${name}” is open already. Close it first, or give this one another name.`);
  const byMs = params.byMinutes === null ? null : Math.max(1, Math.round(params.byMinutes * 60_000));
  lives.append(live, allowed.value, [{ type: "loop.opened", data: { name, by_ms: byMs, note: deps.redactText(params.note ?? "") } }]);
  return ok(null);
}

export function closeLoop(deps: LaunchDeps, lives: Lives, live: Live, who: Who, params: Params<"launch.closeLoop">): Result<null> {
  const allowed = mayChange(deps, live, who, PARTICIPANTS, "launch.closeLoop");
  if (!allowed.ok) return allowed;
  if (!live.state.night.loops.some((one) => one.name === params.name && one.closedAt === null))
    return fail("not-found", `Nothing of the name “${params.name}” is open in this launch.`);
  lives.append(live, allowed.value, [{ type: "loop.closed", data: { name: params.name, note: deps.redactText(params.note ?? "") } }]);
  return ok(null);
}

export function setAudience(deps: LaunchDeps, lives: Lives, live: Live, who: Who, params: Params<"launch.audience">): Result<null> {
  const allowed = mayChange(deps, live, who, KEEPERS, "launch.audience");
  if (!allowed.ok) return allowed;
  const { audiences, audiencesMade } = live.state.night;
  const known = params.id === undefined ? undefined : audiences.get(params.id);
  if (params.id !== undefined && !known) return fail("not-found", `There is no audience ${params.id} in this launch.`);
  if (params.remove === true) {
    if (!known) return fail("invalid-params", "Say which audience is to be removed.");
    lives.append(live, allowed.value, [{ type: "updates.audience_removed", data: { id: known.id, name: known.name } }]);
    return ok(null);
  }
  const name = params.name ?? known?.name;
  const template = params.template ?? known?.template;
  const everyMs = params.everyMinutes === undefined ? known?.everyMs : Math.max(1, Math.round(params.everyMinutes * 60_000));
  if (name === undefined || template === undefined || everyMs === undefined)
    return fail("invalid-params", "An audience needs a name, how often it is told, and a template.");
  const channel = params.channel ?? known?.channel ?? "clipboard";
  const data: Record<string, CanonicalValue> = {
    id: known?.id ?? `A${audiencesMade + 1}`,
    name: deps.redactText(name),
    every_ms: everyMs,
    template: deps.redactText(template),
    channel,
    environment: channel === "clipboard" ? "" : (params.environment ?? known?.environment ?? ""),
    on_watch: params.onWatch ?? known?.onWatch ?? false,
  };
  lives.append(live, allowed.value, [{ type: "updates.audience_set", data }]);
  return ok(null);
}

/** Kept in this process alone: nothing is appended, and a refusal does not repeat it. */
export function setAddress(post: Post) {
  return (deps: LaunchDeps, lives: Lives, live: Live, who: Who, params: Params<"launch.audienceAddress">): Result<null> => {
    const allowed = mayChange(deps, live, who, KEEPERS, "launch.audienceAddress");
    if (!allowed.ok) return allowed;
    const audience = live.state.night.audiences.get(params.audience);
    if (!audience || audience.channel === "clipboard")
      return fail("not-found", `There is no audience ${params.audience} with a webhook in this launch.`);
    const problem = addressProblem(params.url);
    if (problem !== "") return fail("invalid-params", problem);
    post.keep(live.launch, audience.id, params.url);
    deps.notify.changed(live.launch, live.state.events);
    post.deliver(lives, live);
    return ok(null);
  };
}

export function sendUpdate(post: Post) {
  return (deps: LaunchDeps, lives: Lives, live: Live, who: Who, params: Params<"launch.update">): Result<null> => {
    const allowed = mayChange(deps, live, who, KEEPERS, "launch.update");
    if (!allowed.ok) return allowed;
    const audience = live.state.night.audiences.get(params.audience);
    if (!audience) return fail("not-found", `There is no audience ${params.audience} in this launch.`);
    const text = deps.redactText(params.text ?? textFor(lives, live, audience));
    if (text.trim() === "") return fail("invalid-params", "The update would say nothing.");
    const data: Record<string, CanonicalValue> = {
      id: `update-${deps.ports.ids.next()}`,
      audience: audience.id,
      name: audience.name,
      text,
      channel: audience.channel,
    };
    if (audience.channel === "clipboard") {
      lives.append(live, allowed.value, [{ type: "update.sent", outcome: "copied", data }]);
      return ok(null);
    }
    lives.append(live, allowed.value, [{ type: "update.queued", outcome: "queued", data }]);
    post.deliver(lives, live);
    return ok(null);
  };
}

function textFor(lives: Lives, live: Live, audience: AudienceFact): string {
  const now = lives.now();
  return composed(audience.template, updateValues(live.state, planView(live.state, now), now));
}
