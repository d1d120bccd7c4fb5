// The way back, asked once: what went wrong, what can be done about it, what each would undo, and the one confirmation.
// Owns: the choice and what it needs. What there is comes from the engine at the moment of asking; the act is the caller's.
import { Undo2 } from "lucide-react";
import { useEffect, useState } from "react";
import type { RollbackRequest, RunId, Trouble, WayBackCandidate, WayBackView } from "../../engine/protocol/index.ts";
import { TROUBLES } from "../../engine/protocol/index.ts";
import { bridge, type CallFailure } from "../bridge/index.ts";
import { Button, baseName, Dialog, Field, formatDuration, Notice, SelectField, Status, useNow } from "../design/index.ts";
import { firstChoice, KIND_WORDS, latestWords, offered, promiseWords, TROUBLE_WORDS, validWords } from "./wayback.ts";

type Props = {
  run: RunId;
  /** Whose way back comes first. */
  step: string | null;
  /** Something runs: it is stopped before the way back starts. */
  isRunning: boolean;
  unavailable: string | null;
  /** Resolves with why it was refused; null where it goes. */
  onStart(request: Omit<RollbackRequest, "run">): Promise<CallFailure | null>;
  onClose(): void;
};

export function WayBackDialog({ run, step, isRunning, unavailable, onStart, onClose }: Props) {
  const [view, setView] = useState<WayBackView | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [trouble, setTrouble] = useState<Trouble | null>(null);
  const [chosen, setChosen] = useState<string | null>(null);
  const [reason, setReason] = useState("");
  const [given, setGiven] = useState<Record<string, string>>({});
  const [isStarting, setStarting] = useState(false);
  const now = useNow();
  useEffect(() => {
    let isGone = false;
    void bridge()
      .call("run.wayBack", { run })
      .then((answer) => {
        if (isGone) return;
        if (!answer.ok) return setError(answer.error.message);
        setView(answer.value);
        setChosen(firstChoice(answer.value.candidates, step));
      });
    return () => {
      isGone = true;
    };
  }, [run, step]);
  const list = view === null ? [] : offered(view, trouble);
  const way = list.find((one) => one.id === chosen) ?? null;
  const choose = (next: Trouble | null): void => {
    setTrouble(next);
    if (view !== null) setChosen(firstChoice(offered(view, next), next === null ? step : null));
  };
  const key = (name: string): string => `${way?.id ?? ""} ${name}`;
  const isMissing =
    way === null ||
    way.secrets.some((name) => (given[key(name)] ?? "") === "") ||
    way.params.some(({ name, from }) => from === "none" && (given[key(name)] ?? "").trim() === "") ||
    (way.isExpired && reason.trim() === "");
  const start = async (): Promise<void> => {
    if (way === null || isMissing || isStarting) return;
    const pick = (names: readonly string[]) =>
      Object.fromEntries(names.flatMap((name) => (given[key(name)] === undefined ? [] : [[name, given[key(name)] ?? ""]])));
    const params = pick(way.params.map((param) => param.name));
    const secrets = pick(way.secrets);
    setStarting(true);
    const failure = await onStart({
      kind: way.kind,
      ...(way.step === null ? {} : { step: way.step }),
      ...(way.path === null ? {} : { path: way.path }),
      ...(trouble === null ? {} : { trouble }),
      ...(reason.trim() === "" ? {} : { reason: reason.trim() }),
      ...(Object.keys(params).length === 0 ? {} : { params }),
      ...(Object.keys(secrets).length === 0 ? {} : { secrets }),
    });
    setStarting(false);
    if (failure === null) onClose();
    else setError(failure.message);
  };
  return (
    <Dialog
      open
      wide
      title="Go back?"
      description={`Nothing happens until you start it below. ${isRunning ? "What runs now is stopped first, and this run is held." : "This run is held meanwhile."}`}
      onClose={onClose}
      footer={
        <>
          <span className="grow run-way-clock">{way === null ? "" : "The clock runs from the moment you press it."}</span>
          <Button onClick={onClose}>Not now</Button>
          <Button
            kind="accent"
            icon={<Undo2 size={16} aria-hidden="true" />}
            disabled={isMissing || isStarting}
            unavailable={unavailable}
            onClick={() => void start()}
          >
            {isStarting ? "Starting…" : "Start the way back"}
          </Button>
        </>
      }
    >
      {error === null ? null : (
        <Notice kind="fail" live>
          {error}
        </Notice>
      )}
      {view === null ? (
        error === null ? (
          <p className="mid" role="status">
            Looking what can be undone…
          </p>
        ) : null
      ) : (
        <>
          <Troubles trouble={trouble} onChoose={choose} />
          {list.every((one) => one.gone !== "") ? (
            <Notice kind="warn">
              {trouble === null
                ? "Nothing begun so far names a way back that can still be taken. Go by your emergency procedure."
                : `No procedure here answers to “${TROUBLE_WORDS[trouble]}”. Choose another trouble, or go by your emergency procedure.`}
            </Notice>
          ) : null}
          <div role="radiogroup" aria-label="Ways back" className="run-ways">
            {list.map((one) => (
              <Way key={one.id} way={one} isChosen={one.id === chosen} now={now} onChoose={() => setChosen(one.id)} />
            ))}
          </div>
          {way === null ? null : (
            <>
              <What way={way} />
              {way.params.map(({ name, about, value, from, choices }) =>
                choices.length > 0 ? (
                  <SelectField
                    key={key(name)}
                    label={name}
                    hint={hintOf(about, from)}
                    value={given[key(name)] ?? value}
                    onChange={(event) => setGiven({ ...given, [key(name)]: event.target.value })}
                  >
                    {choices.map((choice) => (
                      <option key={choice}>{choice}</option>
                    ))}
                  </SelectField>
                ) : (
                  <Field
                    key={key(name)}
                    label={name}
                    hint={hintOf(about, from)}
                    mono
                    autoComplete="off"
                    value={given[key(name)] ?? value}
                    onChange={(event) => setGiven({ ...given, [key(name)]: event.target.value })}
                  />
                ),
              )}
              {way.secrets.map((name) => (
                <Field
                  key={key(name)}
                  label={name}
                  hint="A secret: kept nowhere, so it is asked for again."
                  type="password"
                  autoComplete="off"
                  value={given[key(name)] ?? ""}
                  onChange={(event) => setGiven({ ...given, [key(name)]: event.target.value })}
                />
              ))}
              <Field
                label={way.isExpired ? "Reason: this way back has run out" : "Reason, if there is one to give"}
                autoComplete="off"
                value={reason}
                onChange={(event) => setReason(event.target.value)}
              />
            </>
          )}
        </>
      )}
    </Dialog>
  );
}

