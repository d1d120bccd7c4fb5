import fc from "fast-check";
import { marked, type Token } from "marked";
import { describe, expect, it } from "vitest";
import { parseDocument } from "./parse.ts";
import { scan } from "./scan.ts";
import { readSource, sha256 } from "./source.ts";
import { fenceContent } from "./strip.ts";
import { blocksOf, bytes, fence, onlyBlock, read } from "./test-text.ts";

describe("fences", () => {
  it("are found in lists, in quotes, with tildes, nested, on a marker's own line", () => {
    const text = [
      "1. one",
      "",
      "   ```sh",
      "   a",
      "   ```",
      "   - two",
      "     ~~~sh",
      "     b",
      "     ~~~",
      "",
      "> ```sh",
      "> c",
      "> ```",
      "",
      "- ```sh",
      "  d",
      "  ```",
      "> - x",
      ">   ````sh",
      ">   e",
      ">   ```",
      ">   ````",
      "",
    ].join("\n");
    expect(blocksOf(read(text)).map((block) => [block.line, block.endLine, block.text])).toEqual([
      [3, 5, "a\n"],
      [7, 9, "b\n"],
      [11, 13, "c\n"],
      [15, 17, "d\n"],
      [19, 22, "e\n```\n"],
    ]);
  });

  it("keep `<<-EOF` alive: tabs behind a list's indentation stay tabs", () => {
    expect(onlyBlock("1. x\n\n   ```sh\n   cat <<-EOF\n   \tbody\n   \tEOF\n   ```\n").commands).toBe("cat <<-EOF\n\tbody\n\tEOF\n");
    expect(onlyBlock("-\tx\n\n\t```sh\n\tcat <<-EOF\n\t\tbody\n\tEOF\n\t```\n").commands).toBe("cat <<-EOF\n\tbody\nEOF\n");
  });

  it("keep a tab that a container cuts through in the command, and its rest as blanks in the text", () => {
    const block = onlyBlock("- x\n  ```sh\n  cat <<-EOF\n\tbody\n\tEOF\n  ```\n");
    expect(block.commands).toBe("cat <<-EOF\n\tbody\n\tEOF\n");
    expect(block.text).toBe("cat <<-EOF\n  body\n  EOF\n");
  });

  it("are moved left by no more than their own indentation", () => {
    expect(onlyBlock("# T\n\n  ```sh\n    a\n b\nc\n  ```\n").text).toBe("  a\nb\nc\n");
  });

  it("keep their line ends in the text, and have line feeds in what runs", () => {
    const block = onlyBlock("# T\r\n\r\n```sh\r\nkubectl get pods\r\n```\r\n");
    expect(block.text).toBe("kubectl get pods\r\n");
    expect(block.commands).toBe("kubectl get pods\n");
    expect(block.line).toBe(3);
    expect(onlyBlock("# T\r\r```sh\ra\rb\r```\r").commands).toBe("a\nb\n");
  });

  it("that are never closed do not run, and say so", () => {
    const document = read("# T\n\n```sh\nkubectl delete ns web\n\nProse that was meant to follow.\n");
    expect(blocksOf(document)).toMatchObject([{ runnable: false, why: expect.stringContaining("never closed") }]);
    expect(document.diagnostics).toMatchObject([{ line: 3, column: 1, code: "unclosed-fence" }]);
  });

  it("inside raw HTML and comments are listed as not runnable, with why", () => {
    const text = "# T\n\n<details>\n```sh\na\n```\n</details>\n\n<!-- hidden\n```sh\nb\n```\n-->\n\n<pre>\n```sh\nc\n```\n</pre>\n";
    const document = read(text);
    expect(blocksOf(document).map((block) => [block.line, block.endLine, block.language, block.runnable, block.text])).toEqual([
      [4, 6, "sh", false, "a\n"],
      [10, 12, "sh", false, "b\n"],
      [16, 18, "sh", false, "c\n"],
    ]);
    expect(blocksOf(document).map((block) => block.why)).toEqual([
      "it stands inside raw HTML (line 3)",
      "it stands inside an HTML comment (line 9)",
      "it stands inside raw HTML (line 15)",
    ]);
    expect(document.steps).toEqual([]);
  });

  it("behind HTML that ended with a blank line run", () => {
    expect(onlyBlock("# T\n\n<details>\n<summary>More</summary>\n\n```sh\na\n```\n\n</details>\n").runnable).toBe(true);
  });

  it("indented by four columns or more are listed as not runnable, with why", () => {
    const document = read("# T\n\ntext\n\n    ```sh\n    a\n    ```\n\n- item\n\n      ```sh\n      b\n      ```\n");
    expect(blocksOf(document).map((block) => [block.line, block.runnable, block.text])).toEqual([
      [5, false, "a\n"],
      [11, false, "b\n"],
    ]);
    expect(document.diagnostics.map((found) => found.code)).toContain("fence-indented");
  });

  it("are not seen in code spans or where a backtick follows", () => {
    expect(blocksOf(read("# T\n\n```sh``` is a span\n\ntext ``` more\n"))).toEqual([]);
  });

  it("holding a NUL or bytes that are not UTF-8 do not run", () => {
    expect(fence("sh", "echo a\0b").why).toContain("NUL");
    const broken = new Uint8Array([...bytes("# T\n\n```sh\necho "), 0xff, 0xfe, ...bytes("\n```\n\n```sh\nfine\n```\n")]);
    expect(blocksOf(parseDocument(broken, { path: "x.md" }))).toMatchObject([
      { runnable: false, why: expect.stringContaining("not UTF-8") },
      { runnable: true },
    ]);
  });

  it("are the same as marked's wherever every fence is closed", () => {
    const atoms = fc.constantFrom(
      ...[
        "para",
        "- item",
        "1. one",
        "2. two",
        "  indented",
        "    four",
        "   three",
        "```",
        "```sh",
        "~~~",
        "> quote",
        ">",
        "> - a",
        "  - nested",
        "",
        "# head",
        "***",
      ],
      ...[
        "  ```sh",
        "   ```sh",
        "  ```",
        "   ```",
        "> ```sh",
        "> ```",
        "- ```sh",
        "1. ```",
        "      six",
        "<div>",
        "</div>",
        "===",
        "- [ ] task",
        "10) ten",
        "   > q",
      ],
    );
    fc.assert(
      fc.property(fc.array(atoms, { minLength: 2, maxLength: 9 }), (lines) => {
        const text = `${lines.join("\n")}\n`;
        const source = readSource(bytes(text));
        const leaves = scan(source, 1).leaves.filter((leaf) => leaf.kind === "fence");
        fc.pre(leaves.every((leaf) => leaf.isClosed));
        const plain = (content: string): string => content.replaceAll(/^[ \t]+|[ \t]+$/gm, "").replace(/\n+$/, "");
        const ours = leaves.map((leaf) => `${leaf.info}|${plain(fenceContent(source, leaf).text)}`);
        expect(ours).toEqual(fencesOf(marked.lexer(text)).map((token) => `${token.lang}|${plain(token.text)}`));
      }),
      { numRuns: 1_500, seed: 20_260_203 },
    );
  });
});

