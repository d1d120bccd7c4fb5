import canonicalize from "canonicalize";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { CanonicalValue } from "../protocol/index.ts";
import { isCanonical, jcs, parseCanonical } from "./jcs.ts";

/** All 100,000 with HOLDPOINT_JCS=100000; a sample by default. */
const RUNS = Number(process.env["HOLDPOINT_JCS"] ?? 20_000);

const text = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 12 }),
  fc.string({ unit: "binary", maxLength: 12 }), // every code point but surrogates
  fc.constantFrom("", "\u0000", "\u007f", "\u2028", "\ufeff", "😀", "\ue000", "10", "9", "__proto__", "constructor", '"\\/\b\f\n\r\t'),
);
const { value: values } = fc.letrec<{ value: CanonicalValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5, depthSize: "small" },
    text,
    fc.boolean(),
    fc.constant(null),
    fc.maxSafeInteger(),
    fc.integer({ min: -20, max: 20 }),
    fc.array(tie("value"), { maxLength: 5 }),
    fc.array(fc.tuple(text, tie("value")), { maxLength: 6 }).map((entries) => Object.fromEntries(entries)),
  ),
}));

describe("canonical text", () => {
  it(`is what the canonicalize package writes, on ${RUNS} random values`, () => {
    let nested = 0;
    fc.assert(
      fc.property(values, (value) => {
        const line = jcs(value);
        if (line.length > 40) nested += 1;
        expect(line).toBe(canonicalize(value));
        expect(isCanonical(line, JSON.parse(line))).toBe(true);
      }),
      { numRuns: RUNS },
    );
    expect(nested, "the values are not all trivial").toBeGreaterThan(RUNS / 20);
  });

  it("finds every respelling of a value not canonical", () => {
    fc.assert(
      fc.property(values, fc.nat(), fc.constantFrom(" ", "\n", "\t"), (value, at, blank) => {
        const line = jcs(value);
        const place = at % (line.length + 1);
        const other = line.slice(0, place) + blank + line.slice(place);
        const parsed = parseCanonical(other);
        if (parsed !== undefined) expect(jcs(parsed)).toBe(other); // the blank fell into a text: another value, spelled rightly
      }),
      { numRuns: Math.min(RUNS, 20_000) },
    );
  });

  it.each([
    ['{"b":1,"a":2}', "keys out of order"],
    ['{"a":1,"a":1}', "a key twice"],
    ['{"9":1,"10":2}', "numbers' order for keys that look like numbers"],
    ["1.0", "a fraction"],
    ["1e2", "an exponent"],
    ["-0", "minus zero"],
    ["9007199254740993", "an unsafe integer"],
    ["01", "a leading zero"],
    ['"\\u0041"', "an escape that is not needed"],
    ['"\\ud800"', "half a surrogate pair, escaped"],
    ['"\\/"', "an escaped slash"],
    ['"\\u000A"', "a long escape"],
    ['"\\u001F"', "upper-case hex"],
    [" 1", "a blank"],
    ["[1,]", "a comma too many"],
    ["", "nothing"],
  ])("refuses %s (%s)", (line) => {
    expect(parseCanonical(line)).toBeUndefined();
  });

  it.each([['{"10":1,"9":2}'], ['{"":0,"a":[true,null,"\\u001f"]}'], ['"\u{1F600}\u2028"'], ["-9007199254740991"], ['{"__proto__":1}']])(
    "accepts %s",
    (line) => {
      expect(jcs(parseCanonical(line)!)).toBe(line);
    },
  );

  it("sorts by UTF-16 code units, as RFC 8785 shows", () => {
    // RFC 8785, 3.2.3: the euro sign, carriage return, Hebrew dalet, the digit, a smiley, an e with acute, a script letter.
    const keys = ["\u20ac", "\r", "\ufb33", "1", "\u{1F600}", "\u0080", "\u00f6"];
    const sorted = Object.keys(JSON.parse(jcs(Object.fromEntries(keys.map((key) => [key, 0])))) as object);
    expect(sorted).toEqual(["1", "\r", "\u0080", "\u00f6", "\u20ac", "\u{1F600}", "\ufb33"]);
  });

  it("refuses what nests without end instead of overflowing the stack", () => {
    const deep = "[".repeat(50_000) + "]".repeat(50_000);
    expect(parseCanonical(deep)).toBeUndefined();
  });
});
