// The debrief as arithmetic over a run's events: when each fault came, who noticed it when, what was done, when it was dealt with.
// Owns: those figures. Pure: the same events and schedule give the same debrief, with or without Holdpoint.
import type { Debrief, DebriefFault, Deed, StoredEvent } from "../protocol/index.ts";
import { deedOf, noticedBy, type OpenFault, placeOf } from "./noticing.ts";
import type { Scenario } from "./types.ts";
import { momentWords, whatWords } from "./words.ts";

export type DebriefInput = {
  run: string;
  number: number;
  scenario: Scenario;
  /** Every event of the run. */
  events: readonly StoredEvent[];
  steps: readonly { id: string; number: string; title: string; on: string }[];
};

type Found = Omit<DebriefFault, "earlier">;

export function debriefOf({ run, number, scenario, events, steps }: DebriefInput): Debrief {
  const byId = new Map(steps.map((step) => [step.id, step]));
  const on = (step: string) => byId.get(step)?.on ?? "none";
  const stepWords = (id: string) => (byId.has(id) ? `step ${byId.get(id)?.number} “${byId.get(id)?.title}”` : `step ${id}`);
  const started = events.find(({ body }) => body.type === "run.started");
  const ended = events.findLast(({ body }) => body.type === "run.finished" || body.type === "run.aborted");
  const startedAt = started?.body.ts_utc ?? "";
  const faults: Found[] = scenario.faults.map((fault) => ({
    name: fault.name,
    title: fault.title,
    kind: fault.effect.kind,
    step: null,
    moment: momentWords(fault, stepWords),
    what: whatWords(fault),
    state: "never",
    because: "",
    how: null,
    injected: null,
    noticed: null,
    handled: null,
    cleared: null,
    hint: fault.hint === null ? null : { ...fault.hint, given: null },
    deeds: [],
    expected: fault.expected,
  }));
  const places = new Map(scenario.faults.map((fault): [string, OpenFault] => [fault.name, placeOf(fault)]));
  const falseAlarms: Deed[] = [];
  const open = () =>
    faults.filter((one) => one.injected !== null && one.noticed === null).sort((a, b) => a.injected!.seq - b.injected!.seq);

  for (const event of events) {
    const { seq, ts_utc: at, type, data, subject } = event.body;
    const own = faults.find((one) => one.name === data["fault"]);
    if (own && type.startsWith("fault.")) foldFault(own, event, startedAt, places, byId);
    const how = deedOf(event);
    if (how !== null) {
      const deed: Deed = {
        seq,
        at,
        by: event.body.actor.name,
        how,
        text: event.body.reason || (typeof data["text"] === "string" ? data["text"] : ""),
      };
      const waiting = open();
      const names = noticedBy(
        event,
        waiting.map((one) => places.get(one.name)!),
        on,
      );
      for (const one of waiting) if (names.includes(one.name)) one.noticed = { ...deed, afterMs: since(one, at) };
      if (how === "said" && names.length === 0 && !faults.some(isUnderWay)) falseAlarms.push(deed);
      for (const one of faults)
        if (isUnderWay(one) && (names.includes(one.name) || isAbout(places.get(one.name)!, subject.step, on))) one.deeds.push(deed);
    }
    for (const one of faults) handle(one, event, places.get(one.name)!, on);
  }
  return {
    run: run as Debrief["run"],
    number,
    title: text(started, "title"),
    ...wayOf(started),
    startedAt,
    endedAt: ended?.body.ts_utc ?? events.at(-1)?.body.ts_utc ?? startedAt,
    result: ended?.body.type === "run.aborted" ? "aborted" : text(ended, "result"),
    scenario: briefed(events, scenario),
    faults: faults.map((one) => ({ ...one, earlier: [] })),
    falseAlarms,
    figures: figuresOf(faults),
  };
}

const since = ({ injected }: Found, at: string): number => Date.parse(at) - Date.parse(injected?.at ?? at);
const isUnderWay = (one: Found): boolean => one.injected !== null && one.handled === null;
const isAbout = (place: OpenFault, step: string, on: (step: string) => string): boolean =>
  step !== "" && (place.step === step || (place.cluster !== null && on(step) === place.cluster));