function fencesOf(tokens: Token[]): { lang: string; text: string }[] {
  return tokens.flatMap((token): { lang: string; text: string }[] => {
    if (token.type === "code" && token.codeBlockStyle !== "indented") return [{ lang: token.lang ?? "", text: token.text }];
    return fencesOf([...(("tokens" in token && token.tokens) || []), ...(("items" in token && (token.items as Token[])) || [])]);
  });
}

describe("positions and hashes", () => {
  it("of a step are those of the source's bytes, whatever is in them", () => {
    for (const end of ["\n", "\r\n", "\r"]) {
      for (const [bom, words] of [
        ["", "plain"],
        ["\ufeff", "Grüße 🚀 an alle"],
      ]) {
        const step = ["## Ünicode 🚀", "", "```sh", "echo ü", "```"].join(end);
        const text = `${bom}# Titel${end}${end}${words}${end}${end}${step}${end}${end}## Next${end}`;
        const found = read(text).steps[0]!;
        expect([found.line, found.endLine]).toEqual([5, 9]);
        expect(found.sha256).toBe(sha256(bytes(step)));
      }
    }
  });

  it("of a step do not change with what stands behind it", () => {
    const one = read("## A\n\n```sh\na\n```");
    const other = read("## A\n\n```sh\na\n```\n\n\n## B\n\ntext\n");
    expect(one.steps[0]!.sha256).toBe(other.steps[0]!.sha256);
  });

  it("hold where bytes are not UTF-8", () => {
    const step = new Uint8Array([...bytes("## B \u00e9 "), 0xc3, 0x28, ...bytes("\n\n```sh\nb\n```")]);
    const all = new Uint8Array([...bytes("# A\n\n"), 0xff, ...bytes("\n\n"), ...step, ...bytes("\n\n## C\n")]);
    const parsed = parseDocument(all, { path: "x.md" });
    expect(parsed.steps[0]!.sha256).toBe(sha256(step));
    expect(parsed.steps[0]!.blocks[0]!.runnable).toBe(true);
    expect(parsed.diagnostics).toMatchObject([{ line: 3, code: "invalid-utf-8", severity: "error" }]);
    expect(parsed.sha256).toBe(sha256(all));
  });

  it("hold in UTF-16 files, which are read with a word about it", () => {
    const text = "# A\n\n## B\n\n```sh\nb\n```\n";
    const all = new Uint8Array([0xff, 0xfe, ...new Uint8Array(new Uint16Array([...text].map((char) => char.charCodeAt(0))).buffer)]);
    const document = parseDocument(all, { path: "x.md" });
    expect(document.steps.map((step) => [step.title, step.line])).toEqual([["B", 3]]);
    const from = 2 + 2 * text.indexOf("## B");
    expect(document.steps[0]!.sha256).toBe(sha256(all.subarray(from, 2 + 2 * (text.length - 1))));
    expect(document.diagnostics).toMatchObject([{ code: "not-utf-8" }]);
  });
});
