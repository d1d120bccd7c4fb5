import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseDocument } from "../../document/index.ts";
import { createReportSource } from "../../engine/report-source.ts";
import { as, type Bench, base64, madeTeam, must, openBench, passwordOf } from "../../launch/testing.ts";
import type { LaunchId, LogId } from "../../protocol/index.ts";
import { exportLog, exportSignoffs, type SignoffFilter } from "../index.ts";
import { readBag } from "../testing-bundle.ts";
import { verifyBundle } from "../verifiers/verify.mjs";
import { faultsOf, readPdf, squeezed } from "./testing-pdf.ts";
import { readZip } from "./testing-zip.ts";

const RTL = "שלום\u202Eevil\u202C";
const LIST = `---
kind: checklist
---
# Go-live

<!-- decision: {rule: all-categories-signed, and: no-open-blockers} -->

## Infrastructure
<!-- category: {signoff: [infrastructure-lead, security-lead]} -->

- [ ] **INF-01** The load balancer answers
  on both names
- [x] **INF-02** Backups run  \r
  <!-- item: {evidence: required} -->

  \`\`\`sh
  true
  \`\`\`
* [ ] **INF-03** Latency <!-- item: {expect: "< 500", unit: ms} -->

## Business
<!-- category: {signoff: [product-owner]} -->

| ID | Item | Status |
| --- | --- | --- |
| BUS-01 | The announcement \xe9 is approved | [ ] |
| BUS-02 | Users are trained | [x] |
`;

let home: string;
let bench: Bench;
let out: string;
let launch: LaunchId;
let log: LogId;
let second: LaunchId;
const opened: Bench[] = [];

beforeAll(async () => {
  home = await madeTeam();
  out = mkdtempSync(join(tmpdir(), "hp-report-"));
  bench = openBench(home, (source, path) => parseDocument(source, { path }));
  opened.push(bench);
  launch = await bench.launch(LIST, {
    name: "Blue-green",
    version: "v1.0-rc1",
    context: "prod-eu-1",
    windowStart: "2026-03-15T00:00:00.000Z",
    windowEnd: "2026-03-15T02:00:00.000Z",
  });
  log = bench.store.logs().find((one) => one.genesis["launch"] === launch)!.log;
  for (const [id, role] of [
    ["ben", "infrastructure-lead"],
    ["mira", "security-lead"],
    ["wim", "product-owner"],
  ] as const)
    must(await bench.launches.assign(await bench.who("mira"), { launch, role, operator: as(id) }));
  const answer = async (items: string[], state: string, more: Record<string, unknown> = {}) =>
    must(await bench.launches.answer(await bench.who("jon"), "jon", { launch, items, state: state as never, ...more }));
  await answer(["INF-01"], "done", { note: '=HYPERLINK("http://evil.example","click")' });
  must(
    await bench.launches.evidence(await bench.who("jon"), {
      launch,
      item: "INF-02",
      kind: "text",
      title: "+cmd|' /C calc'!A0",
      base64: base64("ok"),
    }),
  );
  await answer(["INF-02"], "done", { note: "@SUM(1+1)" });
  await answer(["INF-03"], "done", { value: 465.2, note: `-1+2 ${RTL} zero\u200Bwidth \u001b[31mred` });
  await answer(["BUS-01"], "not-applicable", { reason: "there is no announcement" });
  await answer(["BUS-02"], "waived", {
    reason: "trained <b>later</b> | *really*",
    approver: { id: as("ben"), password: passwordOf("ben") },
    expires: "2027-03-31T00:00:00.000Z",
  });
  bench.ports.advance(60_000);
  must(await bench.sign(launch, "ben", "category", "infrastructure"));
  must(await bench.sign(launch, "mira", "category", "infrastructure"));
  bench.ports.advance(60_000);
  await answer(["INF-01"], "done", { note: "looked again" });
  must(
    await bench.launches.note(await bench.who("jon"), {
      launch,
      kind: "incident",
      title: "Alarm",
      text: `${"x".repeat(9_990)} end`,
      severity: "P3",
    }),
  );
  must(
    await bench.launches.risk(await bench.who("jon"), {
      launch,
      risk: { risk: "Slow DNS", likelihood: "low", impact: "high", controls: "TTL", owner: "jon", status: "open" } as never,
    }),
  );
  must(await bench.launches.propose(await bench.who("mira"), { launch, outcome: "no-go", reason: "INF-01 changed" }));

  // A day later, another launch with one signature; and a log without any.
  bench.ports.advance(86_400_000);
  second = await bench.launch(
    "---\nkind: checklist\n---\n# Small\n\n## Only\n<!-- category: {signoff: [lead]} -->\n\n- [ ] **ONE-01** one\n",
    { name: "Second" },
  );
  must(await bench.launches.assign(await bench.who("mira"), { launch: second, role: "lead", operator: as("mira") }));
  must(await bench.launches.answer(await bench.who("jon"), "jon", { launch: second, items: ["ONE-01"], state: "done" }));
  must(await bench.sign(second, "mira", "category", "only"));
}, 120_000);
afterAll(() => {
  for (const one of opened) one.close();
  for (const path of [home, out]) rmSync(path, { recursive: true, force: true });
});

