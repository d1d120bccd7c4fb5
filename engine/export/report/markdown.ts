// The checklist or runbook file with its boxes ticked and results added. Owns: where they go in.
// Works on lines of the source's own bytes: all else stays byte for byte, line ends, BOM and invalid bytes included.
import type { ItemView, RunbookDocument } from "../../protocol/index.ts";
import { debriefWords } from "./debriefs.ts";
import type { ReportModel } from "./model.ts";
import { changeLines } from "./objects.ts";
import { againstTarget, paceOf, type RecoveryRow } from "./recoveries.ts";
import { type RunRow, type StepRow, saysWhy, stepState } from "./runs.ts";
import { seen } from "./text.ts";
import { ageWords, duration, minuteUtc, utc, wordOf } from "./words.ts";

type Page = {
  tick(line: number, isDone: boolean): void;
  /** Of a row of a table: the state into the cell that says it. */
  cell(line: number, cell: NonNullable<ItemView["stateCell"]>, state: ItemView["state"]): void;
  result(after: number, text: string, kind: "paragraph" | "heading"): void;
  bytes(end: string): Uint8Array;
};

/** Null where the log holds no text to answer. */
export function checklistMarkdown(model: ReportModel, source: Uint8Array): Uint8Array {
  const page = openPage(source);
  for (const item of model.launch?.view.items ?? []) {
    if (item.stateCell === undefined) page.tick(item.line, item.state === "done");
    // What nobody has answered is left as the file says it.
    else if (item.answer !== null || item.state !== "open") page.cell(item.line, item.stateCell, item.state);
    page.result(item.line, itemResult(item), "paragraph");
  }
  return page.bytes(ending(model));
}

export function runbookMarkdown(model: ReportModel, run: RunRow, document: RunbookDocument, source: Uint8Array): Uint8Array {
  const page = openPage(source);
  for (const step of document.steps) {
    const row = run.steps.find((one) => one.id === step.id);
    const last = row?.attempts.at(-1)?.attempt;
    for (const check of step.checks) {
      const confirmed = row?.checks.findLast((one) => one.index === check.index && one.attempt === last);
      page.tick(check.line, confirmed?.isMet === true);
      if (confirmed !== undefined)
        page.result(
          check.line,
          `${confirmed.isMet ? "confirmed" : "**not met**"} by ${plain(confirmed.by)}, ${minuteUtc(confirmed.at)} UTC${confirmed.value === "" ? "" : `: ${plain(confirmed.value)}`}`,
          "paragraph",
        );
    }
    if (row === undefined) continue;
    const changed = model.objects.changes.filter((one) => one.run === run.run && one.step === step.id && one.attempt === last);
    page.result(
      step.line,
      [...(run.mode === "rehearsal" ? ["**REHEARSAL**"] : []), stepResult(row), ...changeLines(changed).map(plain)].join("; "),
      "heading",
    );
  }
  return page.bytes(ending(model));
}

function itemResult(item: ItemView): string {
  const { answer, check } = item;
  const parts = [`**${wordOf(item.state)}**`];
  if (item.derived !== null) parts.push("computed by Holdpoint");
  else if (answer !== null) {
    parts.push(`${plain(answer.name)}, ${minuteUtc(answer.at)} UTC (event ${answer.seq})`);
    if (answer.value !== null) parts.push(`value ${answer.value}${item.unit === "" ? "" : ` ${plain(item.unit)}`}`);
    if (item.state === "waived")
      parts.push(`until ${minuteUtc(answer.expires) || "no date"} UTC, approved by ${plain(answer.approverName) || "nobody else"}`);
    if (answer.reason !== "") parts.push(`reason: ${plain(answer.reason)}`);
    if (answer.note !== "") parts.push(`note: ${plain(answer.note)}`);
  }
  if (check !== null) {
    const measured = check.measured === null ? "" : `, measured ${check.measured}${item.unit === "" ? "" : ` ${plain(item.unit)}`}`;
    const where = check.context ? `, on ${plain(check.context)}${check.clusterClass ? ` (${plain(check.clusterClass)})` : ""}` : "";
    parts.push(
      `check ${check.verdict}${check.judgement === null ? "" : `, judged ${plain(check.judgement)}`}${measured}${where}, ${minuteUtc(check.at)} UTC (event ${check.seq})`,
    );
  }
  const standing = item.evidences.filter((one) => !one.removed);
  if (standing.length > 0)
    parts.push(
      `evidence: ${standing.map((one) => `${plain(one.title)} (${one.output ? `output of a command that ${one.output.verdict === "passed" ? "passed" : `ended ${one.output.verdict}`}, ` : one.ofRun ? `${one.ofRun.mode === "rehearsal" ? `**REHEARSAL**, ${one.ofRun.way}` : "live run"}, ${one.ofRun.result}, ${ageWords(one.ofRun.ageMs)} old when taken, ` : ""}event ${one.seq})`).join(", ")}`,
    );
  if (item.reopened !== "") parts.push(plain(item.reopened));
  return parts.join("; ");
}

