// Before a run: mode, cluster, inputs, and everything the preflight found, at once; then Start.
// Owns: the dialog and its draft. Facts and decisions are the engine's.
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { ClusterClass, LaunchHeader, LaunchId, RehearsalSource, ResultOf } from "../../engine/protocol/index.ts";
import { callEngine, go, type StartDialogProps, useApp, useKeys } from "../app/index.ts";
import { ClusterPicker } from "../cluster/ClusterPicker.tsx";
import {
  Button,
  baseName,
  CheckLine,
  CLASS_WORDS,
  ClassGlyph,
  Dialog,
  Field,
  formatDate,
  formatPlanned,
  Notice,
  PrimaryButton,
  plural,
  SelectField,
  TextAreaField,
} from "../design/index.ts";
import { useLaunches } from "../launches/slice.ts";
import { STATE_WORDS } from "../launches/words.ts";
import { useLibrary } from "../library/slice.ts";
import { ParamField, PlaceholderField } from "./Inputs.tsx";
import { forgetDraft, keepDraft, keptDraft } from "./kept.ts";
import {
  clustersWanted,
  type Draft,
  emptyDraft,
  joined,
  launchesOffered,
  paramsWanted,
  placeholdersWanted,
  preflightKey,
  preflightRequest,
  readiness,
  requestOf,
  runsNothing,
  saidOfParams,
  withoutGo,
} from "./model.ts";
import { findingsOf, Preflight, type PreflightState } from "./Preflight.tsx";
import { inputsOf, type RehearsalDraft } from "./rehearsal.ts";
import { useRehearsalChoices, Ways } from "./Ways.tsx";
import "./start.css";

type Opened = ResultOf<"document.open">;

export function StartDialog({ path, mode, onClose, onStarted }: StartDialogProps) {
  const [opened, setOpened] = useState<Opened | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const load = useCallback(async () => {
    const result = await callEngine("document.open", { path });
    if (result.ok) setOpened(result.value);
    else setProblem(result.error.message);
  }, [path]);
  useEffect(() => void load(), [load]);
  if (opened === null)
    return (
      <Dialog open title="Start a run" description={baseName(path)} onClose={onClose} footer={<Button onClick={onClose}>Close</Button>}>
        {problem === null ? <p className="mid">Reading the runbook…</p> : <Notice kind="fail">{problem}</Notice>}
      </Dialog>
    );
  return <Prepare opened={opened} mode={mode} onClose={onClose} onStarted={onStarted} onTrusted={() => void load()} />;
}

/** A word at the end of a phrase; GO stays GO. */
const inSentence = (words: string): string => (words.startsWith("GO") ? words : words.toLowerCase());

