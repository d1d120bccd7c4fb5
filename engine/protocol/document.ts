// What a Markdown file means to Holdpoint, as the parser gives it and the window draws it.
// Owns: shapes only. Line and column count from 1; offsets are UTF-16 units of the decoded text;
// durations are milliseconds.
import { z } from "zod";
import { Sha256, ShellKind, StepId } from "./ids.ts";
import { RecoveryKeys } from "./recovery.ts";
import { DrillEvery } from "./series.ts";
import { Trouble } from "./way-back.ts";

export const Severity = z.enum(["error", "warning", "info"]);
export const Diagnostic = z.object({
  line: z.int(),
  column: z.int(),
  severity: Severity,
  /** Stable kebab-case code, e.g. `unknown-key`. Branch on this, never on the message. */
  code: z.string(),
  message: z.string(),
});
export type Diagnostic = z.infer<typeof Diagnostic>;

/** Comparison of `expect="<= 0.3"`. */
export const Expectation = z.object({ operator: z.enum(["<", "<=", ">", ">=", "==", "!="]), value: z.number() });
export type Expectation = z.infer<typeof Expectation>;
/** Whether a measured number is as it is expected to be. */
export function meets(measured: number, { operator, value }: Expectation): boolean {
  switch (operator) {
    case "<":
      return measured < value;
    case "<=":
      return measured <= value;
    case ">":
      return measured > value;
    case ">=":
      return measured >= value;
    case "==":
      return measured === value;
    case "!=":
      return measured !== value;
    default:
      return operator satisfies never;
  }
}

/** Everything a fence's info string says, ours and Runme's, parsed. Absent means not said. */
export const BlockAttributes = z.object({
  name: z.string().optional(),
  interactive: z.boolean().optional(),
  background: z.boolean().optional(),
  cwd: z.string().optional(),
  interpreter: z.string().optional(),
  promptEnv: z.string().optional(),
  excludeFromRunAll: z.boolean().optional(),
  terminalRows: z.int().optional(),
  mimeType: z.string().optional(),
  tag: z.array(z.string()).optional(),
  ignore: z.boolean().optional(),
  timeoutMs: z.int().optional(),
  match: z.object({ source: z.string(), flags: z.string() }).optional(),
  expect: Expectation.optional(),
  warn: Expectation.optional(),
  minSamples: z.int().optional(),
  gate: z.enum(["hold", "wait"]).optional(),
  forMs: z.int().optional(),
  everyMs: z.int().optional(),
  withinMs: z.int().optional(),
  recheck: z.string().optional(),
  job: z.boolean().optional(),
  capture: z.string().optional(),
  confirmTyped: z.boolean().optional(),
  danger: z.boolean().optional(),
});
export type BlockAttributes = z.infer<typeof BlockAttributes>;

/** A required input inside a command: `<name>` or `{{name}}`. Offsets are within `commands`. */
export const Placeholder = z.object({ name: z.string(), text: z.string(), start: z.int(), end: z.int() });
export type Placeholder = z.infer<typeof Placeholder>;

export const Block = z.object({
  /** Index within its owner (step or item), or within `otherBlocks`. */
  index: z.int(),
  line: z.int(),
  endLine: z.int(),
  /** First word of the info string, lower case, as written; "" for none. */
  language: z.string(),
  runnable: z.boolean(),
  /** Which shell runs it; null where it is not runnable. */
  shell: ShellKind.nullable(),
  /** Program that runs it instead of the lane's shell (`interpreter=`, or a shebang). */
  interpreter: z.string().nullable(),
  /** Why it does not run; null where it is runnable. */
  why: z.string().nullable(),
  /** Reads as a query although its fence names no language: never sent to a shell, "run as shell" included. */
  isQuery: z.boolean().optional(),
  /**
   * Of a fence without a language: what "run as shell" sends, read as a `sh` fence is: prompts stripped, output left out, placeholders
   * found (offsets within these commands). `why`: it cannot be told what to send, and nothing may be sent.
   */
  asShell: z
    .object({
      commands: z.string(),
      sampleOutput: z.string().nullable(),
      placeholders: z.array(z.string()),
      placeholderSpans: z.array(Placeholder),
      why: z.string().nullable(),
    })
    .optional(),
  /** What would be run, cut from the source with prompts stripped; for others, the text as shown. Ends in a newline unless empty. */
  commands: z.string(),
  sampleOutput: z.string().nullable(),
  /** The fence's content exactly as in the source, de-indented as CommonMark says. */
  text: z.string(),
  placeholders: z.array(z.string()),
  placeholderSpans: z.array(Placeholder),
  name: z.string().nullable(),
  /** The attributes exactly as written, for `parse --json`. */
  attributes: z.record(z.string(), z.unknown()),
  options: BlockAttributes,
});
export type Block = z.infer<typeof Block>;

