// Reads the pages of a report back, for tests: which text stands where, how wide it is. Owns: nothing of the product.
// Shares no code with what writes them: it reads the file's own objects, widths and ToUnicode tables.

export type Placed = { text: string; x: number; y: number; width: number; size: number; font: string };
export type ReadPage = { runs: Placed[]; text: string };

export function readPdf(bytes: Uint8Array): { pages: ReadPage[]; info: string; text: string } {
  const file = Buffer.from(bytes).toString("latin1");
  const objects = new Map<number, string>();
  for (const [, id, body] of file.matchAll(/(?:^|\n)(\d+) 0 obj\n([\s\S]*?)\nendobj/g)) objects.set(Number(id), body!);
  const of = (id: string | undefined): string => objects.get(Number(id)) ?? "";
  const streamOf = (body: string): string => /stream\n([\s\S]*?)\nendstream/.exec(body)?.[1] ?? "";
  const fonts = new Map<string, { letters: string[]; widths: number[]; base: string }>();
  for (const [, name, id] of file.matchAll(/\/(F\d+) (\d+) 0 R/g)) {
    if (fonts.has(name!)) continue;
    const font = of(id);
    const letters: string[] = [];
    for (const [, from, list] of streamOf(of(/\/ToUnicode (\d+)/.exec(font)?.[1])).matchAll(/<([0-9a-f]{4})> <[0-9a-f]{4}> \[(.*?)\]/g))
      for (const [i, [, hex]] of [...list!.matchAll(/<([0-9a-f ]*)>/g)].entries())
        letters[Number.parseInt(from!, 16) + i] = String.fromCharCode(
          ...(hex!.match(/[0-9a-f]{4}/g) ?? []).map((one) => Number.parseInt(one, 16)),
        );
    const descendant = of(/\/DescendantFonts \[(\d+)/.exec(font)?.[1]);
    const widths = (/\/W \[0 \[([\d. -]+)\]\]/.exec(descendant)?.[1] ?? "").split(" ").map(Number);
    fonts.set(name!, { letters, widths, base: /\/BaseFont \/(\S+)/.exec(font)?.[1] ?? "" });
  }
  const kids =
    /\/Type \/Pages[\s\S]*?\/Kids \[([^\]]*)\]/.exec(file)?.[1] ?? /\/Kids \[([^\]]*)\][\s\S]*?\/Type \/Pages/.exec(file)?.[1] ?? "";
  const pages = [...kids.matchAll(/(\d+) 0 R/g)].map(([, id]) => {
    const stream = streamOf(of(/\/Contents (\d+)/.exec(of(id))?.[1]));
    const runs: Placed[] = [];
    for (const [, block] of stream.matchAll(/BT\n([\s\S]*?)\nET/g)) {
      const [, x, y] = /1 0 0 1 (\S+) (\S+) Tm/.exec(block!) ?? [];
      const [, name, size] = /\/(F\d+) (\S+) Tf/.exec(block!) ?? [];
      const font = fonts.get(name!);
      if (font === undefined) throw new Error(`a page uses ${name}, which is no font of the file`);
      let text = "";
      let width = 0;
      for (const [, hex] of block!.matchAll(/<([0-9a-f]+)>/g))
        for (const glyph of hex!.match(/.{4}/g) ?? []) {
          text += font.letters[Number.parseInt(glyph, 16)] ?? "\uFFFD";
          width += ((font.widths[Number.parseInt(glyph, 16)] ?? 0) / 1000) * Number(size);
        }
      runs.push({ text, x: Number(x), y: Number(y), width, size: Number(size), font: font.base });
    }
    return { runs, text: runs.map((run) => run.text).join(" ") };
  });
  return { pages, info: file, text: pages.map((page) => page.text).join(" ") };
}

/** Runs of a page that lie on each other, or outside of it; in words, empty where all is well. */
export function faultsOf({ runs }: ReadPage): string[] {
  const faults: string[] = [];
  const boxes = runs.map((run) => ({ ...run, top: run.y + run.size * 0.7, bottom: run.y - run.size * 0.2, right: run.x + run.width }));
  for (const [i, one] of boxes.entries()) {
    if (one.x < 40 || one.right > 556 || one.bottom < 10 || one.top > 830) faults.push(`outside: “${one.text}”`);
    for (const other of boxes.slice(i + 1)) {
      const wide = Math.min(one.right, other.right) - Math.max(one.x, other.x);
      const tall = Math.min(one.top, other.top) - Math.max(one.bottom, other.bottom);
      if (wide > 1 && tall > 1) faults.push(`“${one.text}” lies on “${other.text}”`);
    }
  }
  return faults;
}

/** Words in the order of lines: what stands in one cell may be broken over several runs. */
export const squeezed = (text: string): string => text.replace(/\s+/g, "");
