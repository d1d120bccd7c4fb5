// A runbook or checklist before anything runs: read it, see what it needs and what is wrong with it, start it.
// Owns: opening by path and the one action. The columns are leaves.
import { ArrowLeft, BookOpenText, ChartNoAxesGantt, ShieldCheck } from "lucide-react";
import { lazy, Suspense, useCallback, useEffect, useLayoutEffect, useMemo, useState } from "react";
import type { Diagnostic, ResultOf } from "../../engine/protocol/index.ts";
import { announce, callEngine, FrameWork, go, routeHash, useApp, useKeys, useReadOnly } from "../app/index.ts";
import {
  ActionBar,
  Button,
  EmptyState,
  formatDate,
  formatPlanned,
  Notice,
  PanelHead,
  PrimaryButton,
  plural,
  Sheet,
} from "../design/index.ts";
import { useLaunches } from "../launches/slice.ts";
import { type PaletteEntry, usePaletteEntries } from "../palette/entries.ts";
import "./document.css";
import { SignSheet } from "../signing/index.ts";
import { keptDraft } from "../start/kept.ts";
import { ChecklistPage } from "./ChecklistPage.tsx";
import { DocumentFacts } from "./DocumentFacts.tsx";
import { DocumentOutline } from "./DocumentOutline.tsx";
import { DocumentPage, type PageHandle } from "./DocumentPage.tsx";
import { TrustQuestion } from "./FolderSection.tsx";
import { useLibrary } from "./slice.ts";

/** Of a file that is only read nobody asks for the plan: it is fetched when it is. */
const DocumentPlan = lazy(async () => ({ default: (await import("../plan/index.ts")).DocumentPlan }));

type Opened = ResultOf<"document.open">;
/** What lint and the search for bypasses add comes after the text, so that reading does not wait for it. */
export type Findings = { state: "looking" | "done"; list: Diagnostic[] } | { state: "failed"; list: Diagnostic[]; message: string };

export function DocumentView({ path, isPlan, step }: { path: string; isPlan: boolean; step: string | null }) {
  const [opened, setOpened] = useState<Opened | null>(null);
  const [error, setError] = useState<string | null>(null);
  const connection = useApp((state) => state.connection.state);
  const load = useCallback(async (): Promise<void> => {
    const result = await callEngine("document.open", { path });
    if (result.ok) {
      setOpened(result.value);
      setError(null);
    } else if (result.error.code !== "disconnected") setError(result.error.message);
  }, [path]);
  // Before the paint: the engine reads the file while this window draws that it does.
  useLayoutEffect(() => {
    if (connection === "online") void load();
  }, [load, connection]);
  if (error !== null)
    return (
      <FrameWork label="Runbook" scrolls>
        <div className="document-failed">
          <Notice kind="fail" live>
            {error}
          </Notice>
          <EmptyState title="This file could not be opened" action={<a href={routeHash({ view: "library" })}>Back to the library</a>}>
            Nothing was changed. The file may have been moved, or may not be readable for this account.
          </EmptyState>
        </div>
      </FrameWork>
    );
  if (opened === null)
    return (
      <FrameWork label="Runbook">
        <div className="splash">Reading…</div>
      </FrameWork>
    );
  return <OpenDocument opened={opened} isPlan={isPlan} step={step} onChanged={load} />;
}

type Shown = { opened: Opened; isPlan: boolean; step: string | null; onChanged(): Promise<void> };

