// Tables that are checklists: a column of states makes every row an item. Owns which column says the state, which the id,
// and what a state cell says. Tables without such a column stay prose.
import { type Content, taskMark } from "./content.ts";
import { readTable, type Table, type TableRow } from "./tables.ts";
import type { Container, Leaf } from "./tree.ts";

/** `text` is Markdown: every cell but id and state, in the table's order. */
export type TableItem = {
  line: number;
  id: string | null;
  number: number | null;
  checked: boolean;
  text: string;
  stateCell: { column: number; isText: boolean };
};

const STATE_HEADER = /^(?:status|state|done|ok|okay|checked|complete|completed|met|passed|result|ready|✅|✔️?|✓|☑️?|\[ ?\])\??$/iu;
const ID_HEADER = /^(?:id|#|no\.?|nr\.?|number|ref|reference|key|ticket|item|item id|test id|case|control|req|requirement)$/iu;
/** A picture or a box: a state wherever it stands. */
const DONE_MARK = /^(?:✅|✔️?|✓|☑️?|🟢|🆗|👍|\[[xX]\])/u;
const OPEN_MARK = /^(?:❌|✖️?|✗|✘|❎|⏳|⌛|⏭️?|⏸️?|🔄|🟡|🟠|🔴|⚪|⬜|☐|🚧|⚠️?|🔲|\[ ?\])/u;
/** Words that are states where the header says so, or where a mark stands before them. */
const DONE_WORD =
  /^(?:done|complete|completed|finished|closed|resolved|met|pass|passed|passing|ok|okay|yes|ready|green|active|live|approved|signed|verified|achieved|x)$/i;
const OPEN_WORD =
  /^(?:open|new|pending|planned|waiting|to ?do|not started|not done|not met|incomplete|in progress|in review|started|wip|ongoing|blocked|on hold|deferred|waived|fail|failed|failing|rejected|no|red|yellow|amber|n\/a|not applicable|skipped|missing|unknown|-|–|—)$/i;
/** A row number is at most this long; longer ones are dates and amounts. */
const NUMBER = /^\d{1,6}\.?$/;
const ID = /^[A-Za-z][A-Za-z0-9]*(?:[-._/][A-Za-z0-9]+)*$/;

/** Items of a paragraph that is a table with states; null where it is none. */
export function readTableItems(content: Content, leaf: Leaf): TableItem[] | null {
  const table = readTable(content.source, leaf);
  if (table === null) return null;
  const stateColumn = findStateColumn(table);
  if (stateColumn === -1) return null;
  const idColumn = findIdColumn(table, stateColumn);
  const items: TableItem[] = [];
  for (const row of table.rows) {
    if (row.cells.every((cell) => cell === "")) continue;
    items.push(readRow(row, stateColumn, idColumn));
  }
  return items;
}

/** Whether any table of the file says what is done. */
export function hasTableItems(content: Content): boolean {
  return content.tree.leaves.some((leaf) => !isInTask(content, leaf) && (readTableItems(content, leaf)?.length ?? 0) > 0);
}

/** A table in a task item is part of that item's words. */
function isInTask(content: Content, leaf: Leaf): boolean {
  for (let node: Container | null = leaf.parent; node !== null; node = node.parent)
    if (taskMark(content.source, node) !== null) return true;
  return false;
}

function readRow(row: TableRow, stateColumn: number, idColumn: number): TableItem {
  const state = readState(row.cells[stateColumn] ?? "");
  const named = idColumn === -1 ? "" : plain(row.cells[idColumn] ?? "");
  const isId = isIdCell(named);
  const isNumber = NUMBER.test(named);
  const cells: string[] = [];
  for (const [column, cell] of row.cells.entries()) {
    if (column === stateColumn) {
      if (state.rest !== "") cells.push(state.rest);
    } else if (cell !== "" && !(column === idColumn && (isId || isNumber))) cells.push(cell);
  }
  return {
    line: row.line,
    id: isId ? named : null,
    number: isNumber ? Number.parseInt(named, 10) : null,
    checked: state.checked,
    // A row of nothing but its id is shown by it.
    text: cells.length === 0 ? named : cells.join(" · "),
    stateCell: { column: stateColumn, isText: state.rest !== "" },
  };
}

type State = { kind: "mark" | "word" | "empty" | "other"; checked: boolean /** What the cell says besides the state. */; rest: string };

/** A mark first, with or without words; or a word of state alone. */
function readState(cell: string): State {
  const text = plain(cell);
  if (text === "") return { kind: "empty", checked: false, rest: "" };
  const done = DONE_MARK.exec(text);
  const mark = done ?? OPEN_MARK.exec(text);
  if (mark !== null) {
    const rest = plain(text.slice(mark[0].length).replace(/^[\s:–—-]+/u, ""));
    return { kind: "mark", checked: done !== null, rest: isWord(rest) ? "" : rest };
  }
  if (isWord(text)) return { kind: "word", checked: DONE_WORD.test(text), rest: "" };
  return { kind: "other", checked: false, rest: cell };
}

const isWord = (text: string): boolean => DONE_WORD.test(text) || OPEN_WORD.test(text);

/** A cell without the emphasis or code marks around the whole of it. */
function plain(cell: string): string {
  const match = /^(\*{1,3}|_{1,3}|`+|~~)(.*)\1$/su.exec(cell.trim());
  return match === null || match[2]!.includes(match[1]!) ? cell.trim() : plain(match[2]!);
}

/**
 * The column whose header speaks of a state and most of whose cells are one (or are all empty: a form to fill in); else the one column all
 * of whose cells are marks. Two columns of marks compare things with each other: that is no list of what is done.
 */
function findStateColumn(table: Table): number {
  if (table.rows.length === 0) return -1;
  const columns = table.header.map((header, column) => ({
    column,
    isNamed: STATE_HEADER.test(plain(header)),
    mark: 0,
    word: 0,
    other: 0,
    empty: 0,
  }));
  // Over the cells that there are: a hostile table has thousands of columns and millions of rows of one cell.
  for (const { cells } of table.rows)
    for (const [column, cell] of cells.entries()) if (column < columns.length) columns[column]![readState(cell).kind]++;
  const named = columns.find(({ isNamed, mark, word, other }) => isNamed && mark + word >= other);
  if (named !== undefined) return named.column;
  const marked = columns.filter(({ mark, word, other }) => mark > 0 && word === 0 && other === 0);
  return marked.length === 1 ? marked[0]!.column : -1;
}

/** A column headed as an id that holds ids or row numbers; else the first of unlike ids with a digit (`INF-01`). */
function findIdColumn(table: Table, stateColumn: number): number {
  const columns = table.header.map((header, column) => ({
    column,
    isNamed: ID_HEADER.test(plain(header)),
    given: new Set<string>(),
    isId: column !== stateColumn,
  }));
  for (const { cells } of table.rows) {
    for (const [index, written] of cells.entries()) {
      const column = columns[index];
      if (column === undefined || !column.isId || written === "") continue;
      const cell = plain(written);
      const isOne = column.isNamed ? isIdCell(cell) || NUMBER.test(cell) : /^[A-Z][A-Z0-9]*-\d+[a-z]?$/.test(cell);
      column.isId = isOne && !column.given.has(cell);
      column.given.add(cell);
    }
  }
  const found = columns.filter(({ isId, given }) => isId && given.size > 0);
  return (found.find(({ isNamed }) => isNamed) ?? found[0])?.column ?? -1;
}

const isIdCell = (cell: string): boolean => ID.test(cell) && /\d/.test(cell);
