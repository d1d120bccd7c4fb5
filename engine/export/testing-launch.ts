// A launch with people, real keys and real signatures, for tests of bundles. Owns: nothing of the product.
// It writes what engine/people and engine/launch write, and also what they would refuse, so that the verifiers have something to find.
import { createHash, generateKeyPairSync } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Actor, CanonicalValue, LogId, StoredEvent } from "../protocol/index.ts";
import {
  ENGINE_ACTOR,
  type Envelope,
  fingerprintOf,
  jcs,
  type NewEvent,
  type RecordStore,
  type SigningKey,
  sha256Hex,
  signEnvelope,
} from "../record/index.ts";
import { asSigningKey } from "../record/keys.ts";
import { mustOpen, type TestPorts, temporaryHome, testPorts } from "../record/testing.ts";
import { checklistOf, itemHash } from "./testing-texts.ts";

type Data = Record<string, CanonicalValue>;
export type Person = { id: string; name: string; title: string; roles: string[]; key: SigningKey };
export type Sign = {
  by: string;
  kind: string;
  id: string;
  role: string;
  meaning?: string;
  reason?: string;
  n?: number;
  m?: number;
  onBehalfOf?: string;
  delegation?: number;
  digest?: string;
  covered?: number[];
  plan?: string;
  run?: string;
  statement?: string;
  /** Changes the payload before it is signed. */
  edit?(payload: Data): void;
  /** Changes the event's data after it was signed. */
  spoil?(data: Data): void;
  actor?: string;
};

const SIGNATURE = "application/vnd.holdpoint.signature.v1+json";
const ROSTER = "application/vnd.holdpoint.roster.v1+json";
const WAIVER = "application/vnd.holdpoint.waiver.v1+json";
/** Who signs what in the list of these tests; the decision is taken by lead and approver, as where a list says nothing. */
const CATEGORIES = [
  { key: "infrastructure", title: "Infrastructure", signoff: ["infrastructure-lead", "approver"], eyes: 1 },
  { key: "security", title: "Security", signoff: ["security-lead"], eyes: 1 },
];
export const CAST = '{"version":3}\n[0.1,"o","pod/web ok\\r\\n"]\n';
const digestOver = (kind: string, value: CanonicalValue): string =>
  createHash("sha256").update(`holdpoint/${kind}/v1\0`).update(jcs(value)).digest("hex");
export const newKey = (): SigningKey => asSigningKey(generateKeyPairSync("ed25519").privateKey);

export type Desk = ReturnType<typeof openDesk>;
export function openDesk(home = temporaryHome(), ports: TestPorts = testPorts()) {
  const store: RecordStore = mustOpen(home.home, ports);
  const people = new Map<string, Person>();
  const actorOf = (id: string): Actor => {
    const person = people.get(id);
    return { op_id: id, name: person?.name ?? id, role: person?.roles[0] ?? "unauthenticated", session: "s1", on_behalf_of: "" };
  };
  /** An act on the roster, signed by each of `by` over the head before it. */
  function act(type: string, data: Data, by: string[], reason = ""): number {
    ports.advance(1_000);
    const { seq, hash } = store.head(store.install);
    const common = { ...data, v: 1, kind: "roster", install_id: store.installId, head: { seq, hash }, act: type, reason, at: now() };
    const envelopes = by.map((id) => {
      const { key, name, title } = people.get(id)!;
      const signer = { op_id: id, name, title, role: "admin", key_id: key.keyId, session: "s1" };
      return signEnvelope(ROSTER, { ...common, signer }, key);
    });
    const given = by.length === 0 ? data : { ...data, envelopes: envelopes as unknown as CanonicalValue };
    return store.append(store.install, { type, actor: actorOf(by[0] ?? "os:dana"), reason, data: given }).body.seq;
  }
  const now = (): string => new Date(ports.clock.now()).toISOString();
  const desk = {
    home: home.home,
    ports,
    store,
    people,
    act,
    now,
    actorOf,
    /** `own` changes what the first person's own key signs, `spoil` the event afterwards; without `own` there is no such signature. */
    enrol(
      id: string,
      roles: string[],
      by: string[],
      title = "Engineer",
      own?: (payload: Data) => void,
      spoil?: (data: Data) => void,
    ): void {
      const name = `${id[0]!.toUpperCase()}${id.slice(1)} Müller`;
      const key = newKey();
      const second = by[1] ?? "no second person existed";
      const rest = { checked_by: "HR", how: "passport", enrolled_by: by, second, kdf: "scrypt" };
      const data: Data = { id, name, title, roles, public_key: key.publicKey, ...rest };
      if (own !== undefined) {
        const { seq, hash } = store.head(store.install);
        const signer = { op_id: id, name, title, role: "", key_id: key.keyId, session: "" };
        const common = { ...data, v: 1, kind: "roster", install_id: store.installId, head: { seq, hash } };
        const payload: Data = { ...common, act: "operator.enrolled", reason: "", at: now(), signer };
        own(payload);
        data["own_signature"] = signEnvelope(ROSTER, payload, key) as unknown as CanonicalValue;
        spoil?.(data);
      }
      act("operator.enrolled", data, by);
      people.set(id, { id, name, title, roles, key });
    },
    reset(id: string, by: string[]): void {
      const old = people.get(id)!;
      const key = newKey();
      const data = { id, public_key: key.publicKey, key_id: key.keyId, kdf: "scrypt", old_key_id: old.key.keyId, by };
      act("operator.reset", data, by, "forgot it");
      people.set(id, { ...old, key });
    },
    delegate: (from: string, to: string, roles: string[], hours: number): number =>
      act("delegation.added", { from, to, roles, until: new Date(ports.clock.now() + hours * 3_600_000).toISOString() }, [from], "holiday"),
    launch: (name: string, more: { solo?: boolean } = {}) => createLaunch(desk, name, more.solo === true),
    close(): void {
      store.close();
      home.remove();
    },
  };
  return desk;
}

