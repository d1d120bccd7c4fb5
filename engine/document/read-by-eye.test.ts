// What reading public runbooks by eye has found: texts that look like commands and are none, and the other way round.
import { expect, it } from "vitest";
import { parseDocument } from "./index.ts";

const blockOf = (language: string, ...lines: string[]) => {
  const text = `# Book\n\n## Step\n\n\`\`\`${language}\n${lines.join("\n")}\n\`\`\`\n`;
  const document = parseDocument(new TextEncoder().encode(text), { path: "book.md" });
  return document.steps[0]?.blocks[0] ?? document.otherBlocks[0]!;
};

it("offers no date that a certificate printed", () => {
  expect(blockOf("shell", "notBefore=Mar  2 10:00:00 2026 GMT")).toMatchObject({ runnable: false, why: expect.stringContaining("output") });
  expect(blockOf("shell", "MONTH=Mar ./report")).toMatchObject({ runnable: true });
});

it("offers no list of paths, but a path that names a program", () => {
  expect(blockOf("bash", "/srv/data    # tables", "/srv/log", "~/.app   # settings")).toMatchObject({
    runnable: false,
    why: "it reads as a list of paths, not as commands",
  });
  expect(blockOf("bash", "/opt/app/bin/stop", "/opt/app/bin/start")).toMatchObject({ runnable: true });
  expect(blockOf("bash", "~/upgrade.sh")).toMatchObject({ runnable: true });
});

it("runs nothing of a console block whose first command lost its prompt", () => {
  expect(blockOf("console", "kubectl get pods", "$ kubectl get services")).toMatchObject({
    runnable: false,
    why: expect.stringContaining("no prompt"),
  });
  expect(blockOf("console", "Last login: today", "$ kubectl get services")).toMatchObject({
    runnable: true,
    commands: "kubectl get services\n",
  });
});
