// Facts of a launch: made, changed, its people, risks, artefacts, briefing, notes, attachments.
// Owns: one function per command. Each checks the role, then appends; nothing is remembered outside the log.
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { isAbsolute } from "node:path";
import {
  type CanonicalValue,
  fail,
  LaunchFacts,
  type LaunchId,
  type LogId,
  type OperatorView,
  ok,
  type Result,
} from "../protocol/index.ts";
import { bytesOf, mediaTypeOf } from "../record/index.ts";
import { adoption, readChecklist } from "./checklist-copy.ts";
import type { LaunchDeps, Params, Who } from "./deps.ts";
import { isDecided, KEEPERS, LEADERS, mayChange, mayDo, PARTICIPANTS } from "./guards.ts";
import { addTexts, type Draft, type Live, type Lives } from "./live.ts";
import { NO_FACTS } from "./state.ts";

export async function create(deps: LaunchDeps, lives: Lives, who: Who, params: Params<"launch.create">): Promise<Result<Live>> {
  const allowed = mayDo(deps, who, KEEPERS, "launch.create");
  if (!allowed.ok) return allowed;
  const facts = cleanFacts(deps, { ...NO_FACTS, zone: deps.ports.clock.zone().name, ...defined(params.facts) });
  const wrong = windowProblem(facts);
  if (wrong) return wrong;
  const copy = params.checklist === undefined ? null : await readChecklist(deps, params.checklist);
  if (copy && !copy.ok) return copy;
  const launch = `launch-${deps.ports.ids.next()}` as LaunchId;
  const solo = deps.people.isSolo();
  const genesis = { launch, name: facts.name, title: facts.name, solo };
  const log: LogId = deps.store.createLog({ kind: "launch", genesis, actor: who.actor });
  const subject = { launch, plan_sha256: copy?.value.document.sha256 ?? "" };
  const drafts: Draft[] = [
    { type: "launch.created", data: { launch, facts: facts as unknown as CanonicalValue, solo } },
    ...(copy ? adoption(copy.value, null, "") : []),
  ];
  deps.store.appendAll(
    log,
    drafts.map((draft) => ({ actor: who.actor, ...draft, subject: { ...subject, ...draft.subject } })),
  );
  const number = deps.store.logs().find((one) => one.log === log)?.number ?? 0;
  return ok(await lives.load(launch, log, number));
}

export function change(deps: LaunchDeps, lives: Lives, live: Live, who: Who, params: Params<"launch.change">): Result<null> {
  const allowed = mayChange(deps, live, who, KEEPERS, "launch.change");
  if (!allowed.ok) return allowed;
  const next = cleanFacts(deps, { ...live.state.facts, ...defined(params.change) });
  const wrong = windowProblem(next);
  if (wrong) return wrong;
  const before = live.state.facts as unknown as Record<string, CanonicalValue>;
  const changes: Record<string, CanonicalValue> = {};
  for (const [field, to] of Object.entries(next as unknown as Record<string, CanonicalValue>))
    if (JSON.stringify(before[field]) !== JSON.stringify(to)) changes[field] = { from: before[field] ?? null, to };
  if (Object.keys(changes).length === 0) return ok(null);
  const reason = deps.redactText(params.reason?.trim() ?? "");
  if (reason === "" && isDecided(live))
    return fail(
      "reason-needed",
      `${live.state.facts.name} has been decided. Give a reason for changing ${Object.keys(changes).join(", ")}.`,
    );
  lives.append(live, allowed.value, [{ type: "launch.changed", reason, data: { changes } }]);
  return ok(null);
}

