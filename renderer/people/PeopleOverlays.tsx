// What people have to answer over the window: who they are, for the first time, again, or after a lock.
// Owns: which of the three stands. The forms are leaves.
import { useState } from "react";
import type { AppSnapshot } from "../../engine/protocol/index.ts";
import { announce, useApp } from "../app/index.ts";
import { bridge } from "../bridge/index.ts";
import { useLibrary } from "../library/slice.ts";
import { FirstRunSheet } from "./FirstRunSheet.tsx";
import { LockScreen } from "./LockScreen.tsx";
import { lastOperator, rememberOperator } from "./last-operator.ts";
import "./people.css";
import { SignInDialog } from "./SignInDialog.tsx";

export function PeopleOverlays({ snapshot }: { snapshot: AppSnapshot }) {
  const { isSignInOpen, setSignInOpen, hasPostponedFirstRun, postponeFirstRun, refresh } = useApp();
  const [lastId, setLastId] = useState(lastOperator);

  const signIn = async (id: string, password: string): Promise<string | null> => {
    const result = await bridge().call("people.signIn", { id: id as never, password });
    if (!result.ok)
      return result.error.code === "invalid-params"
        ? "An id has lower-case letters, digits, dot, dash and underscore."
        : result.error.message;
    rememberOperator(id);
    setLastId(id);
    await refresh();
    setSignInOpen(false);
    announce(`Signed in as ${result.value.operator.name}.`);
    return null;
  };
  const create = async (given: { id: string; name: string; password: string }): Promise<string | null> => {
    const result = await bridge().call("people.createFirst", { ...given, id: given.id as never });
    if (!result.ok) return result.error.message;
    rememberOperator(given.id);
    setLastId(given.id);
    await refresh();
    announce(`${given.name} is enrolled and signed in.`);
    return null;
  };

  // Whoever does not say who they are does not start a run either.
  const later = (): void => {
    useLibrary.getState().start(null);
    postponeFirstRun(true);
  };
  const notNow = (): void => {
    useLibrary.getState().start(null);
    setSignInOpen(false);
  };
  const { session, host } = snapshot;
  if (!snapshot.hasOperators)
    return host.isReadOnly || hasPostponedFirstRun ? null : <FirstRunSheet home={snapshot.home} onCreate={create} onLater={later} />;
  if (session?.locked === true)
    return (
      <LockScreen
        name={session.operator.name}
        id={session.operator.id}
        minutes={snapshot.settings.idleLockMinutes}
        isRunning={snapshot.activeRun !== null}
        onUnlock={(password) => signIn(session.operator.id, password)}
        onSignOut={() => void bridge().call("people.signOut", {}).then(refresh)}
      />
    );
  if (isSignInOpen && session === null) return <SignInDialog lastId={lastId} onSignIn={signIn} onClose={notNow} />;
  return null;
}