function stepResult(step: StepRow): string {
  const last = step.attempts.at(-1);
  const took = step.attempts.reduce((sum, one) => sum + (one.durationMs ?? 0), 0);
  const parts = [`**${stepState(step)}**`];
  if (last !== undefined) {
    parts.push(`${utc(last.startedAt)} to ${last.endedAt === "" ? "not ended" : utc(last.endedAt)} UTC by ${plain(last.by)}`);
    parts.push(`took ${duration(took)}${step.plannedMs === null ? "" : `, planned ${duration(step.plannedMs)}`}`);
    if (step.attempts.length > 1) parts.push(`${step.attempts.length} attempts`);
    if (saysWhy(last)) parts.push(plain(last.because));
  }
  if (step.skipped !== null && stepState(step) === "skipped")
    parts.push(`${plain(step.skipped.by)}, ${minuteUtc(step.skipped.at)} UTC: ${plain(step.skipped.reason)}`);
  for (const one of step.judgements)
    parts.push(`judged ${plain(one.outcome)} by ${plain(one.by)}, ${minuteUtc(one.at)} UTC: ${plain(one.reason)}`);
  return parts.join("; ");
}

const ending = ({ log, head, kind, number, rehearsal, recoveries, debriefs }: ReportModel): string =>
  `Holdpoint: ${rehearsal ? "REHEARSAL, " : ""}${kind} ${number}, log ${log}, event ${head.seq}, ${utc(head.at)} UTC, fingerprint ${head.fingerprint}${recoveries.map((one) => `. ${recoveryWords(one)}`).join("")}${debriefs.map((one) => `. ${plain(debriefWords(one))}`).join("")}`;

/** `Recovery of “DR”: 34 min 12 s of 1 h (met); lost 9 min 40 s of 15 min (met)`. */
function recoveryWords(one: RecoveryRow): string {
  const part = (ms: number | null, targetMs: number | null, open: string) =>
    `${ms === null ? open : duration(ms)}${targetMs === null ? "" : ` of ${duration(targetMs)}`}${ms === null ? "" : ` (${againstTarget(ms, targetMs, open)})`}`;
  const pace = paceOf(one);
  return `Recovery of “${plain(one.title)}”${pace === "" ? "" : ` (${pace})`}: ${part(one.rtoMs, one.rtoTargetMs, "not verified")}; lost ${part(one.rpoMs, one.rpoTargetMs, "not measured")}`;
}

/** Words of people within Markdown: nothing in them is markup, a link, HTML or a line of its own. */
const plain = (text: string): string =>
  seen(text)
    .replace(/\s+/g, " ")
    .trim()
    .replace(/[\\`*_[\]<>|~#&!]/g, "\\$&");

/** A paragraph that began before may not go on into what was added. */
const STRUCTURE = /^[ \t]*(?:$|[-*+](?:[ \t]|$)|\d{1,9}[.)](?:[ \t]|$)|#{1,6}(?:[ \t]|$)|>|<|`{3,}|~{3,}|\|)/;
const ITEM = /^((?:[ \t]*>)*[ \t]*(?:[-*+]|\d{1,9}[.)])[ \t]+)\[([ xX])\]/;
/** A box that is a cell of a table's row by itself. */
const CELL = /(\|[ \t]*)\[[ xX]\](?=[ \t]*\|)/g;
const UNDERLINE = /^ {0,3}(?:=+|-+)[ \t]*$/;

/** Shape and word, as everywhere: a column of marks stays one of marks when it is read again. */
const CELL_MARKS: Record<ItemView["state"], string> = { done: "✅", failed: "❌", waived: "⏭️", "not-applicable": "⏭️", open: "⬜" };
const MARK = /^(?:\p{Extended_Pictographic}|[✓✔☑✗✘☐])\uFE0F?/u;

/** What is written over the beginning of a cell of states: so many of its bytes, null for all. A box stays a box, words of the item's text stay. */
function stateInCell(said: string, isText: boolean, state: ItemView["state"]): { replaced: number | null; by: string } {
  if (/^\[[ xX]\]/.test(said)) return { replaced: 3, by: `[${state === "done" ? "x" : " "}]` };
  const mark = MARK.exec(said)?.[0] ?? "";
  if (isText) return mark === "" ? { replaced: 0, by: "" } : { replaced: Buffer.byteLength(mark), by: CELL_MARKS[state] };
  const word = state.replaceAll("-", " ");
  return { replaced: null, by: mark === "" && said !== "" ? word : `${CELL_MARKS[state]} ${word}` };
}

/** Where the words of a row's cell stand; null where it has none such, or holds a comment. Cut as engine/document/tables.ts cuts them. */
function cellSpan(row: string, column: number): { start: number; end: number } | null {
  let at = /^(?:[ \t]*>)*[ \t]*\|?/.exec(row)![0].length;
  let start = at;
  let count = 0;
  for (; at <= row.length; at += 1) {
    if (row.startsWith("<!--", at)) at = row.indexOf("-->", at) === -1 ? row.length : row.indexOf("-->", at) + 2;
    else if (row[at] === "\\" && row[at + 1] === "|") at += 1;
    else if (row[at] === "|" || at >= row.length) {
      if (count === column) break;
      count += 1;
      start = at + 1;
    }
  }
  if (count !== column || start > row.length) return null;
  const cell = row.slice(start, at);
  if (cell.includes("<!--")) return null;
  const words = cell.trim();
  // An empty cell keeps a blank on either side where it has room for both.
  const lead = words === "" ? Math.min(1, cell.length) : cell.length - cell.trimStart().length;
  return { start: start + lead, end: words === "" ? start + Math.max(lead, cell.length - 1) : start + lead + words.length };
}