export type Launch = ReturnType<typeof createLaunch>;
function createLaunch(
  desk: { store: RecordStore; ports: TestPorts; people: Map<string, Person>; now(): string; actorOf(id: string): Actor },
  name: string,
  solo: boolean,
) {
  const { store, ports, people } = desk;
  const launch = `launch-${ports.ids.next()}`;
  const log: LogId = store.createLog({ kind: "launch", genesis: { launch, name, solo }, actor: desk.actorOf("dana") });
  type Item = { id: string; category: string; sha256: string; derived: string | null };
  let items: Item[] = [];
  let plan = "";
  const facts = new Map<string, { state: string; answer: number; check: number; evidence: number[] }>();
  const of = (id: string) => {
    if (!facts.has(id)) facts.set(id, { state: "open", answer: 0, check: 0, evidence: [] });
    return facts.get(id)!;
  };
  const rows = (category: string) =>
    items
      .filter((item) => item.category === category && item.derived === null)
      .map(({ id, sha256 }) => ({ id, text: sha256, ...of(id) }) as unknown as Data);
  const made = {
    launch,
    log,
    desk,
    append(type: string, by: string, data: Data, more: Partial<NewEvent> = {}): number {
      ports.advance(1_000);
      const actor = by === "engine" ? ENGINE_ACTOR : desk.actorOf(by);
      return store.append(log, { type, actor, data, subject: { launch, ...more.subject }, ...omit(more) }).body.seq;
    },
    digestOf: (category: string): string =>
      createHash("sha256")
        .update("holdpoint/items/v1\0")
        .update(jcs(rows(category)))
        .digest("hex"),
    /** `spoil` changes what the event says of the text. */
    adopt(by: string, ids: string[], text = checklistOf(ids), spoil?: (data: Data) => void): void {
      items = ids.map((id) => {
        const derived = id.endsWith("*") ? "decision" : null;
        const plain = id.replace("*", "");
        return {
          id: plain,
          category: plain.startsWith("INF") ? "infrastructure" : "security",
          sha256: itemHash(text, plain),
          derived,
        };
      });
      plan = sha256Hex(text);
      const data = {
        path: "checklists/go-live.md",
        title: "Go-live",
        version: "1",
        sha256: plan,
        items: items as unknown as CanonicalValue,
        categories: CATEGORIES.map((one) => ({ ...one })),
        decision: "{}",
      };
      spoil?.(data as unknown as Data);
      items = data.items as unknown as Item[];
      made.append("checklist.adopted", by, data, {
        payloads: [{ name: "checklist", mediaType: "text/markdown", bytes: Buffer.from(text) }],
      });
    },
    assign(role: string, id: string, type = "people.assigned"): number {
      return made.append(type, "dana", { role, op_id: id, name: people.get(id)?.name ?? id, title: people.get(id)?.title ?? "" });
    },
    state(to: string, from = "preparing"): void {
      made.append("launch.state", "dana", { from, to });
    },
    /** A waiver is approved by `approver`; `edit` changes what is signed, `spoil` the event that says it. */
    answer(by: string, item: string, state = "done", approver = "ben", more: Pick<Sign, "edit" | "spoil"> = {}): number {
      const sha256 = items.find((one) => one.id === item)!.sha256;
      const data = { item, item_sha256: sha256, state, note: "", value: "", approver: "", approver_name: "", expires: "", bulk: 1 };
      const evidence = of(item).evidence;
      const reason = state === "waived" ? "not before spring" : "";
      const waiver = state === "waived" ? made.waiver(by, [item], reason, approver, more.edit) : {};
      const told: Data = { ...data, evidence, envelope: null, ...waiver };
      more.spoil?.(told);
      const seq = made.append("item.answered", by, told, { outcome: state, reason });
      Object.assign(of(item), { state, answer: seq });
      return seq;
    },
    waiver(by: string, of: string[], reason: string, approver: string, edit?: (payload: Data) => void): Data {
      const { id, name, title, key } = people.get(approver)!;
      const expires = new Date(ports.clock.now() + 30 * 86_400_000).toISOString();
      const signer = { op_id: id, name, title, key_id: key.keyId, session: "s1" };
      const where = { install_id: store.installId, log, launch };
      const payload: Data = { v: 1, kind: "waiver", ...where, items: of, asked_by: by, reason, expires, signer, at: desk.now() };
      edit?.(payload);
      const envelope = signEnvelope(WAIVER, payload, key) as unknown as CanonicalValue;
      return { approver: id, approver_name: name, expires: String(payload["expires"]), envelope };
    },
    /** What the engine's own fold says of a subject now: its digest, and the events it rests on. */
    subjectNow(kind: string, id: string): { digest: string; covered: number[] } {
      const state = saidSoFar(store.events(log));
      const unique = (seqs: number[]) => [...new Set(seqs)].filter((one) => one > 0).sort((a, b) => a - b);
      if (kind === "category") {
        const seqs = rows(id).flatMap((row) => [row["answer"], row["check"], ...(row["evidence"] as number[])] as number[]);
        return { digest: made.digestOf(id), covered: unique(seqs) };
      }
      const decision = kind === "decision" ? state.decisions.get(id) : undefined;
      if (decision) {
        const over = state.signatures.filter((one) => one.kind === "category" && one.isValid);
        return { digest: decision.digest, covered: unique([decision.seq, ...over.map((one) => one.seq)]) };
      }
      const briefing = kind === "briefing" ? state.briefings.get(id) : undefined;
      if (briefing) return { digest: digestOver("briefing", { launch, seq: briefing.seq, text: briefing.text }), covered: [briefing.seq] };
      const glass = kind.startsWith("break-glass") ? state.glasses.get(id) : undefined;
      if (glass) {
        const value = { launch, seq: glass.seq, kind: glass.kind, reason: glass.reason, review: kind === "break-glass-review" };
        return { digest: digestOver("break-glass", value), covered: [glass.seq] };
      }
      if (kind === "close") return { digest: digestOver("close", { launch, last: state.substance }), covered: [state.substance] };
      return { digest: sha256Hex(`${kind}/${id}`), covered: [] };
    },
    evidence(by: string, item: string, text: string, more: Data = {}): number {
      const bytes = Buffer.from(text);
      const data = { item, kind: "text", title: "log", url: "", name: "log.txt", media_type: "text/plain", bytes: bytes.length };
      const rest = { sha256: sha256Hex(bytes), findings: [], tests: null };
      const payloads = [{ name: "evidence", mediaType: "text/plain", bytes }];
      const seq = made.append("evidence.added", by, { ...data, ...rest, ...more }, { payloads });
      of(item).evidence = [...of(item).evidence, seq];
      return seq;
    },
    check(by: string, item: string): number {
      const sha256 = items.find((one) => one.id === item)!.sha256;
      const data = {
        item,
        item_sha256: sha256,
        verdict: "passed",
        because: "exit 0",
        measured: "",
        run: "run-c",
        step_seq: 0,
        cluster: "",
        attempt: 1,
      };
      const seq = made.append("item.checked", by, data, { outcome: "passed" });
      of(item).check = seq;
      return seq;
    },
    /** The payload as engine/launch builds it, signed; returns the data of its event. */
    statement(asked: Sign, id = `sig-${ports.ids.next()}`): Data {
      const person = people.get(asked.by)!;
      const { seq, hash } = store.head(log);
      const zone = ports.clock.zone();
      const now = made.subjectNow(asked.kind, asked.id);
      const digest = asked.digest ?? now.digest;
      const payload: Data = {
        v: 1,
        kind: "signature",
        id,
        install_id: store.installId,
        log,
        head: { seq, hash },
        signer: { op_id: person.id, name: person.name, title: person.title, role: asked.role, key_id: person.key.keyId, session: "s1" },
        on_behalf_of: asked.onBehalfOf ?? "",
        delegation: asked.delegation ?? 0,
        meaning: asked.meaning ?? "approved",
        statement: asked.statement ?? `I approve ${asked.id} as ${asked.role}.`,
        reason: asked.reason ?? "",
        subject: {
          kind: asked.kind,
          id: asked.id,
          launch,
          run: asked.run ?? "",
          plan_sha256: asked.plan ?? plan,
          digest,
          covered: asked.covered ?? now.covered,
        },
        screen_sha256: sha256Hex("screen"),
        at: desk.now(),
        tz: zone.name,
        tz_off_min: zone.offsetMinutes,
        n: asked.n ?? 1,
        m: asked.m ?? 1,
      };
      asked.edit?.(payload);
      const envelope = signEnvelope(SIGNATURE, payload, person.key) as unknown as Envelope;
      const data: Data = {
        signature: id,
        subject: { kind: asked.kind, id: asked.id },
        meaning: asked.meaning ?? "approved",
        role: asked.role,
        op_id: person.id,
        name: person.name,
        title: person.title,
        on_behalf_of: asked.onBehalfOf ?? "",
        delegation: asked.delegation ?? 0,
        n: asked.n ?? 1,
        m: asked.m ?? 1,
        digest,
        statement: asked.statement ?? `I approve ${asked.id} as ${asked.role}.`,
        envelope: envelope as unknown as CanonicalValue,
      };
      asked.spoil?.(data);
      return data;
    },
    sign(asked: Sign): string {
      const data = made.statement(asked);
      made.append("signoff.added", asked.actor ?? asked.by, data, { outcome: asked.meaning ?? "approved", reason: asked.reason ?? "" });
      return String(data["signature"]);
    },
    invalidate(signature: string, category: string, cause: number): void {
      const why = "an answer changed";
      const data = { signature, subject: { kind: "category", id: category }, cause, why };
      made.append("signoff.invalidated", "engine", data, { reason: why });
    },
    propose(by: string, more: { edit?(data: Data): void; outcome?: "go" | "no-go" | "conditional-go"; conditions?: Data[] } = {}): string {
      const id = `decision-${ports.ids.next()}`;
      const state = saidSoFar(store.events(log));
      const outcome = more.outcome ?? "go";
      const over = (key: string) => {
        const digest = made.digestOf(key);
        const signed = state.signatures.filter(
          (one) => one.kind === "category" && one.about === key && one.isValid && one.digest === digest,
        );
        return { key, digest, signatures: signed.map((one) => one.id) };
      };
      const digest = digestOver("decision", {
        outcome,
        conditions: more.conditions ?? [],
        categories: CATEGORIES.map(({ key }) => over(key)),
        risks: [...state.risks.values()],
        waivers: items.filter((item) => of(item.id).state === "waived").map((item) => item.id),
      });
      const roles = ["lead", "approver"];
      const data: Data = { id, outcome, conditions: more.conditions ?? [], digest, replaces: "", roles, needed: 2, blockers: [] };
      more.edit?.(data);
      made.append("decision.proposed", by, data, { outcome, reason: "all signed" });
      return id;
    },
    /** Signed by lead and approver, and taken. */
    decide(given: string | null = null, outcome = "go"): string {
      const id = given ?? made.propose("dana");
      made.sign({ by: "dana", kind: "decision", id, role: "lead", n: 1, m: 2 });
      made.sign({ by: "ben", kind: "decision", id, role: "approver", n: 2, m: 2 });
      made.append("decision.taken", "engine", { id, outcome });
      return id;
    },
    /** Brought to its retrospective, where it can be closed. */
    retrospective(): void {
      for (const to of ["cut-over", "watch", "retrospective"]) made.state(to, "");
    },
    close(signers: [by: string, role: string][], spoil?: (data: Data) => void): void {
      for (const [i, [by, role]] of signers.entries())
        made.sign({ by, kind: "close", id: launch, role, n: i + 1, m: Math.max(2, signers.length) });
      const last = store.events(log).at(-1)!;
      const { seq, hash } = ((last.body.data["envelope"] as Data)["payload"] as Data)["head"] as { seq: number; hash: string };
      const data: Data = { head_fingerprint: fingerprintOf(hash), head: hash, head_seq: seq };
      spoil?.(data);
      made.append("launch.closed", "dana", data);
    },
    /** A run of one step within the launch, with a recording. */
    run(by: string, number = 1): void {
      const run = `run-${number}`;
      const path = `${run}/schritt-ü-${number}.cast`;
      const file = join(store.home, "recordings", path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, CAST);
      const subject = { run, mode: "live", step: "switch", attempt: 1, cluster: "main" };
      const recorded = { recording: path, recording_sha256: sha256Hex(CAST), recording_bytes: CAST.length };
      made.append(
        "run.started",
        by,
        { title: "Switch" },
        {
          subject: { ...subject, plan_sha256: sha256Hex("# Plan\n") },
          payloads: [{ name: "plan", mediaType: "text/markdown", bytes: Buffer.from("# Plan\n") }],
        },
      );
      made.append("block.started", by, { block: 0, text: "kubectl get pods # ≤ “ok”\r\n\u001b[31m😀", recording: path }, { subject });
      made.append("step.ended", by, { duration_ms: 1500, ...recorded }, { subject, outcome: "passed" });
      made.append("run.finished", by, { result: "passed" }, { subject: { run, mode: "live" } });
    },
  };
  return made;
}
const omit = ({ subject: _, ...rest }: Partial<NewEvent>): Partial<NewEvent> => rest;

