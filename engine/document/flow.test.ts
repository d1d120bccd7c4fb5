import { describe, expect, it } from "vitest";
import type { FlowNode } from "../protocol/index.ts";
import { read } from "./test-text.ts";

const flow = (text: string): FlowNode[] => read(text).flow;
const short = (node: FlowNode): string => {
  if (node.type === "html") return `html ${node.line} ${node.html.trim()}`;
  if (node.type === "heading") return `h${node.level} ${node.slug}`;
  return `${node.type} ${node.index} ${node.step ?? ("item" in node ? (node.item ?? "-") : "-")}`;
};

describe("the flow", () => {
  it("is the page in reading order, each piece with its step", () => {
    const text = "# Title\n\nintro\n\n## A\n\nbefore *it*\n\n```sh\na\n```\n\nafter\n\n- [ ] check\n- plain\n\n## B\n\nend\n";
    expect(flow(text).map(short)).toEqual([
      "h1 title",
      "html 3 <p>intro</p>",
      "h2 a",
      "html 7 <p>before <em>it</em></p>",
      "block 0 a",
      "html 13 <p>after</p>",
      "check 0 a",
      "html 16 <ul>\n<li>plain</li>\n</ul>",
      "h2 b",
      "html 20 <p>end</p>",
    ]);
    expect(flow(text).map((node) => node.step)).toEqual([null, null, "a", "a", "a", "a", "a", "a", null, null]);
  });

  it("keeps the numbers of a list that blocks cut apart, and the marks of quotes", () => {
    const text =
      "## A\n<!-- step: {id: a} -->\n\n3. three\n\n   ```sh\n   a\n   ```\n\n   more\n4. four\n\n> said\n>\n> ```sh\n> b\n> ```\n>\n> again\n";
    expect(flow(text).map(short)).toEqual([
      "h2 a",
      'html 4 <ol start="3">\n<li>three</li>\n</ol>',
      "block 0 a",
      "html 10 <p>more</p>",
      'html 11 <ol start="4">\n<li>four</li>\n</ol>',
      "html 13 <blockquote>\n<p>said</p>\n</blockquote>",
      "block 1 a",
      "html 19 <blockquote>\n<p>again</p>\n</blockquote>",
    ]);
  });

  it("leaves whole what nothing cuts: tables, nested lists, links defined elsewhere", () => {
    const [, html] = flow("# T\n\n| a | b |\n| - | - |\n| [x][y] | 2 |\n\n- one\n  - two\n\n[y]: http://z.example\n");
    expect(html).toMatchObject({ type: "html", html: expect.stringContaining('<a href="http://z.example">x</a>') });
    expect(html).toMatchObject({ html: expect.stringContaining("<table>") });
    expect(flow("# T\n\n[y]: http://z.example\n")).toHaveLength(1);
  });

  it("gives headings the code host's slugs, each once", () => {
    expect(flow("# A b\n\n## A *b*\n\n## Ü & `c`!\n").map(short)).toEqual(["h1 a-b", "h2 a-b-1", "h2 ü--c"]);
    expect(flow("# x\n\n# x\n\n# x-1\n").map(short)).toEqual(["h1 x", "h1 x-1", "h1 x-1-1"]);
  });

  it("shows a fence in raw HTML where it stands, and no comment", () => {
    const nodes = flow("## A\n\n<!-- step: {id: a} -->\n\n<div>\n```sh\nx\n```\n</div>\n\n<!-- remark -->\n");
    expect(nodes.map((node) => node.type)).toEqual(["heading", "html", "block"]);
  });

  it("names the item of a checklist's block, and leaves items to their categories", () => {
    const nodes = flow("---\nkind: checklist\n---\n# T\n\n## A\n\nwords\n\n- [ ] **A-1** x\n\n  ```sh\n  y\n  ```\n- plain\n");
    expect(nodes.map(short)).toEqual(["h1 t", "h2 a", "html 8 <p>words</p>", "block 0 A-1", "html 15 <ul>\n<li>plain</li>\n</ul>"]);
  });

  it("has every block and every check exactly once", () => {
    const text =
      "# T\n\n- a\n  - b\n    ```sh\n    x\n    ```\n    - [ ] c\n      > ```yaml\n      > y: 1\n      > ```\n- [ ] d\n\n      ```sh\n      z\n      ```\n";
    const document = read(text);
    const blocks = document.flow.filter((node) => node.type === "block").map((node) => node.line);
    expect(blocks).toEqual(document.steps.flatMap((step) => step.blocks.map((block) => block.line)));
    expect(document.flow.filter((node) => node.type === "check").map((node) => node.line)).toEqual(
      document.steps[0]!.checks.map((check) => check.line),
    );
  });
});
