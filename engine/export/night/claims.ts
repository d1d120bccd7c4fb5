// Figures that people typed, held against those that were computed. Owns: which sentences make a claim, and when it contradicts the record.
// A claim is rounded as it was written: "7 min" stands for 6:30 to 7:30. What cannot be understood is left alone, never flagged.
import { duration } from "../report/words.ts";
import { compare, decimalOf, magnitude, minus } from "./decimal.ts";
import { measureKey } from "./kpis.ts";
import type { Contradiction, NightReport } from "./types.ts";

export type Said = { seq: number; where: string; text: string };
type Computed = Omit<NightReport, "contradictions">;
type Find = (text: string, report: Computed) => Omit<Contradiction, "seq" | "where">[];

/** Every contradiction of what was said, in the order of the events. */
export function contradictionsOf(said: readonly Said[], report: Computed): Contradiction[] {
  return said.flatMap(({ seq, where, text }) =>
    FINDERS.flatMap((find) => find(text.normalize("NFKC"), report)).map((one) => ({ seq, where, ...one })),
  );
}

const UNITS: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const SPAN = String.raw`(\d+(?:[.,]\d+)?)\s*(ms|milliseconds?|s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?)\b`;
const COUNT = String.raw`(\d+|no|zero|none|one|two|three|four|five|six|seven|eight|nine|ten)`;
const NUMBERS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];
const LIMITING = /\b(plan(?:ned)?|target|limit|promis\w*|under|below|within|at most|budget|allow\w*|less than|should|must)\b|[<≤>≥]/i;

const countOf = (word: string): number => {
  const lower = word.toLowerCase();
  return lower === "no" || lower === "none" ? 0 : NUMBERS.includes(lower) ? NUMBERS.indexOf(lower) : Number(word);
};
type Claim = { ms: number; half: number };
function spanOf(figure: string, unit: string): Claim {
  const plain = figure.replace(",", ".");
  const name = unit.toLowerCase();
  const scale = name.startsWith("ms") || name.startsWith("milli") ? 1 : UNITS[name[0]!]!;
  const places = plain.includes(".") ? plain.length - plain.indexOf(".") - 1 : 0;
  return { ms: Number(plain) * scale, half: (scale * 10 ** -places) / 2 };
}
const fits = ({ ms, half }: Claim, computed: number): boolean => Math.abs(computed - ms) <= half;
const sentences = (text: string): string[] => text.split(/(?<=[.;!?])\s+|\n/).filter((one) => one.trim() !== "");
const matches = (pattern: string, text: string): RegExpMatchArray[] => [...text.matchAll(new RegExp(pattern, "gi"))];

/** A length of time said of something, against the ones measured of it. */
function spans(
  about: string,
  name: string,
  text: string,
  computed: readonly number[],
  none: string,
): Omit<Contradiction, "seq" | "where">[] {
  return sentences(text).flatMap((sentence) =>
    [
      ...matches(`\\b(?:${name})\\b([^.;,]{0,40}?)${SPAN}`, sentence),
      ...matches(`()${SPAN}\\s+(?:of\\s+)?(?:[a-z-]+\\s+)?(?:${name})\\b`, sentence),
    ]
      .filter(([whole]) => !LIMITING.test(whole) && !/[–-]\s*\d{1,2}:\d\d/.test(whole))
      .flatMap(([whole, , figure, unit]) => {
        const claim = spanOf(figure!, unit!);
        if (computed.some((one) => fits(claim, one))) return [];
        return [{ about, said: whole.trim(), computed: computed.length === 0 ? none : computed.map((one) => duration(one)).join(", ") }];
      }),
  );
}

/** A count said of something, against the one computed. */
function counts(about: string, name: string, text: string, computed: number): Omit<Contradiction, "seq" | "where">[] {
  return matches(
    `\\b${COUNT}\\s+(?:(?!(?:more|further|other|new|additional)\\b)[a-z-]+\\s+)?(?:${name})\\b(?!\\s+(?:otherwise|else|besides|more)\\b)`,
    text,
  )
    .filter(([, figure]) => countOf(figure!) !== computed)
    .map(([whole]) => ({ about, said: whole.trim(), computed: String(computed) }));
}

