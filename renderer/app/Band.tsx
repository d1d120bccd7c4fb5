// Row 1, never scrolled away: which cluster, live or rehearsal, what is open, the clocks, who is signed in.
// Owns: drawing. Facts come from the engine's header or snapshot, never from a shell's output.
import { Archive, CircleOff, Drama, Eye, Lock, LogIn, LogOut, Pin, Search, Unplug } from "lucide-react";
import type { PinView, SessionView } from "../../engine/protocol/index.ts";
import {
  CLASS_WORDS,
  ClassGlyph,
  comboWords,
  formatAgo,
  formatClock,
  formatDay,
  initials,
  Kbd,
  Menu,
  type MenuItem,
  runStatus,
  StatusWord,
  useNow,
  zoneWord,
} from "../design/index.ts";
import { useReadOnly } from "./read-only.ts";
import type { FrameSubject } from "./store.ts";

export function Band({
  subject,
  session,
  osUser,
  siteZone,
  onSearch,
  onLock,
  onSignIn,
  onSignOut,
}: {
  subject: FrameSubject;
  session: SessionView | null;
  osUser: string;
  siteZone: string;
  /** Null where there is nothing to search. */
  onSearch: (() => void) | null;
  onLock(): void;
  onSignIn(): void;
  onSignOut(): void;
}) {
  const header = subject.kind === "run" ? subject.header : null;
  const pin = header?.clusters[0];
  const where = subject.kind === "launch" ? subject.header.clusterClass : pin?.class;
  const look = header?.mode === "rehearsal" ? "rehearsal" : where === "production" ? "production" : "";
  return (
    <header className={`frame-band ${look}`}>
      {header !== null ? (
        <RunWords header={header} pin={pin} />
      ) : subject.kind === "launch" ? (
        <LaunchWords header={subject.header} />
      ) : subject.kind === "record" ? (
        <RecordWords subject={subject} />
      ) : (
        <NoRunWords />
      )}
      <div className="band-end">
        {onSearch === null ? null : (
          <button type="button" className="band-search" onClick={onSearch} aria-label={`Search, ${comboWords("Mod+K")}`}>
            <Search size={15} aria-hidden="true" />
            <span className="band-wide">Search</span>
            <Kbd combo="Mod+K" />
          </button>
        )}
        <Clocks siteZone={siteZone} />
        <Who session={session} osUser={osUser} onLock={onLock} onSignIn={onSignIn} onSignOut={onSignOut} />
      </div>
    </header>
  );
}

function NoRunWords() {
  return (
    <>
      <span className="band-chip">
        <CircleOff size={16} aria-hidden="true" />
        NO CLUSTER
      </span>
      <span className="band-small">no run is open</span>
    </>
  );
}

/** The cluster that a launch is for. It is proved when its checks or runs are started, so nothing is said of that here. */
function LaunchWords({ header }: { header: Extract<FrameSubject, { kind: "launch" }>["header"] }) {
  const { context, name } = header.facts;
  const shown = header.clusterClass ?? "none";
  return (
    <>
      {context === null ? (
        <span className="band-chip">
          <CircleOff size={16} aria-hidden="true" />
          NO CLUSTER
        </span>
      ) : (
        <span className={`band-chip ${shown === "production" ? "production" : `cls-${shown}`}`}>
          <ClassGlyph of={shown} />
          {CLASS_WORDS[shown]}
        </span>
      )}
      <span className="band-cluster">
        {context === null ? null : <span className="band-name">{context}</span>}
        <span className="band-live">
          <i aria-hidden="true" />
          LIVE
        </span>
      </span>
      <span className="band-title">
        {name}
        <span className="band-small band-wide">launch {header.number}</span>
      </span>
    </>
  );
}

function RecordWords({ subject }: { subject: Extract<FrameSubject, { kind: "record" }> }) {
  const { log } = subject;
  return (
    <>
      <span className="band-chip">
        <Archive size={16} aria-hidden="true" />
        RECORD, READ ONLY
      </span>
      <span className="band-cluster">
        {log.cluster === null ? (
          <span className="band-small">{log.kind === "install" ? "this installation" : "had no cluster"}</span>
        ) : (
          <>
            <span className="band-small band-was">was on</span>
            <span className="band-name">{log.cluster}</span>
            <span className="band-small">
              <ClassGlyph of={classOf(log.clusterClass)} size={14} />
              {log.clusterClass ?? "no class"}
            </span>
          </>
        )}
      </span>
    </>
  );
}

const classOf = (name: string | null): "production" | "staging" | "sandbox" | "local" | "none" =>
  name === "production" || name === "staging" || name === "sandbox" || name === "local" ? name : "none";

type RunSubject = Extract<FrameSubject, { kind: "run" }>;

