// Items answered, assigned, noted; evidence added and struck out; automatic checks started.
// Owns: one function per command. What speaks against `done` is engine/checklist's; here it refuses.
import { createHash } from "node:crypto";
import {
  checksDocument,
  decimal,
  isInForce,
  noFacts,
  obstaclesOf,
  readTestReport,
  testReportFindings,
  textFindings,
} from "../checklist/index.ts";
import { type Actor, type CanonicalValue, fail, type Item, ok, type Result, type RunId } from "../protocol/index.ts";
import { bytesOf, mediaTypeOf, pictureType } from "../record/index.ts";
import { personOf } from "./commands.ts";
import type { LaunchDeps, Params, Who } from "./deps.ts";
import { KEEPERS, mayChange, PARTICIPANTS } from "./guards.ts";
import { answerData, type Draft, type Live, type Lives, standingEvidence } from "./live.ts";

/** Reasons against an act on many items that are put into its message; all are in its details. */
const MOST_SAID = 8;

/** The named items in the order asked for; each once. */
function find(live: Live, ids: readonly string[]): Result<Item[]> {
  if (live.document === null) return fail("not-ready", "This launch has no checklist yet. Take one first.");
  const known = new Map(live.document.categories.flatMap((category) => category.items.map((item) => [item.id, item])));
  const missing = ids.filter((id) => !known.has(id));
  if (missing.length > 0)
    return fail("not-found", `${live.state.checklist?.title ?? "The checklist"} has no item ${missing.slice(0, MOST_SAID).join(", ")}.`);
  return ok([...new Set(ids)].map((id) => known.get(id)!));
}

function refuseAll(count: number, against: { item: string; why: string }[]): Result<never> {
  const said = against.slice(0, MOST_SAID).map(({ item, why }) => `${item}: ${why}`);
  const more = against.length > MOST_SAID ? `; and ${against.length - MOST_SAID} more` : "";
  const none = count > 1 ? " Nothing was recorded." : "";
  return fail("not-ready", `${said.join("; ")}${more}.${none}`, { against });
}

export async function answer(
  deps: LaunchDeps,
  lives: Lives,
  live: Live,
  who: Who,
  callerId: string,
  params: Params<"item.answer">,
): Promise<Result<null>> {
  const allowed = mayChange(deps, live, who, KEEPERS, "item.answer");
  if (!allowed.ok) return allowed;
  const found = find(live, params.items);
  if (!found.ok) return found;
  const computed = found.value.filter((item) => item.derived !== null);
  if (computed.length > 0)
    return fail(
      "conflict",
      `${computed.map((item) => item.id).join(", ")} ${computed.length === 1 ? "is" : "are"} computed by Holdpoint and cannot be answered.`,
    );
  const reason = deps.redactText(params.reason?.trim() ?? "");
  if ((params.state === "not-applicable" || params.state === "waived") && reason === "")
    return fail("reason-needed", `An item that is ${params.state} needs a reason.`);
  const signed = params.state === "open" && reason === "" ? found.value.filter((item) => isSigned(live, item.id)) : [];
  if (signed.length > 0)
    return fail(
      "reason-needed",
      `${signed.map((item) => item.id).join(", ")} ${signed.length === 1 ? "is" : "are"} signed. Opening again takes the signature out of force: give a reason.`,
    );
  if (params.value !== undefined && (params.state === "waived" || params.state === "not-applicable"))
    return fail("invalid-params", `A value belongs to an item that is done or failed, not to one that is ${params.state}.`);
  const typed = params.value ?? null;
  if (params.state === "done") {
    const against = found.value.flatMap((item) =>
      obstaclesOf(item, live.state.items.get(item.id) ?? noFacts(), typed).map((why) => ({ item: item.id, why })),
    );
    if (against.length > 0) return refuseAll(found.value.length, against);
  }
  const approval = params.state === "waived" ? await approveWaiver(deps, lives, live, who, callerId, { ...params, reason }) : ok(null);
  if (!approval.ok) return approval;
  const drafts = found.value.map((item): Draft => {
    const data = answerData({
      item: item.id,
      sha256: item.sha256,
      state: params.state,
      evidence: standingEvidence(live, item.id),
      note: deps.redactText(params.note ?? ""),
      value: typed === null ? "" : decimal(typed),
      bulk: found.value.length,
      ...approval.value,
    });
    return { type: "item.answered", outcome: params.state, reason, data };
  });
  lives.append(live, allowed.value, drafts);
  return ok(null);
}

const isSigned = ({ state }: Live, id: string): boolean =>
  state.signatures.some(
    (one) => isInForce(one) && one.subject.kind === "category" && one.subject.id === state.checklist?.items.get(id)?.category,
  );

