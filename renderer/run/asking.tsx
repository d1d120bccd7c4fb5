// Questions that an act needs answered first: a reason, a judgement, the cluster's name typed, what survived a stop.
// Owns: the dialogs and their rules. Does not act: the answer goes back to whoever asked.
import { type ReactNode, useState } from "react";
import type { RecheckState } from "../../engine/protocol/index.ts";
import { Button, CheckLine, Dialog, Field, Status, TextAreaField, Visible } from "../design/index.ts";

export type Ask =
  | {
      type: "reason";
      title: string;
      about: ReactNode;
      button: string;
      isRequired: boolean;
      isDanger?: boolean;
      /** What runs, as it will be sent; and the names of placeholders in it that have no value yet. */
      commands?: string[];
      placeholders?: string[];
      onAnswer(reason: string, values: Record<string, string>): void;
    }
  | {
      type: "typed";
      title: string;
      about: ReactNode;
      /** What runs when the name is typed, each block as it stands with its values; none where no command follows at once. */
      commands: string[];
      expected: string;
      button: string;
      onAnswer(typed: string): void;
    }
  | {
      type: "judge";
      title: string;
      about: ReactNode;
      outcome: "accepted" | "rejected" | null;
      /** What the recheck answered, where one was asked. */
      looked: RecheckState | null;
      onAnswer(outcome: "accepted" | "rejected", reason: string): void;
    }
  | { type: "secrets"; names: string[]; onAnswer(secrets: Record<string, string>): void }
  | { type: "survivors"; survivors: { pid: number; command: string }[] };

export function Asking({ ask, onClose }: { ask: Ask | null; onClose(): void }) {
  if (ask === null) return null;
  switch (ask.type) {
    case "reason":
      return <AskReason ask={ask} onClose={onClose} />;
    case "typed":
      return <AskTyped ask={ask} onClose={onClose} />;
    case "judge":
      return <AskJudgement ask={ask} onClose={onClose} />;
    case "secrets":
      return <AskSecrets ask={ask} onClose={onClose} />;
    case "survivors":
      return <Survivors survivors={ask.survivors} onClose={onClose} />;
    default:
      return ask satisfies never;
  }
}
type Of<T extends Ask["type"]> = { ask: Extract<Ask, { type: T }>; onClose(): void };

/** Ctrl or ⌘ with Enter sends a form with a text area; the plain Enter makes a line there. */
const sendOn = (send: () => void) => (event: React.KeyboardEvent) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.repeat) return;
  event.preventDefault();
  send();
};

function AskReason({ ask, onClose }: Of<"reason">) {
  const [reason, setReason] = useState("");
  const [values, setValues] = useState<Record<string, string>>({});
  const names = ask.placeholders ?? [];
  const isMissing = (ask.isRequired && reason.trim() === "") || names.some((name) => (values[name] ?? "").trim() === "");
  const send = (): void => {
    if (isMissing) return;
    onClose();
    ask.onAnswer(reason.trim(), Object.fromEntries(names.map((name) => [name, (values[name] ?? "").trim()])));
  };
  return (
    <Dialog
      open
      title={ask.title}
      description={ask.about}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind={ask.isDanger ? "danger" : "accent"} disabled={isMissing} onClick={send}>
            {ask.button}
          </Button>
        </>
      }
    >
      <WhatRuns commands={ask.commands ?? []} />
      {names.map((name, index) => (
        <Field
          key={name}
          label={<span className="mono">&lt;{name}&gt;</span>}
          mono
          autoComplete="off"
          autoCapitalize="off"
          autoFocus={index === 0}
          value={values[name] ?? ""}
          onChange={(event) => setValues({ ...values, [name]: event.target.value })}
        />
      ))}
      <TextAreaField
        label={ask.isRequired ? "Reason" : "Reason, if there is one to give"}
        hint="Recorded with your name and the time. Ctrl Enter sends it."
        rows={3}
        maxLength={2000}
        autoFocus={names.length === 0}
        value={reason}
        onChange={(event) => setReason(event.target.value)}
        onKeyDown={sendOn(send)}
      />
    </Dialog>
  );
}

function WhatRuns({ commands }: { commands: string[] }) {
  if (commands.length === 0) return null;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region is reached and scrolled by keyboard (WCAG 2.1.1)
    <section className="run-typed" tabIndex={0} aria-label="What runs">
      {commands.map((text) => (
        <pre key={text} className="run-code">
          <Visible text={text} />
        </pre>
      ))}
    </section>
  );
}