function OpenDocument({ opened, isPlan, step, onChanged }: Shown) {
  const { document: text, path, folder, trusted } = opened;
  const findings = useFindings(opened);
  const readOnly = useReadOnly();
  const isReadOnly = readOnly !== null;
  const start = useLibrary((state) => state.start);
  const [page, setPage] = useState<PageHandle | null>(null);
  const [drawer, setDrawer] = useState<"outline" | "facts" | null>(null);
  const isRunbook = text.kind === "runbook" && text.steps.length > 0;
  const canStart = isRunbook && trusted && !isReadOnly;
  const begin = useCallback(() => start(path), [start, path]);
  const beginLaunch = useCallback(() => {
    useLaunches.getState().begin(path);
    go({ view: "launches" });
  }, [path]);
  const isChecklist = text.kind === "checklist";
  const turn = (): void => go({ view: "document", path, ...(isPlan ? {} : { part: "plan" as const }) });
  // The step that was asked for by a link or in the plan, shown once the text is there.
  const [wanted, setWanted] = useState<string | null>(step);
  useEffect(() => {
    if (isPlan || wanted === null || page === null) return;
    page.show(wanted);
    setWanted(null);
  }, [isPlan, wanted, page]);
  useKeys(isRunbook ? [{ combo: "P", scope: "free", run: turn }] : []);
  useKeys([{ combo: "Enter", scope: "free", run: () => (canStart ? begin() : isChecklist && !isReadOnly && beginLaunch()) }]);
  const trust = async (): Promise<void> => {
    // The answer's value is null when it went well, so it cannot be told from a failure by its value.
    const result = await callEngine("library.trust", { folder, trusted: true });
    if (!result.ok) {
      useApp.getState().notify("fail", result.error.message);
      return;
    }
    await onChanged();
    announce("The folder is trusted.");
  };
  usePaletteEntries(
    "document",
    useMemo(
      (): PaletteEntry[] =>
        text.steps.map((step) => ({
          id: `preview ${step.id}`,
          group: "Steps of this runbook",
          title: step.title,
          number: step.number,
          detail: step.phase.at(-1) ?? "",
          icon: <BookOpenText size={16} />,
          verb: "Go to",
          run: () => page?.show(step.id),
        })),
      [text, page],
    ),
  );
  const outline = (
    <DocumentOutline
      document={text}
      onShow={(target) => {
        setDrawer(null);
        page?.show(target);
      }}
    />
  );
  const reviewPath = useLibrary((state) => state.reviewPath);
  const askReview = useLibrary((state) => state.askReview);
  const facts = (
    <DocumentFacts
      document={text}
      reviews={opened.reviews ?? []}
      unavailable={readOnly}
      onReview={() => {
        setDrawer(null);
        askReview(path);
      }}
      findings={findings}
      path={path}
      isBuiltIn={opened.builtIn}
      onShowLine={(line) => {
        setDrawer(null);
        page?.showLine(line);
      }}
    />
  );
  return (
    <FrameWork label={text.title}>
      {isPlan && isRunbook ? (
        <Suspense fallback={<div className="splash">Reading the plan…</div>}>
          <DocumentPlan
            path={path}
            onOpen={(step) => {
              setWanted(step);
              turn();
            }}
            head={
              <Button small icon={<BookOpenText size={15} aria-hidden="true" />} onClick={turn} aria-keyshortcuts="P">
                Text
              </Button>
            }
          />
        </Suspense>
      ) : (
        <div className="document">
          <nav className="document-outline" aria-label="Outline">
            <PanelHead
              title="Outline"
              sub={isRunbook ? plural(text.steps.length, "step") : undefined}
              end={isRunbook ? "planned" : undefined}
            />
            {outline}
          </nav>
          <section className="document-main" aria-label="Text">
            <PanelHead
              icon={
                <a className="icon-btn" href={routeHash({ view: "library" })} aria-label="Back to the library">
                  <ArrowLeft size={17} />
                </a>
              }
              title={text.title}
              sub={[
                text.version === null ? "" : `version ${text.version}`,
                text.reviewed === null ? "not reviewed" : `reviewed ${formatDate(`${text.reviewed}T00:00:00Z`)}`,
              ]
                .filter(Boolean)
                .join(", ")}
              end={
                <>
                  {isRunbook ? (
                    <Button small icon={<ChartNoAxesGantt size={15} aria-hidden="true" />} onClick={turn} aria-keyshortcuts="P">
                      Plan
                    </Button>
                  ) : null}
                  <Button small className="document-narrow" onClick={() => setDrawer("outline")}>
                    Outline
                  </Button>
                  <Button small className="document-medium" onClick={() => setDrawer("facts")}>
                    Needs and findings
                  </Button>
                </>
              }
            />
            {text.kind === "checklist" ? (
              <ChecklistPage document={text} onReady={setPage} />
            ) : (
              <DocumentPage document={text} onReady={setPage} />
            )}
          </section>
          <aside className="document-facts" aria-label="What it needs">
            {facts}
          </aside>
        </div>
      )}
      {trusted ? null : (
        <div className="document-trust">
          <TrustQuestion folder={folder} unavailable={readOnly} onTrust={() => void trust()} />
        </div>
      )}
      <ActionBar
        icon={canStart ? <BookOpenText size={22} aria-hidden="true" /> : <ShieldCheck size={22} aria-hidden="true" />}
        {...words({ opened, findings, isRunbook, isReadOnly })}
        {...(isRunbook && text.plannedMs !== null ? { after: { label: "Planned", value: formatPlanned(text.plannedMs) } } : {})}
      >
        {isRunbook ? (
          <PrimaryButton hotkey="Enter" disabled={!canStart && readOnly === null} unavailable={readOnly} onClick={begin}>
            Start a run
          </PrimaryButton>
        ) : text.kind === "checklist" ? (
          <PrimaryButton hotkey="Enter" unavailable={readOnly} onClick={beginLaunch}>
            Start a launch
          </PrimaryButton>
        ) : null}
      </ActionBar>
      {reviewPath === path && isRunbook ? (
        <SignSheet
          subject={{ kind: "review", id: text.sha256 }}
          title={`Review of ${text.title}`}
          onSigned={() => {
            askReview(null);
            void onChanged();
            // Whoever came here from a start goes on with it, and what was typed is there.
            if (keptDraft(path, text) !== null) start(path);
          }}
          onClose={() => askReview(null)}
        />
      ) : null}
      <Sheet side="left" title="Outline" open={drawer === "outline"} onClose={() => setDrawer(null)}>
        {outline}
      </Sheet>
      <Sheet title={text.title} open={drawer === "facts"} onClose={() => setDrawer(null)}>
        <div className="document-drawer">{facts}</div>
      </Sheet>
    </FrameWork>
  );
}

