// What a step changed on its cluster: the objects taken down before it beside those after it, where they differ.
// Owns: that comparison. The reading was the engine's at the time; nothing is asked here.
import type { StoredEvent } from "../../protocol/index.ts";
import { type Data, listOf, numberOf, textOf, textsOf } from "./read.ts";

export type ObjectChange = {
  run: string;
  step: string;
  attempt: number;
  cluster: string;
  /** `Deployment core/api`. */
  object: string;
  /** `images`, `generation`; "object" where it came or went. */
  field: string;
  before: string;
  after: string;
  /** seq of the two events. */
  from: number;
  to: number;
};
/** A step whose objects were taken down both times and are the same is compared too, with no change. */
export type Comparison = { run: string; step: string; attempt: number; cluster: string; compared: number; missing: string };

const FIELDS = ["images", "digests", "generation", "observed", "replicas", "ready", "updated", "says", "uid"] as const;
/** The controller's counting: told beside a change, no change by itself. */
const PASSING = new Set(["observed", "updated"]);

type Taken = { seq: number; data: Data };

/** In the order of the record. The first reading before an attempt is held against the last one after it. */
export function changesOf(events: readonly StoredEvent[]): { changes: ObjectChange[]; comparisons: Comparison[] } {
  const attempts = new Map<string, { body: StoredEvent["body"]; before: Taken | null; after: Taken | null }>();
  for (const { body } of events) {
    if (body.type !== "cluster.objects") continue;
    const { subject, seq } = body;
    const key = [subject.run, subject.step, subject.attempt, subject.cluster].join("\0");
    const known = attempts.get(key) ?? { body, before: null, after: null };
    attempts.set(key, known);
    const taken = { seq, data: body.data as Data };
    if (textOf(taken.data, "when") === "before") known.before ??= taken;
    else known.after = taken;
  }
  const changes: ObjectChange[] = [];
  const comparisons: Comparison[] = [];
  for (const { body, before, after } of attempts.values()) {
    if (before === null || after === null) continue;
    const { run, step, attempt, cluster } = body.subject;
    const [was, is] = [byName(before.data), byName(after.data)];
    const missing = [before, after]
      .map(({ data }) => textOf(data, "because"))
      .filter((words, index, all) => words !== "" && all.indexOf(words) === index);
    comparisons.push({ run, step, attempt, cluster, compared: new Set([...was.keys(), ...is.keys()]).size, missing: missing.join("; ") });
    const at = { run, step, attempt, cluster, from: before.seq, to: after.seq };
    // What could not be read is not gone.
    const isWhole = missing.length === 0 && numberOf(before.data, "more") === 0 && numberOf(after.data, "more") === 0;
    for (const object of new Set([...was.keys(), ...is.keys()])) {
      const [old, now] = [was.get(object), is.get(object)];
      if (old !== undefined && now !== undefined) changes.push(...differences(old, now).map((one) => ({ ...at, object, ...one })));
      else if (isWhole)
        changes.push({
          ...at,
          object,
          field: "object",
          before: old === undefined ? "not there" : "there",
          after: now === undefined ? "gone" : wordsOf(now),
        });
    }
  }
  return { changes, comparisons };
}

const byName = (data: Data): Map<string, Data> =>
  new Map((listOf(data, "objects") as Data[]).map((one) => [`${textOf(one, "kind")} ${textOf(one, "ns")}/${textOf(one, "name")}`, one]));

function differences(was: Data, is: Data): { field: string; before: string; after: string }[] {
  const all = FIELDS.map((field) => ({ field, before: textFor(was, field), after: textFor(is, field) })).filter(
    ({ before, after }) => before !== after,
  );
  return all.every(({ field }) => PASSING.has(field)) ? [] : all;
}

function textFor(data: Data, field: string): string {
  if (field === "images" || field === "digests") return textsOf(data, field).join(", ");
  return field === "says" || field === "uid" ? textOf(data, field) : String(numberOf(data, field) ?? "");
}

const wordsOf = (data: Data): string => textFor(data, "images") || textFor(data, "says") || "there";

/** `Deployment core/api: images v1 → v2, generation 4 → 5`, one line per object. */
export function changeLines(changes: readonly ObjectChange[]): string[] {
  const objects = new Map<string, string[]>();
  for (const { object, field, before, after } of changes) {
    const words = `${field === "object" || field === "says" ? "" : `${field} `}${before || "none"} → ${after || "none"}`;
    objects.set(object, [...(objects.get(object) ?? []), words]);
  }
  return [...objects].map(([object, words]) => `${object}: ${words.join(", ")}`);
}
