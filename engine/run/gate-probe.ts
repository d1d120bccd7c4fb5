// What one probe of a gate says: measured and within the limit, measured and outside, or nothing measured at all.
// Owns: that decision and its words (docs/gates.md is the table of it). Pure; knows neither clocks nor events.
import { type BlockAttributes, type Expectation, meets, type Verdict } from "../protocol/index.ts";
import { type BlockOutcome, exitWords } from "../shell/index.ts";

export type Judged = {
  verdict: Exclude<Verdict, "skipped">;
  because: string;
  value: number | null;
  samples: number | null;
  isWarn: boolean;
  /** Of a wait: nobody answered yet. Where it ends so, nothing was measured. */
  isNoAnswer: boolean;
};

export type ProbeOutcome = Pick<BlockOutcome, "kind" | "exitCode" | "because" | "tail">;

/** From here on a status is none of the command's own: `timeout`'s 124, not executable, not found, and signals (POSIX XCU 2.8.2). */
const FIRST_ERROR_STATUS = 124;

/** kubectl and curl, in their own words at the start of a line: who asks may not. */
const REFUSED =
  /^(?:error: You must be logged in to the server.*|Error from server \((?:Unauthorized|Forbidden)\).*|curl: \(22\) The requested URL returned error: (?:401|403|407).*)$/m;
/** The same: nobody answered, so nothing was asked. */
const NO_ANSWER =
  /^(?:Unable to connect to the server.*|The connection to the server .* was refused.*|curl: \((?:5|6|7|28|35|52|55|56|60)\).*)$/m;

export function judgeProbe(outcome: ProbeOutcome, options: BlockAttributes): Judged {
  const { exitCode, tail, kind } = outcome;
  const { value, samples } = measure(tail);
  const say = (verdict: Judged["verdict"], because: string, more: Partial<Judged> = {}): Judged => ({
    verdict,
    because,
    // A number that stands in an error is no measurement, and none is drawn.
    value: verdict === "unknown" ? null : value,
    samples,
    isWarn: false,
    isNoAnswer: false,
    ...more,
  });
  if (kind !== "exit" || exitCode === null) return say("unknown", outcome.because);
  const isMeasuring = options.expect !== undefined || options.match !== undefined || options.warn !== undefined;
  const refused = REFUSED.exec(tail)?.[0];
  if (refused !== undefined) return say("unknown", `it was refused: ${short(refused)}`);
  const noAnswer = NO_ANSWER.exec(tail)?.[0];
  if (noAnswer !== undefined && (isMeasuring || options.gate === "hold")) return say("unknown", `nobody answered: ${short(noAnswer)}`);
  if (exitCode >= FIRST_ERROR_STATUS) return say("unknown", `${exitWords(exitCode)}: the probe erred`);
  if (exitCode !== 0) {
    if (isMeasuring) return say("unknown", `exit ${exitCode}: the probe erred, so nothing was measured`);
    return noAnswer === undefined
      ? say("failed", `exit ${exitCode}`)
      : say("failed", `nobody answers yet: ${short(noAnswer)}`, { isNoAnswer: true });
  }
  const { minSamples, expect, match } = options;
  const warn = earlierLimit(options);
  if (minSamples !== undefined && samples === null)
    return say("unknown", `it does not say how many samples it rests on (samples=…), and ${minSamples} are needed`);
  if (minSamples !== undefined && samples !== null && samples < minSamples)
    return say("unknown", `${samples} samples are no measurement; ${minSamples} are needed`);
  if ((expect !== undefined || warn !== undefined) && value === null)
    return say("unknown", `no number was printed to compare with ${limitWords(expect ?? (warn as Expectation))}`);
  if (match !== undefined && !new RegExp(match.source, match.flags).test(tail))
    return say("failed", `the output does not match /${match.source}/${match.flags}`);
  if (expect !== undefined && value !== null && !meets(value, expect)) return say("failed", `${value} is not ${limitWords(expect)}`);
  const isWarn = warn !== undefined && value !== null && !meets(value, warn);
  const passed = expect === undefined ? (match === undefined ? "exit 0" : "it matches") : `${value} is ${limitWords(expect)}`;
  return say("passed", isWarn ? `${passed}, but not ${limitWords(warn)}` : passed, { isWarn });
}

/**
 * What `warn=` asks of the value: as `expect=` does, what it must keep. Written from the other side (`warn="> 0.2"` beside
 * `expect="<= 0.3"`) it names what alarms, and means the same as `<= 0.2`.
 */
export function earlierLimit({ expect, warn }: Pick<BlockAttributes, "expect" | "warn">): Expectation | undefined {
  if (expect === undefined || warn === undefined) return warn;
  const isAcross = (expect.operator[0] === "<" && warn.operator[0] === ">") || (expect.operator[0] === ">" && warn.operator[0] === "<");
  return isAcross ? { operator: ACROSS[warn.operator], value: warn.value } : warn;
}
const ACROSS: Record<Expectation["operator"], Expectation["operator"]> = {
  "<": ">=",
  "<=": ">",
  ">": "<=",
  ">=": "<",
  "==": "!=",
  "!=": "==",
};

/** The last number of the output, and the count of `samples=NN`, which is never taken for the number. */
export function measure(tail: string): { value: number | null; samples: number | null } {
  const end = tail.slice(-4096);
  const counted = [...end.matchAll(SAMPLES)].at(-1)?.[1];
  // What is no number where one is expected (no data in Prometheus is NaN) must not let an earlier number stand for it.
  const last = end.replaceAll(SAMPLES, " ").match(LAST_NUMBER)?.at(-1);
  const number = last === undefined || /[a-df-z]/i.test(last) ? null : Number(last);
  return { value: number === null || !Number.isFinite(number) ? null : number, samples: counted === undefined ? null : Number(counted) };
}
const SAMPLES = /(?<![\w.-])samples\s*[=:]\s*(\d{1,15})(?![\w.])/gi;
const LAST_NUMBER = /(?<![\w.])(?:[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?|[-+]?(?:nan|inf(?:inity)?)|null)(?!\w)/gi;

export const limitWords = ({ operator, value }: Expectation): string => `${operator} ${value}`;

/** A message of a tool, as much of it as fits a line. */
const short = (line: string): string => (line.length > 90 ? `${line.slice(0, 89)}…` : line).trim();
