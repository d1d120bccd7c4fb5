// A table as RFC 4180. Owns: that no cell is ever run as a formula and that a lone CR stands in quotes.
import { stringify } from "csv-stringify/sync";
import type { Table } from "./tables.ts";

export function tableCsv({ columns, rows }: Table): Uint8Array {
  // A cell that a spreadsheet would run (= + - @ tab CR first) gets an apostrophe before it (OWASP); numbers stay numbers.
  const options = { record_delimiter: "windows", escape_formulas: true, quoted_match: /[\r\n]/ } as const;
  const head = columns.map(({ title }) => title);
  const cells = rows.map((row) => row.map((cell) => (cell === null ? "" : typeof cell === "boolean" ? String(cell) : cell)));
  return Buffer.from(stringify([head, ...cells], options), "utf8");
}
