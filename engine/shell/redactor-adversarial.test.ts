import { describe, expect, it } from "vitest";
import { createRedactor, REPLACEMENT } from "./redactor.ts";

/** Long enough that anything quadratic runs into the test's time limit. A million was gone through as well. */
const LENGTH = Number(process.env["HOLDPOINT_HOSTILE_CHARS"] ?? 300_000);
/** One character at a time costs a call each. */
const SINGLE_LENGTH = LENGTH / 5;

const UNITS = [
  "a",
  "b",
  " ",
  "-",
  ".",
  "=",
  "eyJ",
  "eyJaaaaaaaaaa.",
  "-----BEGIN",
  "-----BEGIN PRIVATE KEY-----",
  "-----BEGIN PRIVATE KEY-----\r\nAAAA\r\n",
  "-----END PRIVATE KEY-----",
  "\u001b",
  "\u001b[",
  "\u001b[1;",
  "\u001b]",
  "\u001b]0;a",
  "\u001b]0;swordfish\u0007",
  "\u001b\\",
  "\u009d",
  "\r",
  "\n",
  " \r",
  " \ra\ra",
  "a \r",
  "a\u001b[m",
  "swordfish\u001b[m",
  "swo\u001b[mrdfis",
  "://",
  "://a:",
  "://a:b",
  "token",
  "token=",
  "token='",
  "password=",
  "Bearer ",
  "xoxb-",
  "xoxb-aaaaaaaaaa",
  "ghp_",
  "AKIA",
  "sk-",
  "\\n",
  "ü",
  "😀",
];

const redactor = createRedactor([
  { name: "word", value: "swordfish" },
  { name: "periodic", value: `${"a".repeat(900)}b` },
  { name: "longer", value: `${"ab".repeat(2_000)}c` },
  { name: "breaks", value: "a\na\na\na\na\na\na\na\nb" },
]);

describe("hostile output", () => {
  it.each(UNITS)("of %j over and over is gone through in one pass", (unit) => {
    const text = unit.repeat(Math.ceil(LENGTH / unit.length));
    const whole = redactor.redactText(text);
    const stream = redactor.stream();
    let most = 0;
    let length = 0;
    for (let at = 0; at < text.length; at += 4_096) {
      length += stream.push(text.slice(at, at + 4_096)).length;
      most = Math.max(most, stream.pendingChars());
    }
    length += stream.flush().length;
    expect(most).toBeLessThanOrEqual(16_384 + 4_096);
    if (!whole.includes(REPLACEMENT)) {
      expect(whole).toBe(text);
      expect(length).toBe(text.length);
    }
  });

  it.each(UNITS)("of %j one character at a time is gone through in one pass", (unit) => {
    const text = unit.repeat(Math.ceil(SINGLE_LENGTH / unit.length));
    const stream = redactor.stream();
    let out = "";
    for (let at = 0; at < text.length; at += 1) out += stream.push(text[at]!);
    out += stream.flush();
    if (!out.includes(REPLACEMENT)) expect(out === text).toBe(true);
  });
});
