// The window: frame, the open view, and what lies over it (sign-in, lock, palette, notices).
// Owns: which view is shown. Each view owns itself.
import { X } from "lucide-react";
import { lazy, Suspense, useEffect, useRef, useState } from "react";
import type { Following } from "../../engine/protocol/index.ts";
import { bridge } from "../bridge/index.ts";
import { DecisionView } from "../decision/index.ts";
import { Button, formatDuration, IconButton, Mark, Notice, useNow } from "../design/index.ts";
import { FollowEnded, FollowWindow } from "../follow/index.ts";
import { LaunchesView } from "../launches/LaunchesView.tsx";
import { SetupView } from "../launches/SetupView.tsx";
import { useRailLaunch } from "../launches/useRailLaunch.ts";
import { DocumentView } from "../library/DocumentView.tsx";
import { LibraryView } from "../library/LibraryView.tsx";
import { LinkView } from "../library/LinkView.tsx";
import { useLibrary } from "../library/slice.ts";
import { NightView, QuickLog } from "../night/index.ts";
import { PaletteView } from "../palette/PaletteView.tsx";
import { PeopleView } from "../people/index.ts";
import { PeopleOverlays } from "../people/PeopleOverlays.tsx";
import { ReadinessView } from "../readiness/ReadinessView.tsx";
import { RecordsView } from "../records/RecordsView.tsx";
import { RecordView } from "../records/RecordView.tsx";
import { RehearseView, useDrillsDue } from "../rehearse/index.ts";
import { useAppearance } from "../settings/appearance.ts";
import { SettingsView } from "../settings/SettingsView.tsx";
import { Band } from "./Band.tsx";
import { callOrNotify } from "./call.ts";
import { Frame, FrameWork } from "./Frame.tsx";
import { useKeys } from "./keys.ts";
import { announce } from "./live.ts";
import { Rail } from "./Rail.tsx";
import { RecordBar } from "./RecordBar.tsx";
import type { Route } from "./route.ts";
import { useStirring } from "./stirring.ts";
import { type AppState, useApp } from "./store.ts";
import { useSiteZone } from "./zone.ts";

const StartDialog = lazy(async () => ({ default: (await import("../run/index.ts")).StartDialog }));
const RunView = lazy(async () => ({ default: (await import("../run/index.ts")).RunView }));

export function App() {
  const snapshot = useApp((state) => state.snapshot);
  const connection = useApp((state) => state.connection);
  const snapshotError = useApp((state) => state.snapshotError);
  useAppearance();
  useStirring();
  if (connection.state === "refused") return window.location.pathname === "/follow" ? <FollowEnded /> : <Refused />;
  if (snapshot === null) return <Splash error={snapshotError} isLost={connection.state === "lost"} />;
  return snapshot.following === undefined ? (
    <Window snapshot={snapshot} />
  ) : (
    <Followed snapshot={snapshot} following={snapshot.following} />
  );
}

function Window({ snapshot }: { snapshot: NonNullable<AppState["snapshot"]> }) {
  const { route, subject, setPaletteOpen, setSignInOpen } = useApp();
  const siteZone = useSiteZone();
  const launch = useRailLaunch(snapshot);
  const drillsDue = useDrillsDue();
  useKeys([{ combo: "Mod+K", scope: "always", run: () => setPaletteOpen(!useApp.getState().isPaletteOpen) }]);
  const key = routeKey(route);
  const { recordProblem } = snapshot;
  useEffect(() => {
    // Found when the database was opened: said at once and in full, wherever the window stands.
    if (recordProblem !== null) useApp.getState().notify("fail", recordProblem);
  }, [recordProblem]);
  const title = titleOf(route);
  const shown = useRef(key);
  useEffect(() => {
    document.title = `${title} · Holdpoint`;
    if (shown.current === key) return undefined;
    shown.current = key;
    // A new view: the reader begins at its start, unless the view has put the focus somewhere itself. In the frame that draws it,
    // since focusing lays the page out.
    const frame = requestAnimationFrame(() => {
      const focused = document.activeElement;
      if (focused === document.body || focused?.closest(".frame-rail") !== null) document.getElementById("work")?.focus();
    });
    return () => cancelAnimationFrame(frame);
  }, [key, title]);
  return (
    <Frame
      isRehearsal={subject.kind === "run" && subject.header.mode === "rehearsal"}
      band={
        <Band
          subject={subject}
          session={snapshot.session}
          osUser={snapshot.osUser}
          siteZone={siteZone}
          onSearch={() => setPaletteOpen(true)}
          onLock={() => void callOrNotify("people.lock", {})}
          onSignOut={() => void callOrNotify("people.signOut", {})}
          onSignIn={() => (snapshot.hasOperators ? setSignInOpen(true) : useApp.getState().postponeFirstRun(false))}
        />
      }
      rail={<Rail route={route} activeRun={snapshot.activeRun} launch={launch} drillsDue={drillsDue} />}
      view={
        <Suspense
          fallback={
            <FrameWork label="Loading">
              <div className="splash">Opening the run…</div>
            </FrameWork>
          }
        >
          <View key={key} route={route} />
        </Suspense>
      }
      record={<RecordBar snapshot={snapshot} subject={subject} />}
      overlay={
        <>
          <PeopleOverlays snapshot={snapshot} />
          <StartOverlay isSomebody={snapshot.session !== null && !snapshot.session.locked} />
          <QuickLog />
          <PaletteView />
          <ConnectionWord />
          <Notices />
        </>
      }
    />
  );
}

