// The sign-off of a category: n of m, who signed, what made a signature stale, who may and who may not sign, the exact sentence.
// Owns: asking what would be signed; nothing is recorded by that. Signing itself is renderer/signing.
import { Eye } from "lucide-react";
import { useEffect, useState } from "react";
import type { CategoryView, ItemState, LaunchView, LogId, PreparedSignature, SignatureView } from "../../engine/protocol/index.ts";
import { routeHash, useApp } from "../app/index.ts";
import { bridge } from "../bridge/index.ts";
import { Button, formatMoment, initials, PanelHead, Status, StatusWord } from "../design/index.ts";
import { roleWords } from "../signing/index.ts";

export function SignoffColumn({
  view,
  category,
  zone,
  unavailable,
  onSign,
  onItem,
}: {
  view: LaunchView;
  category: CategoryView;
  zone: string;
  unavailable: string | null;
  onSign(role: string | null): void;
  onItem(id: string): void;
}) {
  const signatures = currentSignatures(view.signatures, category.key);
  const role = category.missing[0] ?? null;
  const prepared = usePrepared(view, category, role);
  const roles = [...new Set(category.missing)];
  const eyes = category.needed > 1 ? `, ${category.needed} people` : "";
  return (
    <section className="signoff" aria-label={`Sign-off of ${category.title}`}>
      <PanelHead
        title="Sign-off"
        sub={category.signoff.length === 0 ? category.title : `${category.signoff.map(roleWords).join(", ")}${eyes}`}
        end={category.needed === 0 ? undefined : `${category.signed} of ${category.needed} valid`}
      />
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region is reached and scrolled by keyboard (WCAG 2.1.1) */}
      <section className="signoff-body" tabIndex={0} aria-label="Signatures">
        {category.needed === 0 ? <p className="mid">Nobody signs {category.title}: the checklist names no role for it.</p> : null}
        {signatures.map((one) => (
          <SignatureCard key={one.id} signature={one} log={view.header.log} zone={zone} />
        ))}
        {category.state === "signed" || category.needed === 0 ? null : <Wanted view={view} category={category} prepared={prepared.ok} />}
        {prepared.ok === null || category.needed === 0 || category.state === "signed" ? null : (
          <div className="sign-card plain">
            <small>Will be signed</small>
            <p className="sign-sentence">{prepared.ok.statement}</p>
          </div>
        )}
        {prepared.why === "" ? null : <p className="mid">{prepared.why}</p>}
        <Blockers category={category} view={view} onItem={onItem} />
        {category.needed === 0 || category.state === "signed"
          ? null
          : roles.map((one) => (
              <Button
                key={one}
                icon={<Status state="signoff" size={14} />}
                unavailable={unavailable ?? (category.blockers.length > 0 ? whyNot(category) : null)}
                onClick={() => onSign(one)}
              >
                Sign as {roleWords(one)}
              </Button>
            ))}
        {category.needed === 0 || category.blockers.length === 0 || category.state === "signed" || roles.length === 0 ? null : (
          <Button kind="ghost" small unavailable={unavailable} onClick={() => onSign(roles[0] ?? null)}>
            Reject, or read what is missing
          </Button>
        )}
      </section>
    </section>
  );
}

const whyNot = ({ blockers }: CategoryView): string =>
  `It cannot be approved yet: ${blockers[0]}${blockers.length > 1 ? `, and ${blockers.length - 1} more` : ""}.`;

/** Of each person and role the last signature: what stands, and what was overtaken without being renewed. Newest first. */
export function currentSignatures(signatures: readonly SignatureView[], category: string): SignatureView[] {
  const own = signatures.filter((one) => one.subject.kind === "category" && one.subject.id === category);
  return own
    .filter(
      (one) =>
        !own.some(
          (other) =>
            other.seq > one.seq &&
            other.role === one.role &&
            (other.signer === one.signer || other.state === "valid") &&
            one.state === "stale",
        ),
    )
    .sort((a, b) => b.seq - a.seq);
}

function SignatureCard({ signature: one, log, zone }: { signature: SignatureView; log: LogId; zone: string }) {
  const isStale = one.state === "stale";
  const isRejection = one.meaning === "rejected";
  return (
    <article className={`sign-card ${isStale ? "stale" : ""} ${isRejection ? "rejected" : ""}`} aria-label={`Signature of ${one.name}`}>
      <div className="sign-who">
        <span className="avatar" aria-hidden="true">
          {initials(one.name)}
        </span>
        <b className="grow">{one.name}</b>
        <StatusWord
          state={isRejection ? "failed" : isStale ? "stale" : "passed"}
          word={isRejection ? "Rejected" : isStale ? "Stale" : "Signed"}
        />
      </div>
      <p className="mid">
        {isRejection ? "Rejected" : "Approved"} as {roleWords(one.role)}
        {one.onBehalfOf === "" ? "" : ` on behalf of ${one.onBehalfOf}`}, {formatMoment(one.at, zone)}.
        {one.reason === "" ? "" : ` ${one.reason}`}
      </p>
      {isStale ? (
        <p>
          {one.staleAt === null ? "Changed" : `Changed ${formatMoment(one.staleAt, zone)}`}, after this signature: <b>{one.staleBecause}</b>
        </p>
      ) : null}
      {isStale && one.changed !== undefined && one.changed.length > 0 ? <Changes changes={one.changed} log={log} /> : null}
    </article>
  );
}

const WHAT_WORDS = { answer: "", check: "check ", evidence: "evidence ", text: "text ", launch: "" } as const;

const GONE_WORDS = { answer: "gone", check: "gone", evidence: "struck out", text: "gone", launch: "empty" } as const;

