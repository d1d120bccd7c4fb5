// One signature under way: asks what would be signed, watches whether it still is, hands the password in once.
// Owns: the ticket and the arming. The password passes through and is kept nowhere. The rules are the engine's.
import { useCallback, useEffect, useRef, useState } from "react";
import type {
  Failure,
  LaunchId,
  OperatorId,
  PreparedSignature,
  RunId,
  SignatureView,
  SignMeaning,
  SignSubject,
} from "../../engine/protocol/index.ts";
import { announce, useApp } from "../app/index.ts";
import { bridge } from "../bridge/index.ts";
import { refusalWords } from "./words.ts";

/** What is signed has stood still this long before a key may decide it (LOOK.md). Milliseconds. */
const ARMING_MS = 800;
const TOO_EARLY = "That was too early: what you sign had only just come on screen. Nothing was signed; read it, then press again.";
/** A ticket lives five minutes; it is renewed before. Milliseconds. */
const RENEW_MS = 4 * 60_000;
/** Events of a launch come in bursts; one look after them. Milliseconds. */
const SETTLE_MS = 250;

export type SignTarget = { launch?: LaunchId | undefined; run?: RunId | undefined; subject: SignSubject; role?: string | undefined };
export type SignInput = { id: string; password: string; onBehalfOf: string; reason: string };
export type Signing = {
  prepared: PreparedSignature | null;
  /** Why nothing could be prepared. */
  refusal: Failure | null;
  /** Why the last try did not sign. */
  error: string | null;
  isBusy: boolean;
  isArmed: boolean;
  /** What stood here was replaced while the person was at it. */
  hasChanged: boolean;
  look(): void;
  /** Signs; the view of the signature, or null with `error` set. */
  sign(input: SignInput): Promise<SignatureView | null>;
};

const contentOf = (one: PreparedSignature): string =>
  JSON.stringify([one.subject, one.meaning, one.role, one.statement, one.lines, one.digest, one.planSha256, one.n, one.m, one.blockers]);

export function useSigning({ launch, run, subject, role }: SignTarget, meaning: SignMeaning): Signing {
  const [prepared, setPrepared] = useState<PreparedSignature | null>(null);
  const [refusal, setRefusal] = useState<Failure | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const [isArmed, setArmed] = useState(false);
  const [hasChanged, setChanged] = useState(false);
  const session = useApp(({ snapshot }) => (snapshot?.session?.locked === false ? snapshot.session.operator.id : ""));
  const content = prepared === null ? "" : contentOf(prepared);
  const shown = useRef({ content: "", meaning: "" });
  const asked = useRef(0);
  const { kind, id } = subject;

  const look = useCallback(async (): Promise<void> => {
    asked.current += 1;
    const turn = asked.current;
    const result = await bridge().call("signoff.prepare", {
      ...(launch === undefined ? {} : { launch }),
      ...(run === undefined ? {} : { run }),
      subject: { kind, id },
      meaning,
      ...(role === undefined ? {} : { role }),
    });
    if (turn !== asked.current) return;
    if (!result.ok) {
      if (result.error.code === "disconnected") return;
      setPrepared(null);
      setRefusal(result.error as Failure);
      return;
    }
    const now = contentOf(result.value);
    const was = shown.current;
    if (was.content !== "" && was.content !== now && was.meaning === meaning) {
      setChanged(true);
      announce("What you are about to sign has changed. Read it again.", "assertive");
    }
    if (was.meaning !== meaning) setChanged(false);
    shown.current = { content: now, meaning };
    setRefusal(null);
    setPrepared(result.value);
  }, [launch, run, kind, id, role, meaning]);

  // Another person at the keyboard may sign in another role: asked again.
  useEffect(() => {
    void session;
    void look();
    const renewal = setInterval(() => void look(), RENEW_MS);
    let settle: ReturnType<typeof setTimeout> | null = null;
    const later = (isOurs: boolean): void => {
      if (!isOurs) return;
      if (settle !== null) clearTimeout(settle);
      settle = setTimeout(() => void look(), SETTLE_MS);
    };
    const offLaunch = bridge().subscribe("launch.changed", (change) => later(change.launch === launch));
    const offRun = bridge().subscribe("run.changed", (change) => later(run !== undefined && change.header.run === run));
    return () => {
      asked.current += 1;
      clearInterval(renewal);
      if (settle !== null) clearTimeout(settle);
      offLaunch();
      offRun();
    };
  }, [look, session, launch, run]);

  useEffect(() => {
    setArmed(false);
    if (content === "") return undefined;
    const timer = setTimeout(() => setArmed(true), ARMING_MS);
    return () => clearTimeout(timer);
  }, [content]);

  const sign = async ({ id: signer, password, onBehalfOf, reason }: SignInput): Promise<SignatureView | null> => {
    if (prepared === null || isBusy) return null;
    if (!isArmed) {
      setError(TOO_EARLY);
      return null;
    }
    setBusy(true);
    setError(null);
    const result = await bridge().call("signoff.add", {
      ticket: prepared.ticket,
      id: signer as OperatorId,
      password,
      ...(onBehalfOf === "" ? {} : { onBehalfOf: onBehalfOf as OperatorId }),
      ...(reason.trim() === "" ? {} : { reason: reason.trim() }),
    });
    setBusy(false);
    if (!result.ok) {
      setError(result.error.code === "disconnected" ? result.error.message : refusalWords(result.error as Failure));
      if (result.error.code === "conflict" || result.error.code === "not-ready") await look();
      return null;
    }
    // What was shown is signed: the next person at this keyboard gets the next signature, armed anew.
    shown.current = { content: "", meaning: "" };
    setChanged(false);
    setPrepared(null);
    void look();
    announce(`Signed by ${result.value.name}.`);
    return result.value;
  };
  return { prepared, refusal, error, isBusy, isArmed, hasChanged, look: () => void look(), sign };
}