/** Dana and Omar keep the roster; Ana and Ben approve, Eve executes; Ben may sign for Ana. */
export function staffed(): Desk & { delegation: number } {
  const desk = openDesk();
  desk.enrol("dana", ["lead", "operator", "admin"], []);
  desk.enrol("omar", ["operator", "admin"], ["dana"]);
  for (const id of ["ana", "ben", "cleo"]) desk.enrol(id, ["approver"], ["dana", "omar"]);
  desk.enrol("eve", ["operator"], ["dana", "omar"]);
  const delegation = desk.delegate("ana", "cleo", ["security-lead"], 24);
  return Object.assign(desk, { delegation });
}

/** A whole launch: answers, evidence, a check, two categories signed, one changed and signed again, a run, GO, closed. */
export function wholeLaunch(desk: Desk & { delegation: number }, name = "v1.0-rc1"): Launch {
  const launch = desk.launch(name);
  launch.append("launch.created", "dana", { launch: launch.launch, facts: { name }, solo: false });
  launch.adopt("dana", ["INF-01", "INF-02", "INF-03*", "SEC-01"]);
  for (const role of ["infrastructure-lead", "security-lead"]) launch.assign(role, "ana");
  launch.answer("eve", "INF-01");
  launch.evidence("eve", "INF-02", "backup done\n");
  launch.answer("eve", "INF-02");
  launch.check("eve", "INF-02");
  launch.answer("eve", "SEC-01", "waived");
  const first = launch.sign({ by: "ana", kind: "category", id: "infrastructure", role: "infrastructure-lead", n: 1, m: 2 });
  const cause = launch.answer("eve", "INF-01");
  launch.invalidate(first, "infrastructure", cause);
  launch.sign({ by: "ana", kind: "category", id: "infrastructure", role: "infrastructure-lead", n: 1, m: 2 });
  launch.sign({ by: "ben", kind: "category", id: "infrastructure", role: "approver", n: 2, m: 2 });
  launch.sign({ by: "cleo", kind: "category", id: "security", role: "security-lead", onBehalfOf: "ana", delegation: desk.delegation });
  launch.run("eve");
  launch.append("risk.set", "eve", {
    id: "R1",
    risk: "slow",
    likelihood: "low",
    impact: "low",
    controls: "",
    owner: "",
    status: "accepted",
  });
  launch.decide();
  launch.state("go");
  launch.append(
    "attachment.added",
    "dana",
    { title: "Minutes", name: "minutes.pdf", media_type: "application/pdf", bytes: 4, sha256: sha256Hex("%PDF") },
    { payloads: [{ name: "attachment", mediaType: "application/pdf", bytes: Buffer.from("%PDF") }] },
  );
  launch.retrospective();
  launch.close([
    ["dana", "lead"],
    ["ben", "approver"],
  ]);
  return launch;
}