/** A text that is left at once is not linted: the engine's thread is for the one that is opened next. */
const SETTLED_MS = 120;

function useFindings(opened: Opened): Findings {
  const { document: text, path } = opened;
  const [found, setFound] = useState<{ of: Opened; findings: Findings } | null>(null);
  useEffect(() => {
    let isLeft = false;
    const timer = setTimeout(async () => {
      const result = await callEngine("document.findings", { path });
      if (isLeft) return;
      const findings: Findings = result.ok
        ? { state: "done", list: result.value }
        : { state: "failed", list: text.diagnostics, message: result.error.message };
      setFound({ of: opened, findings });
    }, SETTLED_MS);
    return () => {
      isLeft = true;
      clearTimeout(timer);
    };
  }, [opened, path, text]);
  return found?.of === opened ? found.findings : { state: "looking", list: text.diagnostics };
}

type About = { opened: Opened; findings: Findings; isRunbook: boolean; isReadOnly: boolean };
function words({ opened, findings, isRunbook, isReadOnly }: About): { say: string; detail: string } {
  const { document: text, trusted } = opened;
  if (text.kind === "checklist")
    return {
      say: "A checklist, to be read",
      detail: isReadOnly
        ? "This window was opened read-only. Items are answered in a launch, in a window that may write."
        : "A launch takes a copy of it: there its items are answered with evidence, and its categories signed.",
    };
  if (!isRunbook)
    return {
      say: "Nothing to run",
      detail: "This file has no step: no heading with a command, a box to tick or a step directive under it.",
    };
  if (isReadOnly) return { say: "Read only", detail: "This window was opened read-only. A run starts in a window that may write." };
  if (!trusted) return { say: "Trust its folder first", detail: "Until then it can be read, not run." };
  const errors = findings.list.filter((one) => one.severity === "error").length;
  if (errors > 0)
    return {
      say: `Starts with ${plural(errors, "error")} in the text`,
      detail: "The findings name each with its line. What could not be understood will not run.",
    };
  return {
    say: "Ready to start",
    detail: "You choose live or rehearsal, the cluster and the inputs; preflight shows what is missing before the first step.",
  };
}
