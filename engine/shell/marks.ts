// Cuts the shell's marks out of its terminal stream.
// Owns: the state machine for our OSC 633 sequences, split over chunks or not. Does not know what a mark means.

/** What introduces a mark. VS Code's number, so that other terminals ignore what we add. */
const INTRODUCER = "\x1b]633;";
/** A payload longer than this is no mark of ours (a typed line is the longest) and is given back as text. Characters. */
const MAX_PAYLOAD_CHARS = 65_536;

export type Piece = { type: "text"; text: string } | { type: "mark"; fields: string[] };

export type MarkCutter = {
  /** Pieces in stream order. A possible beginning of a mark is kept until it is decided. */
  push(text: string): Piece[];
  /** What is kept, as text: the stream has ended, or a mark never came to its end. */
  flush(): string;
};

/**
 * A mark is `ESC ] 633 ; nonce ; field ; … BEL` with this session's nonce; fields are percent-encoded.
 * Any other sequence, a foreign 633 among them, stays text: what a program prints decides nothing.
 */
export function createMarkCutter(nonce: string): MarkCutter {
  const own = `${INTRODUCER}${nonce};`;
  let kept = "";

  return {
    push(text) {
      let rest = kept + text;
      kept = "";
      const pieces: Piece[] = [];
      const say = (words: string) => {
        if (words === "") return;
        const last = pieces.at(-1);
        if (last?.type === "text") last.text += words;
        else pieces.push({ type: "text", text: words });
      };
      let from = 0;
      for (;;) {
        const start = rest.indexOf("\x1b", from);
        if (start < 0) {
          say(rest);
          return pieces;
        }
        const head = rest.slice(start, start + own.length);
        if (head !== own) {
          if (head.length < own.length && own.startsWith(head)) {
            say(rest.slice(0, start));
            kept = rest.slice(start);
            return pieces;
          }
          from = start + 1;
          continue;
        }
        const end = endOfPayload(rest, start + own.length);
        if (end < 0) {
          if (rest.length - start > MAX_PAYLOAD_CHARS) {
            from = start + 1;
            continue;
          }
          say(rest.slice(0, start));
          kept = rest.slice(start);
          return pieces;
        }
        if (rest[end] !== "\x07") {
          // An escape or a line end inside: it was never ours to begin with.
          from = start + 1;
          continue;
        }
        say(rest.slice(0, start));
        pieces.push({
          type: "mark",
          fields: rest
            .slice(start + own.length, end)
            .split(";")
            .map(decodeField),
        });
        rest = rest.slice(end + 1);
        from = 0;
      }
    },
    flush() {
      const text = kept;
      kept = "";
      return text;
    },
  };
}

/** Index of the BEL that ends the payload, or of the first character that cannot be in one; -1 when neither is there yet. */
function endOfPayload(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 0x20) return at;
  }
  return -1;
}

/** One pass, so that `%2525` becomes `%25` and no more. UTF-8 in fish's escapes arrives as bytes. */
function decodeField(field: string): string {
  if (!field.includes("%")) return field;
  try {
    return decodeURIComponent(field);
  } catch {
    return field.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  }
}
