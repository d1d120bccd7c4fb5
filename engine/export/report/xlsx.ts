// Tables as a workbook. Owns: the types of its cells and that the same tables give the same bytes.
// Text is written as text whatever it begins with, so nothing in it is ever a formula; moments are dates in UTC.
import type { Table } from "./tables.ts";
import { seen } from "./text.ts";
import { COLOURS } from "./tokens.ts";

/** What a cell of a workbook holds; longer text is cut, and the cell says by how much. Characters. */
const CELL_LIMIT = 32_767;
const WIDTHS = { text: 22, number: 12, moment: 20, long: 60 } as const;

type Made = {
  value: string | number | Date;
  type: StringConstructor | NumberConstructor | DateConstructor;
  format?: string;
  wrap?: boolean;
  alignVertical?: "top";
};

/** `at`: ISO 8601, the time that every file within the workbook gets. */
export async function makeWorkbook(tables: readonly Table[], at: string): Promise<Uint8Array> {
  const { default: writeExcelFile } = await import("write-excel-file/node");
  const bytes = await writeExcelFile(
    tables.map(({ name, columns, rows }) => ({
      sheet: name.slice(0, 31),
      stickyRowsCount: 1,
      columns: columns.map(({ kind, title }) => ({ width: Math.max(WIDTHS[kind], title.length + 2) })),
      data: [
        columns.map(({ title }) => ({ value: title, type: String, fontWeight: "bold" as const, backgroundColor: COLOURS.s3 })),
        ...rows.map((row) => row.map((cell, i) => cellOf(cell, columns[i]!.kind))),
      ],
    })) as Parameters<typeof writeExcelFile>[0] & [],
  ).toBuffer();
  return withTimes(bytes, at);
}

function cellOf(cell: Table["rows"][number][number], kind: Table["columns"][number]["kind"]): Made | null {
  if (cell === null || cell === "") return null;
  if (typeof cell === "number" && Number.isFinite(cell)) return { value: cell, type: Number, alignVertical: "top" };
  if (kind === "moment" && typeof cell === "string" && !Number.isNaN(Date.parse(cell)))
    return { value: new Date(cell), type: Date, format: "yyyy-mm-dd hh:mm:ss", alignVertical: "top" };
  const text = seen(String(cell));
  const rest = `… (cut here: ${text.length} characters in all; the record has them)`;
  return {
    value: text.length > CELL_LIMIT ? text.slice(0, CELL_LIMIT - rest.length) + rest : text,
    type: String,
    wrap: kind === "long",
    alignVertical: "top",
  };
}

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
/** Sets the time of every entry of a zip to one moment, in UTC: the library writes the machine's clock and zone. */
function withTimes(zip: Buffer, at: string): Uint8Array {
  const moment = new Date(at);
  const date = ((Math.max(1980, moment.getUTCFullYear()) - 1980) << 9) | ((moment.getUTCMonth() + 1) << 5) | moment.getUTCDate();
  const time = (moment.getUTCHours() << 11) | (moment.getUTCMinutes() << 5) | (moment.getUTCSeconds() >> 1);
  const out = Buffer.from(zip);
  const end = out.length - 22;
  if (end < 0 || out.readUInt32LE(end) !== END) throw new Error("The workbook is not a zip as expected.");
  let entry = out.readUInt32LE(end + 16);
  for (let left = out.readUInt16LE(end + 10); left > 0; left--) {
    const local = out.readUInt32LE(entry + 42);
    if (out.readUInt32LE(entry) !== CENTRAL || out.readUInt32LE(local) !== LOCAL) throw new Error("The workbook is not a zip as expected.");
    for (const field of [entry + 12, local + 10]) {
      out.writeUInt16LE(time, field);
      out.writeUInt16LE(date, field + 2);
    }
    entry += 46 + out.readUInt16LE(entry + 28) + out.readUInt16LE(entry + 30) + out.readUInt16LE(entry + 32);
  }
  return out;
}
