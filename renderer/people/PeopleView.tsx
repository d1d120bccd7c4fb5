// The roster: everybody who was ever enrolled, how their identity was checked, their keys, who stands in for whom.
// Owns: joining the roster to the leaves, and which dialog is open. Each act is signed in the engine by the people it takes.
import { KeyRound, UserCheck, UserPlus, Users } from "lucide-react";
import { useState } from "react";
import type { Delegation, RosterEntry } from "../../engine/protocol/index.ts";
import { FrameWork, useApp, useKeys, useReadOnly, useSiteZone } from "../app/index.ts";
import { ActionBar, Button, EmptyState, MenuButton, Notice, PanelHead, PrimaryButton, plural, useNow } from "../design/index.ts";
import { DelegateDialog, PasswordDialog, RevokeDialog } from "./OwnDialogs.tsx";
import "./people.css";
import { DelegationsPanel, PersonPanel } from "./PersonPanel.tsx";
import { ChangeDialog, EnrolDialog, ResetDialog } from "./RosterDialogs.tsx";
import { RosterTable } from "./RosterTable.tsx";
import { hasSecond, isOnlyAdmin } from "./roster.ts";
import { useRoster } from "./useRoster.ts";

type Open =
  | { act: "enrol" | "delegate" | "password" }
  | { act: "change" | "reset"; entry: RosterEntry }
  | { act: "revoke"; delegation: Delegation };