export const Check = z.object({
  index: z.int(),
  line: z.int(),
  text: z.string(),
  html: z.string(),
  checked: z.boolean(),
  /** From `<!-- check: {…} -->`. */
  value: z.enum(["number", "text", "file", "picture"]).nullable(),
  expect: Expectation.nullable(),
});
export type Check = z.infer<typeof Check>;

export const LoopOpening = z.object({ name: z.string(), byMs: z.int().nullable() });
/** `<!-- step: {…} -->`, parsed. */
export const StepDirective = z.object({
  plannedMs: z.int().nullable(),
  needs: z.array(z.string()),
  lane: z.string(),
  role: z.string().nullable(),
  signoff: z.array(z.string()),
  rollback: z.string().nullable(),
  targetMs: z.int().nullable(),
  soakMs: z.int().nullable(),
  optional: z.boolean(),
  when: z.object({ param: z.string(), value: z.string() }).nullable(),
  /** Named cluster the step runs on, or "none"; `main` by default. */
  on: z.string(),
  rollbackValidMs: z.int().nullable(),
  pointOfNoReturn: z.boolean(),
  opens: LoopOpening.nullable(),
  closes: z.string().nullable(),
  /** Its way back starts by itself after a countdown when a gate of it has failed by measurement. */
  autoRollback: z.boolean().optional(),
  /** Of a way back: still offered after a point of no return (a restore, a fix forward). */
  afterNoReturn: z.boolean().optional(),
});
export type StepDirective = z.infer<typeof StepDirective>;
/** A step that says nothing of itself. */
export const PLAIN_STEP: StepDirective = {
  plannedMs: null,
  needs: [],
  lane: "main",
  role: null,
  signoff: [],
  rollback: null,
  targetMs: null,
  soakMs: null,
  optional: false,
  when: null,
  on: "main",
  rollbackValidMs: null,
  pointOfNoReturn: false,
  opens: null,
  closes: null,
};

export const Step = z.object({
  id: StepId,
  title: z.string(),
  /** Number shown in the outline: `2.3` = phase 2, step 3; `3` where there are no phases. */
  number: z.string(),
  /** Titles of the headings above it, outermost first. */
  phase: z.array(z.string()),
  line: z.int(),
  endLine: z.int(),
  /** SHA-256 of the step's source bytes: what the record binds to. */
  sha256: Sha256,
  directive: StepDirective,
  blocks: z.array(Block),
  checks: z.array(Check),
});
export type Step = z.infer<typeof Step>;

export const Phase = z.object({
  title: z.string(),
  path: z.array(z.string()),
  number: z.string(),
  line: z.int(),
  plannedMs: z.int().nullable(),
  start: z.string().nullable(),
  steps: z.array(StepId),
});
export type Phase = z.infer<typeof Phase>;

/** Pieces of the page in reading order. `step` / `item` name the owner; null belongs to no step. */
export const FlowNode = z.discriminatedUnion("type", [
  /** HTML of prose, NOT yet sanitised: the window sanitises before it shows it. */
  z.object({ type: z.literal("html"), html: z.string(), line: z.int(), step: StepId.nullable() }),
  z.object({
    type: z.literal("heading"),
    level: z.int(),
    html: z.string(),
    text: z.string(),
    slug: z.string(),
    line: z.int(),
    step: StepId.nullable(),
  }),
  z.object({ type: z.literal("block"), index: z.int(), line: z.int(), step: StepId.nullable(), item: z.string().nullable() }),
  z.object({ type: z.literal("check"), index: z.int(), line: z.int(), step: StepId.nullable() }),
]);
export type FlowNode = z.infer<typeof FlowNode>;

