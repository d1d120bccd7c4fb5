// Incident, near-miss, note, decision, lesson or next step on the timeline in two keystrokes: L anywhere in a launch or a run, then
// I, M, N, D, S or X.
// Owns: the key, the dialog, and news of alarms to whoever sits at the window. Which launch: that of the open view.
import { useCallback, useEffect, useRef, useState } from "react";
import type { LaunchId, LaunchView } from "../../engine/protocol/index.ts";
import { announce, callEngine, type FrameSubject, go, useApp, useKeys, useReadOnly } from "../app/index.ts";
import { bridge } from "../bridge/index.ts";
import { Button, Dialog, Field, Kbd, TextAreaField } from "../design/index.ts";
import { FormDialog } from "../launches/FormDialog.tsx";
import { useLaunches } from "../launches/slice.ts";
import { cryOut } from "../run/outcry.ts";
import { type Timeline, useQuickLog } from "./quick-log.ts";

type Kind = LaunchView["notes"][number]["kind"];
const KINDS: { key: string; kind: Kind; word: string }[] = [
  { key: "I", kind: "incident", word: "Incident" },
  { key: "M", kind: "near-miss", word: "Near-miss" },
  { key: "N", kind: "note", word: "Note" },
  { key: "D", kind: "decision", word: "Decision" },
  { key: "S", kind: "lesson", word: "Lesson" },
  { key: "X", kind: "next-step", word: "Next step" },
];

/** Over the whole window, as long as somebody is signed in. */
export function QuickLog() {
  const { at, open, close } = useQuickLog();
  const subject = useApp((state) => state.subject);
  const isSomebody = useApp(({ snapshot }) => snapshot?.session != null && !snapshot.session.locked);
  const readOnly = useReadOnly();
  const [kind, setKind] = useState<Kind | null>(null);
  const own = timelineOf(subject);
  useAlarms();
  useKeys([{ combo: "L", scope: "free", run: () => own !== null && readOnly === null && isSomebody && open(own) }]);
  const end = (): void => {
    setKind(null);
    close();
  };
  if (at === null || !isSomebody) return null;
  return kind === null ? <Choice onKind={setKind} onClose={end} /> : <Entry at={at} kind={kind} onClose={end} />;
}

/** Of the open view: its launch, or a run that is part of none; null where nothing more can be put on it. */
function timelineOf(subject: FrameSubject): Timeline | null {
  if (subject.kind === "launch") return subject.header.state === "closed" ? null : { launch: subject.header.launch };
  if (subject.kind !== "run") return null;
  const { launch = null, run, status } = subject.header;
  if (launch !== null) return { launch };
  return status === "finished" || status === "aborted" ? null : { run };
}

function Choice({ onKind, onClose }: { onKind(kind: Kind): void; onClose(): void }) {
  useEffect(() => {
    const listen = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
      const found = KINDS.find((one) => one.key === event.key.toUpperCase());
      if (found === undefined) return;
      event.preventDefault();
      onKind(found.kind);
    };
    window.addEventListener("keydown", listen);
    return () => window.removeEventListener("keydown", listen);
  }, [onKind]);
  return (
    <Dialog open title="Put on the timeline" onClose={onClose} footer={<Button onClick={onClose}>Cancel</Button>}>
      <div className="night-kinds">
        {KINDS.map((one) => (
          <Button key={one.kind} aria-keyshortcuts={one.key} onClick={() => onKind(one.kind)}>
            {one.word} <Kbd combo={one.key} />
          </Button>
        ))}
      </div>
    </Dialog>
  );
}

function Entry({ at, kind, onClose }: { at: Timeline; kind: Kind; onClose(): void }) {
  const [title, setTitle] = useState("");
  const [text, setText] = useState("");
  const [severity, setSeverity] = useState("");
  const { word } = KINDS.find((one) => one.kind === kind)!;
  const isTrouble = kind === "incident" || kind === "near-miss";
  return (
    <FormDialog
      title={word}
      {...(kind === "incident" && "launch" in at
        ? { about: "Its clock begins now: level 1 is called after its time unless somebody acknowledges it." }
        : {})}
      button="Record it"
      problem={title.trim() === "" ? "Say in a line what it is." : null}
      onSend={async () => {
        if ("run" in at) {
          const noted = await callEngine("run.note", { run: at.run, kind, title: title.trim(), text: text.trim() });
          if (!noted.ok) return noted.error.message;
          useApp.getState().notify("ok", `${word} recorded: ${title.trim()}`);
          return null;
        }
        const result = await callEngine("launch.note", {
          launch: at.launch,
          kind,
          title: title.trim(),
          text: text.trim(),
          ...(severity.trim() === "" ? {} : { severity: severity.trim() }),
        });
        if (!result.ok) return result.error.message;
        useLaunches.getState().put(result.value);
        useApp.getState().notify("ok", `${word} recorded: ${title.trim()}`);
        return null;
      }}
      onClose={onClose}
    >
      <Field label="In a line" autoFocus maxLength={300} value={title} onChange={(event) => setTitle(event.target.value)} />
      <TextAreaField
        label="More, if there is time"
        rows={3}
        maxLength={10_000}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      {isTrouble && "launch" in at ? (
        <Field label="Severity" maxLength={40} placeholder="SEV-2" value={severity} onChange={(event) => setSeverity(event.target.value)} />
      ) : null}
    </FormDialog>
  );
}

/** What is overdue in any launch is said wherever the window stands; in the launch's own room it stands there already. */
function useAlarms(): void {
  const route = useApp((state) => state.route);
  const said = useRef<{ launch: LaunchId; key: string; notice: number }[]>([]);
  const drop = useCallback((is: (one: { launch: LaunchId; key: string }) => boolean): void => {
    for (const one of said.current.filter(is)) useApp.getState().dismiss(one.notice);
    said.current = said.current.filter((one) => !is(one));
  }, []);
  const night = route.view === "night" ? route.launch : null;
  useEffect(() => {
    if (night !== null) drop((one) => one.launch === night);
  }, [night, drop]);
  useEffect(() => {
    const stops = [
      bridge().subscribe("launch.alarm", ({ launch, name, key, severity, title, detail }) => {
        const { notify, snapshot, route: now } = useApp.getState();
        announce(`${name}: ${title}. ${detail}`, severity === "fail" ? "assertive" : "polite");
        if (snapshot !== null) cryOut({ severity, title: `${name}: ${title}`, detail }, snapshot.settings);
        if (now.view === "night" && now.launch === launch) return;
        const notice = notify(severity, `${name}: ${title}. ${detail}`, { label: "Show", run: () => go({ view: "night", launch }) });
        said.current = [...said.current, { launch, key, notice }];
      }),
      // What was overdue and is done meanwhile needs nobody any more.
      bridge().subscribe("launch.changed", ({ launch }) => {
        if (!said.current.some((one) => one.launch === launch)) return;
        void bridge()
          .call("launch.get", { launch })
          .then((answer) => {
            if (!answer.ok) return;
            const standing = answer.value.view.duty.alarms.map((one) => one.key);
            drop((one) => one.launch === launch && !standing.includes(one.key));
          });
      }),
    ];
    return () => {
      for (const stop of stops) stop();
    };
  }, [drop]);
}
