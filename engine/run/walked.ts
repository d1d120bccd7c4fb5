// What a person does to a walk or a replay: says how a walked block ended, sets the pace, skips to the end of what plays.
// Owns: refusals and what is recorded of these acts. What is shown is playing.ts.
import { fail, ok, type ParsedParamsOf, type Result } from "../protocol/index.ts";
import type { LiveRun, RunDeps, Who } from "./deps.ts";
import { append, checkRole, eventOf } from "./live.ts";
import { ended, find, place } from "./refusals.ts";

export type WalkedCall = Omit<ParsedParamsOf<"run.walked">, "run">;
export type PlaybackCall = Omit<ParsedParamsOf<"run.playback">, "run">;

const isOver = ({ state }: LiveRun): boolean => state.status === "finished" || state.status === "aborted";

/** Ends a block that is walked through, as the person says. Also in a held run: what had begun goes on to its end. */
export async function walked(deps: RunDeps, live: LiveRun, who: Who, call: WalkedCall): Promise<Result<null>> {
  if (isOver(live)) return ended(live);
  const at = find(live, call.step);
  if (!at.ok) return at;
  const { step } = at.value;
  const where = place(live, step);
  if (live.playing === null) return fail("conflict", `${where}: its commands are run, so how they end is seen and not said.`);
  const lane = [...live.lanes].find(
    ({ shows, session }) => shows?.step === call.step && shows.block === call.block && session.activity() === "block",
  );
  if (!lane?.played || step.blocks[call.block]?.status !== "running")
    return fail("conflict", `${where}: no block ${call.block} of it is being walked through. Begin it first.`);
  const role = checkRole(deps, live, who, step.id);
  if (!role.ok) return role;
  if (step.blocks[call.block]?.played?.way !== "walk")
    return fail("conflict", `${where}: this block plays what was recorded, and ends as it did then. Skip to its end, or cancel it.`);
  const redact = live.redactor.redactText;
  const note = redact(call.note ?? "");
  if (!lane.played.isAsking()) return fail("conflict", `${where}: it has not answered yet. Wait, or cancel it.`);
  const written = append(deps, live, [
    eventOf(live, who.actor, {
      type: "block.walked",
      step: step.id,
      attempt: step.attempt,
      outcome: call.outcome,
      ...(note === "" ? {} : { reason: note }),
      data: { block: call.block },
    }),
  ]);
  if (!written.ok) return written;
  const words = `walked through: nothing was run${note === "" ? "" : `; ${note}`}`;
  lane.played.answer(call.outcome, words, call.value === undefined || call.value === "" ? null : redact(call.value));
  return ok(null);
}

/** Sets the pace of everything that plays; `skip` shows what plays now to its end. */
export async function playback(deps: RunDeps, live: LiveRun, who: Who, call: PlaybackCall): Promise<Result<null>> {
  if (isOver(live)) return ended(live);
  const { playing } = live;
  if (playing?.way !== "replay") return fail("conflict", `${live.state.title} is no replay: nothing of it plays.`);
  const { speed = playing.pace.now.speed, isPaused = playing.pace.now.isPaused } = call;
  if (speed !== playing.pace.now.speed || isPaused !== playing.pace.now.isPaused) {
    const written = append(deps, live, [
      eventOf(live, who.actor, { type: "rehearsal.paced", data: { speed: String(speed), paused: isPaused } }),
    ]);
    if (!written.ok) return written;
    playing.pace.change({ speed, isPaused });
  }
  if (call.skip === true) {
    const lanes = [...live.lanes].filter(({ played, shows }) => shows !== undefined && (played?.progress() ?? null) !== null);
    if (lanes.length === 0) return fail("conflict", "Nothing plays now, so there is nothing to skip.");
    const written = append(
      deps,
      live,
      lanes.map(({ shows }) =>
        eventOf(live, who.actor, { type: "rehearsal.skipped", step: shows?.step ?? "", data: { block: shows?.block ?? 0 } }),
      ),
    );
    if (!written.ok) return written;
    if (playing.pace.now.isPaused) playing.pace.change({ isPaused: false });
    for (const { played } of lanes) played?.skip();
  }
  deps.notify.changed(live.run, null);
  return ok(null);
}