export const WAIVER_TYPE = "application/vnd.holdpoint.waiver.v1+json";
type Approval = { approver: string; approverName: string; expires: string; envelope: CanonicalValue };

/** Another person with the role of approver agrees with their password, and signs which items until when and why. */
async function approveWaiver(
  deps: LaunchDeps,
  lives: Lives,
  live: Live,
  who: Who,
  callerId: string,
  { approver, expires, reason, items }: Params<"item.answer"> & { reason: string },
): Promise<Result<Approval>> {
  if (expires === undefined) return fail("invalid-params", "A waiver needs an end: say until when it holds.");
  if (Date.parse(expires) <= lives.now()) return fail("invalid-params", `The waiver would have run out at ${expires} already.`);
  if (approver === undefined)
    return fail("confirmation-needed", "A waiver is approved by somebody with the role of approver: id and password.");
  const person = personOf(deps, approver.id);
  if (!person.ok) return person;
  if (!lives.isAlone(live)) {
    const why =
      approver.id === who.actor.op_id
        ? `${person.value.name} asked for the waiver and cannot approve it`
        : !person.value.roles.includes("approver")
          ? `${person.value.name} is ${person.value.roles.join(", ")}, not approver`
          : person.value.roles.includes("admin")
            ? `${person.value.name} is admin, and admin and approver never meet in one person in the same launch`
            : "";
    if (why !== "") {
      deps.notify.refused(who, "item.answer waived", why);
      return fail("forbidden", `${why}. Ask another approver.`);
    }
  }
  const signed = await deps.people.signAs({ ...approver, callerId }, WAIVER_TYPE, (signer) => ({
    v: 1,
    kind: "waiver",
    install_id: deps.store.installId,
    log: live.log,
    launch: live.launch,
    items: [...items],
    asked_by: who.actor.op_id,
    reason,
    expires,
    signer,
    at: lives.nowText(),
  }));
  if (!signed.ok) return signed;
  return ok({ approver: person.value.id, approverName: person.value.name, expires, envelope: signed.value as unknown as CanonicalValue });
}

export function assignItems(deps: LaunchDeps, lives: Lives, live: Live, who: Who, params: Params<"item.assign">): Result<null> {
  const allowed = mayChange(deps, live, who, KEEPERS, "item.assign");
  if (!allowed.ok) return allowed;
  const found = find(live, params.items);
  if (!found.ok) return found;
  const person = params.operator === null ? null : personOf(deps, params.operator);
  if (person && !person.ok) return person;
  const drafts = found.value.map((item): Draft => {
    const due = params.due === undefined ? (live.state.items.get(item.id)?.due ?? null) : params.due;
    const data = { item: item.id, op_id: person?.value.id ?? "", name: person?.value.name ?? "", due: due ?? "" };
    return { type: "item.assigned", data };
  });
  lives.append(live, allowed.value, drafts);
  return ok(null);
}

export function addItemNote(deps: LaunchDeps, lives: Lives, live: Live, who: Who, { item, text }: Params<"item.note">): Result<null> {
  const allowed = mayChange(deps, live, who, PARTICIPANTS, "item.note");
  if (!allowed.ok) return allowed;
  const found = find(live, [item]);
  if (!found.ok) return found;
  lives.append(live, allowed.value, [{ type: "item.noted", data: { item, note: deps.redactText(text) } }]);
  return ok(null);
}

/** The item, where it takes evidence at all. */
export function itemForEvidence(live: Live, id: string): Result<Item> {
  const found = find(live, [id]);
  if (!found.ok) return found;
  const item = found.value[0]!;
  if (item.derived !== null) return fail("conflict", `${item.id} is computed by Holdpoint: evidence belongs to what it is computed from.`);
  if (item.evidence === "none") return fail("conflict", `${item.id} takes no evidence, as the checklist says.`);
  return ok(item);
}

type Material = { mediaType: string; bytes: Uint8Array | null; url: string; findings: string[]; tests: Record<string, number> | null };

export function addEvidence(deps: LaunchDeps, lives: Lives, live: Live, who: Who, params: Params<"item.evidence">): Result<null> {
  const allowed = mayChange(deps, live, who, KEEPERS, "item.evidence");
  if (!allowed.ok) return allowed;
  const found = itemForEvidence(live, params.item);
  if (!found.ok) return found;
  const item = found.value;
  const material = materialOf(deps, params, item);
  if (!material.ok) return material;
  const { mediaType, bytes, url, findings, tests } = material.value;
  const data: Record<string, CanonicalValue> = {
    item: item.id,
    kind: params.kind,
    title: deps.redactText(params.title),
    url,
    name: params.name ?? "",
    media_type: mediaType,
    bytes: bytes?.length ?? 0,
    sha256: bytes === null ? "" : createHash("sha256").update(bytes).digest("hex"),
    findings,
    tests,
  };
  const payloads = bytes === null ? [] : [{ name: "evidence", mediaType, bytes }];
  lives.append(live, allowed.value, [{ type: "evidence.added", data, payloads }]);
  return ok(null);
}