const sourceOf = (desk: Bench) =>
  createReportSource({
    store: desk.store,
    people: desk.people,
    documents: { parse: async (bytes, path) => parseDocument(bytes, { path }) },
  });
const actorOf = async (desk: Bench) => (await desk.who("mira")).actor;
let files = 0;
/** What one export wrote, by file name. */
async function exported(
  desk: Bench,
  of: LogId,
  format: "pdf" | "xlsx" | "md" | "csv" | "bundle",
  upTo: number,
  filter = {},
): Promise<Map<string, Buffer>> {
  const folder = mkdtempSync(join(out, "e-"));
  files += 1;
  const ending = format === "bundle" ? "zip" : format;
  must(
    await exportLog(desk.store, of, {
      format,
      out: join(folder, `r.${ending}`),
      recordingsDir: join(desk.home, "recordings"),
      actor: await actorOf(desk),
      source: sourceOf(desk),
      upTo,
      filter,
    }),
  );
  return new Map(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name))]));
}
const headOf = (desk: Bench, of: LogId): number => desk.store.head(of).seq;
const one = async (format: "pdf" | "xlsx" | "md", desk = bench, of = log, upTo = headOf(desk, of), filter = {}) =>
  (await exported(desk, of, format, upTo, filter)).get(`r.${format}`)!;