/** The one run of the link; another one of the same night takes its place when it begins. */
function Followed({ snapshot, following }: { snapshot: NonNullable<AppState["snapshot"]>; following: Following }) {
  const subject = useApp((state) => state.subject);
  const siteZone = useSiteZone();
  useEffect(() => {
    document.title = `${following.name} · Holdpoint`;
  }, [following.name]);
  const nothing = (): void => {};
  return (
    <FollowWindow
      following={following}
      band={
        <Band
          subject={subject}
          session={null}
          osUser=""
          siteZone={siteZone}
          onSearch={null}
          onLock={nothing}
          onSignOut={nothing}
          onSignIn={nothing}
        />
      }
      view={
        <Suspense
          fallback={
            <FrameWork label="Loading">
              <div className="splash">Opening the run…</div>
            </FrameWork>
          }
        >
          <RunView key={following.run} run={following.run} />
        </Suspense>
      }
      record={<RecordBar snapshot={snapshot} subject={subject} />}
      notices={
        <>
          <ConnectionWord />
          <Notices />
        </>
      }
    />
  );
}

function StartOverlay({ isSomebody }: { isSomebody: boolean }) {
  const { startPath, startMode, start, started } = useLibrary();
  if (startPath === null || !isSomebody) return null;
  return (
    <Suspense fallback={null}>
      <StartDialog key={startPath} path={startPath} mode={startMode} onClose={() => start(null)} onStarted={started} />
    </Suspense>
  );
}

function View({ route }: { route: Route }) {
  switch (route.view) {
    case "library":
      return <LibraryView />;
    case "document":
      return <DocumentView path={route.path} isPlan={route.part === "plan"} step={route.step ?? null} />;
    case "link":
      return <LinkView link={route.link} />;
    case "run":
      return <RunView run={route.run} />;
    case "launches":
      return <LaunchesView />;
    case "launch":
      return <SetupView launch={route.launch} />;
    case "readiness":
      return <ReadinessView launch={route.launch} item={route.item} />;
    case "decision":
      return <DecisionView launch={route.launch} />;
    case "night":
      return <NightView launch={route.launch} />;
    case "rehearse":
      return <RehearseView path={route.path} compare={route.compare} />;
    case "people":
      return <PeopleView />;
    case "records":
      return <RecordsView />;
    case "record":
      return <RecordView log={route.log} seq={route.seq} />;
    case "settings":
      return <SettingsView />;
  }
}

const routeKey = (route: Route): string =>
  route.view === "document"
    ? `document ${route.path} ${route.step ?? ""}`
    : route.view === "run"
      ? route.run
      : route.view === "record"
        ? route.log
        : "launch" in route
          ? `${route.view} ${route.launch}`
          : route.view === "link"
            ? `link ${route.link}`
            : route.view;
const titles: Record<Route["view"], string> = {
  library: "Library",
  document: "Runbook",
  link: "Link",
  run: "Run",
  launches: "Launches",
  launch: "Set-up",
  readiness: "Readiness",
  decision: "Decision",
  night: "Night",
  rehearse: "Rehearse",
  people: "People",
  records: "Records",
  record: "Record",
  settings: "Settings",
};
const titleOf = (route: Route): string => titles[route.view];

function Splash({ error, isLost }: { error: string | null; isLost: boolean }) {
  return (
    <div className="splash" role="status">
      <Mark size={44} />
      <h1>Holdpoint</h1>
      <p>{error ?? (isLost ? "The engine does not answer yet. Trying again." : "Opening the record…")}</p>
    </div>
  );
}

function Refused() {
  return (
    <div className="splash" role="alert">
      <Mark size={44} />
      <h1>This window needs a new link</h1>
      <p>
        The link was used already, or Holdpoint was started again since. Nothing is lost: the record is on disk. Run{" "}
        <code>holdpoint open</code>, or <code>holdpoint serve</code> for a link to this address.
      </p>
      <Button kind="accent" onClick={() => bridge().retryNow()}>
        Try again
      </Button>
    </div>
  );
}

/** Lost: what is on screen may be old, acts do not reach the engine. */
function ConnectionWord() {
  const { state, retryAt, attempt } = useApp((app) => app.connection);
  const now = useNow();
  const [isShown, setShown] = useState(false);
  useEffect(() => {
    if (state !== "lost") {
      setShown((was) => {
        if (was) announce("Connected again.");
        return false;
      });
      return;
    }
    // A reconnect that takes less than this is nobody's business.
    const timer = setTimeout(() => {
      setShown(true);
      announce("The connection to the engine is lost. What is shown may be old. Trying again.", "assertive");
    }, 600);
    return () => clearTimeout(timer);
  }, [state]);
  if (!isShown) return null;
  const wait = retryAt === null ? 0 : Math.max(0, retryAt - now);
  return (
    <div className="connection">
      <span>
        <b>Connection lost.</b>{" "}
        <span className="connection-why">What you see may be old, and nothing pressed here reaches the engine.</span>{" "}
        <span className="dim">{attempt > 1 && wait > 999 ? `Next try in ${formatDuration(wait)}.` : "Trying now."}</span>
      </span>
      <Button small onClick={() => bridge().retryNow()}>
        Try now
      </Button>
    </div>
  );
}

function Notices() {
  const { notices, dismiss } = useApp();
  return (
    <section className="notices" aria-label="Messages">
      {notices.map((notice) => (
        <Notice key={notice.id} kind={notice.kind} live>
          <div className="notice-line">
            <span className="grow">{notice.text}</span>
            {notice.action === undefined ? null : (
              <Button
                small
                onClick={() => {
                  notice.action?.run();
                  dismiss(notice.id);
                }}
              >
                {notice.action.label}
              </Button>
            )}
            <IconButton label="Dismiss" onClick={() => dismiss(notice.id)}>
              <X size={16} />
            </IconButton>
          </div>
        </Notice>
      ))}
    </section>
  );
}
