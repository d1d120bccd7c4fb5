import { describe, expect, it } from "vitest";
import { places, read } from "./test-text.ts";

const steps = (text: string) => read(text).steps;
const titles = (text: string): string[] => steps(text).map((step) => step.title);
const SH = "```sh\necho\n```\n";

describe("steps", () => {
  it("are headings whose own content holds a block, a task item or a directive", () => {
    const text = `# Title\n\nintro\n\n## Block\n\n${SH}\n## Check\n\n- [ ] look\n\n## Declared\n\n<!-- step: {id: d} -->\n\n## Prose\n\ntext\n\n## Yaml\n\n\`\`\`yaml\na: 1\n\`\`\`\n`;
    expect(steps(text).map((step) => [step.title, step.number, step.line])).toEqual([
      ["Block", "1", 5],
      ["Check", "2", 11],
      ["Declared", "3", 15],
    ]);
    expect(read(text).otherBlocks).toMatchObject([{ language: "yaml", runnable: false }]);
  });

  it("have the headings above them as phases, without the file's own title", () => {
    const text = `# Title\n\n## Prepare\n\n### Backup\n\n${SH}\n### Freeze\n\n${SH}\n## Cut over\n\n### Shift\n\n#### Ten\n\n${SH}\n### Done\n\n${SH}`;
    expect(steps(text).map((step) => [step.number, step.title, step.phase])).toEqual([
      ["1.1", "Backup", ["Prepare"]],
      ["1.2", "Freeze", ["Prepare"]],
      ["2.1.1", "Ten", ["Cut over", "Shift"]],
      ["2.2", "Done", ["Cut over"]],
    ]);
    expect(read(text).phases.map((phase) => [phase.number, phase.path, phase.steps])).toEqual([
      ["1", ["Prepare"], ["backup", "freeze"]],
      ["2", ["Cut over"], ["done"]],
      ["2.1", ["Cut over", "Shift"], ["ten"]],
    ]);
    expect(read(text).title).toBe("Title");
  });

  it("keep several headings of the first level as phases", () => {
    expect(steps(`# A\n\n## One\n\n${SH}\n# B\n\n## Two\n\n${SH}`).map((step) => step.phase)).toEqual([["A"], ["B"]]);
  });

  it("may be the title's own, and underlined headings count", () => {
    expect(steps(`Title\n=====\n\n${SH}\nNext\n----\n\n${SH}`).map((step) => [step.title, step.number, step.phase])).toEqual([
      ["Title", "1", []],
      ["Next", "2", []],
    ]);
  });

  it("end at the next heading of any level", () => {
    const text = `## A\n\n${SH}\n### Notes\n\n\`\`\`yaml\nx: 1\n\`\`\`\n`;
    expect(steps(text)).toMatchObject([{ title: "A", line: 1, endLine: 5, blocks: [{ index: 0 }] }]);
    expect(read(text).otherBlocks).toHaveLength(1);
  });

  it("run several blocks in order, and list the others with them", () => {
    const [step] = steps(`## A\n\n${SH}\ntext\n\n\`\`\`yaml\nx: 1\n\`\`\`\n\n> ${SH.replaceAll("\n", "\n> ")}\n`);
    expect(step!.blocks.map((block) => [block.index, block.language, block.runnable])).toEqual([
      [0, "sh", true],
      [1, "yaml", false],
      [2, "sh", true],
    ]);
  });

  it("are one per item of an ordered list whose items hold blocks, titled by the item's first line", () => {
    const text = `# T\n\n## Deploy\n\n1. Set the **image**\n   of the web\n\n   \`\`\`sh\n   a\n   \`\`\`\n2. Look at the board\n3. [ ] Roll out\n   \`\`\`sh\n   b\n   \`\`\`\n`;
    expect(steps(text).map((step) => [step.id, step.title, step.number, step.phase, step.line, step.endLine])).toEqual([
      ["set-the-image-of-the-web", "Set the image of the web", "1.1", ["Deploy"], 5, 10],
      ["look-at-the-board", "Look at the board", "1.2", ["Deploy"], 11, 11],
      ["roll-out", "Roll out", "1.3", ["Deploy"], 12, 15],
    ]);
    expect(steps(text)[2]!.checks).toMatchObject([{ text: "Roll out" }]);
  });

  it("are titled by a whole sentence, joined over line breaks, and short enough to read", () => {
    const item = (...lines: string[]): string => titles(`# T\n\n1. ${lines.join("\n   ")}\n\n   \`\`\`sh\n   a\n   \`\`\`\n`)[0]!;
    expect(item("If no queue is set, look at", "the *default* one:")).toBe("If no queue is set, look at the default one:");
    expect(item("Drain the node, e.g. `web-1`. Then", "wait for it. Go on.")).toBe("Drain the node, e.g. web-1. Then wait for it.");
    expect(item("Drain the old node first. Look at the board.", "Then go on.")).toBe("Drain the old node first. Look at the board.");
    expect(item("Drain the **old node** first.", "Then go on to the next.")).toBe("Drain the old node first.");
    expect(item("Note! Version 1.2 of the web", "is old. Stop it.")).toBe("Note! Version 1.2 of the web is old.");
    expect(item("Read [the", "list][l] first.  ", "Go on.", "", "[l]: http://x")).toBe("Read the list first.");
    expect(item("[ ] Roll out", "to all")).toBe("Roll out to all");
    const long = item(...Array.from({ length: 60 }, (_, index) => `word${index}`));
    expect(long).toMatch(/^word0 word1 .*word\d+…$/);
    expect(long.length).toBeLessThanOrEqual(101);
    expect(item("x".repeat(500))).toBe(`${"x".repeat(100)}…`);
  });

  it("without headings are titled by the sentence before the block, not by its last line", () => {
    expect(titles(`The web is slow. To stop it, scale\nthe **web** down:\n\n${SH}`)).toEqual(["To stop it, scale the web down"]);
  });

  it("keep their order around such a list", () => {
    const text = `# T\n\n## Deploy\n\n${SH}\n1. Item\n   \`\`\`sh\n   b\n   \`\`\`\n\n${SH}`;
    expect(steps(text).map((step) => [step.number, step.title, step.blocks.length])).toEqual([
      ["1", "Deploy", 1],
      ["1.1", "Item", 1],
      ["1.2", "Deploy (continued)", 1],
    ]);
  });

  it("are not made of an ordered list of words, nor of one under a heading that is declared a step", () => {
    expect(titles(`# T\n\n## A\n\n1. one\n2. two\n\n${SH}`)).toEqual(["A"]);
    expect(titles("# T\n\n## A\n<!-- step: {id: a} -->\n\n1. one\n   ```sh\n   x\n   ```\n2. two\n   ```sh\n   y\n   ```\n")).toEqual([
      "A",
    ]);
    expect(titles("# T\n\n## A\n<!-- step: {id: a} -->\n\n1. one\n   <!-- step: {id: b} -->\n   ```sh\n   x\n   ```\n")).toEqual([
      "A",
      "one",
    ]);
  });

  it("take the outermost of nested ordered lists", () => {
    expect(titles("## A\n\n1. outer\n   1. inner\n      ```sh\n      x\n      ```\n2. next\n")).toEqual(["outer", "next"]);
  });

  it("are the runnable blocks where there is no heading at all", () => {
    const text =
      "Stop the web:\n\n```sh\nkubectl scale deploy web --replicas=0\n```\n\n```yaml\na: 1\n```\n\n```sh {name=look}\nkubectl get pods\n```\n\n- [ ] it is down\n";
    expect(steps(text).map((step) => [step.id, step.title, step.number, step.line, step.endLine])).toEqual([
      ["stop-the-web", "Stop the web", "1", 3, 5],
      ["look", "look", "2", 11, 15],
    ]);
    expect(steps(text)[1]!.checks).toMatchObject([{ text: "it is down" }]);
    expect(read(text).otherBlocks).toMatchObject([{ language: "yaml" }]);
    expect(titles("1. one\n   ```sh\n   x\n   ```\n2. two\n")).toEqual(["one", "two"]);
  });

  it("before the first heading belong to the file", () => {
    expect(steps(`---\ntitle: Night\n---\n${SH}\n# A\n\n${SH}`).map((step) => [step.title, step.number])).toEqual([
      ["Night", "1"],
      ["A", "2"],
    ]);
  });

  it("get their id from the directive, else the first block's name, else the slug of the title, made unique", () => {
    const text = `# T\n\n## A b!\n\n${SH}\n## A b!\n\n${SH}\n## C\n\n\`\`\`sh {name=see}\nx\n\`\`\`\n\n## D\n<!-- step: {id: see} -->\n\n## 🚀\n\n${SH}`;
    expect(steps(text).map((step) => step.id)).toEqual(["a-b", "a-b-1", "see", "see-1", "step"]);
  });

  it("make no steps of headings in quotes and lists", () => {
    expect(titles(`> ## Quoted\n>\n> text\n\n## Real\n\n${SH}`)).toEqual(["Real"]);
  });

  it("list every fence exactly once, whatever holds it", () => {
    const text = `${SH}\n# T\n\n${SH}\n## A\n\n- [ ] x\n  \`\`\`sh\n  a\n  \`\`\`\n\n<div>\n\`\`\`sh\nb\n\`\`\`\n</div>\n\n## B\n\n    \`\`\`sh\n    c\n    \`\`\`\n\n\`\`\`text\nd\n\`\`\`\n`;
    const document = read(text);
    const lines = [...document.steps.flatMap((step) => step.blocks), ...document.otherBlocks].map((block) => block.line);
    expect(lines.toSorted((a, b) => a - b)).toEqual([1, 7, 14, 19, 26, 30]);
    expect(document.otherBlocks.map((block) => block.index)).toEqual([0, 1]);
  });
});

