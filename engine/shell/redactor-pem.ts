// Follows a private key's lines after `-----BEGIN … PRIVATE KEY-----`, one unit at a time.
// Owns: the decision whether a line still belongs to the key. A header line alone (as `grep` prints it) must not swallow what follows.

/** A key's body is never longer, characters (RSA 16384 has 13,000); what comes after is not taken for a part of it. */
const LONGEST_CHARS = 65_536;
/** So many key characters without a blank are no ordinary word: the line is redacted without waiting for its end. */
const DECIDED_CHARS = 20;
const HEADER_NAMES = new Set(["Proc-Type", "DEK-Info", "Comment", "Subject", "Version", "Charset", "MessageID", "Hash"]);
const END = "-----END ";
const SSH2_END = "---- END ";

export type PemStep = "wait" | "secret" | "line" | "finished" | "over";
export type PemFollower = {
  /**
   * `wait`: undecided since the line's beginning. `secret`: everything up to and with this unit belongs to the key.
   * `line`: everything before this unit, a line break, belongs to the key; the break waits. `finished`: likewise with this unit, and the key ends here.
   * `over`: what waited and this unit do not belong to it.
   */
  next(unit: number): PemStep;
};

export function followPem(): PemFollower {
  let total = 0;
  let line = "";
  let lineChars = 0;
  let mode: "begin" | "header" | "end" | "long" = "begin";
  let isAfterBackslash = false;
  let endDashes = 0;

  const endLine = (): PemStep => {
    const text = line.trim();
    const isBody = mode !== "begin" || text === "" || isShortBody(text);
    line = "";
    lineChars = 0;
    mode = "begin";
    // A blank line or the line break alone waits: only what follows tells whether it stood inside the key.
    return isBody ? (text === "" ? "wait" : "line") : "over";
  };

  return {
    next(unit) {
      total += 1;
      if (total > LONGEST_CHARS) return "over";
      const char = String.fromCharCode(unit);
      if (mode === "end") {
        // -----END RSA PRIVATE KEY-----: over after its last dashes.
        if (char === "-") {
          endDashes += 1;
          return endDashes === (line.startsWith(SSH2_END) ? 4 : 5) ? "finished" : "secret";
        }
        return unit === 10 || unit === 13 ? "over" : "secret";
      }
      // JSON and YAML strings carry the line breaks as \n, and JSON in JSON as \\n.
      if (isAfterBackslash && (char === "n" || char === "r")) {
        isAfterBackslash = false;
        return endLine();
      }
      isAfterBackslash = char === "\\";
      if (isAfterBackslash) return mode === "begin" ? "wait" : "secret";
      if (unit === 10 || unit === 13) return endLine();
      if (mode === "header") return "secret";

      if (isKeyUnit(unit)) {
        lineChars += 1;
        if (mode === "long") return "secret";
        line += char;
        if (lineChars >= DECIDED_CHARS && !line.trim().includes(" ") && !line.includes("-")) mode = "long";
        return mode === "long" ? "secret" : "wait";
      }
      if (mode === "long") return "over";
      line += char;
      const text = line.trimStart();
      if (text === END || text === SSH2_END) {
        line = text;
        mode = "end";
        return "secret";
      }
      if (END.startsWith(text) || SSH2_END.startsWith(text)) return "wait";
      if (char === ":" && HEADER_NAMES.has(text.slice(0, -1))) {
        mode = "header";
        return "secret";
      }
      const isHeaderSoFar = char === "-" && [...HEADER_NAMES].some((name) => name.startsWith(text));
      return isHeaderSoFar || text === "" ? "wait" : "over";
    },
  };
}

/** The last line of a key is short: whole groups of four, or a PGP checksum. Any other short line is ordinary output. */
function isShortBody(text: string): boolean {
  return (text.length % 4 === 0 && /^[A-Za-z0-9+/]+={0,2}$/.test(text)) || /^=[A-Za-z0-9+/]{4}$/.test(text);
}

function isKeyUnit(unit: number): boolean {
  return (
    (unit >= 0x41 && unit <= 0x5a) ||
    (unit >= 0x61 && unit <= 0x7a) ||
    (unit >= 0x30 && unit <= 0x39) ||
    unit === 0x2b ||
    unit === 0x2f ||
    unit === 0x3d
  );
}