/** What the log says so far of what can be signed. Written apart from the engine's fold and from the verifiers. */
function saidSoFar(events: readonly StoredEvent[]) {
  const signatures: { id: string; seq: number; kind: string; about: string; digest: string; isValid: boolean }[] = [];
  const decisions = new Map<string, { seq: number; digest: string }>();
  const briefings = new Map<string, { seq: number; text: string }>();
  const glasses = new Map<string, { seq: number; kind: string; reason: string }>();
  const risks = new Map<string, Data>();
  let substance = 0;
  for (const { body } of events) {
    const { type, seq, reason } = body;
    const data = body.data as Data;
    const subject = (data["subject"] ?? {}) as Record<string, string>;
    const [kind, about] = [String(subject["kind"]), String(subject["id"])];
    if (type === "signoff.added")
      signatures.push({ id: String(data["signature"]), seq, kind, about, digest: String(data["digest"]), isValid: true });
    else if (type === "signoff.invalidated" || type === "signoff.withdrawn")
      for (const one of signatures) one.isValid &&= one.id !== data["signature"];
    else if (type === "decision.proposed") decisions.set(String(data["id"]), { seq, digest: String(data["digest"]) });
    else if (type === "briefing.held") briefings.set(String(seq), { seq, text: String(data["text"]) });
    else if (type === "break_glass.opened") glasses.set(String(seq), { seq, kind: String(data["kind"]), reason });
    else if (type === "risk.set") risks.set(String(data["id"]), data);
    if (!(type === "clock.step" || type.startsWith("record.") || (type.startsWith("signoff.") && kind === "close"))) substance = seq;
  }
  return { signatures, decisions, briefings, glasses, risks, substance };
}