function openPage(source: Uint8Array): Page {
  const lines = split(Buffer.from(source));
  const added = new Map<number, string[]>();
  /** Ends as the line does that it follows; in a file of one line without an end, as Unix does. */
  const endOf = (line: number): string => ((lines[line - 1]?.includes("\r\n") ?? false) ? "\r\n" : "\n");
  // One character per byte: what is found is found at the same place in the bytes.
  const textAt = (line: number): string => lines[line - 1]?.toString("latin1").replace(/\r?\n$/, "") ?? "";
  const put = (after: number, text: string): void => void added.set(after, [...(added.get(after) ?? []), text]);
  return {
    tick(line, isDone) {
      const found = ITEM.exec(textAt(line));
      const bytes = lines[line - 1];
      const cells = [...textAt(line).matchAll(CELL)];
      const [cell] = cells;
      const at = found !== null ? found[1]!.length + 1 : cells.length === 1 ? cell!.index + cell![1]!.length + 1 : null;
      if (at !== null && bytes !== undefined) bytes[at] = (isDone ? "x" : " ").charCodeAt(0);
    },
    cell(line, { column, isText }, state) {
      const own = textAt(line);
      const span = cellSpan(own, column);
      const bytes = lines[line - 1];
      if (span === null || bytes === undefined) return;
      const said = Buffer.from(own.slice(span.start, span.end), "latin1").toString("utf8");
      const { replaced, by } = stateInCell(said, isText, state);
      const end = replaced === null ? span.end : span.start + replaced;
      lines[line - 1] = Buffer.concat([bytes.subarray(0, span.start), Buffer.from(by, "utf8"), bytes.subarray(end)]);
    },
    result(line, text, kind) {
      const own = textAt(line);
      const newline = endOf(line);
      if (kind === "heading") {
        const after = UNDERLINE.test(textAt(line + 1)) ? line + 1 : line;
        // A step that is a list item keeps what is added within it.
        const inner = /^[ \t]*(?:[-*+]|\d{1,9}[.)])[ \t]+/.exec(own)?.[0].length ?? 0;
        const isTight = textAt(after + 1).trim() === "";
        put(after, `${newline}${" ".repeat(inner)}> ${text}${newline}${isTight ? "" : newline}`);
        return;
      }
      if (/^[ \t]*\|/.test(own) || !/^(?:[ \t]*>)*[ \t]*(?:[-*+]|\d{1,9}[.)])[ \t]/.test(own)) {
        // A row of a table: what is said of it stands below the whole table, in the order of the rows.
        let last = line;
        while (textAt(last + 1).trim() !== "" && last < lines.length) last += 1;
        const name = [
          ...Buffer.from(own, "latin1")
            .toString("utf8")
            .replace(/[|`*\\[\]<>]/g, " ")
            .replace(/\s+/g, " ")
            .trim(),
        ]
          .slice(0, 60)
          .join("");
        put(last, `${added.has(last) ? "" : newline}> ${plain(name)}: ${text}${newline}${newline}`);
        return;
      }
      const quote = /^(?:[ \t]*>)*/.exec(own)![0];
      const inner = /^[ \t]*(?:[-*+]|\d{1,9}[.)])[ \t]+/.exec(own.slice(quote.length))![0].length;
      let last = line;
      while (last < lines.length && !STRUCTURE.test(textAt(last + 1).slice(quote.length))) last += 1;
      put(last, `${quote}${" ".repeat(inner)}> ${text}${newline}`);
    },
    bytes(end) {
      const out: Buffer[] = [];
      for (const [i, line] of lines.entries()) {
        const more = added.get(i + 1);
        out.push(line);
        if (more === undefined) continue;
        if (line.at(-1) !== 0x0a) out.push(Buffer.from(endOf(1)));
        out.push(Buffer.from(more.join(""), "utf8"));
      }
      const isOpen = out.length > 0 && out.at(-1)!.at(-1) !== 0x0a;
      const newline = endOf(1);
      out.push(Buffer.from(`${isOpen ? newline : ""}${newline}<!-- ${end.replaceAll("--", "- -")} -->${newline}`, "utf8"));
      return Buffer.concat(out);
    },
  };
}

/** Lines with their ends; a lone CR is no end for us, as it is none for the parser's line numbers. */
function split(bytes: Buffer): Buffer[] {
  const lines: Buffer[] = [];
  for (let from = 0; from < bytes.length; ) {
    const found = bytes.indexOf(0x0a, from);
    const to = found === -1 ? bytes.length : found + 1;
    lines.push(Buffer.from(bytes.subarray(from, to)));
    from = to;
  }
  return lines;
}