describe("checks of a step", () => {
  it("are its task items, also nested, numbered, ticked, in quotes", () => {
    const [step] = steps(
      "## A\n\n- [ ] one\n  - [x] two\n* [X] three\n+ [ ] four\n\n1. [ ] five\n2) no task\n\n> - [ ] six\n\n- [] not\n- [ ]\n",
    );
    expect(step!.checks.map((check) => [check.index, check.text, check.checked, check.line])).toEqual([
      [0, "one", false, 3],
      [1, "two", true, 4],
      [2, "three", true, 5],
      [3, "four", false, 6],
      [4, "five", false, 8],
      [5, "six", false, 11],
    ]);
  });

  it("may ask for a value, without the comment in their text", () => {
    const [step] = steps(
      '## A\n\n- [ ] Error rate on the board <!-- check: {value: number, expect: "<= 0.3"} -->\n- [ ] Picture\n  <!-- check: {value: picture} -->\n',
    );
    expect(step!.checks).toMatchObject([
      { text: "Error rate on the board", value: "number", expect: { operator: "<=", value: 0.3 } },
      { text: "Picture", value: "picture", expect: null },
    ]);
    expect(step!.checks[0]!.html).not.toContain("<!--");
  });

  it("carry their own further paragraphs and plain lists", () => {
    const [step] = steps("## A\n\n- [ ] one `x`\n\n  more\n\n  - sub\n");
    expect(step!.checks[0]).toMatchObject({ text: "one x", html: "one <code>x</code><p>more</p>\n<ul>\n<li>sub</li>\n</ul>\n" });
  });
});

describe("indented code", () => {
  it("is no fence, and the reader is told where it stands", () => {
    expect(places(read("# T\n\nRun:\n\n    kubectl get pods\n").diagnostics)).toEqual(["5:5 indented-code"]);
  });
});
