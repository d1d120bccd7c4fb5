import { describe, expect, it } from "vitest";
import { RunbookDocument } from "../protocol/index.ts";
import { parseInWorker } from "./in-worker.ts";
import { lintDocument } from "./lint.ts";
import { parseDocument } from "./parse.ts";
import { blocksOf, bytes, read } from "./test-text.ts";

const TAIL = "\n\n# Still\n\n```sh\nkubectl get pods\n```\n";
/** Texts that overflow a stack, take quadratic time or fool a scanner. Each is followed by a step that must still work. */
const HOSTILE: Record<string, string> = {
  "3,000 nested quotes": `${"> ".repeat(3_000)}x`,
  "2,000 nested lists": Array.from({ length: 2_000 }, (_, index) => `${"  ".repeat(index)}- x`).join("\n"),
  "lists nested on one line": `${"- ".repeat(3_000)}x`,
  "a line of 2 MB": "a".repeat(2_000_000),
  "emphasis without end": "_a__b ".repeat(300_000),
  "emphasis over many lines": "*a _b __c\n".repeat(50_000),
  "brackets without end": "[".repeat(500_000),
  "links without end": "[a](".repeat(200_000),
  "ticks of growing length": Array.from({ length: 900 }, (_, index) => "`".repeat(index)).join(" "),
  "many blank lines": "\n".repeat(300_000),
  "carriage returns alone": "a\r".repeat(200_000),
  "many comments never closed in text": "a <!-- b\n\n".repeat(50_000),
  "many directives": "<!-- step: {id: a} -->\n\n".repeat(5_000),
  "many headings of one name": "## same\n\n```sh\nls\n```\n\n".repeat(5_000),
  "many link definitions": "[a]: b\n".repeat(50_000),
  "many tasks": "- [ ] a\n".repeat(10_000),
  "a table of many rows": `|a|b|\n|-|-|\n${"|a|b|\n".repeat(20_000)}`,
  "many fences in one block of HTML": `<div>\n${"```sh\nx\n```\n".repeat(20_000)}</div>`,
  "many placeholders": `\`\`\`sh\n${"x <a> ".repeat(20_000)}\n\`\`\``,
  "an info string of 1 MB": `\`\`\`sh { ${"a=b ".repeat(250_000)}}\nx\n\`\`\``,
  "prompts in a here-document": `\`\`\`console\n$ cat <<EOF\n${"$ x\n".repeat(50_000)}\`\`\``,
};

