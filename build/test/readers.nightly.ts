// What leaves Holdpoint, read by programs that nobody here wrote: poppler, LibreOffice, unzip, sha256sum, Python, asciinema's player.
// Owns: asking them. Each question has a control, a file that must be answered otherwise, so that a silent reader is not taken for a yes.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser, Page } from "@playwright/test";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import writeXlsxFile from "write-excel-file/node";
import { launchChromium } from "../../e2e/chromium.ts";
import { type Bench, openBench, runBench } from "../../engine/engine/testing.ts";
import { tableCsv } from "../../engine/export/report/csv.ts";
import { makeWorkbook } from "../../engine/export/report/xlsx.ts";
import type { LaunchId, LogId } from "../../engine/protocol/index.ts";
import { type Cell, cellsOf, columnOf, sheetsOf } from "./fods.ts";

const PASSWORD = "correct horse battery";
/** What a spreadsheet could take for a formula, one per item. */
const FORMULAS = ["=1+1", "@SUM(A1)", "+1", "-1", "=x", '=HYPERLINK("http://example.invalid","click")', "=cmd|' /C calc'!A0"];
/** Printed at the end of each check, in colour, with letters of more than one byte. */
const SAID = (id: string) => `${id} is green ✓ ≤ 2`;
const LIST = `---
kind: checklist
---
# Read by others

<!-- decision: {rule: all-categories-signed, and: no-open-blockers, signoff: [lead]} -->

## Formulas
<!-- category: {signoff: [lead]} -->

${FORMULAS.map((_, i) => `- [ ] **FRM-0${i + 1}** A note is text.\n`).join("")}
## Numbers
<!-- category: {signoff: [lead]} -->

- [ ] **NUM-01** Latency <!-- item: {expect: "< 500", unit: ms} -->
${["NUM-02", "NUM-03"]
  .map(
    (id) =>
      `- [ ] **${id}** It answers\n\n  \`\`\`bash\n  printf '\\033[32m%s\\033[0m\\n' 'begin of ${id}'\n  printf '\\033[1;32m%s\\033[0m\\n' '${SAID(id)}'\n  \`\`\`\n`,
  )
  .join("")}`;

let bench: Bench;
let browser: Browser;
let out: string;
let launch: LaunchId;
let log: LogId;
type Signature = { name: string; statement: string; at: string; role: string };
let signatures: Signature[];
const files = new Map<string, string>();

/** Standard output of a program; throws with what it said where it fails. */
const ask = (command: string, ...args: string[]): string =>
  execFileSync(command, args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"], maxBuffer: 64e6 });
const failsAt = (command: string, ...args: string[]): boolean => spawnSync(command, args, { stdio: "ignore" }).status !== 0;

beforeAll(async () => {
  out = mkdtempSync(join(tmpdir(), "hp-readers-"));
  // The signer's own zone, another than that of most machines that test.
  process.env["TZ"] = "Europe/Athens";
  bench = await openBench();
  const made = await bench.call("launch.create", {
    facts: { name: "Read by others", version: "v1.0-rc1", zone: "Europe/Athens" },
    checklist: bench.write("list.md", LIST),
  });
  ({ launch, log } = made.header);
  await bench.call("launch.assign", { launch, role: "lead", operator: "dana" as never });
  const { run } = await bench.call("item.check", { launch });
  await runBench(bench, run).until("the end of the checks", (one) => one.status === "finished");
  for (const [i, note] of FORMULAS.entries())
    await bench.call("item.answer", { launch, items: [`FRM-0${i + 1}`], state: "failed", note, reason: note });
  await bench.call("item.answer", { launch, items: ["NUM-01"], state: "done", value: 465.2, note: "measured" });
  await bench.call("item.answer", { launch, items: ["NUM-02", "NUM-03"], state: "done" });
  const shown = await bench.call("signoff.prepare", {
    launch,
    subject: { kind: "category", id: "numbers" },
    meaning: "approved",
    role: "lead",
  } as never);
  await bench.call("signoff.add", { ticket: shown.ticket, id: "dana" as never, password: PASSWORD });
  ({ signatures } = (await bench.call("launch.get", { launch })).view as unknown as { signatures: Signature[] });
  for (const [format, ending] of [
    ["pdf", "pdf"],
    ["xlsx", "xlsx"],
    ["csv", "csv"],
    ["bundle", "zip"],
  ] as const) {
    const path = join(out, `night.${ending}`);
    await bench.call("record.export", { log, format, out: path } as never);
    files.set(format, path);
  }
}, 180_000);
afterAll(async () => {
  await browser?.close();
  await bench?.remove();
  rmSync(out, { recursive: true, force: true });
});

describe("poppler", () => {
  it("reads the report's text: of each signature name, time with zone, and meaning", () => {
    const text = ask("pdftotext", "-raw", "-enc", "UTF-8", files.get("pdf")!, "-").replace(/\s+/g, "");
    expect(signatures).toHaveLength(1);
    for (const { name, statement, at, role } of signatures)
      for (const said of [name, `as ${role}`, `“${statement}”`, "Approved:", `${at.slice(0, 10)} ${at.slice(11, 19)} UTC`])
        expect(text).toContain(said.replaceAll(" ", ""));
    expect(text).toMatch(/Europe\/Athens\(UTC\+0[23]:00\)/);
    for (const note of FORMULAS) expect(text).toContain(note.replace(/\s+/g, ""));
  });

  it("finds a whole document with a title, every typeface embedded and with letters that can be copied", () => {
    const info = ask("pdfinfo", files.get("pdf")!);
    expect(info).toMatch(/^Title: +\S/m);
    expect(info).toMatch(/^Encrypted: +no$/m);
    expect(info).toMatch(/^Page size: +595\.\d+ x 841\.\d+ pts \(A4\)$/m);
    expect(Number(/^Pages: +(\d+)$/m.exec(info)![1])).toBeGreaterThan(3);
    const fonts = ask("pdffonts", files.get("pdf")!).trim().split("\n").slice(2);
    expect(fonts.length).toBeGreaterThan(1);
    // name, type, encoding, emb, sub, uni, object
    for (const font of fonts) expect(font, "embedded, a subset, with its letters").toMatch(/ yes +yes +yes +\d+ +\d+$/);
  });

  it("draws every page without a complaint, and none is empty", () => {
    const drawn = spawnSync("pdftoppm", ["-r", "40", "-gray", files.get("pdf")!, join(out, "page")], { encoding: "utf8" });
    expect(drawn.status).toBe(0);
    expect(drawn.stderr).toBe("");
    const pages = readdirSync(out).filter((name) => /^page-\d+\.pgm$/.test(name));
    expect(pages).toHaveLength(Number(/^Pages: +(\d+)$/m.exec(ask("pdfinfo", files.get("pdf")!))![1]));
    for (const page of pages) {
      const pixels = readFileSync(join(out, page)).subarray(15);
      expect(pixels.filter((grey) => grey < 128).length, page).toBeGreaterThan(100);
    }
  });

  it("calls half a report broken", () => {
    const half = join(out, "half.pdf");
    const bytes = readFileSync(files.get("pdf")!);
    writeFileSync(half, bytes.subarray(0, bytes.length / 2));
    expect(spawnSync("pdfinfo", [half], { encoding: "utf8" }).stderr).not.toBe("");
  });
});

describe("LibreOffice", { timeout: 240_000 }, () => {
  /** What Calc makes of a file: its own format, as XML. */
  function opened(path: string, ...filter: string[]): Map<string, Cell[][]> {
    const folder = mkdtempSync(join(out, "office-"));
    const profile = `-env:UserInstallation=file://${join(out, "profile")}`;
    ask("soffice", profile, "--headless", ...filter, "--convert-to", "fods:OpenDocument Spreadsheet Flat XML", "--outdir", folder, path);
    const name = basename(path).replace(/\.[a-z]+$/, ".fods");
    return sheetsOf(readFileSync(join(folder, name), "utf8"));
  }
  /** Comma, quotes, UTF-8, from the first line; special numbers detected, as a person who opens the file gets it. */
  const asCsv = "--infilter=CSV:44,34,76,1,,0,false,true,false,false,false,-1";

  it("opens the workbook with numbers, moments and texts, and nothing that computes", async () => {
    const sheets = opened(files.get("xlsx")!);
    for (const name of ["Cover", "Items", "Sign-offs", "Decisions", "Risks", "Timeline", "Steps", "Commands", "Deviations"])
      expect([...sheets.keys()]).toContain(name);
    expect([...sheets.values()].flatMap(cellsOf).filter((cell) => cell.formula !== "")).toEqual([]);
    const items = sheets.get("Items")!;
    const notes = columnOf(items, "note");
    expect(notes.slice(0, FORMULAS.length).map(({ type }) => type)).toEqual(FORMULAS.map(() => "string"));
    expect(notes.slice(0, FORMULAS.length).map(({ text }) => text.trim())).toEqual(FORMULAS.map((note) => note.trim()));
    expect(columnOf(items, "value")[FORMULAS.length]).toMatchObject({ type: "float", value: "465.2" });
    const { view } = await bench.call("launch.get", { launch });
    const moments = columnOf(items, "answered_at_utc");
    for (const [i, item] of view.items.entries()) {
      expect(moments[i]!.type).toBe("date");
      expect(Math.abs(Date.parse(`${moments[i]!.value}Z`) - Date.parse(item.answer!.at))).toBeLessThan(1_000);
    }
    const counted = columnOf(sheets.get("Timeline")!, "event");
    expect(counted.length).toBeGreaterThan(20);
    expect(new Set(counted.map(({ type }) => type))).toEqual(new Set(["float"]));
    expect(new Set(columnOf(sheets.get("Timeline")!, "at_utc").map(({ type }) => type))).toEqual(new Set(["date"]));
    expect(columnOf(sheets.get("Sign-offs")!, "statement")[0]).toMatchObject({ type: "string", text: signatures[0]!.statement });
  });

  it("computes the cell of a workbook that does hold a formula", async () => {
    const path = join(out, "control.xlsx");
    await writeXlsxFile([[{ value: "=1+1", type: "Formula" }]] as never).toFile(path);
    expect(cellsOf([...opened(path).values()][0]!)).toEqual([expect.objectContaining({ formula: "of:=1+1", value: "2" })]);
  });

  it("takes for text what begins with a blank that some spreadsheets skip, in workbook and csv", async () => {
    // The engine trims what is typed; what comes from elsewhere may still begin so.
    const said = ["\t=1+1", "\r=1+1", "\n=1+1", " =1+1", "\uff1d1+1"];
    const table = { name: "Cells", columns: [{ title: "cell", kind: "text" as const }], rows: said.map((cell) => [cell]) };
    writeFileSync(join(out, "blanks.csv"), tableCsv(table));
    writeFileSync(join(out, "blanks.xlsx"), await makeWorkbook([table], "2026-11-20T12:00:00.000Z"));
    for (const sheets of [opened(join(out, "blanks.csv"), asCsv), opened(join(out, "blanks.xlsx"))]) {
      const cells = columnOf([...sheets.values()][0]!, "cell");
      expect(cells.map(({ type, formula }) => ({ type, formula }))).toEqual(said.map(() => ({ type: "string", formula: "" })));
      for (const cell of cells) expect(cell.text).toMatch(/[=\uff1d]1\+1$/);
    }
  });

  it("opens the tables of a csv export with every note as text, and would have run them unescaped", () => {
    const table = files.get("csv")!.replace(/\.csv$/, "-items.csv");
    const [items] = [...opened(table, asCsv).values()];
    expect(cellsOf(items!).filter((cell) => cell.formula !== "")).toEqual([]);
    const notes = columnOf(items!, "note").slice(0, FORMULAS.length);
    for (const [i, note] of notes.entries()) {
      expect(note.type, FORMULAS[i]).toBe("string");
      expect(note.text).toContain(FORMULAS[i]!.trim());
    }
    expect(columnOf(items!, "value")[FORMULAS.length]).toMatchObject({ type: "float", value: "465.2" });
    const [events] = [...opened(files.get("csv")!, asCsv).values()];
    expect(cellsOf(events!).filter((cell) => cell.formula !== "")).toEqual([]);
    expect(events!.length).toBeGreaterThan(20);
    const bare = join(out, "bare.csv");
    writeFileSync(bare, "note\r\n=1+1\r\n-1\r\n");
    const control = columnOf([...opened(bare, asCsv).values()][0]!, "note");
    expect(control.map(({ type }) => type)).toEqual(["float", "float"]);
  });
});

