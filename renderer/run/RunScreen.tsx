// The run on screen: situation, alarm, outline, document, terminal, watch, action bar, in the arrangement that fits.
// Owns: wiring of store, acts and parts; keys; which step, shell and tab is in front. Parts draw themselves.
import { Activity, BookOpenText, ChartNoAxesGantt, GraduationCap, ScanEye, SquareTerminal } from "lucide-react";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { ClusterName, RunId, SignSubject } from "../../engine/protocol/index.ts";
import { FrameWork, go, useApp, useFrameSubject, useKeys, useReadOnly, useSiteZone } from "../app/index.ts";
import { DebriefPage, FaultSeen } from "../debrief/index.ts";
import { Button, Tabs } from "../design/index.ts";
import { LinksDialog, Lookers } from "../follow/index.ts";
import { HandoverDialog, HandoverWaits } from "../handover/index.ts";
import { type PaletteEntry, usePaletteEntries } from "../palette/entries.ts";
import { RunPlan } from "../plan/index.ts";
import { RecoveryClocks } from "../recovery/index.ts";
import { RunTrend } from "../rehearse/index.ts";
import { SignSheet } from "../signing/index.ts";
import { isPlayedView, keepTerminals, recordingWords, TerminalPanel } from "../terminal/index.ts";
import { ActionDock } from "./ActionDock.tsx";
import { AlarmBar } from "./AlarmBar.tsx";
import { AmendDialog, ProposedText } from "./AmendDialog.tsx";
import { Medium, Narrow, Wide } from "./Arrangements.tsx";
import { AwayBand } from "./AwayBand.tsx";
import { isGuarded, primaryKeyLabel, primaryKeys } from "./arming.ts";
import { Asking } from "./asking.tsx";
import { DocumentColumn, type DocumentHandle, TextPinned } from "./DocumentColumn.tsx";
import { canFill, secretsOf } from "./filling.ts";
import { useKeptFlag } from "./kept.ts";
import { LaneRows } from "./LaneRows.tsx";
import { BackToLaunch, LaunchLink } from "./LaunchLink.tsx";
import { LoopsChip, LoopsDialog } from "./LoopsDialog.tsx";
import { otherLanes, runningByLane } from "./lanes.ts";
import { arrangementOf, isCompact, type Region, regionsOf } from "./layout.ts";
import { ManualDialog } from "./ManualDialog.tsx";
import type { RunPicture } from "./merge.ts";
import { Outline } from "./Outline.tsx";
import { glyphOf } from "./outline-rows.ts";
import { useArmed } from "./primary.ts";
import { RunTools } from "./RunMenu.tsx";
import { hasDialog, regionWithFocus, walkRegions } from "./regions.ts";
import { SituationBar } from "./SituationBar.tsx";
import type { StepContext } from "./StepSection.tsx";
import { focusStep } from "./sections.ts";
import { dismissRefusal, markSeen, useRunStore, watchCluster } from "./store.ts";
import { TabLabel } from "./TabLabel.tsx";
import { tabMarks } from "./tab-marks.ts";
import { useRunActs } from "./useRunActs.tsx";
import { useViewport } from "./useViewport.ts";
import { ValuesDialog } from "./ValuesDialog.tsx";
import { WatchAge, WatchPanel, watchWords } from "./WatchPanel.tsx";
import { WayBackBand } from "./WayBackBand.tsx";
import { WayBackDialog } from "./WayBackDialog.tsx";
import { nearestWords } from "./wayback.ts";