describe("the report of a launch", { timeout: 60_000 }, () => {
  it("prints of every signature the name, role, meaning, exact sentence, time with zone, and what made it stale", async () => {
    const { signatures, header } = await bench.view(launch);
    const { pages, text } = readPdf(await one("pdf"));
    const all = squeezed(text);
    expect(signatures).toHaveLength(2);
    for (const signature of signatures) {
      for (const said of [
        signature.name,
        signature.role,
        `“${signature.statement}”`,
        `${signature.at.slice(0, 10)} ${signature.at.slice(11, 19)} UTC`,
        "Europe/Bucharest (UTC+02:00)",
        "Approved: Category Infrastructure",
      ])
        expect(all).toContain(squeezed(said));
      expect(all).toContain(squeezed(`stale since`));
      expect(all).toContain(squeezed(signature.staleBecause));
    }
    expect(all).toContain(squeezed("2 signatures: 0 valid, 2 stale"));
    expect(all).toContain(squeezed(`${header.events} events`));
    expect(all).toContain(squeezed("Filter none: the whole log"));
    for (const [i, page] of pages.entries()) {
      expect(page.text).toContain(`Page ${i + 1} of ${pages.length}`);
      expect(page.text).toContain(log);
      expect(page.text).toContain(`Fingerprint ${header.fingerprint} at event ${header.events}`);
    }
    for (const said of [
      "NO-GO",
      "INF-01 changed",
      "Slow DNS",
      "465.2 ms",
      "there is no announcement",
      "approved by Ben",
      "verify.mjs",
      "python3 verify.py",
    ])
      expect(all).toContain(squeezed(said));
  });

  it("lets nothing vanish, change the order of reading, lie on other text or leave the page", async () => {
    const { pages, text } = readPdf(await one("pdf"));
    const all = squeezed(text);
    expect(all).toContain(squeezed("-1+2 ‹U+05E9›‹U+05DC›‹U+05D5›‹U+05DD›‹U+202E›evil‹U+202C› zero‹U+200B›width ‹U+001B›[31mred"));
    expect(all).not.toContain("\uFFFD");
    // Ten thousand letters without a break, over pages, all of them there.
    expect(
      pages.flatMap((page) => page.runs.filter((run) => /^x+$/.test(run.text))).reduce((sum, run) => sum + run.text.length, 0),
    ).toBeGreaterThan(9_900);
    expect(pages.flatMap(faultsOf)).toEqual([]);
  });

  it("says the same twice, byte for byte, in every format, and days later", async () => {
    const upTo = headOf(bench, log);
    const first = await Promise.all((["pdf", "xlsx", "md", "csv", "bundle"] as const).map((format) => exported(bench, log, format, upTo)));
    bench.ports.advance(40 * 86_400_000);
    for (const [i, format] of (["pdf", "xlsx", "md", "csv", "bundle"] as const).entries()) {
      const again = await exported(bench, log, format, upTo);
      expect([...again.keys()]).toEqual([...first[i]!.keys()]);
      for (const [name, bytes] of again) expect(bytes.equals(first[i]!.get(name)!), name).toBe(true);
    }
  });

  it("calls itself partial where a filter was set, with both counts", async () => {
    const upTo = headOf(bench, log);
    const { text } = readPdf(await one("pdf", bench, log, upTo, { type: "item" }));
    const meant = bench.store.events(log).filter(({ body }) => body.seq <= upTo && body.type.startsWith("item.")).length;
    expect(squeezed(text)).toContain(squeezed(`${meant} of ${upTo} events by the filter`));
    expect(text).toContain("PARTIAL");
    expect(squeezed(text)).toContain(squeezed("type is “item”"));
  });

  it("goes into a bundle with its tables, and the bundle verifies", async () => {
    const { fingerprint } = bench.store.head(log);
    const zip = (await exported(bench, log, "bundle", headOf(bench, log))).get("r.zip")!;
    const bag = readBag(zip);
    expect([...bag.keys()].filter((path) => path.startsWith("data/reports/")).sort()).toEqual(
      ["deployment.json", "deployment.md", "deployment.pdf", "items.csv", "report.pdf", "signoffs.csv", "tables.xlsx", "timeline.csv"].map(
        (name) => `data/reports/${name}`,
      ),
    );
    expect(verifyBundle(zip, { fingerprint }).problems).toEqual([]);
    expect(readPdf(bag.get("data/reports/report.pdf")!).pages.length).toBeGreaterThan(5);
  });
});

