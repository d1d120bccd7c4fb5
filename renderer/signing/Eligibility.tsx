// Who may sign, and who may not with the reason. Owns: drawing; the engine says who.
import type { PreparedSignature } from "../../engine/protocol/index.ts";
import { Status } from "../design/index.ts";

export function Eligibility({ prepared: { eligible, excluded } }: { prepared: PreparedSignature }) {
  return (
    <section className="sign-people" aria-label="Who may sign">
      <h3 className="sign-label">{eligible.length === 0 ? "Nobody may sign now" : "May sign"}</h3>
      <ul className="quiet">
        {eligible.map((one) => (
          <li key={one.id}>
            <Status state="open" size={14} />
            <span>
              {one.name} <span className="mono dim">{one.id}</span>
              {one.onBehalfOf === null ? null : <span className="mid">, on behalf of {one.onBehalfOf}</span>}
            </span>
          </li>
        ))}
        {excluded.map((one) => (
          <li key={one.id} className="dim">
            <Status state="na" size={14} label="may not sign" />
            <span>
              <span className="mid">{one.name}</span> may not: {one.why}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
