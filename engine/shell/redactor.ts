// Takes secrets out of terminal output before it reaches a disk or a screen.
// Owns: the known values of a run and the streams that share them. Does not decode bytes, does not store anything.
import { formsOf, type Known } from "./redactor-forms.ts";
import { buildMachine, type Machine, type Word } from "./redactor-machine.ts";
import { SHAPES } from "./redactor-patterns.ts";
import { createStream, type RedactorStream } from "./redactor-stream.ts";

export type { Known } from "./redactor-forms.ts";
export { REPLACEMENT } from "./redactor-spans.ts";
export type { RedactorStream } from "./redactor-stream.ts";

/**
 * Characters of a shape's fixed beginning that must be there before anything waits for the rest. The beginning is public (`ghp_`), and
 * if one character were enough, half of all letters typed by hand would be echoed late.
 */
const SHAPE_HELD_FROM = 3;

export type Redactor = {
  /** More values to look for, in streams that are open already too. Values under 6 characters are not looked for. */
  add(known: Known | Known[]): void;
  stream(): RedactorStream;
  /** A whole text at once: a command, a reason, a label. */
  redactText(text: string): string;
  /** Redactions of all streams and texts so far: `known:<name>` or the token shape's name → how often. */
  readonly hits: Record<string, number>;
};

/**
 * Looks for the known values in every usual encoding, and for well-known token shapes, on the text without escape codes.
 * Memory: about 100 bytes for each character of all forms together (a 40-character value has some 500).
 */
export function createRedactor(known: Known[]): Redactor {
  const forms = new Map<string, { name: string; isEncoded: boolean }>();
  const hits = new Map<string, number>();
  let machine: Machine | null = null;

  const add = (more: Known | Known[]): void => {
    for (const { name, value } of Array.isArray(more) ? more : [more]) {
      for (const [form, isEncoded] of formsOf(value)) {
        if (forms.has(form)) continue;
        forms.set(form, { name, isEncoded });
        machine = null;
      }
    }
  };
  // Built when it is first needed: many values are added one by one as a run begins.
  const machineNow = (): Machine => {
    machine ??= buildMachine([
      ...shapeWords(),
      ...[...forms].map(([text, form]) => ({ text, known: form.name, rule: -1, heldFrom: form.isEncoded ? 2 : 1 })),
    ]);
    return machine;
  };
  const onHit = (rule: string): void => {
    hits.set(rule, (hits.get(rule) ?? 0) + 1);
  };
  add(known);

  return {
    add,
    stream: () => createStream(machineNow, onHit),
    redactText(text) {
      const stream = createStream(machineNow, onHit);
      return stream.push(text) + stream.flush();
    },
    get hits() {
      return Object.fromEntries(hits);
    },
  };
}

function shapeWords(): Word[] {
  return SHAPES.flatMap((shape, rule) =>
    shape.words.map((text) => ({
      text,
      known: null,
      rule,
      heldFrom: shape.secretFrom === "word" ? SHAPE_HELD_FROM : Number.POSITIVE_INFINITY,
    })),
  );
}