/** The name is compared by the engine; here it only opens the button, so that a slip of the hand is seen at once. */
function AskTyped({ ask, onClose }: Of<"typed">) {
  const [typed, setTyped] = useState("");
  const matches = typed === ask.expected;
  const send = (): void => {
    if (!matches) return;
    onClose();
    ask.onAnswer(typed);
  };
  return (
    <Dialog
      open
      title={ask.title}
      description={ask.about}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="danger" disabled={!matches} onClick={send}>
            {ask.button}
          </Button>
        </>
      }
    >
      <WhatRuns commands={ask.commands} />
      <Field
        label={
          <>
            Type the cluster's name: <code className="run-expected">{ask.expected}</code>
          </>
        }
        mono
        big
        autoFocus
        autoComplete="off"
        autoCapitalize="off"
        value={typed}
        error={typed !== "" && !matches && !ask.expected.startsWith(typed) ? "This is not the name." : null}
        onChange={(event) => setTyped(event.target.value)}
        onPaste={(event) => event.preventDefault()}
        onKeyDown={(event) => {
          if (event.key !== "Enter" || event.repeat) return;
          event.preventDefault();
          send();
        }}
        hint="Typed by hand: pasting is off here."
      />
    </Dialog>
  );
}

function AskJudgement({ ask, onClose }: Of<"judge">) {
  const [outcome, setOutcome] = useState(ask.outcome);
  const [reason, setReason] = useState("");
  const isReady = outcome !== null && reason.trim() !== "";
  const send = (): void => {
    if (outcome === null || reason.trim() === "") return;
    onClose();
    ask.onAnswer(outcome, reason.trim());
  };
  return (
    <Dialog
      open
      title={ask.title}
      description={ask.about}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="accent" disabled={!isReady} onClick={send}>
            {outcome === "rejected" ? "Reject, in my name" : "Accept, in my name"}
          </Button>
        </>
      }
    >
      {ask.looked === null ? null : <Looked recheck={ask.looked} />}
      <fieldset className="run-choice">
        <legend className="visually-hidden">Judgement</legend>
        <CheckLine
          type="radio"
          name="judgement"
          label="Accept"
          hint="It did what it should. The verdict stays unknown, accepted by you; steps that need it may go on."
          checked={outcome === "accepted"}
          onChange={() => setOutcome("accepted")}
        />
        <CheckLine
          type="radio"
          name="judgement"
          label="Reject"
          hint="It did not, or it cannot be told. The verdict stays unknown, rejected by you; run it again, skip it, or go back."
          checked={outcome === "rejected"}
          onChange={() => setOutcome("rejected")}
        />
      </fieldset>
      <TextAreaField
        label="What you found"
        hint="Recorded with your name and the time, and shown beside the verdict in every export. Ctrl Enter sends it."
        rows={3}
        maxLength={2000}
        autoFocus={ask.outcome !== null}
        value={reason}
        onChange={(event) => setReason(event.target.value)}
        onKeyDown={sendOn(send)}
      />
    </Dialog>
  );
}

/** The answer of the read-only command, beside the question: it says what it saw, and decides nothing. */
export function Looked({ recheck }: { recheck: RecheckState }) {
  return (
    <p className="run-looked">
      <Status
        state={recheck.isRunning ? "running" : recheck.answer === "done" ? "passed" : recheck.answer === "not done" ? "open" : "unknown"}
        size={16}
      />
      <span>
        {recheck.isRunning ? (
          "The recheck is looking…"
        ) : recheck.answer === null ? (
          <>The recheck gave no answer: {recheck.because.replace("it gave no answer: ", "")}.</>
        ) : (
          <>
            The recheck says <b>{recheck.answer}</b>. It changes no verdict.
          </>
        )}
      </span>
    </p>
  );
}

/** A restart has forgotten them, since they are recorded nowhere. */
function AskSecrets({ ask, onClose }: Of<"secrets">) {
  const [values, setValues] = useState<Record<string, string>>({});
  const isReady = ask.names.every((name) => (values[name] ?? "") !== "");
  const send = (): void => {
    if (!isReady) return;
    onClose();
    ask.onAnswer(values);
  };
  return (
    <Dialog
      open
      title="Give the secrets again"
      description="They are kept in memory only, and Holdpoint was started again since. They are recorded nowhere and masked in all output."
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="accent" disabled={!isReady} onClick={send}>
            Resume
          </Button>
        </>
      }
    >
      {ask.names.map((name, index) => (
        <Field
          key={name}
          label={<span className="mono">{name}</span>}
          type="password"
          autoComplete="new-password"
          autoFocus={index === 0}
          value={values[name] ?? ""}
          onChange={(event) => setValues({ ...values, [name]: event.target.value })}
          onKeyDown={(event) => {
            if (event.key !== "Enter" || event.repeat) return;
            event.preventDefault();
            send();
          }}
        />
      ))}
    </Dialog>
  );
}

function Survivors({ survivors, onClose }: { survivors: { pid: number; command: string }[]; onClose(): void }) {
  return (
    <Dialog
      open
      title="Stopped, but not everything ended"
      description="The block was interrupted. These processes it started are still there; end them by hand in the terminal if they must not go on."
      onClose={onClose}
      footer={
        <Button kind="accent" onClick={onClose}>
          Understood
        </Button>
      }
    >
      <table className="table">
        <thead>
          <tr>
            <th scope="col">Process</th>
            <th scope="col">Command</th>
          </tr>
        </thead>
        <tbody>
          {survivors.map((one) => (
            <tr key={one.pid}>
              <td className="mono">{one.pid}</td>
              <td className="mono run-break">{one.command}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Dialog>
  );
}