describe("the report of a run", { timeout: 60_000 }, () => {
  it("says REHEARSAL and SOLO on its cover and at the foot of every page, and has no readiness", async () => {
    const { actor } = await bench.who("jon");
    const own = bench.store.createLog({ kind: "run", genesis: { title: "Dry run", run: "run-b", solo: true }, actor });
    const subject = { run: "run-b", mode: "rehearsal", step: "one", attempt: 1 };
    const data = {
      title: "Dry run",
      mode: "rehearsal",
      planned_ms: 60_000,
      steps: [{ id: "one", title: "One", number: "1", planned_ms: 60_000 }],
    };
    bench.store.appendAll(own, [
      { type: "run.started", actor, subject: { run: "run-b", mode: "rehearsal" }, data },
      { type: "step.started", actor, subject },
      { type: "block.started", actor, subject, data: { block: 0, text: "kubectl get pods\n", shell: "bash" } },
      { type: "block.ended", actor, subject, outcome: "unknown", data: { block: 0, exit_code: null, because: "the shell is gone" } },
      { type: "step.ended", actor, subject, outcome: "unknown", data: { duration_ms: 125_000, because: "the shell is gone" } },
      { type: "step.judged", actor, subject, outcome: "accepted", reason: "seen by two" },
      { type: "run.finished", actor, subject: { run: "run-b" }, data: { result: "passed" } },
    ]);
    const { pages, text } = readPdf(await one("pdf", bench, own));
    const all = squeezed(text);
    for (const said of [
      "Run record",
      "REHEARSAL",
      "SOLO: one person",
      "unknown the shell is gone",
      "judged accepted",
      "Jon: seen by two",
      "1 min",
      "2 min 05 s",
    ])
      expect(all).toContain(squeezed(said));
    for (const page of pages) expect(page.text).toContain("SOLO · REHEARSAL");
    expect(text).not.toContain("Readiness");
    expect(pages.flatMap(faultsOf)).toEqual([]);
  });
});