describe("hostile text", () => {
  it.each(Object.keys(HOSTILE))("%s: the rest of the file works", (name) => {
    const source = bytes(HOSTILE[name] + TAIL);
    const document = parseDocument(source, { path: "x.md" });
    expect(RunbookDocument.safeParse(document).success).toBe(true);
    expect(document.diagnostics.filter((found) => found.code.startsWith("unreadable"))).toEqual([]);
    const last = document.steps.at(-1);
    expect(last).toMatchObject({ title: "Still", blocks: [{ commands: "kubectl get pods\n", runnable: true }] });
    expect(lintDocument(document, source).filter((found) => found.code === "lint-failed")).toEqual([]);
  });

  it("takes time in step with its size", () => {
    // Work, not time: pieces of the result. A quadratic step would show as an overflow or a timeout of the test.
    const document = read("## Step\n\ntext\n\n```sh\nkubectl get pods\n```\n\n".repeat(10_000));
    expect(document.steps).toHaveLength(10_000);
    expect(document.steps[9_999]!.id).toBe("step-9999");
    expect(document.flow).toHaveLength(30_000);
  });

  it("says what was bounded, with its line", () => {
    expect(read(`x\n\n${"> ".repeat(100)}y\n`).diagnostics).toMatchObject([{ line: 3, code: "too-deep" }]);
    expect(read(`x\n\n${"y".repeat(9_000)}\n`).diagnostics).toMatchObject([{ line: 3, code: "line-too-long" }]);
    expect(read(`x\n\n${"> ".repeat(100)}\`\`\`sh\n`).diagnostics.map((found) => found.code)).toContain("too-deep");
  });

  it("keeps a fence below the bound, and bounds no long command", () => {
    const long = `echo ${"a".repeat(100_000)}`;
    expect(
      blocksOf(read(`# T\n\n${"> ".repeat(20)}\`\`\`sh\n${"> ".repeat(20)}a\n${"> ".repeat(20)}\`\`\`\n\n\`\`\`sh\n${long}\n\`\`\`\n`)).map(
        (block) => block.commands,
      ),
    ).toEqual(["a\n", `${long}\n`]);
  });

  it("is never given to marked where it stands too deep or is too long", () => {
    const html = read(`${"> ".repeat(100)}<img src=x onerror=y>\n`)
      .flow.map((node) => (node.type === "html" ? node.html : ""))
      .join("");
    expect(html).toContain("&lt;img");
  });

  it("survives empty files, a BOM alone, NULs and a file of nothing but a fence", () => {
    for (const text of ["", "\ufeff", "\0", "\n", "```", "---", "---\n", "---\n---", "+++\n+++\n", "#", "- ", ">", "<!--", "~~~sh"]) {
      expect(RunbookDocument.safeParse(parseDocument(bytes(text), { path: "dir/name.md" })).success, JSON.stringify(text)).toBe(true);
    }
    expect(read("", "dir/name.md").title).toBe("name");
    expect(read("\ufeff# T\n\n```sh\na\n```\n").steps).toMatchObject([{ title: "T", line: 1 }]);
  });

  it("limits aliases, depth and size of YAML", () => {
    const bomb = `---\na: &a [x,x,x,x,x,x,x,x,x]\n${["b", "c", "d", "e", "f", "g"].map((key, index) => `${key}: &${key} [${Array.from({ length: 9 }, () => `*${"abcdefg"[index]}`).join(",")}]`).join("\n")}\n---\n# T\n`;
    for (const text of [
      bomb,
      `---\na: ${"[".repeat(50_000)}\n---\n# T\n`,
      `---\na:\n  ${"- ".repeat(5_000)}x\n---\n# T\n`,
      `---\na: ${"x".repeat(400_000)}\n---\n# T\n`,
    ]) {
      const document = read(text);
      expect(document.diagnostics.map((found) => found.code)).toContain("malformed-front-matter");
      expect(document.title).toBe("T");
    }
  });

  it("refuses a file past the limit with a diagnostic", () => {
    const document = parseDocument(new Uint8Array(16 * 1024 * 1024 + 1), { path: "big.md" });
    expect(document.diagnostics).toMatchObject([{ code: "too-large", severity: "error" }]);
    expect(document.title).toBe("big");
  });
});

describe("parsing in a thread", () => {
  it("gives the same document", async () => {
    const source = bytes("# T\n\n## A\n\n```sh\nkubectl get pods\n```\n");
    expect(await parseInWorker(source, { path: "x.md" })).toEqual(parseDocument(source, { path: "x.md" }));
  });

  it("gives each of many files its own document, in one thread", async () => {
    const sources = Array.from({ length: 20 }, (_, index) => bytes(`# File ${index}\n\n\`\`\`sh\necho ${index}\n\`\`\`\n`));
    const documents = await Promise.all(sources.map((source) => parseInWorker(source, { path: "x.md" })));
    expect(documents.map((document) => document.title)).toEqual(sources.map((_, index) => `File ${index}`));
  });

  it("that takes too long is stopped, and blocks are read all the same", async () => {
    const source = bytes(`# T\n\n*text*\n\n## A\n\n\`\`\`sh\nkubectl get pods\n\`\`\`\n${"## More *words*\n\n".repeat(20_000)}`);
    const document = await parseInWorker(source, { path: "x.md", timeoutMs: 1 });
    expect(document.diagnostics[0]).toMatchObject({
      code: "parse-limit",
      severity: "warning",
      message: expect.stringContaining("0.001 s"),
    });
    expect(document.steps).toMatchObject([{ title: "A", blocks: [{ runnable: true }] }]);
    expect(document.flow[1]).toMatchObject({ type: "html", html: "<p>*text*</p>\n" });
    const after = await parseInWorker(bytes("*fine*\n"), { path: "x.md" });
    expect(after.flow).toMatchObject([{ html: "<p><em>fine</em></p>\n" }]);
  });
});

describe("characters that turn letters round", () => {
  it("are in no title and no check's words, while right-to-left scripts keep their own marks", () => {
    const { steps } = parseDocument(bytes("## Open \u202egnp.exe\u202c\n\n- [ ] see \u202ella\u202c\n\n## עברית\u200f!\n\n- [ ] a\n"), {
      path: "x.md",
    });
    expect(steps.map((step) => step.title)).toEqual(["Open gnp.exe", "עברית\u200f!"]);
    expect(steps[0]!.checks[0]!.text).toBe("see lla");
  });
});
