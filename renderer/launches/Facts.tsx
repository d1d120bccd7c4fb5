// What a launch is about, as fields. Owns: the fields. Values are a draft of strings; the caller turns them into facts.
import type { ContextEntry, LaunchFacts } from "../../engine/protocol/index.ts";
import { CLASS_WORDS, Field, isZone, SelectField, TextAreaField } from "../design/index.ts";
import { MomentField } from "./MomentField.tsx";
import { fromLocalInput, isLocalMoment, toLocalInput } from "./words.ts";

export type FactsDraft = {
  name: string;
  version: string;
  change: string;
  approval: string;
  start: string;
  end: string;
  zone: string;
  riskClass: LaunchFacts["riskClass"];
  freezeException: string;
  context: string;
  summary: string;
};

export const emptyFacts = (zone: string): FactsDraft => ({
  name: "",
  version: "",
  change: "",
  approval: "",
  start: "",
  end: "",
  zone,
  riskClass: "medium",
  freezeException: "",
  context: "",
  summary: "",
});

export const draftOf = (facts: LaunchFacts): FactsDraft => {
  const zone = isZone(facts.zone) ? facts.zone : "UTC";
  return {
    name: facts.name,
    version: facts.version,
    change: facts.change,
    approval: facts.approval,
    start: toLocalInput(facts.windowStart, zone),
    end: toLocalInput(facts.windowEnd, zone),
    zone: facts.zone,
    riskClass: facts.riskClass,
    freezeException: facts.freezeException,
    context: facts.context ?? "",
    summary: facts.summary,
  };
};

/** The facts without the tickets, which are a list of their own. */
export function factsOf(draft: FactsDraft): Omit<LaunchFacts, "tickets" | "contacts" | "bridge" | "escalation"> {
  const zone = isZone(draft.zone) ? draft.zone : "UTC";
  const { start, end, context, ...texts } = draft;
  return {
    ...texts,
    name: draft.name.trim(),
    windowStart: fromLocalInput(start, zone),
    windowEnd: fromLocalInput(end, zone),
    context: context === "" ? null : context,
  };
}

/** What keeps the draft from being sent, by field; the engine has the last word. */
export function factsProblem(draft: FactsDraft): { name?: string; zone?: string; start?: string; end?: string } {
  if (draft.name.trim() === "") return { name: "A launch needs a name." };
  if (draft.zone !== "" && !isZone(draft.zone))
    return { zone: `${draft.zone} is no zone that this machine knows, such as Europe/Vilnius.` };
  const odd = "Write it as 2026-03-14 22:00.";
  if (draft.start !== "" && !isLocalMoment(draft.start)) return { start: odd };
  if (draft.end !== "" && !isLocalMoment(draft.end)) return { end: odd };
  if (draft.start !== "" && draft.end !== "" && draft.end <= draft.start) return { end: "The window ends before it begins." };
  return {};
}

const RISKS: LaunchFacts["riskClass"][] = ["low", "medium", "high", "critical"];

export function FactsFields({
  draft,
  contexts,
  isTried,
  isFull,
  onChange,
}: {
  draft: FactsDraft;
  contexts: ContextEntry[];
  /** It was tried to send it: what is missing is said. */
  isTried: boolean;
  /** With what is seldom known at the beginning. */
  isFull: boolean;
  onChange(draft: FactsDraft): void;
}) {
  const problem = factsProblem(draft);
  const zone = isZone(draft.zone) ? draft.zone : "UTC";
  const set =
    (key: keyof FactsDraft) =>
    (event: { target: { value: string } }): void =>
      onChange({ ...draft, [key]: event.target.value });
  return (
    <>
      <div className="launch-fields two">
        <Field
          label="Name"
          autoFocus
          placeholder="v1.0-rc1 go-live"
          maxLength={200}
          value={draft.name}
          error={isTried ? problem.name : null}
          onChange={set("name")}
        />
        <Field label="Version" placeholder="v1.0-rc1" maxLength={100} value={draft.version} onChange={set("version")} />
        <Field label="Change number" placeholder="CHG-4711" maxLength={200} value={draft.change} onChange={set("change")} />
        <Field
          label="Approved by and where"
          hint="Ticket, board or minutes."
          maxLength={500}
          value={draft.approval}
          onChange={set("approval")}
        />
      </div>
      <div className="launch-fields three">
        <MomentField
          label="Window from"
          zone={zone}
          value={draft.start}
          error={isTried ? problem.start : null}
          onChange={(start) => onChange({ ...draft, start })}
        />
        <MomentField
          label="Window to"
          zone={zone}
          value={draft.end}
          error={isTried ? problem.end : null}
          onChange={(end) => onChange({ ...draft, end })}
        />
        <Field
          label="Zone of the site"
          list="launch-zones"
          placeholder="Europe/Vilnius"
          value={draft.zone}
          error={problem.zone}
          onChange={set("zone")}
        />
      </div>
      <Zones />
      <div className="launch-fields two">
        <SelectField label="Risk class" value={draft.riskClass} onChange={set("riskClass")}>
          {RISKS.map((risk) => (
            <option key={risk}>{risk}</option>
          ))}
        </SelectField>
        <SelectField
          label="Cluster"
          hint="The context that its automatic checks read. It is proved again whenever they run."
          value={draft.context}
          onChange={set("context")}
        >
          <option value="">No cluster</option>
          {contexts.map((entry) => (
            <option key={`${entry.file} ${entry.name}`} value={entry.name} disabled={entry.error !== null}>
              {entry.name}, {entry.error === null ? CLASS_WORDS[entry.class ?? "none"].toLowerCase() : "cannot be used"}
            </option>
          ))}
          {draft.context !== "" && !contexts.some((one) => one.name === draft.context) ? (
            <option value={draft.context}>{draft.context}, not in the kubeconfig</option>
          ) : null}
        </SelectField>
      </div>
      {isFull ? (
        <>
          <TextAreaField
            label="Exception from a change freeze"
            hint="Why a freeze does not hold for this one; empty where none applies."
            rows={2}
            maxLength={2000}
            value={draft.freezeException}
            onChange={set("freezeException")}
          />
          <TextAreaField label="Summary" rows={3} maxLength={4000} value={draft.summary} onChange={set("summary")} />
        </>
      ) : null}
    </>
  );
}

function Zones() {
  return (
    <datalist id="launch-zones">
      {Intl.supportedValuesOf("timeZone").map((zone) => (
        <option key={zone} value={zone} />
      ))}
    </datalist>
  );
}