export function RunScreen({ run, picture }: { run: RunId; picture: RunPicture }) {
  const { view, document: text } = picture;
  const { header, steps } = view;
  const alarms = useRunStore((slice) => slice.alarms);
  const watch = useRunStore((slice) => slice.watch);
  const pending = useRunStore((slice) => slice.pending);
  const refusal = useRunStore((slice) => slice.refusal);
  const readOnly = useReadOnly();
  const isReadOnly = readOnly !== null;
  const fontSize = useApp((app) => app.snapshot?.settings.terminalFontSize ?? 13);
  const connection = useApp((app) => app.connection.state);
  const notify = useApp((app) => app.notify);
  const zone = useSiteZone();
  const { width, height } = useViewport();
  const arrangement = arrangementOf(width, height);
  const compact = isCompact(height);
  const page = useRef<DocumentHandle>(null);
  const [tab, setTab] = useState<Region>("document");
  const [isDrawerOpen, setDrawerOpen] = useState(false);
  const [chosenShell, setChosenShell] = useState<string | null>(null);
  const [isScreenReader, setScreenReader] = useKeptFlag("holdpoint.terminal.screen-reader");
  const [pin, setPin] = useState<string>("main");
  const [work, setWork] = useState<"values" | "loops" | null>(null);

  const isNarrow = arrangement === "narrow";
  const show = useCallback(
    (step: string) => {
      setDrawerOpen(false);
      if (isNarrow) setTab("document");
      // In the narrow arrangement the column appears with the next frame.
      requestAnimationFrame(() => page.current?.show(step, true));
    },
    [isNarrow],
  );
  const acts = useRunActs(run, picture, show);
  const [beside, setBeside] = useState<"hand-over" | "follow" | "fault" | null>(null);
  const part = useApp((app) => (app.route.view === "run" ? app.route.part : undefined));
  const isPlan = part === "plan";
  const isDebrief = part === "debrief";
  const openDebrief = (): void => go({ view: "run", run, part: "debrief" });
  const turn = (): void => go({ view: "run", run, ...(isPlan ? {} : { part: "plan" as const }) });
  // The step that was asked for in the plan, shown once the text is there again.
  const [wanted, setWanted] = useState<string | null>(null);
  useEffect(() => {
    if (part !== undefined || wanted === null) return;
    setWanted(null);
    show(wanted);
  }, [part, wanted, show]);

  /** In the plan and the debrief the text is not there: it comes first. */
  const showFromAnywhere = (step: string): void => {
    if (part === undefined) show(step);
    else {
      setWanted(step);
      go({ view: "run", run });
    }
  };

  const isOver = header.status === "finished" || header.status === "aborted";
  // A run that has ended stands at no step.
  const focus = isOver ? null : focusStep(header);
  const focusState = steps.find((one) => one.id === focus);
  const nowState = (isOver ? undefined : steps.find((one) => one.id === header.current)) ?? null;
  const nextState = steps.find((one) => one.id === (header.current === null ? focus : header.next)) ?? null;
  const stepOf = (id: string | undefined) => text.steps.find((one) => one.id === id);
  const running = steps.find((one) => one.status === "running");
  const manualStep = acts.manualOf === null ? undefined : stepOf(acts.manualOf);
  const unknown = useMemo(() => new Set(steps.filter((one) => one.verdict === "unknown").map((one) => one.id as string)), [steps]);

  // The shell of the step under way comes to the front; a tab chosen by hand stays until another step begins.
  const ownShell = focusState?.terminal ?? null;
  // biome-ignore lint/correctness/useExhaustiveDependencies: what was chosen ends with a new shell
  useEffect(() => setChosenShell(null), [ownShell]);
  const shells = header.terminals;
  const shell =
    [chosenShell, ownShell].find((id) => shells.some((one) => one.id === id)) ??
    shells.findLast((one) => one.alive)?.id ??
    shells.at(-1)?.id ??
    null;
  const shellIds = shells.map((one) => one.id).join(" ");
  useEffect(() => keepTerminals(new Set(shellIds.split(" "))), [shellIds]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a run that is left lets its terminals go
  useEffect(() => () => keepTerminals(new Set()), [run]);

  const pins = header.clusters;
  const pinNames = pins.map((one) => one.name).join(" ");
  // biome-ignore lint/correctness/useExhaustiveDependencies: after a restart nothing is pinned before the run is resumed, so it is asked again then
  useEffect(() => {
    if (connection !== "online" || isOver) return;
    for (const name of pinNames.split(" ")) if (name !== "") void watchCluster(run, name as ClusterName);
  }, [run, pinNames, connection, isOver, header.status]);
  const hasWatch = pins.length > 0;

  useFrameSubject(useMemo(() => ({ kind: "run", header }), [header]));
  usePaletteEntries(
    "run",
    useMemo((): PaletteEntry[] => {
      const goTo: PaletteEntry[] = text.steps.map((step) => ({
        id: `step ${step.id}`,
        group: "Steps of this run",
        number: step.number,
        title: step.title,
        detail: step.phase.at(-1) ?? "",
        verb: "Show",
        run: () => show(step.id),
      }));
      goTo.push({
        id: "plan",
        group: "Actions",
        title: "Plan of the night, planned against actual",
        hotkey: "P",
        verb: "Show",
        run: () => go({ view: "run", run, part: "plan" }),
      });
      if (isOver || isReadOnly) return goTo;
      return [
        ...goTo,
        { id: "hold", group: "Actions", title: "Hold the run", hotkey: "F8", verb: "Hold", run: acts.hold },
        {
          id: "way back",
          group: "Actions",
          title: "Way back",
          detail: "asks once",
          hotkey: "F9",
          verb: "Ask",
          run: () => acts.openWayBack(null),
        },
        { id: "abort", group: "Actions", title: "Abort the run", detail: "asks for a reason", verb: "Ask", run: acts.abort },
      ];
    }, [run, text, isOver, isReadOnly, show, acts.hold, acts.openWayBack, acts.abort]),
  );

  const { nextAction } = header;
  const isArmed = useArmed(nextAction);
  const guarded = isGuarded(header);
  const [focused, setFocused] = useState<Region | null>(null);
  const primary = (): void => {
    // A dialog has the word while it is open; and a button that was asked twice does nothing twice.
    if (!isArmed || pending !== null || isReadOnly || connection !== "online" || hasDialog()) return;
    acts.primary();
  };
  const follows = useApp((app) => app.snapshot?.following !== undefined);
  const isDrill = header.rehearsal?.hasInstructor === true;
  const canSayFault = header.rehearsal != null && !isOver && !isReadOnly;
  const regions: Region[] = part !== undefined ? ["document", "action"] : regionsOf(arrangement, { drawer: isDrawerOpen, tab, hasWatch });
  useKeys([
    ...primaryKeys(guarded).map((key) => ({ ...key, run: primary })),
    { combo: "F8", scope: "always" as const, run: () => !isReadOnly && acts.hold() },
    // It opens the question and nothing else: what runs is chosen there, and another open question keeps the word.
    { combo: "F9", scope: "always" as const, run: () => !hasDialog() && acts.openWayBack(null) },
    { combo: "F7", scope: "always" as const, run: () => canSayFault && !hasDialog() && setBeside("fault") },
    { combo: "P", scope: "free" as const, run: turn },
    { combo: "F6", scope: "always" as const, run: () => walkRegions(regions, 1) },
    { combo: "Shift+F6", scope: "always" as const, run: () => walkRegions(regions, -1) },
    ...(alarms.length > 0 ? [{ combo: "Escape", scope: "free" as const, run: markSeen }] : []),
  ]);

  const wayBackWords = nearestWords(steps, focus);

  const names = useMemo(() => {
    const variables = new Set(text.params.map((param) => param.name));
    for (const step of text.steps)
      for (const block of step.blocks) if (block.options.capture !== undefined) variables.add(block.options.capture);
    return { variables, secrets: secretsOf(text) };
  }, [text]);
  const way = header.rehearsal?.way ?? "sandbox";
  const nextCheck =
    nextAction.kind === "confirm-check" && nextAction.step !== null && nextAction.check !== null
      ? `${nextAction.step} ${nextAction.check}`
      : "";
  // As text, so that the same steps running are the same thing.
  const runningKey = JSON.stringify(runningByLane(steps));
  const context = useMemo(
    (): StepContext => ({
      run,
      document: text,
      path: header.path,
      values: view.values,
      ...names,
      drafts: acts.drafts,
      acts: acts.step,
      verb: VERBS[way],
      zone,
      isReadOnly: isReadOnly || isOver,
      isActive: header.status === "active",
      isGuarded: guarded,
      runningSteps: JSON.parse(runningKey) as Record<string, string>,
      nextCheck:
        nextCheck === ""
          ? null
          : { step: nextCheck.slice(0, nextCheck.lastIndexOf(" ")), check: Number(nextCheck.slice(nextCheck.lastIndexOf(" ") + 1)) },
    }),
    [
      run,
      text,
      header.path,
      view.values,
      names,
      acts.drafts,
      acts.step,
      way,
      zone,
      isReadOnly,
      isOver,
      header.status,
      guarded,
      runningKey,
      nextCheck,
    ],
  );

  const openRecord = (): void => go({ view: "record", log: header.log, seq: null });
  const signText = (subject: SignSubject): void => acts.sign({ subject, role: null, title: "Sign the new text" });
  const loops = <LoopsChip loops={header.loops} onOpen={() => setWork("loops")} />;
  const tools = (
    <>
      {isNarrow ? null : loops}
      <Lookers header={header} />
      {canSayFault ? (
        <Button
          small
          kind="ghost"
          icon={<ScanEye size={15} aria-hidden="true" />}
          onClick={() => setBeside("fault")}
          aria-keyshortcuts="F7"
          title="I see a fault: on record with this moment (F7, then Enter)"
        >
          I see a fault
        </Button>
      ) : null}
      <Button small kind="ghost" icon={<ChartNoAxesGantt size={15} aria-hidden="true" />} onClick={turn} aria-keyshortcuts="P">
        Plan
      </Button>
      {isReadOnly ? (
        <LaunchLink header={header} />
      ) : (
        <RunTools
          header={header}
          onAmend={acts.openAmendment}
          onHandOver={() => setBeside("hand-over")}
          onFollowLinks={() => setBeside("follow")}
          onRunOn={acts.runOn}
          onArm={acts.arm}
          onResume={acts.resumeWithReason}
          onFinish={acts.finish}
          onAbort={acts.abort}
          onRecord={openRecord}
          onValues={() => setWork("values")}
        />
      )}
    </>
  );
  const outline = <Outline document={text} states={steps} status={header.status} current={focus} onChoose={show} />;
  const documentColumn = (
    <DocumentColumn
      ref={page}
      header={header}
      document={text}
      states={steps}
      focus={focus}
      context={context}
      tools={tools}
      notice={
        <>
          <ProposedText header={header} isReadOnly={isReadOnly} onLook={acts.openAmendment} onSign={signText} />
          {isOver ? null : <HandoverWaits header={header} onLook={() => setBeside("hand-over")} />}
        </>
      }
      hasHead={!isNarrow}
      isLow={compact}
    />
  );
  const busyShells = new Set(steps.flatMap((one) => (one.status === "running" && one.terminal !== null ? [one.terminal as string] : [])));
  const isRecording = running !== undefined && !isPlayedView(header.rehearsal);
  const terminal = (hasHead: boolean) => (
    <section className="run-region" data-region="terminal" aria-label="Terminal">
      <TerminalPanel
        terminals={shells}
        active={shell}
        onActivate={setChosenShell}
        look={{ fontSize, isScreenReader }}
        onScreenReader={setScreenReader}
        isRecording={isRecording}
        recordedBytes={header.recordedBytes}
        busy={busyShells}
        isOver={isOver}
        onLeave={() => walkRegions(regions, 1)}
        notify={(words) => notify("warn", words)}
        hasHead={hasHead}
        rehearsal={header.rehearsal ?? null}
        run={run}
      />
    </section>
  );
  const watchPanel = (hasHead: boolean) => (
    <section className="run-region" data-region="watch" aria-label="Cluster watch">
      <WatchPanel pins={pins} watch={watch} active={pin} onActivate={setPin} hasHead={hasHead} />
    </section>
  );
  const clocks = (isStrip: boolean) => (
    <>
      <RecoveryClocks header={header} steps={steps} zone={zone} isReadOnly={isReadOnly} isStrip={isStrip} />
      {isStrip || follows ? null : <RunTrend header={header} />}
    </>
  );
  const dock = (
    <ActionDock
      action={nextAction}
      status={header.status}
      result={header.result}
      isArmed={isArmed}
      isPending={pending !== null}
      isOffline={connection !== "online"}
      isReadOnly={isReadOnly}
      isGuarded={guarded}
      hotkey={primaryKeyLabel(guarded, focused === "terminal")}
      refusal={refusal}
      canFill={
        nextAction.kind === "blocked" &&
        canFill(
          stepOf(nextAction.step ?? undefined),
          steps.find((one) => one.id === nextAction.step),
          view.values,
          names.secrets,
        )
      }
      canStop={running !== undefined && arrangement !== "wide" && nextAction.kind === "wait"}
      onPrimary={primary}
      onBlocked={acts.blocked}
      onStop={() => acts.step.stop(nextAction.step ?? undefined)}
      onWalked={(outcome) => {
        const { step, block } = nextAction;
        if (step !== null && block !== null) acts.step.walked(step, block, outcome);
      }}
      lanes={
        <>
          {arrangement === "wide" && !isPlan ? null : clocks(true)}
          <WayBackBand
            header={header}
            isReadOnly={isReadOnly}
            isBusy={pending !== null || connection !== "online"}
            onStopCountdown={acts.stopCountdown}
          />
          <AwayBand
            header={header}
            steps={steps}
            zone={zone}
            isReadOnly={isReadOnly}
            isBusy={pending !== null || connection !== "online"}
            onShow={show}
            onSkip={acts.step.skip}
            onAct={acts.lane}
          />
          <LaneRows
            lanes={otherLanes(header)}
            steps={steps}
            isReadOnly={isReadOnly}
            isBusy={pending !== null || connection !== "online"}
            isGuarded={guarded}
            onAct={acts.lane}
            onSkip={acts.step.skip}
            onStop={acts.step.stop}
          />
        </>
      }
      onDismiss={dismissRefusal}
    >
      {isOver && isDrill && !isDebrief && !follows ? (
        <Button kind="accent" icon={<GraduationCap size={16} aria-hidden="true" />} onClick={openDebrief}>
          Debrief
        </Button>
      ) : null}
      {isOver ? <BackToLaunch header={header} /> : null}
    </ActionDock>
  );
  const lower = tab === "watch" && hasWatch ? "watch" : "terminal";
  const shownShell = shells.find((one) => one.id === shell) ?? null;
  const tabEnd = (
    <span className="run-tab-end">
      {lower === "watch" ? (
        <WatchAge watch={watch[pin] ?? watch[pins[0]?.name ?? ""]} />
      ) : (
        recordingWords(shownShell, isRecording, header.recordedBytes)
      )}
    </span>
  );
  const marks = tabMarks(nextAction.kind, running, running === undefined ? undefined : stepOf(running.id));
  const tabLabels = {
    document: (
      <TabLabel
        icon={<BookOpenText size={15} aria-hidden="true" />}
        word="Runbook"
        mark={tab === "document" || arrangement !== "narrow" ? null : marks.document}
      />
    ),
    terminal: <TabLabel icon={<SquareTerminal size={15} aria-hidden="true" />} word="Terminal" mark={marks.terminal} />,
    watch: <TabLabel icon={<Activity size={15} aria-hidden="true" />} word="Cluster watch" more={watchWords(watch[pins[0]?.name ?? ""])} />,
  };
  return (
    <>
      <SituationBar
        header={header}
        steps={steps}
        now={nowState}
        nowGlyph={nowState === null ? "open" : glyphOf(nowState, stepOf(nowState.id))}
        next={nextState}
        nextGlyph={nextState === null ? "open" : glyphOf(nextState, stepOf(nextState.id))}
        wayBack={wayBackWords}
        zone={zone}
        arrangement={arrangement}
        onHold={acts.hold}
        onHeld={acts.resumeWithReason}
        onWayBack={() => acts.openWayBack(null)}
      />
      {alarms.length > 0 ? <AlarmBar alarms={alarms} unknown={unknown} onSeen={markSeen} onShow={showFromAnywhere} /> : null}
      <FrameWork label={`${header.isChecks === true ? "Checks" : "Run"} ${header.number}, ${header.title}`}>
        {/* biome-ignore lint/a11y/noStaticElementInteractions: it only looks where the focus is, to print the right key */}
        <div
          className={`run ${arrangement} ${compact ? "compact" : ""}`}
          onFocus={() => setFocused(regionWithFocus())}
          onBlur={() => setFocused(null)}
        >
          {isDebrief ? (
            <>
              <DebriefPage header={header} zone={zone} onBack={() => go({ view: "run", run })} />
              {dock}
            </>
          ) : isPlan ? (
            <>
              <RunPlan
                run={run}
                onOpen={(step) => {
                  setWanted(step);
                  turn();
                }}
                head={
                  <Button small icon={<BookOpenText size={15} aria-hidden="true" />} onClick={turn} aria-keyshortcuts="P">
                    Runbook
                  </Button>
                }
              />
              {dock}
            </>
          ) : arrangement === "wide" ? (
            <Wide
              outline={outline}
              page={documentColumn}
              terminal={terminal(true)}
              watch={hasWatch ? watchPanel(true) : null}
              clocks={clocks(false)}
              dock={dock}
            />
          ) : arrangement === "medium" ? (
            <Medium
              outline={outline}
              page={documentColumn}
              dock={dock}
              lower={
                hasWatch ? (
                  <Tabs
                    label="Terminal and cluster watch"
                    value={lower}
                    onChange={(id) => setTab(id as Region)}
                    end={tabEnd}
                    tabs={[
                      { id: "terminal", label: tabLabels.terminal, content: lower === "terminal" ? terminal(false) : null },
                      { id: "watch", label: tabLabels.watch, content: lower === "watch" ? watchPanel(false) : null },
                    ]}
                  />
                ) : (
                  terminal(true)
                )
              }
            />
          ) : (
            <Narrow
              loops={loops}
              tools={
                <>
                  <TextPinned header={header} isShort />
                  {tools}
                </>
              }
              outline={outline}
              isOutlineOpen={isDrawerOpen}
              onOutline={setDrawerOpen}
              tab={tab}
              onTab={(id) => setTab(id as Region)}
              tabs={[
                { id: "document", label: tabLabels.document, content: tab === "document" ? documentColumn : null },
                { id: "terminal", label: tabLabels.terminal, content: tab === "terminal" ? terminal(false) : null },
                ...(hasWatch ? [{ id: "watch", label: tabLabels.watch, content: tab === "watch" ? watchPanel(false) : null }] : []),
              ]}
              dock={dock}
            />
          )}
        </div>
      </FrameWork>
      {work === "values" ? (
        <ValuesDialog run={run} zone={zone} isReadOnly={isReadOnly || isOver} events={header.events} onClose={() => setWork(null)} />
      ) : null}
      {work === "loops" ? (
        <LoopsDialog run={run} loops={header.loops ?? []} zone={zone} isReadOnly={isReadOnly || isOver} onClose={() => setWork(null)} />
      ) : null}
      {manualStep === undefined ? null : <ManualDialog run={run} step={manualStep} zone={zone} onClose={acts.closeManual} />}
      <Asking ask={acts.ask} onClose={acts.closeAsk} />
      {acts.signing === null ? null : (
        <SignSheet
          key={`${acts.signing.subject.id} ${acts.signing.role}`}
          {...(header.launch == null ? {} : { launch: header.launch })}
          {...(acts.signing.role === null ? {} : { role: acts.signing.role })}
          run={run}
          subject={acts.signing.subject}
          title={acts.signing.title}
          onSigned={acts.closeSigning}
          onClose={acts.closeSigning}
        />
      )}
      {beside === "hand-over" ? (
        <HandoverDialog
          header={header}
          zone={zone}
          unavailable={readOnly}
          onSign={(subject) => {
            setBeside(null);
            acts.sign({ subject, role: null, title: "Sign the hand-over" });
          }}
          onClose={() => setBeside(null)}
        />
      ) : null}
      {beside === "fault" ? <FaultSeen run={run} step={nowState ?? focusState ?? null} onClose={() => setBeside(null)} /> : null}
      {beside === "follow" ? <LinksDialog header={header} zone={zone} onClose={() => setBeside(null)} /> : null}
      {acts.isAmending ? <AmendDialog header={header} zone={zone} onSign={signText} onClose={acts.closeAmendment} /> : null}
      {acts.isWayBackOpen ? (
        <WayBackDialog
          run={run}
          step={acts.wayBackOf ?? focus}
          isRunning={running !== undefined}
          unavailable={readOnly}
          onStart={acts.goBack}
          onClose={acts.closeWayBack}
        />
      ) : null}
    </>
  );
}

const VERBS = { sandbox: "Run", walk: "Walk", replay: "Play" } as const;
