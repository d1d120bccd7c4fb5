// Follows one possible token from its fixed beginning on, unit by unit.
// Owns: the decision. Constant time for each unit, so no input makes it slow.
import { DIGIT_KIND, LOWER_KIND, type Shape, UPPER_KIND } from "./redactor-patterns.ts";
import { followPem, type PemFollower } from "./redactor-pem.ts";

export type Candidate = {
  readonly shape: Shape;
  /** Index at which the secret begins; -1 while a label's separator is read. */
  start: number;
  /** Index after the secret as far as it is known. */
  end: number;
  /** Index up to which the decided secret was marked. */
  grownTo: number;
  /** Of a PEM block: index from which units wait to be decided. */
  waitsFrom: number;
  /** Of a PEM block: index after the last unit that was no line break's first half. */
  fedTo: number;
  isDecided: boolean;
  isOver: boolean;
  part: number;
  count: number;
  /** Kinds of units seen. */
  kinds: number;
  readonly pem: PemFollower | null;
};

export function startCandidate(shape: Shape, start: number, end: number): Candidate {
  const isPem = shape.isPem === true;
  return {
    shape,
    start: shape.secretFrom === "word" ? start : -1,
    end,
    grownTo: end,
    waitsFrom: end,
    fedTo: end,
    isDecided: isPem,
    isOver: false,
    part: 0,
    count: 0,
    kinds: 0,
    pem: isPem ? followPem() : null,
  };
}

/** First index that must not be shown yet because of this candidate; infinite when there is none. */
export function heldFrom(candidate: Candidate): number {
  if (candidate.pem !== null) return candidate.waitsFrom;
  return candidate.isDecided || candidate.start < 0 ? Number.POSITIVE_INFINITY : candidate.start;
}

/** `decided`: the secret is from `start` to `end`. `grows`: it goes on to `end`. `over`: no secret, or no more of it. */
export function follow(candidate: Candidate, unit: number, index: number): "goes-on" | "decided" | "grows" | "over" {
  if (candidate.pem !== null) return followBlock(candidate, candidate.pem, unit, index);
  const { shape } = candidate;
  const last = shape.parts.length - 1;
  const kinds = shape.kinds ?? 0;
  if (candidate.isDecided) {
    const tail = shape.tail ?? shape.parts[last]!.units;
    if (unit >= 128 || tail[unit] !== 1) return "over";
    candidate.end = index + 1;
    return "grows";
  }
  for (;;) {
    const part = shape.parts[candidate.part]!;
    if (unit < 128 && part.units[unit] === 1 && candidate.count < part.max) {
      if (candidate.count === 0 && candidate.part === shape.secretFrom) candidate.start = index;
      candidate.count += 1;
      if (kinds !== 0) candidate.kinds |= kindOf(unit);
      if (candidate.part < last || candidate.count < part.min || (candidate.kinds & kinds) !== kinds) return "goes-on";
      candidate.isDecided = true;
      if (shape.isClosedByLast) candidate.isOver = true;
      else candidate.end = index + 1;
      return "decided";
    }
    if (candidate.count < part.min || candidate.part === last) return "over";
    if (candidate.part === shape.secretFrom) candidate.end = index;
    candidate.part += 1;
    candidate.count = 0;
  }
}

function followBlock(candidate: Candidate, pem: PemFollower, unit: number, index: number): "goes-on" | "grows" | "over" {
  const before = candidate.fedTo;
  candidate.fedTo = index + 1;
  switch (pem.next(unit)) {
    case "wait":
      return "goes-on";
    case "secret":
      candidate.end = index + 1;
      candidate.waitsFrom = index + 1;
      return "grows";
    case "line":
      candidate.end = before;
      candidate.waitsFrom = before;
      return "grows";
    case "finished":
      candidate.end = index + 1;
      candidate.isOver = true;
      return "grows";
    case "over":
      return "over";
  }
}

function kindOf(unit: number): number {
  if (unit >= 0x41 && unit <= 0x5a) return UPPER_KIND;
  if (unit >= 0x61 && unit <= 0x7a) return LOWER_KIND;
  return unit >= 0x30 && unit <= 0x39 ? DIGIT_KIND : 0;
}
