// Amendment in mid-run: what the file says now against the text in force, step by step, proposed with a reason for a second person to sign.
// Owns: the dialog and the reason while it is typed. The difference, what stands against it and what it makes stale are the engine's.
import { PenLine } from "lucide-react";
import { useCallback, useEffect, useState } from "react";
import type { Amendment, RunHeader, SignSubject } from "../../engine/protocol/index.ts";
import { announce, callEngine } from "../app/index.ts";
import { Button, baseName, Dialog, formatMoment, Notice, plural, Status, type StatusState, TextAreaField } from "../design/index.ts";
import { DiffLines } from "./DiffLines.tsx";
import { VERDICT_WORDS } from "./words.ts";

type Props = { header: RunHeader; zone: string; onSign(subject: SignSubject): void; onClose(): void };

export function AmendDialog({ header, zone, onSign, onClose }: Props) {
  const { run } = header;
  const [shown, setShown] = useState<Amendment | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const [reason, setReason] = useState("");
  const [isPending, setPending] = useState(false);
  const look = useCallback(
    async (why?: string): Promise<boolean> => {
      const result = await callEngine("run.amend", { run, ...(why === undefined ? {} : { reason: why }) });
      if (result.ok) setShown(result.value);
      setFailure(result.ok ? null : result.error.message);
      return result.ok;
    },
    [run],
  );
  // What stands against it goes with what the run does: a command that ends, a proposal that is signed.
  const { kind } = header.nextAction;
  // biome-ignore lint/correctness/useExhaustiveDependencies: looked at again when the run stands otherwise
  useEffect(() => void look(), [look, kind, header.planSha256, header.proposed?.sha256]);
  const propose = async (): Promise<void> => {
    if (isPending || reason.trim() === "") return;
    setPending(true);
    const isDone = await look(reason.trim());
    setPending(false);
    if (isDone) announce("The new text is proposed. A second person signs it.");
  };
  const proposed = shown?.proposed ?? null;
  const canPropose = shown !== null && !shown.isSame && proposed === null && shown.blockers.length === 0;
  return (
    <Dialog
      open
      wide
      title="Take the file's new text?"
      description={
        <>
          The run keeps to the text it began with until two persons want otherwise: one proposes, another signs. What was done stays done,
          under its own text. <span className="mono run-break">{baseName(header.path)}</span>
        </>
      }
      onClose={onClose}
      footer={
        <>
          <Button onClick={() => void look()}>Read the file again</Button>
          <Button onClick={onClose}>Close</Button>
          {proposed !== null ? (
            <Button kind="accent" icon={<PenLine size={15} aria-hidden="true" />} onClick={() => onSign(proposed.subject)}>
              Sign the new text…
            </Button>
          ) : canPropose ? (
            <Button kind="accent" disabled={isPending || reason.trim() === ""} onClick={() => void propose()}>
              {isPending ? "Proposing…" : "Propose it"}
            </Button>
          ) : null}
        </>
      }
    >
      {failure === null ? null : (
        <Notice kind="fail" live>
          {failure}
        </Notice>
      )}
      {shown === null ? (
        failure === null ? (
          <p className="mid">Reading the file…</p>
        ) : null
      ) : shown.isSame ? (
        <p className="run-same">
          <Status state="passed" size={16} /> The file says what this run keeps to. There is nothing to take.
        </p>
      ) : (
        <>
          <Standing shown={shown} zone={zone} />
          {canPropose ? (
            <TextAreaField
              label="Why the run should take it"
              hint="Recorded with your name. Nothing changes until a second person has signed."
              rows={2}
              maxLength={2000}
              value={reason}
              onChange={(event) => setReason(event.target.value)}
            />
          ) : null}
          <Steps shown={shown} />
        </>
      )}
    </Dialog>
  );
}

function Standing({ shown, zone }: { shown: Amendment; zone: string }) {
  const { proposed, blockers, stale } = shown;
  return (
    <>
      {proposed === null ? null : (
        <Notice kind="warn">
          <b>Proposed by {proposed.by}</b>, {formatMoment(proposed.at, zone)}: {proposed.reason}
          <small>It is in force as soon as somebody else has signed it.</small>
        </Notice>
      )}
      {blockers.length === 0 ? null : (
        <Notice kind="fail">
          <b>The run cannot take this text now.</b>
          <ul className="run-amend-list">
            {blockers.map((one) => (
              <li key={one}>{one}</li>
            ))}
          </ul>
        </Notice>
      )}
      {stale === 0 ? null : (
        <p className="run-same">
          <Status state="stale" size={16} /> {plural(stale, "signature")} of hold points {stale === 1 ? "goes" : "go"} stale with it.
        </p>
      )}
    </>
  );
}

type Change = Amendment["steps"][number]["change"];
const CHANGE: Record<Change, { glyph: StatusState; word: string }> = {
  added: { glyph: "open", word: "Added" },
  removed: { glyph: "skipped", word: "Removed" },
  changed: { glyph: "stale", word: "Changed" },
  same: { glyph: "passed", word: "As before" },
};

function Steps({ shown }: { shown: Amendment }) {
  const different = shown.steps.filter((one) => one.change !== "same");
  const count = (change: Change) => shown.steps.filter((one) => one.change === change).length;
  const same = count("same");
  return (
    <section className="run-amend" aria-label="What changes">
      <h3>
        {(["added", "removed", "changed"] as const)
          .filter((change) => count(change) > 0)
          .map((change) => `${count(change)} ${change}`)
          .join(", ") || "No step differs: the change stands between the steps"}
        {same === 0 ? "" : `, ${same} as before`}
      </h3>
      {different.map((one) => (
        <article key={one.id} aria-label={`${CHANGE[one.change].word}: ${one.number} ${one.title}`}>
          <header>
            <span className="quiet">
              <Status state={CHANGE[one.change].glyph} size={16} />
            </span>
            <b>{CHANGE[one.change].word}</b>
            <span className="run-n">{one.number}</span>
            <span className="run-t">{one.title}</span>
            {one.verdict === null ? null : (
              <span className="end dim">
                {VERDICT_WORDS[one.verdict]}
                {one.change === "added" ? "" : ", stays so under the text it was done under"}
              </span>
            )}
          </header>
          <DiffLines before={one.before ?? null} after={one.after ?? null} label="Old and new text" />
        </article>
      ))}
    </section>
  );
}

/** Above the runbook while a proposal waits: by whom, and how to see and sign it. */
export function ProposedText({
  header,
  isReadOnly,
  onLook,
  onSign,
}: {
  header: RunHeader;
  isReadOnly: boolean;
  onLook(): void;
  onSign(subject: SignSubject): void;
}) {
  const { proposed } = header;
  if (proposed === null || proposed === undefined || header.endedAt !== null) return null;
  return (
    <div className="run-proposed" role="status">
      <Status state="signoff" size={16} />
      <span className="grow">
        <b>New text proposed by {proposed.by}</b>: {proposed.reason} <span className="dim">Waits for a second person.</span>
      </span>
      {isReadOnly ? null : (
        <>
          <Button small kind="ghost" onClick={onLook}>
            What changes…
          </Button>
          <Button small icon={<PenLine size={14} aria-hidden="true" />} onClick={() => onSign(proposed.subject)}>
            Sign the new text…
          </Button>
        </>
      )}
    </div>
  );
}
