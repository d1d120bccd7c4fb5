// Who must release a step, who has, what overtook a signature, and who refused: beside the step, in words and shapes.
// Owns: the drawing. The signing is the sheet's (renderer/signing); who may sign is the engine's.
import { PenLine } from "lucide-react";
import type { StepState } from "../../engine/protocol/index.ts";
import { Button, formatMoment, Status } from "../design/index.ts";
import { missingRoles } from "./hold.ts";

export function HoldPoint({
  state,
  zone,
  onSign,
}: {
  state: StepState;
  zone: string;
  /** Null where it is not to be signed here and now. */
  onSign: ((role: string) => void) | null;
}) {
  const { signoff } = state;
  if (signoff === undefined || signoff.roles.length === 0) return null;
  const missing = state.status === "todo" ? missingRoles(state) : [];
  const { rejected = null, stale = [] } = signoff;
  // One role is signed by the large button; several need to be told apart.
  const sign = new Set(missing).size > 1 ? onSign : null;
  return (
    <section className={`run-holdpoint ${missing.length > 0 ? "waits" : ""}`} aria-label="Hold point">
      <h4>{missing.length > 0 ? "Hold point: released by signature" : "Hold point"}</h4>
      <ul>
        {rejected === null ? null : (
          <li>
            <Status state="failed" size={16} />
            <span>
              <b>Rejected</b> by {rejected.name} as {rejected.role}: {rejected.reason}{" "}
              <span className="dim">{formatMoment(rejected.at, zone)}</span>
            </span>
          </li>
        )}
        {signoff.signed.map((one) => (
          <li key={`${one.role} ${one.name}`}>
            <Status state="passed" size={16} />
            <span>
              <b>Signed</b> by {one.name} as {one.role} <span className="dim">{formatMoment(one.at, zone)}</span>
            </span>
          </li>
        ))}
        {stale.map((one) => (
          <li key={`${one.role} ${one.name} ${one.at}`}>
            <Status state="stale" size={16} />
            <span>
              <b>Stale</b>, counts no more: {one.name} as {one.role}, {one.because}{" "}
              <span className="dim">{formatMoment(one.at, zone)}</span>
            </span>
          </li>
        ))}
        {missing.map((role, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a role may be asked twice, by two persons
          <li key={`${role} ${index}`}>
            <Status state="signoff" size={16} />
            <span>
              <b>Waits for {role}</b>
            </span>
            {sign === null ? null : (
              <Button small className="end" icon={<PenLine size={14} aria-hidden="true" />} onClick={() => sign(role)}>
                Sign as {role}…
              </Button>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