export const INFRA = { kind: "category", id: "infrastructure", role: "infrastructure-lead" };
export const SECURITY = { kind: "category", id: "security", role: "security-lead" };
/** A launch whose items are all answered by Eve; Ana leads infrastructure and security. */
export function startLaunch(desk: Desk, name = "attacked"): Launch {
  const on = desk.launch(name);
  on.append("launch.created", "dana", { launch: on.launch, facts: {}, solo: false });
  on.adopt("dana", ["INF-01", "INF-02", "INF-03*", "SEC-01"]);
  for (const role of ["infrastructure-lead", "security-lead"]) on.assign(role, "ana");
  for (const item of ["INF-01", "INF-02", "SEC-01"]) on.answer("eve", item);
  desk.ports.advance(1_000);
  return on;
}

/** A launch where everything that a decision needs is signed, on the way to it. */
export const signAll = (on: Launch): void => {
  on.sign({ by: "ana", ...INFRA, n: 1, m: 2 });
  on.sign({ by: "ben", ...INFRA, role: "approver", n: 2, m: 2 });
  on.sign({ by: "ana", ...SECURITY });
};
export const risk = (on: Launch, status: string): number =>
  on.append("risk.set", "eve", { id: "R1", risk: "slow", likelihood: "low", impact: "low", controls: "", owner: "", status });