export const Param = z.object({
  name: z.string(),
  type: z.enum(["string", "int", "number", "bool", "secret", "choice"]),
  required: z.boolean(),
  default: z.string().nullable(),
  pattern: z.string().nullable(),
  min: z.number().nullable(),
  max: z.number().nullable(),
  choices: z.array(z.string()),
  about: z.string(),
  line: z.int(),
});
export type Param = z.infer<typeof Param>;

export const Item = z.object({
  id: z.string(),
  text: z.string(),
  html: z.string(),
  line: z.int(),
  depth: z.int(),
  checked: z.boolean(),
  evidence: z.enum(["required", "optional", "none"]),
  owner: z.string().nullable(),
  derived: z.string().nullable(),
  /** Limit on the value that an answer carries, and its unit. */
  expect: Expectation.nullable(),
  unit: z.string(),
  /** How old a check or evidence may be, milliseconds. */
  maxAgeMs: z.int().nullable(),
  /** `tests: green`: a report without a failure, an error or a skip. */
  tests: z.boolean(),
  /** SHA-256 of the item's source lines, nested ones included. */
  sha256: Sha256,
  blocks: z.array(Block),
  /** Of a table's row: which of its cells says the state, and whether that cell's words are part of the item's text too. */
  stateCell: z.object({ column: z.int(), isText: z.boolean() }).optional(),
});
export const Category = z.object({
  title: z.string(),
  line: z.int(),
  signoff: z.array(z.string()),
  eyes: z.int(),
  items: z.array(Item),
});
export type Item = z.infer<typeof Item>;
export type Category = z.infer<typeof Category>;

export const Requirements = z.object({
  tools: z.array(z.string()),
  permissions: z.array(z.string()),
  cluster: z.boolean(),
});

/** What the front matter says of ways back. */
export const DocumentWayBack = z.object({
  /** What undoes a run of this file as a whole: `#step` or a file. */
  rollback: z.string().nullable(),
  emergency: z.string().nullable(),
  /** Step that verifies a recovery; it is run last. */
  verify: z.string().nullable(),
  /** As a procedure: the troubles it is for, the time it promises, and whether it serves after a point of no return. */
  troubles: z.array(Trouble),
  targetMs: z.int().nullable(),
  afterNoReturn: z.boolean(),
});
export type DocumentWayBack = z.infer<typeof DocumentWayBack>;

export const RunbookDocument = z.object({
  title: z.string(),
  kind: z.enum(["runbook", "checklist"]),
  version: z.string().nullable(),
  owner: z.string().nullable(),
  /** `reviewed:` as YYYY-MM-DD, and the day it runs out. */
  reviewed: z.string().nullable(),
  reviewDue: z.string().nullable(),
  plannedMs: z.int().nullable(),
  rtoMs: z.int().nullable(),
  rpoMs: z.int().nullable(),
  /** `drill:` how often it is to be rehearsed. Absent where it asks for none. */
  drill: DrillEvery.optional(),
  /** Absent where it says nothing of it. */
  wayBack: DocumentWayBack.optional(),
  /** What starts and ends the recovery clocks, and measures the loss. Absent where it names nothing. */
  recovery: RecoveryKeys.optional(),
  /** SHA-256 of the file's bytes. */
  sha256: Sha256,
  requires: Requirements,
  clusters: z.array(z.string()),
  shell: ShellKind.nullable(),
  cwd: z.string().nullable(),
  params: z.array(Param),
  phases: z.array(Phase),
  steps: z.array(Step),
  otherBlocks: z.array(Block),
  categories: z.array(Category),
  decision: z.record(z.string(), z.unknown()).nullable(),
  flow: z.array(FlowNode),
  diagnostics: z.array(Diagnostic),
});
export type RunbookDocument = z.infer<typeof RunbookDocument>;

/** Parameters that these blocks name: `$NAME`, `${NAME…}`, `$env:NAME` and its kin, or a placeholder of that name. What a script reads by itself is not seen. */
export function paramsNamedIn(params: readonly Param[], blocks: readonly Block[]): Param[] {
  return params.filter(({ name }) => {
    const word = new RegExp(`(?<![A-Za-z0-9_])${name}(?![A-Za-z0-9_])`);
    return blocks.some((block) => block.placeholderSpans.some((span) => span.name === name) || word.test(block.text));
  });
}