export async function replaceChecklist(
  deps: LaunchDeps,
  lives: Lives,
  live: Live,
  who: Who,
  params: Params<"launch.replaceChecklist">,
): Promise<Result<null>> {
  const allowed = mayChange(deps, live, who, LEADERS, "launch.replaceChecklist");
  if (!allowed.ok) return allowed;
  const copy = await readChecklist(deps, params.checklist);
  if (!copy.ok) return copy;
  if (copy.value.document.sha256 === live.state.checklist?.sha256)
    return fail("already-exists", `${params.checklist} is the text that this launch has already.`);
  lives.append(live, allowed.value, adoption(copy.value, live, deps.redactText(params.reason)));
  live.document = copy.value.document;
  addTexts(live.texts, copy.value.document);
  live.bytes = copy.value.bytes;
  return ok(null);
}

export function assign(deps: LaunchDeps, lives: Lives, live: Live, who: Who, params: Params<"launch.assign">): Result<null> {
  const allowed = mayChange(deps, live, who, LEADERS, "launch.assign");
  if (!allowed.ok) return allowed;
  const person = personOf(deps, params.operator);
  if (!person.ok) return person;
  const isThere = live.state.people.some((one) => one.role === params.role && one.operator === params.operator);
  if (isThere !== (params.remove === true)) return ok(null);
  const { id, name, title } = person.value;
  const type = params.remove === true ? "people.unassigned" : "people.assigned";
  lives.append(live, allowed.value, [{ type, data: { role: params.role, op_id: id, name, title } }]);
  return ok(null);
}

export function personOf(deps: LaunchDeps, id: string): Result<OperatorView> {
  const person = deps.people.list().find((one) => one.id === id);
  return person ? ok(person) : fail("not-found", `There is no operator "${id}". Enrol them first.`);
}

export function setRisk(deps: LaunchDeps, lives: Lives, live: Live, who: Who, { risk }: Params<"launch.risk">): Result<null> {
  const allowed = mayChange(deps, live, who, KEEPERS, "launch.risk");
  if (!allowed.ok) return allowed;
  if (risk.id !== undefined && !live.state.risks.has(risk.id)) return fail("not-found", `There is no risk ${risk.id} in this launch.`);
  const id = risk.id ?? nextId("R", live.state.risks.keys());
  const data = { ...risk, id, risk: deps.redactText(risk.risk), controls: deps.redactText(risk.controls) };
  lives.append(live, allowed.value, [{ type: "risk.set", data }]);
  return ok(null);
}

export function setArtefact(deps: LaunchDeps, lives: Lives, live: Live, who: Who, params: Params<"launch.artefact">): Result<null> {
  const allowed = mayChange(deps, live, who, KEEPERS, "launch.artefact");
  if (!allowed.ok) return allowed;
  if (params.id !== undefined && !live.state.artefacts.has(params.id))
    return fail("not-found", `There is no artefact ${params.id} in this launch.`);
  if (params.remove === true) {
    if (params.id === undefined) return fail("invalid-params", "Say which artefact is to be removed.");
    lives.append(live, allowed.value, [{ type: "artefact.removed", data: { id: params.id } }]);
    return ok(null);
  }
  if (!isAbsolute(params.path))
    return fail("invalid-params", `${params.path} is not an absolute path: it would depend on where Holdpoint was started.`);
  const id = params.id ?? nextId("A", live.state.artefacts.keys());
  const data = { id, path: params.path, purpose: params.purpose, expected: params.expected ?? "" };
  lives.append(live, allowed.value, [{ type: "artefact.set", data }]);
  return ok(null);
}

/** Larger files are not read through: hashing one would hold the launch for minutes. Bytes. */
const HASHED_BYTES = 4 * 2 ** 30;

/** Hashes outside the launch's queue; what was found is recorded in one act. */
export async function lookAtArtefacts(live: Live): Promise<Draft[]> {
  const drafts: Draft[] = [];
  for (const { id, path } of [...live.state.artefacts.values()]) {
    const found = await hashOf(path);
    drafts.push({
      type: "artefact.checked",
      outcome: found === null ? "failed" : "passed",
      data: { id, present: found !== null, sha256: found?.sha256 ?? "", bytes: found?.bytes ?? 0 },
    });
  }
  return drafts;
}