export function PeopleView() {
  const { roster, error, refresh } = useRoster();
  const { notify, refresh: refreshApp, setSignInOpen } = useApp();
  const solo = useApp(({ snapshot }) => snapshot?.solo === true);
  const self = useApp(({ snapshot }) => (snapshot?.session?.locked === false ? snapshot.session.operator : null));
  const zone = useSiteZone();
  const now = useNow(5_000);
  const readOnly = useReadOnly();
  const [chosen, setChosen] = useState<string | null>(null);
  const [open, setOpen] = useState<Open | null>(null);
  const people = roster?.people ?? [];
  const isAdmin = self?.roles.includes("admin") === true;
  const signIn = self === null ? "Sign in first: every act on the roster is signed by name." : null;
  const mayKeep = readOnly ?? signIn ?? (isAdmin ? null : "Only an admin keeps the roster.");
  const mayOwn = readOnly ?? signIn;
  const entry = people.find((one) => one.id === chosen) ?? people.find((one) => one.id === self?.id) ?? people[0] ?? null;
  const own = people.find((one) => one.id === self?.id) ?? null;
  const nameOf = (id: string): string => people.find((one) => one.id === id)?.name ?? id;
  useKeys([{ combo: "Enter", scope: "free", run: () => mayKeep === null && setOpen({ act: "enrol" }) }]);

  const close = (): void => setOpen(null);
  const done = (words: string): void => {
    setOpen(null);
    notify("ok", words);
    void refresh();
    void refreshApp();
  };
  const isLeadForAdmin = self?.roles.includes("lead") === true && entry !== null && isOnlyAdmin(people, entry.id);
  const mayReset =
    (isLeadForAdmin ? mayOwn : mayKeep) ??
    (self !== null && entry !== null && hasSecond(people, self.id, entry.id)
      ? null
      : "It takes an admin (for the only admin, a lead) and a second person, neither of them the one who lost the password.");

  return (
    <FrameWork label="People" hasHeading>
      <div className="records people">
        <section className="records-main" aria-label="Roster">
          <div className="panel-head">
            <Users size={16} aria-hidden="true" />
            <h1>People</h1>
            <span>{plural(people.filter((one) => one.status === "active").length, "person", "people")} on the roster</span>
          </div>
          <div className="records-scroll">
            {error === null ? null : (
              <div className="person-note">
                <Notice kind="fail">{error}</Notice>
              </div>
            )}
            {solo ? (
              <div className="person-note">
                <Notice kind="warn">
                  <b>SOLO.</b> Only one person was ever enrolled here, so nobody can look over anybody's shoulder. Runs, launches and
                  signatures say SOLO until a second person is enrolled; what was recorded before keeps the word.
                </Notice>
              </div>
            ) : null}
            {people.length === 0 && roster !== null ? (
              <div className="records-empty">
                <EmptyState
                  title="Nobody is enrolled yet"
                  action={
                    <Button kind="accent" onClick={() => useApp.getState().postponeFirstRun(false)}>
                      Enrol the first
                    </Button>
                  }
                >
                  The first operator is enrolled under a minute, and keeps the roster from then on.
                </EmptyState>
              </div>
            ) : (
              <RosterTable people={people} self={self?.id ?? ""} chosen={entry?.id ?? null} zone={zone} now={now} onChoose={setChosen} />
            )}
          </div>
        </section>
        <aside className="records-side" aria-label="Person and delegations">
          {entry === null ? (
            <PanelHead title="Person" />
          ) : (
            <PersonPanel
              entry={entry}
              zone={zone}
              now={now}
              isSelf={entry.id === self?.id}
              mayKeep={mayKeep}
              mayReset={mayReset}
              onChange={() => setOpen({ act: "change", entry })}
              onReset={() => setOpen({ act: "reset", entry })}
            />
          )}
          <DelegationsPanel
            delegations={roster?.delegations ?? []}
            zone={zone}
            nameOf={nameOf}
            mayEnd={(one) => one.state === "in force" && mayOwn === null && (isAdmin || one.from === self?.id)}
            onEnd={(delegation) => setOpen({ act: "revoke", delegation })}
          />
        </aside>
      </div>
      <ActionBar
        icon={<UserPlus size={22} aria-hidden="true" />}
        say="Enrol a person"
        detail={solo ? "The second person ends SOLO." : "By an admin and a second person, with the identity checked."}
      >
        {self === null && readOnly === null ? <Button onClick={() => setSignInOpen(true)}>Sign in</Button> : null}
        <MenuButton
          label="For myself"
          unavailable={mayOwn}
          items={[
            {
              id: "password",
              label: "Change my password",
              hint: "The signing key stays the same",
              icon: <KeyRound size={16} />,
              onSelect: () => setOpen({ act: "password" }),
            },
            {
              id: "delegate",
              label: "Let somebody stand in for me",
              hint: people.length < 2 ? "There is nobody else on the roster" : "For at most 30 days",
              icon: <UserCheck size={16} />,
              disabled: people.length < 2,
              onSelect: () => setOpen({ act: "delegate" }),
            },
          ]}
        />
        <PrimaryButton hotkey="Enter" unavailable={mayKeep} onClick={() => setOpen({ act: "enrol" })}>
          Enrol a person
        </PrimaryButton>
      </ActionBar>
      {open === null || self === null ? null : open.act === "enrol" ? (
        <EnrolDialog
          people={people}
          self={self}
          onClose={close}
          onDone={(made) => {
            setChosen(made.id);
            done(`${made.name} is enrolled as ${made.roles.join(", ")}.`);
          }}
        />
      ) : open.act === "change" ? (
        <ChangeDialog
          entry={open.entry}
          people={people}
          self={self}
          onClose={close}
          onDone={(made) => done(`The entry of ${made.name} is changed.`)}
        />
      ) : open.act === "reset" ? (
        <ResetDialog
          entry={open.entry}
          people={people}
          self={self}
          onClose={close}
          onDone={(made) => done(`${made.name} has a new key.`)}
        />
      ) : open.act === "password" ? (
        <PasswordDialog self={self} onClose={close} onDone={() => done("Your password is changed.")} />
      ) : open.act === "delegate" && own !== null ? (
        <DelegateDialog
          self={own}
          people={people}
          zone={zone}
          onClose={close}
          onDone={(given) => done(`${nameOf(given.to)} stands in for you.`)}
        />
      ) : open.act === "revoke" ? (
        <RevokeDialog
          self={self}
          delegation={open.delegation}
          zone={zone}
          nameOf={nameOf}
          onClose={close}
          onDone={() => done("The delegation is ended.")}
        />
      ) : null}
    </FrameWork>
  );
}