function materialOf(deps: LaunchDeps, params: Params<"item.evidence">, item: Item): Result<Material> {
  if (params.kind === "link") {
    const url = params.url ?? "";
    const isWeb = URL.canParse(url) && ["http:", "https:"].includes(new URL(url).protocol);
    if (!isWeb) return fail("invalid-params", `${JSON.stringify(url)} is no web address. A link begins with https:// or http://.`);
    return ok({ mediaType: "", bytes: null, url: deps.redactText(url), findings: [], tests: null });
  }
  const given = bytesOf(params.base64);
  if (!given.ok) return given;
  const bytes = given.value;
  const plain = { bytes, url: "", findings: [], tests: null };
  if (params.kind === "picture") {
    const mediaType = pictureType(bytes);
    return mediaType === null
      ? fail("invalid-params", "This is no PNG, JPEG, GIF or WebP picture. Add it as a file.")
      : ok({ ...plain, mediaType });
  }
  if (params.kind === "tests") {
    const report = readTestReport(bytes);
    if (!report.ok) return report;
    return ok({ ...plain, mediaType: "application/xml", findings: testReportFindings(report.value), tests: report.value.tests });
  }
  if (params.kind === "text") {
    const text = textOf(bytes);
    if (text === null) return fail("invalid-params", "The text is not UTF-8. Add it as a file.");
    const redacted = deps.redactText(text);
    return ok({ ...plain, mediaType: "text/plain", bytes: Buffer.from(redacted), findings: textFindings(redacted, item) });
  }
  const mediaType = mediaTypeOf(bytes, params.mediaType);
  const text = mediaType.startsWith("text/") ? textOf(bytes) : null;
  return ok({ ...plain, mediaType, findings: text === null ? [] : textFindings(text, item) });
}

function textOf(bytes: Uint8Array): string | null {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return text.includes("\0") ? null : text;
  } catch {
    return null; // not UTF-8
  }
}

export function removeEvidence(
  deps: LaunchDeps,
  lives: Lives,
  live: Live,
  who: Who,
  { seq, reason }: Params<"item.removeEvidence">,
): Result<null> {
  const allowed = mayChange(deps, live, who, KEEPERS, "item.removeEvidence");
  if (!allowed.ok) return allowed;
  const evidence = [...live.state.items.values()].flatMap((item) => item.evidences).find((one) => one.seq === seq);
  if (!evidence) return fail("not-found", `Event ${seq} of this launch is no evidence.`);
  if (evidence.removed) return fail("conflict", `“${evidence.title}” is struck out already.`);
  lives.append(live, allowed.value, [{ type: "evidence.removed", reason: deps.redactText(reason), corrects: seq, data: { seq } }]);
  return ok(null);
}

/** Which checks to start, as a runbook; the caller starts them outside the launch's queue. */
export function checksOf(
  deps: LaunchDeps,
  live: Live,
  who: Who,
  { items, category }: Params<"item.check">,
): Result<{ actor: Actor; document: NonNullable<Live["document"]> }> {
  const allowed = mayChange(deps, live, who, KEEPERS, "item.check");
  if (!allowed.ok) return allowed;
  if (live.document === null || live.state.checklist === null)
    return fail("not-ready", "This launch has no checklist yet. Take one first.");
  const known = [...live.state.checklist.items];
  if (category !== undefined && !known.some(([, one]) => one.category === category))
    return fail("not-found", `The checklist has no category "${category}".`);
  const named = items ?? known.filter(([, one]) => category === undefined || one.category === category).map(([id]) => id);
  const found = find(live, named);
  if (!found.ok) return found;
  const without = items === undefined ? [] : found.value.filter((item) => !item.blocks.some((block) => block.runnable));
  if (without.length > 0)
    return fail("not-found", `${without.map((item) => item.id).join(", ")} has no automatic check: answer it by hand.`);
  const document = checksDocument(live.document, named);
  if (document.steps.length === 0) return fail("not-found", "None of these items has an automatic check.");
  return ok({ actor: allowed.value, document });
}

export type Started = Result<{ run: RunId }>;