const FINDERS: Find[] = [
  function downtime(text, { downtime: { downMs, isAtLeast } }) {
    const none = "not measured";
    const known = downMs === null ? none : `${isAtLeast ? "at least " : ""}${duration(downMs)}`;
    const zero = matches(String.raw`\b(?:zero|no|without(?:\s+any)?)\s+(?:(?:minutes?|seconds?)\s+of\s+)?(?:[a-z-]+\s+)?down-?time\b`, text)
      .filter(() => downMs !== 0 || isAtLeast)
      .map(([whole]) => ({ about: "Downtime", said: whole, computed: known }));
    return [...zero, ...spans("Downtime", "down-?time", text, downMs === null ? [] : [downMs], none)];
  },
  function goneBack(text, { wayBack, summary }) {
    const none = "no way back was measured";
    const denied = matches(
      String.raw`\b(?:no|zero|without(?:\s+an?y?)?)\s+roll-?backs?\b(?!\s+(?:plan|path|script|procedure))|\broll-?back\s+(?:was\s+|is\s+)?not\s+(?:required|needed|necessary)`,
      text,
    )
      .filter(() => summary.wayBacks.total > 0)
      .map(([whole]) => ({ about: "Way back", said: whole, computed: `${summary.wayBacks.total} on record` }));
    const took = wayBack.flatMap(({ durationMs }) => (durationMs === null ? [] : [durationMs]));
    return [...denied, ...spans("Way back", "roll(?:ed)?-?\\s?back|way back", text, took, none)];
  },
  (text, { summary }) => [
    ...counts("Incidents", "incidents?", text, summary.incidents.total),
    ...counts("Near-misses", "near-?\\s?miss(?:es)?", text, summary.nearMisses),
    ...counts("Migrations", "migrations?", text, summary.migrations),
    ...counts("Gates", "gates?", text, summary.gates.total),
    ...counts("Deviations", "deviations?", text, summary.deviations),
  ],
  (text, { features, subject }) => (subject.title === "" ? [] : counts("Features", "features|tickets", text, features.length)),
  function whole(text, { summary }) {
    const name = "deployment|cut-?over|launch|release|go-?live|night";
    const about = sentences(text)
      .filter((one) => !/roll-?back|rolled|down-?time|soak|window|watch/i.test(one))
      .join("\n");
    return spans("Duration", name, about, summary.elapsedMs === null ? [] : [summary.elapsedMs], "it is not over");
  },
  /** A range of times of day beside a length: they contradict each other without any record. */
  function range(text) {
    return matches(String.raw`\b(\d{1,2}):(\d\d)\s*(?:[-–—]|to|until)\s*(\d{1,2}):(\d\d)\b[^.;\n]{0,20}?${SPAN}`, text).flatMap(
      ([said, h1, m1, h2, m2, figure, unit]) => {
        const from = Number(h1) * 60 + Number(m1);
        const to = Number(h2) * 60 + Number(m2);
        const ms = ((to - from + 1440) % 1440) * 60_000;
        return fits(spanOf(figure!, unit!), ms) ? [] : [{ about: "Times said", said: said.trim(), computed: duration(ms) }];
      },
    );
  },
  function ofAll(text, { summary: { steps, gates, kpis } }) {
    const of: [string, string, number, number][] = [
      ["Steps", "steps?", steps.passed, steps.total],
      ["Gates", "gates?", gates.passed, gates.total],
      ["Criteria", "criteria|kpis?|targets|slos?", kpis.met, kpis.total],
    ];
    return of.flatMap(([about, name, good, total]) => {
      const computed = `${good} of ${total}`;
      const all = matches(
        String.raw`\b(?:all|every)\s+(?:the\s+)?(?:\d+\s+)?(?:${name})\s+(?:have\s+|were\s+|are\s+)?(?:pass\w*|met|green|held)\b`,
        text,
      )
        .filter(() => good !== total)
        .map(([said]) => ({ about, said, computed }));
      const some = matches(String.raw`\b(\d+)\s*(?:/|of|out of)\s*(\d+)\s+(?:${name})\b`, text)
        .filter(([, a, b]) => Number(a) !== good || Number(b) !== total)
        .map(([said]) => ({ about, said, computed }));
      return [...all, ...some];
    });
  },
  function success(text, { summary: { steps } }) {
    return matches(String.raw`\b100\s*%\s*(?:success\w*|pass\w*)|\bsuccess(?:\s+rate)?[^.;\n]{0,12}?\b100\s*%`, text)
      .filter(() => steps.passed !== steps.total)
      .map(([said]) => ({ about: "Steps", said, computed: `${steps.passed} of ${steps.total} passed` }));
  },
  function values(text, { kpis }) {
    return [...new Set(kpis.map(({ name }) => measureKey(name)))].flatMap((key) => {
      const words = key.split("-").join(String.raw`[\s_-]+`);
      const same = kpis.filter(({ name }) => measureKey(name) === key);
      const known = same
        .flatMap((one) => [one.last, one.median, one.worst, one.baseline?.value ?? ""])
        .flatMap((one) => decimalOf(one) ?? []);
      if (key === "" || known.length === 0) return [];
      return matches(String.raw`\b${words}\b([^.;,\n\d]{0,25}?)(-?\d+(?:\.\d+)?)(?![\d:]|\.\d)`, text)
        .filter(([whole]) => !LIMITING.test(whole))
        .flatMap(([whole, , figure]) => {
          const claim = decimalOf(figure!)!;
          // "0.3" stands for 0.25 to 0.35.
          const half = { units: 5n, scale: claim.scale + 1 };
          if (known.some((one) => compare(magnitude(minus(one, claim)), half) <= 0)) return [];
          const computed = same
            .map(
              (one) =>
                `${one.where}: ${one.samples < 2 ? one.last : `last ${one.last}, median ${one.median}, worst ${one.worst || "none"}`}`,
            )
            .join("; ");
          return [{ about: same[0]!.name, said: whole.trim(), computed }];
        });
    });
  },
  /** "less than 2 % degradation". */
  function degradation(text, { kpis }) {
    const most = kpis
      .flatMap(({ changePercent, name }) =>
        changePercent === "" ? [] : [{ share: decimalOf(changePercent)!, words: changePercent, name }],
      )
      .sort((a, b) => compare(magnitude(b.share), magnitude(a.share)))[0];
    if (most === undefined) return [];
    return matches(
      String.raw`(?:<|≤|under|below|less than|at most)\s*(\d+(?:\.\d+)?)\s*%\s*(?:[a-z-]+\s+)?(?:degradation|slower|impact|change|increase)`,
      text,
    )
      .filter(([, figure]) => compare(magnitude(most.share), decimalOf(figure!)!) > 0)
      .map(([said]) => ({ about: "Change", said, computed: `${most.name}: ${most.words} % against its baseline` }));
  },
];
