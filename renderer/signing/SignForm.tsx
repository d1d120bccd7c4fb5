// What is put before a person for signing, and where they type. Owns: the fields while they are on screen.
// The password lives in the field alone, and is emptied after every try. Does not ask the engine (useSigning does).
import { type FormEvent, type KeyboardEvent, useEffect, useId, useMemo, useRef, useState } from "react";
import type { PreparedSignature, SignatureView, SignMeaning } from "../../engine/protocol/index.ts";
import { useApp } from "../app/index.ts";
import { Button, EmptyState, Field, Notice, SelectField, Status, TextAreaField } from "../design/index.ts";
import { useDelegations } from "./delegations.ts";
import { Eligibility } from "./Eligibility.tsx";
import "./signing.css";
import type { Signing } from "./useSigning.ts";
import { hashWords, MEANING_WORDS, roleWords } from "./words.ts";

export function SignForm({
  id: formId,
  signing,
  meanings,
  meaning,
  onMeaning,
  onSigned,
}: {
  /** Of the form element: a button elsewhere signs with `form={id}`. */
  id: string;
  signing: Signing;
  meanings: readonly SignMeaning[];
  meaning: SignMeaning;
  onMeaning(meaning: SignMeaning): void;
  onSigned(signature: SignatureView): void;
}) {
  const { prepared, refusal, error, isBusy, hasChanged } = signing;
  const session = useApp(({ snapshot }) => (snapshot?.session?.locked === false ? snapshot.session.operator : null));
  const readOnly = useApp(({ snapshot }) => snapshot?.host.isReadOnly === true);
  const setSignInOpen = useApp((state) => state.setSignInOpen);
  const [typedId, setTypedId] = useState<string | null>(null);
  const [password, setPassword] = useState("");
  const [behalf, setBehalf] = useState<string | null>(null);
  const [reason, setReason] = useState("");
  const [missing, setMissing] = useState<{ id?: string; password?: string; reason?: string }>({});
  const passwordField = useId();
  const form = useRef<HTMLFormElement>(null);
  const hasSigned = useRef(false);
  const isRejection = meaning === "rejected";

  // Oneself where one may sign; else the next person types their own id.
  const own = session !== null && prepared?.eligible.some((one) => one.id === session.id) === true ? session.id : "";
  const id = typedId ?? own;
  const principals = usePrincipals(prepared, id);
  const onBehalfOf = behalf !== null && principals.some((one) => one.id === behalf) ? behalf : (principals[0]?.id ?? "");

  const isShown = prepared !== null;
  useEffect(() => {
    // The form went while the next signature was read: the next person begins at its first field.
    if (isShown && hasSigned.current) form.current?.querySelector<HTMLElement>("[name=signer]")?.focus();
    if (isShown) hasSigned.current = false;
  }, [isShown]);

  const finish = async (): Promise<void> => {
    const found: typeof missing = {};
    if (id.trim() === "") found.id = "Your id is needed.";
    if (password === "") found.password = "Your password is needed: it unlocks your signing key.";
    if (isRejection && reason.trim() === "") found.reason = "A rejection needs a reason: what must change before you would sign.";
    setMissing(found);
    const first =
      found.reason !== undefined ? "reason" : found.id !== undefined ? "signer" : found.password !== undefined ? "password" : null;
    if (first !== null) {
      form.current?.querySelector<HTMLElement>(`[name=${first}]`)?.focus();
      return;
    }
    const signed = await signing.sign({ id: id.trim(), password, onBehalfOf, reason });
    setPassword("");
    if (signed === null) {
      document.getElementById(passwordField)?.focus();
      return;
    }
    hasSigned.current = true;
    setTypedId(null);
    setBehalf(null);
    setReason("");
    onSigned(signed);
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (prepared === null || prepared.blockers.length > 0 || readOnly || isBusy) return;
    // Too early: that is said, and nothing typed is lost.
    if (!signing.isArmed) void signing.sign({ id: "", password: "", onBehalfOf: "", reason: "" });
    else void finish();
  };
  const onKeyDown = (event: KeyboardEvent<HTMLFormElement>): void => {
    if (event.key !== "Enter" || event.nativeEvent.isComposing) return;
    if (event.ctrlKey || event.metaKey) {
      event.preventDefault();
      event.stopPropagation();
      if (!event.repeat) form.current?.requestSubmit();
    } else if (event.target instanceof HTMLInputElement && !["radio", "checkbox"].includes(event.target.type)) {
      // Plain Enter is what a tired hand presses after a password: it signs nothing.
      event.preventDefault();
      const fields = [...(form.current?.querySelectorAll<HTMLInputElement>("input.input, textarea.input") ?? [])];
      fields[fields.indexOf(event.target) + 1]?.focus();
    }
  };

  if (refusal !== null)
    return (
      <div className="sign-form">
        <Notice kind="warn">
          {refusal.message}
          {refusal.code === "not-signed-in" ? (
            <div className="sign-again">
              <Button small onClick={() => setSignInOpen(true)}>
                Sign in
              </Button>
            </div>
          ) : null}
        </Notice>
      </div>
    );
  if (prepared === null)
    return (
      <div className="sign-form">
        <EmptyState title="Reading what is to be signed…">Statement, what it rests on, and who may sign.</EmptyState>
      </div>
    );
  return (
    <form id={formId} ref={form} className="sign-form" onSubmit={submit} onKeyDown={onKeyDown} noValidate autoComplete="off">
      {hasChanged ? <Notice kind="warn">What you sign has changed since you opened it. Read it again.</Notice> : null}
      <section aria-label="You sign exactly this">
        <h3 className="sign-label">You sign exactly this</h3>
        <blockquote className={`sign-statement ${isRejection ? "rejects" : ""}`}>{prepared.statement}</blockquote>
      </section>
      {prepared.blockers.length === 0 ? null : (
        <Notice kind="fail">
          <b>Nobody can sign this yet.</b>
          <ul className="sign-list">
            {prepared.blockers.map((blocker) => (
              <li key={blocker}>{blocker}</li>
            ))}
          </ul>
        </Notice>
      )}
      <RestsOn lines={prepared.lines} />
      <Meanings meanings={meanings} meaning={meaning} onMeaning={onMeaning} />
      {isRejection ? (
        <TextAreaField
          label="Reason"
          name="reason"
          rows={3}
          value={reason}
          error={missing.reason}
          hint="What must change before you would sign."
          onChange={(event) => setReason(event.target.value)}
        />
      ) : null}
      <div className="sign-fields">
        <Field
          label="Your id"
          name="signer"
          mono
          big
          autoComplete="off"
          autoCapitalize="none"
          value={id}
          error={missing.id}
          onChange={(event) => setTypedId(event.target.value)}
        />
        <Field
          id={passwordField}
          label="Password"
          name="password"
          type="password"
          big
          autoComplete="off"
          value={password}
          error={missing.password}
          onChange={(event) => setPassword(event.target.value)}
        />
      </div>
      {principals.length === 0 || (principals.length === 1 && principals[0]!.id === "") ? null : (
        <SelectField
          label="You sign"
          value={onBehalfOf}
          hint="The signature is yours; the record names whom you stand in for."
          onChange={(event) => setBehalf(event.target.value)}
        >
          {principals.map((one) => (
            <option key={one.id} value={one.id}>
              {one.id === "" ? "for yourself" : `on behalf of ${one.name}`}
            </option>
          ))}
        </SelectField>
      )}
      {error === null ? null : (
        <div className="field-error sign-error" role="alert">
          <Status state="failed" size={14} />
          <span>{error}</span>
        </div>
      )}
      <p className="sign-note">The password unlocks your own signing key on this computer. Without it nobody can sign in your name.</p>
      <Eligibility prepared={prepared} />
      <Facts prepared={prepared} />
    </form>
  );
}