describe("unzip, sha256sum and Python", () => {
  const bag = () => join(out, "bag");

  it("take the bundle apart: every member whole, every hash of its manifests as written", () => {
    expect(ask("unzip", "-t", files.get("bundle")!)).toContain("No errors detected");
    expect(ask("unzip", "-t", files.get("xlsx")!)).toContain("No errors detected");
    ask("unzip", "-q", files.get("bundle")!, "-d", bag());
    const top = join(bag(), readdirSync(bag())[0]!);
    for (const manifest of readdirSync(top).filter((name) => /manifest-sha256\.txt$/.test(name))) {
      const checked = execFileSync("sha256sum", ["--strict", "-c", manifest], { cwd: top, encoding: "utf8" });
      expect(checked.trim().split("\n").length).toBeGreaterThan(3);
      expect(checked.replaceAll(": OK", "")).not.toMatch(/FAILED/);
    }
    writeFileSync(join(top, "bag-info.txt"), "another cover\n");
    expect(spawnSync("sha256sum", ["-c", "tagmanifest-sha256.txt"], { cwd: top }).status).toBe(1);
  });

  it("find the same members and bytes with Python's zipfile, and the same rows with its csv", () => {
    const script = `import csv,hashlib,json,sys,zipfile
with zipfile.ZipFile(sys.argv[1]) as z:
    bad = z.testzip()
    members = {i.filename: hashlib.sha256(z.read(i)).hexdigest() for i in z.infolist()}
with open(sys.argv[2], newline='', encoding='utf-8') as f:
    rows = list(csv.DictReader(f, strict=True))
print(json.dumps({"bad": bad, "members": members, "notes": [r["note"] for r in rows]}))`;
    const said = JSON.parse(ask("python3", "-c", script, files.get("bundle")!, files.get("csv")!.replace(/\.csv$/, "-items.csv"))) as {
      bad: string | null;
      members: Record<string, string>;
      notes: string[];
    };
    expect(said.bad).toBeNull();
    const listed = ask("unzip", "-Z1", files.get("bundle")!).trim().split("\n");
    expect(Object.keys(said.members)).toEqual(listed);
    expect(Object.keys(said.members).some((name) => name.endsWith(".cast"))).toBe(true);
    // An apostrophe keeps a spreadsheet from running it; without it, the note is the note.
    expect(said.notes.slice(0, FORMULAS.length).map((note) => note.replace(/^'/, "").trim())).toEqual(FORMULAS.map((note) => note.trim()));
    const spoilt = join(out, "spoilt.zip");
    const bytes = readFileSync(files.get("bundle")!);
    bytes[Math.floor(bytes.length / 2)]! ^= 1;
    writeFileSync(spoilt, bytes);
    expect(failsAt("unzip", "-tq", spoilt)).toBe(true);
  });
});

describe("asciinema's player", { timeout: 120_000 }, () => {
  const text = (url: string) => readFileSync(fileURLToPath(url), "utf8");
  let page: Page;
  beforeAll(async () => {
    browser = await launchChromium();
    page = await browser.newPage();
    await page.setContent("<!doctype html><body></body>");
    await page.addStyleTag({ content: text(import.meta.resolve("asciinema-player/dist/bundle/asciinema-player.css")) });
    await page.addScriptTag({ content: text(import.meta.resolve("asciinema-player/dist/bundle/asciinema-player.min.js")) });
  });

  /** Plays a recording to its end, fast; false where the player says that it cannot. What is then on its screen stays there. */
  async function played(cast: string): Promise<{ ended: boolean; duration: number }> {
    return page.evaluate(
      (data) =>
        new Promise((resolve) => {
          document.body.replaceChildren(document.createElement("main"));
          type Player = {
            play(): Promise<unknown>;
            getDuration(): number | undefined;
            addEventListener(name: string, act: () => void): void;
          };
          const { AsciinemaPlayer } = window as unknown as {
            AsciinemaPlayer: { create(source: object, where: Element, options: object): Player };
          };
          const player = AsciinemaPlayer.create({ data }, document.querySelector("main")!, { speed: 50, idleTimeLimit: 0.1, fit: false });
          const over = (ended: boolean) => () => resolve({ ended, duration: player.getDuration() ?? 0 });
          player.addEventListener("ended", over(true));
          player.addEventListener("error", over(false));
          player.play().catch(over(false));
        }),
      cast,
    );
  }

  it("plays every recording of the bundle to its end and shows what the command printed, and refuses what is none", async () => {
    const folder = join(out, "casts");
    mkdirSync(folder);
    ask("unzip", "-q", "-j", files.get("bundle")!, "*.cast", "-d", folder);
    const casts = readdirSync(folder).map((name) => readFileSync(join(folder, name), "utf8"));
    expect(casts).toHaveLength(2);
    for (const id of ["NUM-02", "NUM-03"]) {
      const cast = casts.find((one) => one.includes(SAID(id)));
      expect(cast, `a recording of ${id}`).toBeDefined();
      const { ended, duration } = await played(cast!);
      expect(ended).toBe(true);
      expect(duration).toBeGreaterThan(0);
      // Drawn a frame after its end; the prompt and the colours are no part of the text.
      await page.locator(".ap-term-text", { hasText: SAID(id) }).waitFor();
    }
    expect((await played("no recording\n")).ended).toBe(false);
    expect(await page.locator(".ap-term-text", { hasText: "green" }).count()).toBe(0);
  });
});