function Prepare({ opened, mode, onClose, onStarted, onTrusted }: Omit<StartDialogProps, "path"> & { opened: Opened; onTrusted(): void }) {
  const { document: text, path } = opened;
  const contexts = useApp((app) => app.snapshot?.contexts ?? []);
  const { probes, probe, probeAll, classify } = useLibrary();
  const { list, launch: workedOn, refreshList } = useLaunches();
  const launches = useMemo(() => launchesOffered(list ?? []), [list]);
  // The launch whose rooms were opened in this window is what is being worked on: it is offered first, and seen.
  const [draft, setDraft] = useState<Draft>(
    () =>
      keptDraft(path, text) ??
      joined(
        { ...emptyDraft(text), mode },
        text,
        launches.find((one) => one.launch === workedOn) ?? null,
        contexts.map((one) => one.name),
      ),
  );
  useEffect(() => forgetDraft(path), [path]);
  useEffect(() => void refreshList(), [refreshList]);
  const { sources, scenarios } = useRehearsalChoices(path, draft.mode === "rehearsal");
  const [preflight, setPreflight] = useState<PreflightState>({ state: "idle" });
  const [failure, setFailure] = useState<string | null>(null);
  const [isStarting, setStarting] = useState(false);
  const [isAsked, setAsked] = useState(false);
  /** The plan of the launch lets it begin with a reason alone. */
  const [isPlanAsking, setPlanAsking] = useState(false);
  const clusters = useMemo(() => clustersWanted(text), [text]);
  const placeholders = useMemo(() => placeholdersWanted(text), [text]);
  const classOf = (context: string): ClusterClass | null => {
    const answer = probes[context];
    return (answer?.state === "answered" ? answer.probe.class : null) ?? contexts.find((one) => one.name === context)?.class ?? null;
  };
  const key = preflightKey(draft, text, path);
  const isOld = (preflight.state === "done" || preflight.state === "failed") && preflight.key !== key;
  const findings = findingsOf(preflight);
  // Findings about other inputs block nothing: the start looks again by itself.
  const ready = readiness(draft, text, classOf, isOld ? null : findings, preflight.state === "failed" && !isOld, sources);

  const noGo = withoutGo(draft, launches, classOf);
  const isGlassBroken = useBrokenGlass(noGo);
  const notYet = noGo === null || isGlassBroken ? null : `${noGo.facts.name} has no GO.`;
  const missing = [
    ...(notYet === null ? [] : [notYet]),
    ...ready.missing,
    ...(isPlanAsking && !ready.needsReason && draft.overrideReason.trim() === ""
      ? ["Give a reason for starting before what the plan waits for."]
      : []),
  ];
  const said = useMemo(() => (isOld ? {} : saidOfParams(text, findings)), [isOld, text, findings]);

  // Who answers is part of the choice: those not asked yet, or that did not answer, are asked once as the dialog opens.
  // biome-ignore lint/correctness/useExhaustiveDependencies: once per opening
  useEffect(() => {
    if (clusters.some((one) => !one.isOptional)) void probeAll(contexts.filter((one) => probes[one.name]?.state !== "answered"));
  }, []);
  // The answer to an older question is dropped.
  const asked = useRef("");
  const check = async (of: Draft): Promise<void> => {
    const mine = preflightKey(of, text, path);
    asked.current = mine;
    // Without a run to replay there is nothing to look at.
    if (of.mode === "rehearsal" && of.rehearsal.way === "replay" && of.rehearsal.source === null) return setPreflight({ state: "idle" });
    setPreflight((was) => ({ state: "checking", before: findingsOf(was) }));
    const result = await callEngine("run.preflight", preflightRequest(of, text, path));
    if (asked.current !== mine) return;
    setPreflight(
      result.ok ? { state: "done", findings: result.value, key: mine } : { state: "failed", message: result.error.message, key: mine },
    );
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: once per opened text; later looks follow from what the person does
  useEffect(() => void check(draft), [opened]);
  const change = (part: Partial<Draft>, looksAgain = false): void => {
    const next = { ...draft, ...part };
    setDraft(next);
    setFailure(null);
    if (looksAgain) void check(next);
  };
  /** The inputs of the run that is replayed, so that its text reads as it did. */
  const replay = (source: RehearsalSource, part: Partial<RehearsalDraft> = {}): void => {
    const { params: given, placeholders: filled } = inputsOf(source, text);
    const rehearsal = { ...draft.rehearsal, ...part, source: source.run };
    change({ rehearsal, params: { ...draft.params, ...given }, placeholders: { ...draft.placeholders, ...filled } }, true);
  };
  // A field that was left with another value: what it leads to is looked at again.
  const done = (): void => {
    if (asked.current !== key) void check(draft);
  };
  const start = async (): Promise<void> => {
    setAsked(true);
    if (missing.length > 0 || isStarting) return;
    setStarting(true);
    setFailure(null);
    const result = await callEngine("run.start", requestOf(draft, text, path));
    setStarting(false);
    if (result.ok) return onStarted(result.value.header.run);
    setFailure(result.error.message);
    if (result.error.code === "reason-needed") setPlanAsking(true);
    const details = result.error.details as { findings?: ResultOf<"run.preflight"> } | undefined;
    if (details?.findings !== undefined) setPreflight({ state: "done", findings: details.findings, key });
  };
  useKeys([{ combo: "Mod+Enter", scope: "always", run: () => void start() }]);

  const isPractised = runsNothing(draft);
  const params = paramsWanted(draft, text);
  const chosen = isPractised ? [] : Object.values(draft.contexts);
  const isProduction = draft.mode === "live" && chosen.some((context) => classOf(context) === "production");
  const isLooking = preflight.state === "checking" || isOld;
  const facts = [
    plural(text.steps.length, "step"),
    text.plannedMs === null ? "" : `planned ${formatPlanned(text.plannedMs)}`,
    text.version === null ? "" : `version ${text.version}`,
    text.reviewed === null ? "" : `reviewed ${formatDate(`${text.reviewed}T00:00:00Z`)}`,
  ].filter((part) => part !== "");
  return (
    <Dialog
      open
      wide
      isRehearsal={draft.mode === "rehearsal"}
      title={`Start ${text.title}`}
      description={
        <>
          {facts.join(", ")} <span className="mono run-break">{baseName(path)}</span>
        </>
      }
      onClose={onClose}
      footer={
        <>
          <div className="start-say" role="status">
            {missing[0] ??
              (isLooking
                ? "Nothing is missing. Preflight is still looking."
                : isProduction
                  ? "Ready to start on production."
                  : isPractised
                    ? "Ready. Nothing will be run."
                    : "Ready to start.")}
            {missing.length > 1 ? <small>and {plural(missing.length - 1, "more thing")}</small> : null}
          </div>
          <Button onClick={onClose}>Cancel</Button>
          <PrimaryButton hotkey="Mod+Enter" disabled={missing.length > 0 || isStarting} onClick={() => void start()}>
            {isStarting ? "Starting…" : draft.mode === "rehearsal" ? "Start rehearsal" : isProduction ? "Start on production" : "Start run"}
          </PrimaryButton>
        </>
      }
    >
      {failure === null ? null : (
        // The button that led here may be far below it.
        <div ref={(element) => element?.scrollIntoView({ block: "nearest" })}>
          <Notice kind="fail" live>
            {failure}
          </Notice>
        </div>
      )}
      {noGo === null || notYet === null ? null : <WithoutGo launch={noGo} onLeave={onClose} />}
      {opened.trusted || isPractised ? null : <Trust folder={opened.folder} onTrusted={onTrusted} />}
      <div className="start-columns">
        <div className="start-inputs">
          {launches.length === 0 ? null : (
            <SelectField
              label="Part of"
              hint={
                draft.launch === null
                  ? "A run of its own, with a record of its own."
                  : "Recorded in the launch's log, under its people and its decision."
              }
              value={draft.launch ?? ""}
              onChange={(event) => {
                const of = launches.find((one) => one.launch === event.target.value) ?? null;
                const next = joined(
                  draft,
                  text,
                  of,
                  contexts.map((one) => one.name),
                );
                change(next, true);
              }}
            >
              <option value="">no launch</option>
              {launches.map((one) => (
                <option key={one.launch} value={one.launch}>
                  {one.facts.name}, {inSentence(STATE_WORDS[one.state])}
                </option>
              ))}
            </SelectField>
          )}
          <fieldset className="start-mode">
            <legend>Mode</legend>
            <CheckLine
              type="radio"
              name="mode"
              label="Live"
              hint="The real thing, on record as live."
              autoFocus={mode === "live"}
              checked={draft.mode === "live"}
              onChange={() => change({ mode: "live", typedCluster: "" }, true)}
            />
            <CheckLine
              type="radio"
              name="mode"
              label="Rehearsal"
              hint="Practice: walked, replayed or in a sandbox; never on production."
              autoFocus={mode === "rehearsal"}
              checked={draft.mode === "rehearsal"}
              onChange={() => change({ mode: "rehearsal", typedCluster: "" }, true)}
            />
          </fieldset>
          {draft.mode === "rehearsal" ? (
            <Ways
              draft={draft.rehearsal}
              sources={sources}
              scenarios={scenarios}
              onChange={(part) => {
                const first = part.way === "replay" && draft.rehearsal.source === null ? sources?.[0] : undefined;
                if (first !== undefined) replay(first, part);
                else change({ rehearsal: { ...draft.rehearsal, ...part } }, part.way !== undefined);
              }}
              onSource={(source) => replay(source)}
            />
          ) : null}
          {(isPractised ? [] : clusters).map(({ name, isOptional }) => {
            const value = draft.contexts[name] ?? null;
            const picker = (
              <ClusterPicker
                key={name}
                label={name === "main" ? "Cluster" : `Cluster ${name}`}
                contexts={contexts}
                probes={probes}
                value={value}
                onChange={(context) => {
                  if (probes[context]?.state !== "answered") void probe(context);
                  change({ contexts: { ...draft.contexts, [name]: context }, typedCluster: "" }, true);
                }}
              />
            );
            const ask =
              value !== null && classOf(value) === null ? (
                <AskClass
                  key={`class ${name}`}
                  context={value}
                  suggested={contexts.find((one) => one.name === value)?.suggestedClass ?? null}
                  onClass={async (kind) => {
                    await classify(value, kind);
                    void check(draft);
                  }}
                />
              ) : null;
            if (!isOptional)
              return (
                <div key={name}>
                  {picker}
                  {ask}
                </div>
              );
            return (
              <details key={name} className="start-optional" open={value !== null}>
                <summary>Pin a cluster. This runbook does not ask for one{value === null ? "; commands find no kubeconfig." : "."}</summary>
                {picker}
                {ask}
                {value === null ? null : (
                  <Button
                    small
                    onClick={() => {
                      const { [name]: _gone, ...rest } = draft.contexts;
                      change({ contexts: rest, typedCluster: "" }, true);
                    }}
                  >
                    Run without a cluster
                  </Button>
                )}
              </details>
            );
          })}
          {chosen.length > 0 ? (
            <Field
              label="Namespace"
              hint={`Empty keeps ${contexts.find((one) => one.name === chosen[0])?.namespace ?? "default"}, which the context names.`}
              mono
              value={draft.namespace}
              autoComplete="off"
              onChange={(event) => change({ namespace: event.target.value })}
              onBlur={done}
            />
          ) : null}
          {params.length > 0 ? (
            <fieldset className="start-group">
              <legend>Parameters</legend>
              {params.map((param) => (
                <ParamField
                  key={param.name}
                  param={param}
                  value={draft.params[param.name] ?? ""}
                  said={said[param.name] ?? null}
                  isAsked={isAsked}
                  onChange={(value) => change({ params: { ...draft.params, [param.name]: value } })}
                  onDone={done}
                />
              ))}
            </fieldset>
          ) : null}
          {placeholders.length > 0 && !isPractised ? (
            <fieldset className="start-group">
              <legend>Placeholders</legend>
              {placeholders.map((use) => (
                <PlaceholderField
                  key={use.name}
                  use={use}
                  value={draft.placeholders[use.name] ?? ""}
                  onChange={(value) => change({ placeholders: { ...draft.placeholders, [use.name]: value } })}
                  onDone={done}
                />
              ))}
            </fieldset>
          ) : null}
        </div>
        <div className="start-findings-column">
          <Preflight
            preflight={preflight}
            isOld={isOld}
            document={text}
            onCheck={() => void check(draft)}
            onReview={() => {
              onClose();
              keepDraft(path, text, draft);
              useLibrary.getState().askReview(path);
              go({ view: "document", path });
            }}
          />
          {ready.needsReason || isPlanAsking ? (
            <TextAreaField
              label="Start all the same, because"
              hint={
                isPlanAsking
                  ? "The launch's plan asks for it. Recorded with your name."
                  : "Recorded with your name, together with the blockers."
              }
              rows={2}
              maxLength={2000}
              value={draft.overrideReason}
              onChange={(event) => setDraft({ ...draft, overrideReason: event.target.value })}
            />
          ) : null}
          {ready.typeName === null ? null : (
            <div className="start-typed">
              <p>
                <ClassGlyph of="production" /> <b className="fail-text">{CLASS_WORDS.production}</b>
              </p>
              <Field
                label={
                  <>
                    Type the cluster's name: <code>{ready.typeName}</code>
                  </>
                }
                mono
                big
                autoComplete="off"
                autoCapitalize="off"
                value={draft.typedCluster}
                error={draft.typedCluster !== "" && !ready.typeName.startsWith(draft.typedCluster) ? "This is not the name." : null}
                onPaste={(event) => event.preventDefault()}
                onChange={(event) => setDraft({ ...draft, typedCluster: event.target.value })}
              />
            </div>
          )}
        </div>
      </div>
    </Dialog>
  );
}

/** Whether two people broke the glass for a run without a GO; looked up only where that matters. */
function useBrokenGlass(header: LaunchHeader | null): boolean {
  const [isBroken, setBroken] = useState(false);
  const launch: LaunchId | null = header?.launch ?? null;
  const events = header?.events ?? 0;
  // biome-ignore lint/correctness/useExhaustiveDependencies: looked up again when something happened in the launch
  useEffect(() => {
    if (launch === null) {
      setBroken(false);
      return undefined;
    }
    let isGone = false;
    void callEngine("launch.get", { launch }).then((result) => {
      if (isGone || !result.ok) return;
      setBroken(result.value.view.breakGlass.some((one) => one.kind === "no-go-override" && !one.isOpen && one.reviewedAt === null));
    });
    return () => {
      isGone = true;
    };
  }, [launch, events]);
  return isBroken;
}

/** No reason goes past a missing GO: what leads on is the decision, or the glass broken by two. */
function WithoutGo({ launch, onLeave }: { launch: LaunchHeader; onLeave(): void }) {
  const leave = (view: "decision" | "launch"): void => {
    onLeave();
    go({ view, launch: launch.launch });
  };
  return (
    <Notice kind="warn">
      <b>{launch.facts.name} has no GO.</b> It is {STATE_WORDS[launch.state].toLowerCase()}, and nothing of it runs on production before the
      decision is taken and signed. In an emergency two people break the glass for it, with a review that is due.
      <div className="start-trust">
        <Button small onClick={() => leave("decision")}>
          To the decision
        </Button>
        <Button small kind="ghost" onClick={() => leave("launch")}>
          Break the glass…
        </Button>
      </div>
    </Notice>
  );
}

function Trust({ folder, onTrusted }: { folder: string; onTrusted(): void }) {
  const [failure, setFailure] = useState<string | null>(null);
  const trust = async () => {
    const result = await callEngine("library.trust", { folder, trusted: true });
    if (result.ok) onTrusted();
    else setFailure(result.error.message);
  };
  return (
    <Notice kind="warn">
      <b>This folder is not trusted yet.</b> Its runbooks can run any command with your rights on this computer. Read them first; your
      answer is recorded.
      <div className="mono run-break">{folder}</div>
      <div className="start-trust">
        <Button small onClick={() => void trust()}>
          Trust this folder
        </Button>
      </div>
      {failure === null ? null : <div className="fail-text">{failure}</div>}
    </Notice>
  );
}

const KINDS: ClusterClass[] = ["production", "staging", "sandbox", "local"];
function AskClass({ context, suggested, onClass }: { context: string; suggested: ClusterClass | null; onClass(kind: ClusterClass): void }) {
  return (
    <section className="start-class" aria-label={`Class of ${context}`}>
      <p>
        <b>What is {context}?</b> Asked once per cluster; it decides the colour of the band and the guard.
        {suggested === null ? "" : ` Its name suggests ${suggested}.`}
      </p>
      <div>
        {KINDS.map((kind) => (
          <Button key={kind} small icon={<ClassGlyph of={kind} size={14} />} onClick={() => onClass(kind)}>
            {CLASS_WORDS[kind]}
          </Button>
        ))}
      </div>
    </section>
  );
}