function foldFault(
  one: Found,
  { body }: StoredEvent,
  startedAt: string,
  places: Map<string, OpenFault>,
  steps: Map<string, { id: string; number: string; title: string }>,
): void {
  const { seq, ts_utc: at, type, data, subject } = body;
  const words = (key: string) => (typeof data[key] === "string" ? (data[key] as string) : "");
  if (type === "fault.injected") {
    one.state = "met";
    one.how = data["how"] === "real" ? "real" : "played";
    one.injected ??= { seq, at, elapsedMs: Date.parse(at) - Date.parse(startedAt) };
    const step = steps.get(subject.step);
    if (step) one.step = { id: step.id as never, number: step.number, title: step.title };
    const place = places.get(one.name);
    if (place && place.step === null && subject.step !== "" && place.cluster === null)
      places.set(one.name, { ...place, step: subject.step });
  } else if (type === "fault.left_out") {
    one.state = "left-out";
    one.because = words("because");
  } else if (type === "fault.failed" || type === "fault.undo_failed") one.because = words("because");
  else if (type === "fault.cleared") one.cleared = { seq, at, why: words("why") };
  else if (type === "fault.hinted" && one.hint !== null) one.hint = { ...one.hint, given: { seq, at } };
}

/** Dealt with: its step passed or was gone past afterwards, a person accepted it, the team went back, or it was over and the team had noticed. */
function handle(one: Found, { body }: StoredEvent, place: OpenFault, on: (step: string) => string): void {
  if (one.injected === null || one.handled !== null || body.seq <= one.injected.seq) return;
  const words = handledWords(one, body, isAbout(place, body.subject.step, on));
  if (words !== null) one.handled = { seq: body.seq, at: body.ts_utc, afterMs: since(one, body.ts_utc), words };
}

function handledWords(one: Found, { type, outcome, data }: StoredEvent["body"], isHere: boolean): string | null {
  if (type === "run.rollback_decided" && one.noticed !== null) return "the team went back";
  // A step that passes on a wrong reading has dealt with nothing: somebody must have seen it.
  if (isHere && type === "step.ended" && outcome === "passed" && one.noticed !== null) return "the step passed";
  if (isHere && type === "step.skipped") return "the step was skipped";
  if (isHere && type === "step.judged") return `a person ${outcome} it`;
  const isOfTime = ["cut", "away", "commands", "scale-down", "stop"].includes(one.kind);
  if (isOfTime && type === "fault.cleared" && data["fault"] === one.name && one.noticed !== null) return "it was over";
  return null;
}

function figuresOf(faults: readonly Found[]): Debrief["figures"] {
  const met = faults.filter((one) => one.injected !== null);
  const times = met.flatMap((one) => one.noticed?.afterMs ?? []).sort((a, b) => a - b);
  const middle = Math.floor(times.length / 2);
  const median = times.length % 2 === 1 ? times[middle] : Math.round(((times[middle - 1] ?? 0) + (times[middle] ?? 0)) / 2);
  return {
    planned: faults.length,
    injected: met.length,
    noticed: times.length,
    handled: met.filter((one) => one.handled !== null).length,
    hinted: met.filter((one) => one.hint?.given != null).length,
    medianNoticeMs: times.length === 0 ? null : (median ?? null),
    slowestNoticeMs: times.at(-1) ?? null,
  };
}

const text = (event: StoredEvent | undefined, key: string): string => {
  const value = event?.body.data[key];
  return typeof value === "string" ? value : "";
};

function wayOf(started: StoredEvent | undefined): Pick<Debrief, "way" | "compress"> {
  const said = (started?.body.data["rehearsal"] ?? {}) as Record<string, unknown>;
  const way = said["way"] === "walk" || said["way"] === "replay" ? said["way"] : "sandbox";
  return { way, compress: Number(said["compress"] ?? 1) || 1 };
}

function briefed(events: readonly StoredEvent[], scenario: Scenario): Debrief["scenario"] {
  const { data = {} } = events.find(({ body }) => body.type === "instructor.briefed")?.body ?? {};
  const file = (data["scenario"] ?? {}) as Record<string, unknown>;
  const words = (value: unknown) => (typeof value === "string" ? value : "");
  return {
    title: words(data["title"]) || scenario.title,
    file: words(file["file"]),
    seed: words(data["seed"]) || null,
    sha256: words(data["sha256"]),
  };
}
