// Signing: put before a person, asked for id and password, kept. Owns: tickets, what is shown and bound, and that nothing
// comes between the head that is signed and the event that carries the signature. 21 CFR 11.50, 11.70, 11.200.
import { createHash } from "node:crypto";
import type { z } from "zod";
import { statementForWithdrawal } from "../checklist/index.ts";
import {
  type Actor,
  type CanonicalValue,
  fail,
  type LaunchId,
  ok,
  type PreparedSignature,
  type Result,
  type RunId,
  type SIGNING_METHODS,
  type SignatureView,
  type SignMeaning,
  type SignSubject,
  type StoredEvent,
} from "../protocol/index.ts";
import { jcs } from "../record/index.ts";
import type { LaunchDeps, Who } from "./deps.ts";
import { readSignature } from "./fold.ts";
import { mayDo, notClosed, PARTICIPANTS } from "./guards.ts";
import type { Draft, Live, Lives } from "./live.ts";
import type { Signable } from "./signable.ts";
import { circumstances, groundOf, problemOf, roleOf, signersFor } from "./signers.ts";
import { launchSubject } from "./subjects.ts";

export const SIGNATURE_TYPE = "application/vnd.holdpoint.signature.v1+json";
/** A ticket is what was on screen: longer than this nobody remembers it. Milliseconds, monotonic. */
export const TICKET_MS = 5 * 60_000;
const MOST_TICKETS = 500;
/** Runs write to the launch's log while a password is checked; each try costs a third of a second. */
const MOST_TRIES = 5;

type Params<M extends keyof typeof SIGNING_METHODS> = z.output<(typeof SIGNING_METHODS)[M]["params"]>;
type Where = { launch: LaunchId | null; run: RunId | null };
type Ticket = { where: Where; prepared: PreparedSignature; made: bigint; isTaken: boolean };
type Offer = { live: Live | null; signable: Signable };

