// The record bar: how much is written, the head's fingerprint, the last checkpoint, disk and clock.
// Owns: drawing. The numbers are the engine's.
import { Drama, ScrollText } from "lucide-react";
import type { AppSnapshot } from "../../engine/protocol/index.ts";
import { fingerprintGroups, formatAgo, formatBytes, formatCount, plural, Status, useNow } from "../design/index.ts";
import type { FrameSubject } from "./store.ts";

/** Below this the disk is named as a worry: one long night's recordings are a few GB. */
const LOW_DISK_BYTES = 2_000_000_000;

export function RecordBar({ snapshot, subject }: { snapshot: AppSnapshot; subject: FrameSubject }) {
  const now = useNow(1000);
  const header = subject.kind === "run" ? subject.header : null;
  const { events, fingerprint } =
    subject.kind === "run" || subject.kind === "launch"
      ? subject.header
      : subject.kind === "record"
        ? subject.log
        : { events: snapshot.installEvents, fingerprint: snapshot.installFingerprint };
  const isSolo = subject.kind === "record" ? subject.log.solo : subject.kind !== "none" && subject.header.solo;
  const free = snapshot.diskFreeBytes;
  return (
    <section className="frame-record" aria-label="Record">
      <span className="record-cell">
        {header?.mode === "rehearsal" ? <Drama size={14} aria-hidden="true" /> : <ScrollText size={14} aria-hidden="true" />}
        <span>
          {header?.mode === "rehearsal" ? "Rehearsal record, " : ""}
          {plural(events, "event")}
          <span className="record-wide">{subject.kind === "record" ? ", not changed by reading" : ", written"}</span>
        </span>
      </span>
      <span className="record-cell">
        <span className="record-wide">Fingerprint</span> <span className="mono">{fingerprintGroups(fingerprint).join(" ")}</span>
      </span>
      {header === null || header.checkpointAt === null ? null : (
        <span className="record-cell">
          <span className="record-wide">Checkpoint</span> {formatAgo(now - Date.parse(header.checkpointAt))}
        </span>
      )}
      {isSolo ? (
        <span className="record-cell" title="Until a second person is enrolled here">
          SOLO
        </span>
      ) : null}
      <span className="record-end">
        {snapshot.recordProblem === null ? null : (
          <span className="record-cell fail-text">
            <Status state="failed" size={14} /> Record is damaged
          </span>
        )}
        {header?.rehearsal == null || header.rehearsal.way === "sandbox" ? null : (
          <span className="record-cell reh-text">No shell, no cluster</span>
        )}
        {snapshot.host.isReadOnly ? <span className="record-cell">Read only</span> : null}
        {free === null ? null : (
          <span className={`record-cell ${free < LOW_DISK_BYTES ? "warn-text" : ""}`}>Disk {formatBytes(free)} free</span>
        )}
        <span className={`record-cell ${snapshot.clock === "adrift" ? "warn-text" : ""}`}>
          {snapshot.clock === "in step" ? "Clock in step" : snapshot.clock === "adrift" ? "Clock adrift" : "Clock not checked"}
        </span>
        {header === null ? null : <span className="record-cell">Redacted {formatCount(header.redactions)}</span>}
      </span>
    </section>
  );
}
