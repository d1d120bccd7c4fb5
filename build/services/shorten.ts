// A procedure's text with its gates and soaks made short, so that a test sees the same gates probe, hold and end in seconds.
// Owns: which times are cut and to what. Everything else stays as it is written: commands, limits, order, timeouts.
// Nothing is left out and nothing is pretended: a gate of 15 minutes every 15 s becomes one of 2 s every 500 ms, with its own probe and limit.

/** Long enough for several probes, short enough for a test. */
const HOLD = "2s";
const EVERY = "500ms";
/** A gate that waits ends as soon as its probe passes: this is only how long it has patience on a slow machine. */
const WITHIN = "40s";
const SOAK = "1s";

/** Cuts `for=`, `every=` and `within=` in the attributes of fences and `soak:` in step directives. */
export function shorten(text: string): string {
  return text
    .split("\n")
    .map((line) =>
      /^\s*(?:```|~~~)/.test(line)
        ? line
            .replace(/\bfor=[\w.]+/, `for=${HOLD}`)
            .replace(/\bevery=[\w.]+/, `every=${EVERY}`)
            .replace(/\bwithin=[\w.]+/, `within=${WITHIN}`)
        : line,
    )
    .join("\n")
    .replaceAll(/<!--\s*step:[\s\S]*?-->/g, (directive) => directive.replace(/\bsoak:\s*[\w.]+/, `soak: ${SOAK}`));
}