export function createSigning(deps: LaunchDeps, lives: Lives) {
  const tickets = new Map<string, Ticket>();

  async function offer({ launch, run }: Where, subject: SignSubject, live: Live | null): Promise<Result<Offer>> {
    const own = live === null ? null : launchSubject(lives, live, subject);
    if (own) return own.ok ? ok({ live, signable: own.value }) : own;
    if (!deps.signable) return fail("not-found", `Nothing of the kind “${subject.kind}” can be signed here.`);
    const found = await deps.signable({ launch, run }, subject);
    return found.ok ? ok({ live, signable: found.value }) : found;
  }

  /** One act where the subject lives: in the launch's queue, or at once for a run outside any launch (its room has its own). */
  const at = <T>({ launch }: Where, work: (live: Live | null) => Promise<Result<T>>): Promise<Result<T>> =>
    launch === null ? work(null) : lives.act(launch, work);

  function show({ live, signable }: Offer, meaning: SignMeaning, role: string): Omit<PreparedSignature, "ticket"> {
    const ground = groundOf(lives, deps, live);
    const { eligible, excluded } = signersFor(deps, ground, signable, role);
    const blockers = meaning === "rejected" ? [] : [...signable.blockers];
    // RECORDS.md: a database that does not extend its last anchor takes no sign-off, until it is known what happened to it.
    if (deps.store.problem !== null) blockers.push(`the record cannot be trusted now: ${deps.store.problem}`);
    if (meaning !== "rejected" && signable.needed > 0 && signable.counted.length >= signable.needed && signable.missing.length === 0)
      blockers.push("every signature is there already");
    if (eligible.length === 0)
      blockers.push(
        role === "" ? "nobody may sign this now" : `nobody may sign as ${role} now: assign somebody to it, or have it delegated`,
      );
    const shown = {
      subject: signable.subject,
      meaning,
      role,
      statement: signable.statement(meaning, { role, note: circumstances(ground) }),
      lines: signable.lines,
      planSha256: signable.planSha256,
      digest: signable.digest,
      head: deps.store.head(signable.log),
      n: signable.counted.length + 1,
      m: Math.max(signable.needed, signable.counted.length + 1),
      blockers,
      eligible,
      excluded,
    };
    return {
      ...shown,
      screenSha256: createHash("sha256")
        .update(jcs(shown as unknown as CanonicalValue))
        .digest("hex"),
    };
  }

  function roleFor({ live, signable }: Offer, who: Who, asked: string | undefined): Result<string> {
    if (signable.roles.length > 0) {
      if (asked !== undefined)
        return signable.roles.includes(asked)
          ? ok(asked)
          : fail("invalid-params", `${asked} does not sign this; ${signable.roles.join(", ")} do.`);
      const ground = groundOf(lives, deps, live);
      const person = deps.people.operator(who.actor.op_id);
      const mine =
        person === null ? undefined : signable.missing.find((role) => problemOf(deps, ground, signable, person, role, "").why === "");
      return ok(mine ?? signable.missing[0] ?? signable.roles[0]!);
    }
    // Any role will do: it is the signer's own, and the signer need not be who is signed in at this window.
    return ok(asked ?? "");
  }

  async function prepare(who: Who, params: Params<"signoff.prepare">): Promise<Result<PreparedSignature>> {
    const where: Where = { launch: params.launch ?? null, run: params.run ?? null };
    const allowed = mayDo(deps, who, PARTICIPANTS, "signoff.prepare");
    if (!allowed.ok) return allowed;
    return at(where, async (live) => {
      const closed = live === null ? null : notClosed(live);
      if (closed) return closed;
      const found = await offer(where, params.subject, live);
      if (!found.ok) return found;
      const { meanings } = found.value.signable;
      if (!meanings.includes(params.meaning))
        return fail("invalid-params", `This is signed as ${meanings.join(" or ")}, not as ${params.meaning}.`);
      const role = roleFor(found.value, who, params.role);
      if (!role.ok) return role;
      const ticket = Buffer.from(deps.ports.ids.random(16)).toString("base64url");
      const prepared: PreparedSignature = { ticket, ...show(found.value, params.meaning, role.value) };
      prune();
      tickets.set(ticket, { where, prepared, made: deps.ports.clock.monotonicNs(), isTaken: false });
      return ok(prepared);
    });
  }

  const isOver = ({ made }: Ticket): boolean => deps.ports.clock.monotonicNs() - made > BigInt(TICKET_MS) * 1_000_000n;
  function prune(): void {
    for (const [id, ticket] of tickets) if (isOver(ticket) || tickets.size >= MOST_TICKETS) tickets.delete(id);
  }

  async function add(who: Who, callerId: string, params: Params<"signoff.add">): Promise<Result<SignatureView>> {
    const allowed = mayDo(deps, who, PARTICIPANTS, "signoff.add");
    if (!allowed.ok) return allowed;
    const ticket = tickets.get(params.ticket);
    if (!ticket || ticket.isTaken || isOver(ticket)) {
      tickets.delete(params.ticket);
      return fail("conflict", "What was shown for signing is used or more than five minutes old. Look at it again, then sign.");
    }
    ticket.isTaken = true;
    try {
      const result = await at(ticket.where, (live) => sign(who, callerId, params, ticket, live));
      if (result.ok) tickets.delete(params.ticket);
      return result;
    } finally {
      // A mistyped password does not cost the ticket; the lockout counts it.
      ticket.isTaken = false;
    }
  }

  /** What was shown, looked at again: anything else now is a conflict, and nothing is signed. */
  function again(offered: Offer, { prepared }: Ticket): Result<string[]> {
    const now = show(offered, prepared.meaning, prepared.role);
    const changed = (["digest", "statement", "planSha256", "n", "m"] as const).find((key) => now[key] !== prepared[key]);
    if (changed !== undefined || jcs([...now.lines]) !== jcs([...prepared.lines]))
      return fail("conflict", "What is to be signed has changed since it was shown. Look at it again, then sign.");
    return ok(now.blockers);
  }

  async function sign(
    who: Who,
    callerId: string,
    params: Params<"signoff.add">,
    ticket: Ticket,
    live: Live | null,
  ): Promise<Result<SignatureView>> {
    const { prepared, where } = ticket;
    const closed = live === null ? null : notClosed(live);
    if (closed) return closed;
    if (deps.store.problem !== null) return fail("record-damaged", `Nothing is signed now: ${deps.store.problem}`);
    const { meaning } = prepared;
    const reason = deps.redactText(params.reason?.trim() ?? "");
    if (meaning === "rejected" && reason === "") return fail("reason-needed", "A rejection needs a reason.");
    const person = deps.people.operator(params.id);
    const unknown = (): Result<never> => fail("wrong-password", "Id or password is wrong.");
    if (person === null) {
      // Asked all the same: it takes as long as for an id that exists, and the try is on record.
      const refused = await deps.people.signAs({ id: params.id, password: params.password, callerId }, SIGNATURE_TYPE, () =>
        fail("wrong-password", ""),
      );
      return refused.ok ? unknown() : refused;
    }
    const onBehalfOf = params.onBehalfOf ?? "";
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      const found = await offer(where, prepared.subject, live);
      if (!found.ok) return found;
      const { signable } = found.value;
      const same = again(found.value, ticket);
      if (!same.ok) return same;
      const ground = groundOf(lives, deps, live);
      const { role, why, delegation } =
        prepared.role === ""
          ? roleOf(deps, ground, signable, person, onBehalfOf)
          : { role: prepared.role, ...problemOf(deps, ground, signable, person, prepared.role, onBehalfOf) };
      if (why !== "") {
        deps.notify.refused(who, `signoff.add ${prepared.subject.kind} as ${person.id}`, why);
        return fail("forbidden", `${person.name} ${why}.`);
      }
      const blockers = same.value;
      if (blockers.length > 0) return fail("not-ready", `This cannot be signed: ${blockers.join("; ")}.`, { blockers });
      deps.store.settleClock(signable.log);
      const id = `sig-${deps.ports.ids.next()}`;
      let head = { ...deps.store.head(signable.log) };
      const signed = await deps.people.signAs({ id: params.id, password: params.password, callerId }, SIGNATURE_TYPE, (signer) => {
        // That a password was asked for is itself an event of the installation's log: what is signed there comes after it.
        if (signable.log === deps.store.install) {
          deps.store.settleClock(signable.log);
          head = { ...deps.store.head(signable.log) };
        }
        if (deps.store.head(signable.log).hash !== head.hash) return fail("conflict", MOVED);
        const zone = deps.ports.clock.zone();
        return {
          v: 1,
          kind: "signature",
          id,
          install_id: deps.store.installId,
          log: signable.log,
          head: { seq: head.seq, hash: head.hash },
          signer: { ...signer, role },
          on_behalf_of: onBehalfOf,
          delegation,
          meaning,
          statement: prepared.statement,
          reason,
          subject: {
            kind: signable.subject.kind,
            id: signable.subject.id,
            launch: signable.launch,
            run: signable.run,
            plan_sha256: signable.planSha256,
            digest: signable.digest,
            covered: signable.covered,
          },
          screen_sha256: prepared.screenSha256,
          at: lives.nowText(),
          tz: zone.name,
          tz_off_min: zone.offsetMinutes,
          n: prepared.n,
          m: prepared.m,
        };
      });
      if (!signed.ok && signed.error.message !== MOVED) return signed;
      deps.store.settleClock(signable.log);
      // A run wrote meanwhile: the head that was signed is not the last event any more, so it is signed again.
      if (!signed.ok || deps.store.head(signable.log).hash !== head.hash) continue;
      const { payload } = signed.value;
      const actor = actorOf(payload["signer"] as Record<string, string>, role, onBehalfOf);
      const missing = without(signable.missing, role);
      const after =
        meaning === "rejected" || signable.needed > 0
          ? signable.after({ meaning, reason, head, count: signable.counted.length + 1, missing })
          : [];
      const added: Draft = {
        type: "signoff.added",
        outcome: meaning,
        reason,
        subject: { launch: signable.launch, run: signable.run, plan_sha256: signable.planSha256 },
        data: {
          signature: id,
          subject: { kind: signable.subject.kind, id: signable.subject.id },
          meaning,
          role,
          op_id: person.id,
          name: person.name,
          title: person.title,
          on_behalf_of: onBehalfOf,
          delegation,
          n: prepared.n,
          m: prepared.m,
          digest: signable.digest,
          statement: prepared.statement,
          envelope: signed.value as unknown as CanonicalValue,
        },
      };
      const [stored] = write(signable, live, actor, [added, ...after]);
      return ok(viewOf(stored!));
    }
    return fail("busy", "A run keeps writing to this log while the signature is made. Hold the run for a moment, then sign.");
  }

  function write(signable: Signable, live: Live | null, actor: Actor, drafts: Draft[]): StoredEvent[] {
    if (signable.record) return signable.record(drafts.map((draft) => ({ actor, ...draft })));
    if (live === null) throw new Error(`nobody records a signature of ${signable.subject.kind}`);
    return lives.append(live, actor, drafts);
  }

  async function withdraw(who: Who, callerId: string, params: Params<"signoff.withdraw">): Promise<Result<SignatureView>> {
    const allowed = mayDo(deps, who, PARTICIPANTS, "signoff.withdraw");
    if (!allowed.ok) return allowed;
    return lives.act(params.launch, async (live) => {
      const closed = notClosed(live);
      if (closed) return closed;
      const old = live.state.signatures.find((one) => one.id === params.signature);
      if (!old) return fail("not-found", `This launch has no signature ${params.signature}.`);
      if (old.state === "stale") return fail("conflict", `This signature counts no more: ${old.staleBecause}.`);
      if (old.subject.kind === "decision" && live.state.decisions.find((one) => one.id === old.subject.id)?.status !== "open")
        return fail("conflict", "The decision is no longer open: it is changed only by a new decision.");
      if (old.subject.kind !== "category" && old.subject.kind !== "decision")
        return fail("conflict", `A signature of a ${old.subject.kind} stands as it was given.`);
      if (old.signer !== params.id) {
        deps.notify.refused(who, `signoff.withdraw as ${params.id}`, `the signature is ${old.name}'s`);
        return fail("forbidden", `This is ${old.name}'s signature: nobody else takes it back.`);
      }
      const reason = deps.redactText(params.reason);
      for (let tries = 0; tries < MOST_TRIES; tries++) {
        deps.store.settleClock(live.log);
        const head = deps.store.head(live.log);
        const zone = deps.ports.clock.zone();
        const signed = await deps.people.signAs({ id: params.id, password: params.password, callerId }, SIGNATURE_TYPE, (signer) => ({
          v: 1,
          kind: "signature",
          id: `sig-${deps.ports.ids.next()}`,
          install_id: deps.store.installId,
          log: live.log,
          head: { seq: head.seq, hash: head.hash },
          signer: { ...signer, role: old.role },
          on_behalf_of: old.onBehalfOf,
          delegation: 0,
          meaning: "rejected",
          statement: statementForWithdrawal(old.statement, reason),
          reason,
          subject: {
            kind: old.subject.kind,
            id: old.subject.id,
            launch: live.launch,
            run: "",
            plan_sha256: live.state.checklist?.sha256 ?? "",
            digest: old.digest,
            covered: [old.seq],
          },
          screen_sha256: createHash("sha256")
            .update(jcs({ signature: old.id, reason }))
            .digest("hex"),
          at: lives.nowText(),
          tz: zone.name,
          tz_off_min: zone.offsetMinutes,
          n: old.n,
          m: old.m,
        }));
        if (!signed.ok) return signed;
        deps.store.settleClock(live.log);
        if (deps.store.head(live.log).hash !== head.hash) continue;
        const actor = actorOf(signed.value.payload["signer"] as Record<string, string>, old.role, old.onBehalfOf);
        lives.append(live, actor, [
          {
            type: "signoff.withdrawn",
            reason,
            data: {
              signature: old.id,
              subject: { kind: old.subject.kind, id: old.subject.id },
              envelope: signed.value as unknown as CanonicalValue,
            },
          },
        ]);
        const { keyId: _, isWithdrawn: __, ...now } = live.state.signatures.find((one) => one.id === old.id)!;
        return ok(now);
      }
      return fail("busy", "A run keeps writing to this log while the signature is made. Hold the run for a moment, then try again.");
    });
  }

  return { prepare, add, withdraw };
}

const MOVED = "the log moved on while the password was checked";

function actorOf(signer: Record<string, string>, role: string, onBehalfOf: string): Actor {
  return { op_id: signer["op_id"] ?? "", name: signer["name"] ?? "", role, session: signer["session"] ?? "", on_behalf_of: onBehalfOf };
}

function without(roles: readonly string[], role: string): string[] {
  const index = roles.indexOf(role);
  return index === -1 ? [...roles] : roles.toSpliced(index, 1);
}

function viewOf({ body }: StoredEvent): SignatureView {
  const { keyId: _, isWithdrawn: __, ...view } = readSignature(body);
  return view;
}