function RunWords({ header, pin }: { header: RunSubject["header"]; pin: PinView | undefined }) {
  const isRehearsal = header.mode === "rehearsal";
  const shown = pin?.class ?? "none";
  return (
    <>
      {isRehearsal ? (
        <span className="band-chip rehearsal">
          <Drama size={17} aria-hidden="true" />
          REHEARSAL
          {header.rehearsal == null ? null : <span className="band-way">{WAY_WORDS[header.rehearsal.way]}</span>}
        </span>
      ) : pin === undefined ? (
        <span className="band-chip">
          <CircleOff size={16} aria-hidden="true" />
          NO CLUSTER
        </span>
      ) : (
        <span className={`band-chip ${shown === "production" ? "production" : `cls-${shown}`}`}>
          <ClassGlyph of={shown} />
          {CLASS_WORDS[shown]}
        </span>
      )}
      <span className="band-cluster">
        {pin === undefined ? (
          isRehearsal ? (
            <>
              <span className="band-name">No cluster</span>
              <span className="band-small">{isPractised(header) ? "nothing is changed anywhere" : "commands run on this computer"}</span>
            </>
          ) : (
            <span className="band-small">this computer only</span>
          )
        ) : (
          <>
            <span className="band-name">{pin.context}</span>
            {pin.identity === null || pin.identity.namespace === "" || header.clusters.length > 1 ? null : (
              <span className="band-small band-wide">namespace {pin.identity.namespace}</span>
            )}
            <PinWord pin={pin} />
            {header.clusters.slice(1).map((one) => (
              <span key={one.name} className="band-more">
                <span className="band-name">{one.context}</span>
                {one.class === pin.class ? null : <span className="band-small">{one.class ?? "no class"}</span>}
                <PinWord pin={one} />
              </span>
            ))}
          </>
        )}
        {isRehearsal ? null : (
          <span className="band-live">
            <i aria-hidden="true" />
            LIVE
          </span>
        )}
        {header.status === "aborted" || header.status === "finished" ? <StatusWord {...runStatus(header.status, header.result)} /> : null}
        {header.status === "active" &&
        header.nextAction.kind === "blocked" &&
        header.nextAction.signs !== undefined &&
        header.clusters.length < 2 ? (
          <span className="band-wide">
            <StatusWord state="signoff" word={`Waits for ${header.nextAction.signs.roles.join(" and ")}`} />
          </span>
        ) : null}
      </span>
      <span className="band-title band-wide">
        {header.isChecks === true ? "Checks: " : ""}
        {header.title}
        <span className="band-small">
          {isRehearsal ? "rehearsal" : "run"} {header.number}
        </span>
      </span>
    </>
  );
}

const WAY_WORDS = { walk: "walk", replay: "replay", sandbox: "sandbox" } as const;
/** Nothing is run: no shell, no cluster. */
const isPractised = ({ rehearsal }: RunSubject["header"]): boolean => rehearsal != null && rehearsal.way !== "sandbox";

const PIN_WORDS: Record<PinView["state"], string> = {
  proved: "proved",
  differs: "differs from the pin",
  unreachable: "not reachable",
  expired: "credentials expired",
  unproved: "not proved yet",
};
function PinWord({ pin }: { pin: PinView }) {
  const now = useNow();
  const when = pin.state === "proved" && pin.provedAt !== null ? ` ${formatAgo(now - Date.parse(pin.provedAt))}` : "";
  return (
    <span
      className={`band-small ${pin.state === "differs" || pin.state === "expired" ? "fail-text" : pin.state === "unreachable" ? "band-away" : ""}`}
    >
      {pin.state === "unreachable" ? <Unplug size={14} aria-hidden="true" /> : <Pin size={14} aria-hidden="true" />}
      <span className={pin.state === "proved" ? "band-mid" : ""}>{PIN_WORDS[pin.state]}</span>
      {when}
    </span>
  );
}

function Clocks({ siteZone }: { siteZone: string }) {
  const now = useNow();
  return (
    <>
      <span className="band-small band-wide">{formatDay(now)}</span>
      <span className="band-clock">
        <b>{formatClock(now)}</b> UTC
      </span>
      {zoneWord(now, siteZone) === "UTC" ? null : (
        <span className="band-clock">
          <b>{formatClock(now, siteZone)}</b> {zoneWord(now, siteZone)}
        </span>
      )}
    </>
  );
}

function Who({
  session,
  osUser,
  onLock,
  onSignIn,
  onSignOut,
}: {
  session: SessionView | null;
  osUser: string;
  onLock(): void;
  onSignIn(): void;
  onSignOut(): void;
}) {
  const readOnly = useReadOnly();
  if (readOnly !== null)
    return (
      <span className="band-who" title={readOnly}>
        <Eye size={16} aria-hidden="true" />
        <b>Read only</b>
      </span>
    );
  if (session === null)
    return (
      <button type="button" className="band-who" onClick={onSignIn}>
        <LogIn size={16} aria-hidden="true" />
        <b>Not signed in</b>
        <span className="band-wide">as {osUser} on this computer</span>
      </button>
    );
  const { operator } = session;
  const items: MenuItem[] = [
    { kind: "label", id: "who", label: `${operator.id}${operator.title === "" ? "" : `, ${operator.title}`}` },
    { id: "lock", label: "Lock", hint: "A running command goes on", icon: <Lock size={16} />, onSelect: onLock },
    { id: "out", label: "Sign out", icon: <LogOut size={16} />, onSelect: onSignOut },
  ];
  return (
    <Menu
      items={items}
      trigger={
        <button type="button" className="band-who">
          <span className="avatar" aria-hidden="true">
            {initials(operator.name)}
          </span>
          <b>{operator.name}</b>
          <span className="band-wide">{session.locked ? "locked" : (operator.roles[0] ?? "no role")}</span>
        </button>
      }
    />
  );
}