/** From what was signed to what stands now, each with the event that did it. */
function Changes({ changes, log }: { changes: NonNullable<SignatureView["changed"]>; log: LogId }) {
  return (
    <ul className="sign-changes" aria-label="What changed since">
      {changes.map((one) => (
        <li key={`${one.seq} ${one.what} ${one.item}`}>
          <b className="mono">{one.item}</b> {WHAT_WORDS[one.what]}
          {one.from === "" ? one.what === "launch" ? "empty" : "new" : <span className="was">{one.from}</span>}{" "}
          <span aria-hidden="true">→</span>
          <span className="visually-hidden"> is now </span> {one.to === "" ? GONE_WORDS[one.what] : one.to}{" "}
          <a href={routeHash({ view: "record", log, seq: one.seq })}>event {one.seq}</a>
        </li>
      ))}
    </ul>
  );
}

function Wanted({ view, category, prepared }: { view: LaunchView; category: CategoryView; prepared: PreparedSignature | null }) {
  const cannot = prepared?.excluded ?? [];
  const can = prepared?.eligible ?? [];
  const nobodyHolds = category.missing.filter((role) => !view.people.some((one) => one.role === role));
  return (
    <div className="sign-card">
      <div className="sign-who">
        <span className="avatar" aria-hidden="true">
          <Eye size={14} />
        </span>
        <b className="grow">
          {category.signed === 0 ? (category.missing[0] ? roleWords(category.missing[0]) : "A signature") : "Another pair of eyes"}
        </b>
        <StatusWord state="signoff" word="Waiting" />
      </div>
      {category.missing.length > 1 ? <p className="mid">Still to sign: {category.missing.map(roleWords).join(", ")}.</p> : null}
      {prepared === null ? null : (
        <>
          <p className="mid">
            {can.length === 0
              ? nobodyHolds.length === 0
                ? "Nobody who is enrolled here may sign it now. Give the role to somebody else as well."
                : `Nobody is ${nobodyHolds.map(roleWords).join(" or ")} in this launch yet.`
              : `May sign: ${can.map((one) => `${one.name}${one.onBehalfOf === null ? "" : ` for ${one.onBehalfOf}`}`).join(", ")}.`}
          </p>
          {cannot.map((one) => (
            <p key={one.id} className="dim">
              {one.name} cannot: {one.why}.
            </p>
          ))}
          {can.length === 0 ? (
            <p>
              <a href={routeHash({ view: "launch", launch: view.header.launch })}>Assign roles in Set-up</a>
            </p>
          ) : null}
        </>
      )}
    </div>
  );
}

/** Open is open, old and reopened is stale; anything else that stands against a signature has failed. */
const blockerGlyph = (blocker: string, state: ItemState): "failed" | "open" | "stale" =>
  /last looked at|open again/.test(blocker) ? "stale" : state === "open" ? "open" : "failed";

/** As many as fit beside a table; the rest is counted. */
const MOST_BLOCKERS = 8;
function Blockers({ category, view, onItem }: { category: CategoryView; view: LaunchView; onItem(id: string): void }) {
  if (category.blockers.length === 0 || category.needed === 0) return null;
  return (
    <div className="sign-blockers">
      <h3 className="visually-hidden">What must change before it can be signed</h3>
      <ul>
        {category.blockers.slice(0, MOST_BLOCKERS).map((blocker) => {
          const item = view.items.find((one) => blocker.startsWith(`${one.id} `) || blocker.startsWith(`${one.id}:`));
          return (
            <li key={blocker}>
              <Status state={blockerGlyph(blocker, item?.state ?? "failed")} size={14} />
              <span>
                {item === undefined ? (
                  blocker
                ) : (
                  <>
                    <button type="button" className="link" onClick={() => onItem(item.id)}>
                      {item.id}
                    </button>
                    {blocker.slice(item.id.length)}
                  </>
                )}
              </span>
            </li>
          );
        })}
      </ul>
      {category.blockers.length > MOST_BLOCKERS ? <p className="dim">and {category.blockers.length - MOST_BLOCKERS} more</p> : null}
    </div>
  );
}

/** What would be signed now, and by whom; asked again when what it rests on has changed, or another person is at the keyboard. */
function usePrepared(view: LaunchView, category: CategoryView, role: string | null): { ok: PreparedSignature | null; why: string } {
  const [prepared, setPrepared] = useState<{ ok: PreparedSignature | null; why: string }>({ ok: null, why: "" });
  const session = useApp(({ snapshot }) => (snapshot?.session?.locked === false ? snapshot.session.operator.id : ""));
  const isReadOnly = useApp(({ snapshot }) => snapshot?.host.isReadOnly === true);
  const { launch, state } = view.header;
  const isWanted = session !== "" && !isReadOnly && category.needed > 0 && category.state !== "signed" && state !== "closed";
  const people = view.people.length;
  const signed = view.signatures.length;
  const { key, digest } = category;
  useEffect(() => {
    void [digest, people, signed, session];
    if (!isWanted) {
      setPrepared({ ok: null, why: "" });
      return undefined;
    }
    let isHere = true;
    void bridge()
      .call("signoff.prepare", {
        launch,
        subject: { kind: "category", id: key },
        meaning: "approved",
        ...(role === null ? {} : { role }),
      })
      .then((result) => {
        if (!isHere) return;
        if (result.ok) setPrepared({ ok: result.value, why: "" });
        else setPrepared({ ok: null, why: result.error.code === "disconnected" ? "" : result.error.message });
      });
    return () => {
      isHere = false;
    };
  }, [launch, key, digest, role, session, isWanted, people, signed]);
  return prepared;
}