const hintOf = (about: string, from: "run" | "default" | "none"): string =>
  [about, from === "run" ? "from this run: check that it means the same there" : from === "default" ? "the procedure's own default" : ""]
    .filter((part) => part !== "")
    .join(" · ");

function Troubles({ trouble, onChoose }: { trouble: Trouble | null; onChoose(trouble: Trouble | null): void }) {
  return (
    <fieldset className="run-troubles">
      <legend>What went wrong?</legend>
      {[null, ...TROUBLES].map((one) => (
        <label key={one ?? "any"} className={one === trouble ? "on" : ""}>
          <input type="radio" name="trouble" checked={one === trouble} onChange={() => onChoose(one)} />
          {one === null ? "Not said" : TROUBLE_WORDS[one]}
        </label>
      ))}
    </fieldset>
  );
}

function Way({ way, isChosen, now, onChoose }: { way: WayBackCandidate; isChosen: boolean; now: number; onChoose(): void }) {
  const isGone = way.gone !== "";
  const latest = latestWords(way.latest, now);
  const valid = validWords(way, now);
  return (
    <label className={`run-way ${isChosen ? "on" : ""} ${isGone ? "gone" : ""}`}>
      <input type="radio" name="way-back" checked={isChosen} disabled={isGone} onChange={onChoose} />
      <span className="run-way-main">
        <b>{way.title}</b>
        <small>
          {KIND_WORDS[way.kind]}
          {way.path === null ? "" : `, ${baseName(way.path)}`}
          {way.undoes.length === 0 ? "" : `, undoes ${way.undoes.map((one) => one.number).join(", ")}`}
        </small>
        {isGone ? <small className="warn-text">{way.gone[0]?.toUpperCase() + way.gone.slice(1)}.</small> : null}
      </span>
      {isGone ? (
        <Status state="skipped" size={16} label="Gone" />
      ) : (
        <span className="run-way-time">
          <b>{way.targetMs === null ? "no promise" : `under ${formatDuration(way.targetMs)}`}</b>
          {latest === null ? null : <small className={latest.isLate ? "fail-text" : ""}>{latest.words}</small>}
          {valid === "" ? null : <small className={way.isExpired ? "fail-text" : ""}>{valid}</small>}
        </span>
      )}
    </label>
  );
}

function What({ way }: { way: WayBackCandidate }) {
  const names = (steps: WayBackCandidate["undoes"]): string => steps.map((one) => `${one.number} ${one.title}`).join(", ");
  return (
    <section className="run-way-what" aria-label={`What ${way.title} does`}>
      <dl>
        <dt>Undoes</dt>
        <dd>{way.undoes.length > 0 ? names(way.undoes) : "what its own text says; no step of this run names it"}</dd>
        {way.stays.length === 0 ? null : (
          <>
            <dt>Stays as it is</dt>
            <dd>{names(way.stays)}</dd>
          </>
        )}
        <dt>Runs</dt>
        <dd>
          {way.runs.length} {way.runs.length === 1 ? "step" : "steps"}, {promiseWords(way)} from the decision to the verified recovery
        </dd>
      </dl>
      {way.runs.map((step) => (
        <div key={step.id} className="run-way-step">
          <b>
            {step.number} {step.title}
          </b>
          {step.commands.map((text, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: commands of a step keep their order
            <pre key={index}>{text}</pre>
          ))}
          {step.checks.map((text) => (
            <p key={text} className="mid">
              Check: {text}
            </p>
          ))}
        </div>
      ))}
    </section>
  );
}
