// A run that has ended, taken as evidence of an item: a drill for what asks for one. Bound by run, event and hash, with its age then.
// Owns: the command, what speaks against the item in it, and the keys of `data.run`. Reading the run is the engine's (`deps.outputs`).
import { type CanonicalValue, type Evidence, fail, type Item, ok, type Result, RunSource } from "../protocol/index.ts";
import { itemForEvidence } from "./answering.ts";
import type { LaunchDeps, Params, Who } from "./deps.ts";
import { KEEPERS, mayChange } from "./guards.ts";
import type { Live, Lives } from "./live.ts";
import { type Data, list, number, record, text, textOrNull, texts } from "./read-data.ts";

type Looked = { source: RunSource; ageMs: number; findings: string[] };

export function previewRun(deps: LaunchDeps, live: Live, { item: id, run }: Omit<Params<"item.previewRun">, "launch">): Result<Looked> {
  const item = itemForEvidence(live, id);
  if (!item.ok) return item;
  if (!deps.endedRun) return fail("unknown-method", "This Holdpoint cannot read the runs on record.");
  const read = deps.endedRun(run);
  if (!read.ok) return read;
  const ageMs = Math.max(0, Math.round(deps.ports.clock.now() - Date.parse(read.value.endedAt)));
  return ok({ source: read.value, ageMs, findings: findingsOf(read.value, item.value, ageMs) });
}

export function addRun(deps: LaunchDeps, lives: Lives, live: Live, who: Who, params: Params<"item.runEvidence">): Result<null> {
  const allowed = mayChange(deps, live, who, KEEPERS, "item.runEvidence");
  if (!allowed.ok) return allowed;
  const looked = previewRun(deps, live, params);
  if (!looked.ok) return looked;
  const { source, ageMs, findings } = looked.value;
  const known = live.state.items.get(params.item)?.evidences.find((one) => !one.removed && one.ofRun?.hash === source.hash);
  if (known) return fail("already-exists", `“${known.title}” (event ${known.seq}) is this run already. Strike it out to take it anew.`);
  lives.append(live, allowed.value, [
    {
      type: "evidence.added",
      data: {
        item: params.item,
        kind: "run",
        title: deps.redactText(params.title),
        url: "",
        name: "",
        media_type: "",
        bytes: 0,
        sha256: "",
        findings,
        tests: null,
        run: runData(source, ageMs),
      },
    },
  ]);
  return ok(null);
}

/** What the run says against the item: it did not pass, it missed a target, it measured less than it was to, or it is too old. */
function findingsOf({ result, mode, recovery, endedAt }: RunSource, item: Item, ageMs: number): string[] {
  const what = mode === "rehearsal" ? "the rehearsal" : "the run";
  const found: string[] = [];
  if (!["passed", "accepted", "passed with skips"].includes(result)) found.push(`${what} ended ${result}`);
  if (item.maxAgeMs !== null && ageMs > item.maxAgeMs)
    found.push(`${what} ended ${endedAt.slice(0, 16).replace("T", " ")} UTC, longer ago than the item allows`);
  if (recovery === null) return found;
  const { rtoMs, rtoTargetMs, rpoMs, rpoTargetMs, missing } = recovery;
  if (rtoTargetMs !== null && rtoMs === null) found.push(`the recovery of ${what} was not verified`);
  if (rtoTargetMs !== null && rtoMs !== null && rtoMs > rtoTargetMs)
    found.push(`recovery took ${span(rtoMs)}, above its target of ${span(rtoTargetMs)}`);
  if (rpoTargetMs !== null && rpoMs !== null && rpoMs > rpoTargetMs)
    found.push(`${span(rpoMs)} of data were lost, above the target of ${span(rpoTargetMs)}`);
  if (rpoTargetMs !== null && (rpoMs === null || missing.length > 0))
    found.push(`the loss was not measured${missing.length === 0 ? "" : ` by ${missing.join(", ")}`}`);
  return found;
}

/** `1:02:03`, `34:12`. */
function span(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const two = (part: number): string => String(part).padStart(2, "0");
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

function runData(source: RunSource, ageMs: number): Record<string, CanonicalValue> {
  const { recovery } = source;
  return {
    run: source.run,
    number: source.number,
    log: source.log,
    seq: source.seq,
    hash: source.hash,
    title: source.title,
    path: source.path,
    plan_sha256: source.planSha256,
    mode: source.mode,
    way: source.way,
    compress: String(source.compress),
    speed: String(source.speed),
    result: source.result,
    started_at: source.startedAt,
    ended_at: source.endedAt,
    age_ms: ageMs,
    clusters: source.clusters.map(({ context, clusterClass }) => ({ context, class: clusterClass })),
    ran_by: source.ranBy.map(({ id, name }) => ({ op_id: id, name })),
    recovery:
      recovery === null
        ? null
        : {
            declared_at: recovery.declaredAt,
            verified_at: recovery.verifiedAt,
            rto_ms: recovery.rtoMs,
            rto_text_ms: recovery.rtoTextMs,
            rto_target_ms: recovery.rtoTargetMs,
            rpo_ms: recovery.rpoMs,
            rpo_target_ms: recovery.rpoTargetMs,
            missing: recovery.missing,
          },
  };
}

const numberOrNull = (data: Data, key: string): number | null => (Number.isSafeInteger(data[key]) ? (data[key] as number) : null);

/** Untrusted: a record that does not hold what belongs to it gives null, and the evidence stands without it. */
export function readRunData(data: Data): NonNullable<Evidence["ofRun"]> | null {
  const said = record(data, "run");
  const recovery = said["recovery"] === null ? null : record(said, "recovery");
  const parsed = RunSource.safeParse({
    run: said["run"],
    number: number(said, "number"),
    log: said["log"],
    seq: said["seq"],
    hash: said["hash"],
    title: text(said, "title"),
    path: text(said, "path"),
    planSha256: text(said, "plan_sha256"),
    mode: said["mode"],
    way: said["way"],
    compress: Number(said["compress"]),
    speed: Number(said["speed"]),
    result: text(said, "result"),
    startedAt: said["started_at"],
    endedAt: said["ended_at"],
    clusters: (list(said, "clusters") as Data[]).map((one) => ({ context: text(one, "context"), clusterClass: text(one, "class") })),
    ranBy: (list(said, "ran_by") as Data[]).map((one) => ({ id: text(one, "op_id"), name: text(one, "name") })),
    recovery:
      recovery === null
        ? null
        : {
            declaredAt: textOrNull(recovery, "declared_at"),
            verifiedAt: textOrNull(recovery, "verified_at"),
            rtoMs: numberOrNull(recovery, "rto_ms"),
            rtoTextMs: numberOrNull(recovery, "rto_text_ms"),
            rtoTargetMs: numberOrNull(recovery, "rto_target_ms"),
            rpoMs: numberOrNull(recovery, "rpo_ms"),
            rpoTargetMs: numberOrNull(recovery, "rpo_target_ms"),
            missing: texts(recovery, "missing"),
          },
  });
  return parsed.success ? { ...parsed.data, ageMs: Math.max(0, number(said, "age_ms")) } : null;
}