export const glass = (on: Launch, kind = "approver-absent", by = "eve"): string =>
  String(on.append("break_glass.opened", by, { kind, review_due: "2030-01-01T00:00:00.000Z" }, { reason: "ana is ill" }));
export const confirm = (on: Launch, id: string, by = "ben"): void => {
  on.sign({ by, kind: "break-glass", id, role: "approver" });
  on.append("break_glass.confirmed", by, { seq: Number(id) });
};
export const review = (on: Launch, id: string, by = "ben"): void => {
  on.sign({ by, kind: "break-glass-review", id, role: "approver", meaning: "reviewed" });
  on.append("break_glass.reviewed", by, { seq: Number(id) });
};
export const toClose = (on: Launch): void => {
  signAll(on);
  on.decide();
  on.state("go");
  on.retrospective();
};
export const CLOSERS: [string, string][] = [
  ["dana", "lead"],
  ["ben", "approver"],
];
export const stale = (on: Launch, kind: string, id: string, signatures: string[], cause: number): void => {
  for (const signature of signatures)
    on.append("signoff.invalidated", "engine", { signature, subject: { kind, id }, cause, why: "it changed" }, { reason: "it changed" });
};
export const brief = (on: Launch): string => String(on.append("briefing.held", "eve", { text: "Who does what ≤ tonight" }));
