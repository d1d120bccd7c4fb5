// One fault of the debrief: what it was, the time to its being noticed against the hint, what was done, what a practised team does.
// Owns: its drawing. Every moment leads to its event in the record.
import { Lightbulb, SearchCheck } from "lucide-react";
import type { ReactNode } from "react";
import type { DebriefFault } from "../../engine/protocol/index.ts";
import { formatDuration, formatSpent, Status } from "../design/index.ts";
import { earlierWords, HOW_WORDS, standOf } from "./words.ts";

export function FaultCard({ fault, href }: { fault: DebriefFault; href(seq: number): string }) {
  const stand = standOf(fault);
  const isMet = fault.injected !== null;
  return (
    <li className={`card debrief-card fault ${isMet ? stand.state : "quiet"}`}>
      <header>
        <Status state={stand.state} size={20} />
        <h3>{fault.title}</h3>
        <span className="fault-word">{stand.word}</span>
      </header>
      <p className="mid">
        {fault.step === null ? null : (
          <>
            <span className="mono">{fault.step.number}</span> {fault.step.title} <span className="dim">·</span>{" "}
          </>
        )}
        {fault.how === "real" ? "really broken" : fault.how === "played" ? "played" : fault.moment}
        {fault.because === "" ? "" : `: ${fault.because}`}
      </p>
      <pre className="fault-what">{fault.what}</pre>
      {isMet ? <Track fault={fault} href={href} /> : null}
      {fault.deeds.length === 0 ? null : (
        <ul className="debrief-deeds">
          {fault.deeds.map((deed) => (
            <li key={deed.seq}>
              <a className="mono" href={href(deed.seq)}>
                +{formatDuration(Date.parse(deed.at) - Date.parse(fault.injected?.at ?? deed.at))}
              </a>{" "}
              {deed.by} {HOW_WORDS[deed.how]}
              {deed.text === "" ? "" : <span className="mid">: {deed.text}</span>}
            </li>
          ))}
        </ul>
      )}
      {fault.expected === "" ? null : (
        <Line icon={<SearchCheck size={16} aria-hidden="true" />} label="A practised team">
          {fault.expected}
        </Line>
      )}
      {fault.hint === null || fault.hint.given === null ? null : (
        <Line icon={<Lightbulb size={16} aria-hidden="true" />} label="Hint given">
          {fault.hint.text}
        </Line>
      )}
    </li>
  );
}

function Line({ icon, label, children }: { icon: ReactNode; label: string; children: ReactNode }) {
  return (
    <p className="fault-line">
      {icon}
      <span>
        <b>{label}:</b> {children}
      </span>
    </p>
  );
}

/** From its injection to its end, with the hint as the mark on the scale. */
function Track({ fault, href }: { fault: DebriefFault; href(seq: number): string }) {
  const { injected, noticed, handled, hint } = fault;
  if (injected === null) return null;
  const hintMs = hint === null ? null : hint.given === null ? hint.afterMs : Date.parse(hint.given.at) - Date.parse(injected.at);
  const ends = [noticed?.afterMs ?? 0, handled?.afterMs ?? 0];
  const spanMs = Math.max(1000, ...ends) * 1.15;
  const showsHint = hintMs !== null && (hintMs <= spanMs || noticed === null);
  const whole = Math.max(spanMs, showsHint ? hintMs * 1.02 : 0);
  const at = (ms: number): string => `${Math.min(100, (100 * ms) / whole)}%`;
  const earlier = earlierWords(fault.earlier);
  return (
    <div className="fault-track-box">
      <div className="fault-times">
        <span>
          injected at{" "}
          <a className="mono" href={href(injected.seq)}>
            {formatDuration(injected.elapsedMs)}
          </a>
        </span>
        {noticed === null ? (
          <b className="fail-text">nobody noticed</b>
        ) : (
          <span>
            <b>noticed after </b>
            <a className="mono" href={href(noticed.seq)}>
              {formatSpent(noticed.afterMs)}
            </a>
            , {noticed.by} {HOW_WORDS[noticed.how]}
          </span>
        )}
        <span>
          {handled === null ? (
            "not dealt with"
          ) : (
            <>
              dealt with after{" "}
              <a className="mono" href={href(handled.seq)}>
                {formatSpent(handled.afterMs)}
              </a>
              : {handled.words}
            </>
          )}
        </span>
        {hintMs === null ? null : (
          <span className="dim end">
            hint {hint?.given === null ? "at" : "given at"} {formatDuration(hintMs)}
          </span>
        )}
      </div>
      <div className="fault-track" aria-hidden="true">
        {noticed === null ? (
          <span className="missed" style={{ width: "100%" }} />
        ) : (
          <>
            <span className="known" style={{ width: at(Math.max(handled?.afterMs ?? whole, noticed.afterMs)) }} />
            <span className="open" style={{ width: at(noticed.afterMs) }} />
            <i style={{ left: at(noticed.afterMs) }} />
          </>
        )}
        {showsHint ? <i className="hint" style={{ left: at(hintMs) }} /> : null}
      </div>
      {earlier === "" ? null : <p className="dim">{earlier}</p>}
    </div>
  );
}
