// Reads what LibreOffice writes of a spreadsheet (flat OpenDocument): sheets, rows, and what each cell is.
// Owns: nothing of the product. Takes no formula's word for a value: both are given.

/** `type` as LibreOffice has it: float, date, string, boolean …, "" for an empty cell. */
export type Cell = { type: string; value: string; text: string; formula: string };

/** More repetitions than this are the empty rest of a sheet. */
const REST = 1_000;
const ENTITIES: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };
const plain = (xml: string): string =>
  xml.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (all, hex: string, ten: string, name: string) =>
    name === undefined
      ? String.fromCodePoint(hex === undefined ? Number(ten) : Number.parseInt(hex, 16))
      : (ENTITIES[name.toLowerCase()] ?? all),
  );

export function sheetsOf(fods: string): Map<string, Cell[][]> {
  const sheets = new Map<string, Cell[][]>();
  for (const [, head, body] of fods.matchAll(/<table:table ([^>]*)>([\s\S]*?)<\/table:table>/g)) {
    const rows: Cell[][] = [];
    for (const [, of, inner] of body!.matchAll(/<table:table-row([^>]*[^/])?>([\s\S]*?)<\/table:table-row>/g)) {
      const row: Cell[] = [];
      for (const [, given, content] of inner!.matchAll(
        /<table:(?:covered-)?table-cell((?:\s[^>]*?)?)(?:\/>|>([\s\S]*?)<\/table:table-cell>)/g,
      )) {
        const cell = cellOf(given!, content ?? "");
        const times = Number(attribute(given!, "table:number-columns-repeated") || 1);
        if (times < REST) row.push(...Array.from({ length: times }, () => cell));
      }
      const times = Number(attribute(of ?? "", "table:number-rows-repeated") || 1);
      if (times < REST) rows.push(...Array.from({ length: times }, () => row));
    }
    sheets.set(plain(attribute(head!, "table:name")), rows);
  }
  return sheets;
}

const attribute = (text: string, name: string): string => plain(new RegExp(`(?:^|\\s)${name}="([^"]*)"`).exec(text)?.[1] ?? "");

function cellOf(given: string, content: string): Cell {
  const paragraphs = [...content.matchAll(/<text:p>([\s\S]*?)<\/text:p>|<text:p\/>/g)].map(([, inner]) =>
    plain(
      (inner ?? "")
        .replace(/<text:tab\/>/g, "\t")
        .replace(/<text:s text:c="(\d+)"\/>/g, (_, n: string) => " ".repeat(Number(n)))
        .replace(/<text:s\/>/g, " ")
        .replace(/<[^>]+>/g, ""),
    ),
  );
  const value = ["office:value", "office:date-value", "office:boolean-value", "office:string-value"]
    .map((name) => attribute(given, name))
    .find((one) => one !== "");
  return {
    type: attribute(given, "office:value-type"),
    value: value ?? "",
    text: paragraphs.join("\n"),
    formula: attribute(given, "table:formula"),
  };
}

export const cellsOf = (rows: Cell[][]): Cell[] => rows.flat().filter((cell) => cell.type !== "");

/** The cells below the one of the first row that says `title`. */
export function columnOf(rows: Cell[][], title: string): Cell[] {
  const at = rows[0]?.findIndex((cell) => cell.text === title) ?? -1;
  if (at < 0) throw new Error(`no column ${title}; there are: ${rows[0]?.map((cell) => cell.text).join(", ")}`);
  return rows.slice(1).map((row) => row[at] ?? { type: "", value: "", text: "", formula: "" });
}