/** Whom the typed id may sign for: themselves as "", and those who handed a role on to them. */
function usePrincipals(prepared: PreparedSignature | null, id: string): { id: string; name: string }[] {
  const people = useDelegations();
  return useMemo(() => {
    const entry = prepared?.eligible.find((one) => one.id === id);
    if (entry === undefined || prepared === null) return [];
    const nameOf = (other: string): string => people.names.get(other) ?? other;
    const forced = entry.onBehalfOf;
    if (forced !== null) return [{ id: forced, name: nameOf(forced) }];
    const handed = people.delegations.filter(
      (one) =>
        one.to === id && one.state === "in force" && (prepared.role === "" || one.roles.length === 0 || one.roles.includes(prepared.role)),
    );
    return [{ id: "", name: "" }, ...[...new Set(handed.map((one) => one.from))].map((from) => ({ id: from, name: nameOf(from) }))];
  }, [prepared, id, people]);
}

function RestsOn({ lines }: { lines: string[] }) {
  if (lines.length === 0) return null;
  return (
    <details className="sign-rests" open={lines.length <= 12}>
      <summary>
        It rests on <b>{lines.length}</b> {lines.length === 1 ? "line" : "lines"}
      </summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls is reached by keyboard */}
      <ul className="sign-lines" tabIndex={0} aria-label="What the statement rests on">
        {lines.map((line, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: lines have no id, and equal lines may stand twice
          <li key={index}>{line}</li>
        ))}
      </ul>
    </details>
  );
}