describe("the tables", { timeout: 60_000 }, () => {
  type Cells = Map<string, { type: string; value: string; style: string }>;
  function sheetOf(workbook: Buffer, name: string): { cells: Cells; xml: string; styles: string } {
    const zip = new Map(readZip(workbook).map((file) => [file.path, file.bytes.toString("utf8")]));
    const index = [...zip.get("xl/workbook.xml")!.matchAll(/<sheet [^>]*name="([^"]*)"/g)].findIndex(([, title]) => title === name) + 1;
    const strings = [...zip.get("xl/sharedStrings.xml")!.matchAll(/<si>([\s\S]*?)<\/si>/g)].map(([, si]) =>
      [...si!.matchAll(/<t[^>]*>([\s\S]*?)<\/t>/g)].map(([, t]) => t).join(""),
    );
    const xml = zip.get(`xl/worksheets/sheet${index}.xml`)!;
    const cells: Cells = new Map();
    for (const [, attributes, inner] of xml.matchAll(/<c ([^>]*)>([\s\S]*?)<\/c>/g)) {
      const get = (key: string) => new RegExp(`${key}="([^"]*)"`).exec(attributes!)?.[1] ?? "";
      const raw = /<v>([\s\S]*?)<\/v>/.exec(inner!)?.[1] ?? "";
      cells.set(get("r"), { type: get("t") || "n", value: get("t") === "s" ? strings[Number(raw)]! : raw, style: get("s") });
    }
    return { cells, xml, styles: zip.get("xl/styles.xml")! };
  }
  const column = (cells: Cells, title: string): string =>
    [...cells].find(([at, cell]) => /^[A-Z]+1$/.test(at) && cell.value === title)![0].replace("1", "");

  it("hold numbers as numbers and moments as dates, and run nothing", async () => {
    const workbook = await one("xlsx");
    const { cells, styles } = sheetOf(workbook, "Items");
    const at = (title: string, row: number) => cells.get(`${column(cells, title)}${row}`);
    expect(at("value", 4)).toMatchObject({ type: "n", value: "465.2" });
    const answered = at("answered_at_utc", 4)!;
    const event = bench.events(launch, "item.answered").find(({ body }) => body.data["item"] === "INF-03")!;
    // Days since 30 December 1899, as spreadsheets count.
    expect(Number(answered.value)).toBeCloseTo(Date.parse(event.body.ts_utc) / 86_400_000 + 25_569, 6);
    const [, formats] = /<cellXfs[^>]*>([\s\S]*?)<\/cellXfs>/.exec(styles)!;
    expect([...formats!.matchAll(/<xf ([^>]*)>/g)][Number(answered.style)]![1]).toContain('numFmtId="100"');
    expect(styles).toContain('numFmtId="100" formatCode="yyyy-mm-dd hh:mm:ss"');
    expect(at("note", 3)).toMatchObject({ type: "s", value: "@SUM(1+1)" });
    expect(at("evidence_titles", 3)).toMatchObject({ type: "s", value: expect.stringContaining("+cmd|") });
    expect(at("note", 4)).toMatchObject({ type: "s", value: expect.stringContaining("zero‹U+200B›width ‹U+001B›[31mred") });
    for (const { path, bytes } of readZip(workbook)) if (path.endsWith(".xml")) expect(bytes.toString("utf8"), path).not.toMatch(/<f[ >]/);
    const stamps = new Set(readZip(workbook).map(({ date, time }) => `${date} ${time}`));
    expect(stamps.size).toBe(1);
    const names = readZip(workbook)
      .find(({ path }) => path === "xl/workbook.xml")!
      .bytes.toString("utf8");
    for (const name of ["Cover", "Items", "Sign-offs", "Decisions", "Risks", "Timeline", "Steps", "Commands", "Deviations"])
      expect(names).toContain(`name="${name}"`);
  });

  it("as csv stand beside the events, escape what a spreadsheet would run, and overwrite nothing", async () => {
    const upTo = headOf(bench, log);
    const made = await exported(bench, log, "csv", upTo);
    expect([...made.keys()].sort()).toEqual(["r-items.csv", "r-signoffs.csv", "r.csv"]);
    const items = made.get("r-items.csv")!.toString("utf8");
    expect(items.split("\r\n")).toHaveLength(1 + 5 + 1);
    expect(items).toContain("'@SUM(1+1)");
    expect(items).toContain("'+cmd|");
    expect(items).not.toMatch(/(^|,|")[=+@-][A-Za-z(]/m);
    expect(made.get("r-signoffs.csv")!.toString("utf8")).toContain("Europe/Bucharest,120,1,2,stale");
    const folder = mkdtempSync(join(out, "taken-"));
    const options = { format: "csv", recordingsDir: out, actor: await actorOf(bench), source: sourceOf(bench), upTo } as const;
    must(await exportLog(bench.store, log, { ...options, out: join(folder, "a.csv") }));
    rmSync(join(folder, "a.csv"));
    const again = await exportLog(bench.store, log, { ...options, out: join(folder, "a.csv") });
    expect(again.ok ? "" : again.error.code).toBe("already-exists");
    expect(readdirSync(folder).sort()).toEqual(["a-items.csv", "a-signoffs.csv"]);
  });
});

describe("the file with its results", { timeout: 60_000 }, () => {
  it("has its boxes ticked as the log says and results added, and is byte for byte the same elsewhere", async () => {
    const text = (await one("md")).toString("utf8");
    expect(text).toContain("- [x] **INF-01** The load balancer answers\n  on both names\n  > **done**; Jon, ");
    expect(text).toContain("- [x] **INF-02** Backups run  \r\n  > **done**; Jon, ");
    expect(text).toContain("* [x] **INF-03** Latency");
    expect(text).toContain("value 465.2 ms");
    expect(text, "waived is not done, whatever the file said").toContain("| Users are trained | [ ] |\n");
    expect(text).toMatch(
      /> BUS-02 .*: \*\*waived\*\*;.* until 2027-03-31 00:00 UTC, approved by Ben; reason: trained \\<b\\>later\\<\/b\\> \\\| \\\*really\\\*/,
    );
    expect(text).toMatch(/\n<!-- Holdpoint: launch 1, log log-\w+, event \d+, .* UTC, fingerprint (?:[0-9A-Z]{4} ){4}[0-9A-Z]{4} -->\n$/);
    // What was added are quotes, the blank lines around those of the table, and the last line; without them the file is the source.
    const bare = text
      .replace(/\n*<!-- Holdpoint: .* -->\r?\n$/, "\n")
      .replace(/^ *> .*\r?\n/gm, "")
      .replace(/\n(\r?\n)+$/, "\n")
      .replaceAll("[x]", "[ ]");
    expect(bare).toBe(LIST.replaceAll("[x]", "[ ]"));
  });

  it("writes the answers into the state cells of tables, and is read again as what it was, with the answers in it", async () => {
    const table = `# List

## Named

| ID | Item | Status | Note |
| --- | --- | --- | :-: |
| T-01 | One \\| two | Pending | keeps \\| this |\r
| T-02 | Two |  | |
| T-03 | Three | ⏳ in progress |
| T-04 | Four | ✅ by hand, on paper | x |
| T-05 | Five | **Done** | x |
| T-06 | Nobody answers | TODO | x |

## Marks

> | Item | Prod |
> | --- | --- |
> | first | ❌ |
> | second | ✅ |
> | third | ❌ |
`;
    const path = bench.write("table.md", table);
    const made = must(await bench.launches.create(await bench.who("jon"), { facts: { name: "Table" }, checklist: path }));
    const before = parseDocument(Buffer.from(table), { path });
    const ids = made.items.map((item) => item.id);
    expect(ids).toHaveLength(9);
    const states: Record<string, string> = { "T-01": "done", "T-02": "done", "T-03": "failed", "T-04": "failed", "T-05": "not-applicable" };
    for (const id of ids.slice(6)) states[id] = id === ids[7] ? "failed" : "done";
    for (const [id, state] of Object.entries(states))
      must(
        await bench.launches.answer(await bench.who("jon"), "jon", {
          launch: made.header.launch,
          items: [id],
          state: state as never,
          reason: "as seen",
        }),
      );
    const text = (await one("md", bench, made.header.log)).toString("utf8");
    expect(text).toContain("| T-01 | One \\| two | done | keeps \\| this |\r\n");
    expect(text).toContain("| T-02 | Two | ✅ done | |\n");
    expect(text).toContain("| T-03 | Three | ❌ failed |\n");
    expect(text, "words of the item stay").toContain("| T-04 | Four | ❌ by hand, on paper | x |\n");
    expect(text).toContain("| T-05 | Five | not applicable | x |\n");
    expect(text, "what nobody answered is left alone").toContain("| T-06 | Nobody answers | TODO | x |\n");
    expect(text).toContain("> | first | ✅ done |\n> | second | ❌ failed |\n> | third | ✅ done |\n");
    const after = parseDocument(Buffer.from(text), { path });
    const told = (document: typeof before) =>
      document.categories.flatMap((category) => category.items.map(({ id, text: words }) => [id, words]));
    expect(told(after)).toEqual(told(before));
    const isChecked = after.categories.flatMap((category) => category.items.map((item) => [item.id, item.checked]));
    expect(isChecked).toEqual(ids.map((id) => [id, states[id] === "done"]));
    // Everything but those cells and what was added below is the source, byte for byte.
    const bare = text.replace(/\n*<!-- Holdpoint: .* -->\n$/, "\n").replace(/^> (?!\|).*\r?\n/gm, "");
    const cells =
      /(?<=\|) (?:done|Pending|✅ done|❌ failed|⏳ in progress|(?:❌|✅) by hand, on paper|not applicable|\*\*Done\*\*|❌|✅|) (?=\|)/g;
    const squeezed = (whole: string) =>
      whole
        .replace(cells, "#")
        .replace(/\n(?:\r?\n)+/g, "\n\n")
        .trimEnd();
    expect(squeezed(bare)).toBe(squeezed(table));
  });

  it("keeps bytes that are no text, and a BOM", async () => {
    const source = Buffer.concat([
      Buffer.from("\ufeff# L\n\n## C\n\n- [ ] **A-1** caf"),
      Buffer.from([0xe9, 0xff]),
      Buffer.from(" x\n- [ ] **A-2** two"),
    ]);
    const path = bench.write("bytes.md", "");
    writeFileSync(path, source);
    const made = must(await bench.launches.create(await bench.who("jon"), { facts: { name: "Bytes" }, checklist: path }));
    must(await bench.launches.answer(await bench.who("jon"), "jon", { launch: made.header.launch, items: ["A-2"], state: "done" }));
    const bytes = await one("md", bench, made.header.log);
    expect(bytes.subarray(0, 3)).toEqual(Buffer.from([0xef, 0xbb, 0xbf]));
    expect(bytes.includes(Buffer.from([0x66, 0xe9, 0xff, 0x20, 0x78, 0x0a]))).toBe(true);
    expect(bytes.toString("latin1")).toContain("- [x] **A-2** two\n  > **done**");
  });

  it("is refused where there is no file, and with a filter", async () => {
    const bad = await exportLog(bench.store, bench.store.install, {
      format: "md",
      out: join(out, "i.md"),
      recordingsDir: out,
      actor: await actorOf(bench),
      source: sourceOf(bench),
    });
    expect(bad.ok ? "" : bad.error.code).toBe("invalid-params");
    const filtered = await exportLog(bench.store, log, {
      format: "md",
      out: join(out, "f.md"),
      recordingsDir: out,
      actor: await actorOf(bench),
      source: sourceOf(bench),
      filter: { type: "item" },
    });
    expect(filtered.ok ? "" : filtered.error.code).toBe("invalid-params");
    expect(readdirSync(out)).not.toContain("f.md");
  });
});

describe("sign-offs across launches", { timeout: 60_000 }, () => {
  const signoffs = async (format: "csv" | "xlsx" | "pdf" | "bundle", filter: SignoffFilter) => {
    files += 1;
    const path = join(out, `s-${files}.${format}`);
    const made = await exportSignoffs(bench.store, {
      format,
      out: path,
      filter,
      actor: await actorOf(bench),
      recordingsDir: join(bench.home, "recordings"),
      source: sourceOf(bench),
    });
    if (!made.ok) throw new Error(made.error.code);
    return readFileSync(path);
  };
  const rows = async (filter: SignoffFilter) => (await signoffs("csv", filter)).toString("utf8").split("\r\n").length - 2;
  const dayOf = async (which: LaunchId) => (await bench.view(which)).signatures[0]!.at.slice(0, 10);

  it("are chosen by day, launch and signer", async () => {
    expect(await rows({})).toBe(3);
    expect(await rows({ launch })).toBe(2);
    expect(await rows({ signer: "mira" })).toBe(2);
    expect(await rows({ signer: "Mira", launch })).toBe(1);
    expect(await rows({ to: await dayOf(launch) }), "the day itself counts").toBe(2);
    expect(await rows({ from: await dayOf(second) })).toBe(1);
    expect(await rows({ from: await dayOf(second), launch })).toBe(0);
    await expect(rows({ from: "2026-02-31" })).rejects.toThrow("invalid-params");
    await expect(rows({ to: "yesterday" })).rejects.toThrow("invalid-params");
    await expect(rows({ launch: "launch-00000000000000000000000000" })).rejects.toThrow("invalid-params");
  });

  it("say on the cover what was looked at, with filter and counts, and leave an event in the installation's log", async () => {
    const { text, pages } = readPdf(await signoffs("pdf", { signer: "mira" }));
    const all = squeezed(text);
    expect(all).toContain(squeezed("signed by mira"));
    expect(all).toContain(squeezed("2 of 3 signatures"));
    expect(all).toContain(squeezed("Blue-green"));
    expect(all).toContain(squeezed("Second"));
    expect(pages.flatMap(faultsOf)).toEqual([]);
    const event = bench.store.events(bench.store.install).findLast(({ body }) => body.type === "record.exported")!;
    expect(event.body.data).toMatchObject({ what: "signoffs", format: "pdf", signatures: 2, total: 3, filter: { signer: "mira" } });
    expect((event.body.data["logs"] as unknown[]).length).toBe(bench.store.logs().filter((one) => one.kind !== "install").length);
  });

  it("come with the whole bundles they stand in, each of which verifies; same bytes twice", async () => {
    const zip = await signoffs("bundle", { launch });
    const inner = readZip(zip).map(({ path, bytes }) => [path.replace("holdpoint-signoffs/", ""), bytes] as const);
    expect(inner.map(([path]) => path)).toEqual([
      "README.md",
      "signoffs.pdf",
      "signoffs.csv",
      "signoffs.xlsx",
      expect.stringMatching(/^bundles\/0001-log-/),
    ]);
    expect(verifyBundle(inner.at(-1)![1], { fingerprint: bench.store.head(log).fingerprint }).problems).toEqual([]);
    for (const format of ["pdf", "xlsx", "csv"] as const)
      expect((await signoffs(format, { launch })).equals(await signoffs(format, { launch }))).toBe(true);
  });
});

describe("a launch with 300 items and 2,000 events", { timeout: 120_000 }, () => {
  it("has a head on every page of a table, no heading alone at a page's foot, and all its items", async () => {
    const large = openBench(home, (source, path) => parseDocument(source, { path }));
    opened.push(large);
    const ids = Array.from({ length: 300 }, (_, i) => `C${Math.floor(i / 30)}-${String(i).padStart(3, "0")}`);
    const text = `---\nkind: checklist\n---\n# Large\n${ids.map((id, i) => `${i % 30 === 0 ? `\n## Category ${i / 30}\n\n` : ""}- [ ] **${id}** Item ${i} ${"with words ".repeat(i % 23)}\n`).join("")}`;
    const big = await large.launch(text, { name: "Large" });
    must(await large.launches.answer(await large.who("jon"), "jon", { launch: big, items: ids, state: "done" }));
    const bigLog = large.store.logs().find((one) => one.genesis["launch"] === big)!.log;
    const { actor } = await large.who("jon");
    const subject = (step: string) => ({ launch: big, run: "run-a", mode: "live", step, attempt: 1 });
    const steps = Array.from({ length: 350 }, (_, i) => `step-${i}`);
    large.store.append(bigLog, {
      type: "run.started",
      actor,
      subject: { launch: big, run: "run-a", mode: "live" },
      data: {
        title: "Large run",
        planned_ms: 3_600_000,
        steps: steps.map((id, i) => ({ id, title: `Step ${i}`, number: `1.${i}`, planned_ms: 10_000 })),
      },
    });
    for (const step of steps) {
      large.ports.advance(9_000);
      large.store.appendAll(bigLog, [
        { type: "step.started", actor, subject: subject(step) },
        {
          type: "block.started",
          actor,
          subject: subject(step),
          data: { block: 0, text: `kubectl get pods --selector=${step} | wc -l\n`, shell: "bash" },
        },
        {
          type: "block.ended",
          actor,
          subject: subject(step),
          outcome: "passed",
          data: { block: 0, exit_code: 0, because: "exit 0", duration_ms: 800 },
        },
        { type: "step.ended", actor, subject: subject(step), outcome: "passed", data: { duration_ms: 900 } },
      ]);
    }
    expect(headOf(large, bigLog)).toBeGreaterThan(1_700);
    const { pages, text: all } = readPdf(await one("pdf", large, bigLog));
    for (const id of ids) expect(all).toContain(id);
    expect(pages.at(-1)!.text).toContain(`Page ${pages.length} of ${pages.length}`);
    for (const [i, page] of pages.entries()) {
      expect(faultsOf(page), `page ${i + 1}`).toEqual([]);
      // Items begin below a head of their own on each page.
      if (page.runs.some((run) => ids.includes(run.text))) expect(page.text).toContain("Automatic check");
      const headings = page.runs.filter((run) => run.font.includes("SemiBold") && run.size >= 12);
      const lowest = Math.min(...page.runs.filter((run) => run.y > 60).map((run) => run.y));
      for (const heading of headings) expect(heading.y, `“${heading.text}” on page ${i + 1}`).toBeGreaterThan(lowest);
    }
  });
});