async function hashOf(path: string): Promise<{ sha256: string; bytes: number } | null> {
  try {
    const stats = await stat(path);
    if (!stats.isFile() || stats.size > HASHED_BYTES) return null;
    const hash = createHash("sha256");
    let bytes = 0;
    for await (const piece of createReadStream(path)) {
      hash.update(piece as Buffer);
      bytes += (piece as Buffer).length;
    }
    return { sha256: hash.digest("hex"), bytes };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    return null; // not there, or not readable: both mean that the artefact cannot be relied on
  }
}

export function holdBriefing(deps: LaunchDeps, lives: Lives, live: Live, who: Who, { text }: Params<"launch.briefing">): Result<null> {
  const allowed = mayChange(deps, live, who, KEEPERS, "launch.briefing");
  if (!allowed.ok) return allowed;
  lives.append(live, allowed.value, [{ type: "briefing.held", data: { text: deps.redactText(text) } }]);
  return ok(null);
}

export function addNote(deps: LaunchDeps, lives: Lives, live: Live, who: Who, params: Params<"launch.note">): Result<null> {
  const allowed = mayChange(deps, live, who, PARTICIPANTS, "launch.note");
  if (!allowed.ok) return allowed;
  const drafts: Draft[] = [
    {
      type: "note.added",
      data: {
        // What closes an incident is a note on it: as an incident it would open another.
        kind: params.closes === undefined ? params.kind : "note",
        title: deps.redactText(params.title),
        text: deps.redactText(params.text),
        severity: params.severity ?? "",
      },
    },
  ];
  if (params.closes !== undefined) {
    const closed = live.state.notes.find((one) => one.seq === params.closes);
    if (!closed) return fail("not-found", `There is no note ${params.closes} in this launch.`);
    if (closed.closedAt !== null) return fail("conflict", `“${closed.title}” is closed already.`);
    drafts.push({ type: "note.closed", data: { seq: params.closes } });
  }
  lives.append(live, allowed.value, drafts);
  return ok(null);
}

export function attach(deps: LaunchDeps, lives: Lives, live: Live, who: Who, params: Params<"launch.attach">): Result<null> {
  const allowed = mayChange(deps, live, who, KEEPERS, "launch.attach");
  if (!allowed.ok) return allowed;
  const bytes = bytesOf(params.base64);
  if (!bytes.ok) return bytes;
  const mediaType = mediaTypeOf(bytes.value, params.mediaType);
  lives.append(live, allowed.value, [
    {
      type: "attachment.added",
      data: {
        title: deps.redactText(params.title),
        name: params.name,
        media_type: mediaType,
        bytes: bytes.value.length,
        sha256: createHash("sha256").update(bytes.value).digest("hex"),
      },
      payloads: [{ name: "attachment", mediaType, bytes: bytes.value }],
    },
  ]);
  return ok(null);
}

/** R1, R2 …: the next free number. */
function nextId(prefix: string, taken: Iterable<string>): string {
  const numbers = [...taken].map((id) => Number(/^[A-Z](\d+)$/.exec(id)?.[1] ?? 0));
  return `${prefix}${Math.max(0, ...numbers) + 1}`;
}

const defined = <T extends object>(given: T): Partial<T> =>
  Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as Partial<T>;

function cleanFacts(deps: LaunchDeps, facts: object): LaunchFacts {
  const parsed = LaunchFacts.parse(facts);
  const words = ["approval", "freezeException", "summary"] as const;
  return { ...parsed, ...Object.fromEntries(words.map((field) => [field, deps.redactText(parsed[field])])) };
}

function windowProblem({ windowStart, windowEnd }: LaunchFacts): Result<never> | null {
  if (windowStart === null || windowEnd === null || Date.parse(windowStart) < Date.parse(windowEnd)) return null;
  return fail("invalid-params", `The window ends (${windowEnd}) before it begins (${windowStart}).`);
}