function Meanings({
  meanings,
  meaning,
  onMeaning,
}: {
  meanings: readonly SignMeaning[];
  meaning: SignMeaning;
  onMeaning(meaning: SignMeaning): void;
}) {
  const name = useId();
  return (
    <fieldset className="sign-meanings">
      <legend className="sign-label">Meaning of your signature</legend>
      <div className="sign-choices">
        {meanings.map((one) => (
          <label key={one} className={`sign-choice ${one === meaning ? "on" : ""} ${one === "rejected" ? "rejects" : ""}`}>
            <input type="radio" name={name} checked={one === meaning} onChange={() => onMeaning(one)} />
            <span>{MEANING_WORDS[one].word}</span>
          </label>
        ))}
      </div>
      <p className="sign-note">{MEANING_WORDS[meaning].says}</p>
    </fieldset>
  );
}

function Facts({ prepared }: { prepared: PreparedSignature }) {
  return (
    <dl className="facts sign-facts">
      <dt>Role</dt>
      <dd>{prepared.role === "" ? "your own" : roleWords(prepared.role)}</dd>
      <dt>Head of the record</dt>
      <dd className="mono">{prepared.head.fingerprint}</dd>
      <dt>Text</dt>
      <dd className="mono" title={prepared.planSha256}>
        {hashWords(prepared.planSha256)}
      </dd>
      <dt>What is covered</dt>
      <dd className="mono" title={prepared.digest}>
        {hashWords(prepared.digest)}
      </dd>
      <dt>What is on this screen</dt>
      <dd className="mono" title={prepared.screenSha256}>
        {hashWords(prepared.screenSha256)}
      </dd>
    </dl>
  );
}

/** The label of the button that signs, and why it does not yet. */
export function useSignButton(
  signing: Signing,
  meaning: SignMeaning,
  label?: string,
): {
  label: string;
  unavailable: string | null;
  /** What is signed has stood still long enough, and nothing is under way. */
  isReady: boolean;
} {
  const readOnly = useApp(({ snapshot }) => snapshot?.host.isReadOnly === true);
  const { prepared, refusal, isBusy } = signing;
  const unavailable = readOnly
    ? "This window only reads: it was opened read-only."
    : refusal !== null
      ? refusal.message
      : prepared === null
        ? "What is to be signed is still being read."
        : prepared.blockers.length > 0
          ? `Nobody can sign this yet: ${prepared.blockers.join("; ")}.`
          : null;
  return {
    label: isBusy ? "Signing…" : (label ?? MEANING_WORDS[meaning].act),
    unavailable,
    isReady: unavailable === null && signing.isArmed && !isBusy,
  };
}
