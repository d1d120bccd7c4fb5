// A run summed up for whoever takes it over: the same on screen and on paper. Owns: its drawing. What it says is the engine's.
import { HANDOVER_SECTIONS, type HandoverSummary } from "../../engine/protocol/index.ts";

export function Summary({ summary }: { summary: HandoverSummary }) {
  return (
    <div className="handover-summary">
      {HANDOVER_SECTIONS.map(({ key, title }) => (
        <section key={key} aria-label={title} className={summary[key].length === 0 ? "none" : key}>
          <h3>{title}</h3>
          {summary[key].length === 0 ? (
            <p className="dim">Nothing</p>
          ) : (
            <ul>
              {summary[key].map((line) => (
                <li key={line}>{line}</li>
              ))}
            </ul>
          )}
        </section>
      ))}
    </div>
  );
}
