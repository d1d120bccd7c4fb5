// Two texts of a step as one list of lines: what stays, what is taken out, what is put in. Pure.
// Owns: the difference and how much around it is shown. Does not draw.

export type DiffLine = { kind: "same" | "out" | "in"; text: string } | { kind: "left-out"; lines: number };

/** Lines shown around a change; more of what stays is folded into a count. */
const AROUND = 3;
/** Fewer lines than this are shown rather than counted: the count would take their place. */
const FEWEST_LEFT_OUT = 4;
/** Above this many comparisons the middle is shown as all taken out and all put in: a window must not stall over a difference. */
const MOST_CELLS = 1_000_000;

/** Null for a text that is not there: everything of the other is then put in, or taken out. */
export function lineDiff(before: string | null, after: string | null): DiffLine[] {
  const a = before === null ? [] : before.split("\n");
  const b = after === null ? [] : after.split("\n");
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head += 1;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail += 1;
  const same = (text: string): DiffLine => ({ kind: "same", text });
  return folded([
    ...a.slice(0, head).map(same),
    ...middle(a.slice(head, a.length - tail), b.slice(head, b.length - tail)),
    ...a.slice(a.length - tail).map(same),
  ]);
}

/** Longest common subsequence, from its table of lengths. */
function middle(a: string[], b: string[]): DiffLine[] {
  const out = (text: string): DiffLine => ({ kind: "out", text });
  const into = (text: string): DiffLine => ({ kind: "in", text });
  if (a.length * b.length > MOST_CELLS) return [...a.map(out), ...b.map(into)];
  const width = b.length + 1;
  const lengths = new Uint32Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      lengths[i * width + j] =
        a[i] === b[j] ? lengths[(i + 1) * width + j + 1]! + 1 : Math.max(lengths[(i + 1) * width + j]!, lengths[i * width + j + 1]!);
  const lines: DiffLine[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      lines.push({ kind: "same", text: a[i]! });
      i += 1;
      j += 1;
    } else if (j >= b.length || (i < a.length && lengths[(i + 1) * width + j]! >= lengths[i * width + j + 1]!)) lines.push(out(a[i++]!));
    else lines.push(into(b[j++]!));
  }
  return lines;
}

function folded(lines: DiffLine[]): DiffLine[] {
  const isNear = lines.map(() => false);
  for (const [at, line] of lines.entries()) {
    if (line.kind === "same") continue;
    for (let near = Math.max(0, at - AROUND); near <= Math.min(lines.length - 1, at + AROUND); near++) isNear[near] = true;
  }
  const shown: DiffLine[] = [];
  for (let at = 0; at < lines.length; ) {
    let end = at;
    while (end < lines.length && !isNear[end]) end += 1;
    if (end - at >= FEWEST_LEFT_OUT) shown.push({ kind: "left-out", lines: end - at });
    else shown.push(...lines.slice(at, end));
    at = end;
    while (at < lines.length && isNear[at]) shown.push(lines[at++]!);
  }
  return shown;
}
