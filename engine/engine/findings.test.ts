import { afterAll, beforeAll, expect, it } from "vitest";
import { type Bench, openBench } from "./testing.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await openBench();
});
afterAll(() => bench.remove());

it("tells the window what lint and the search for bypasses find, each once and by line, beside what the parser said", async () => {
  const path = bench.write(
    "found.md",
    "# Found\n\n## One\n\n<!-- step: {needs: nowhere, plan: 4 min} -->\n\n```sh\nkubectl --context other get pods\n```\n",
  );
  const found = await bench.call("document.findings", { path });
  const { document } = await bench.call("document.open", { path });
  const codes = found.map((one) => one.code);
  expect(codes).toContain("walks-round-the-pin");
  expect(codes).toEqual(expect.arrayContaining(document.diagnostics.map((one) => one.code)));
  expect(codes.length).toBeGreaterThan(document.diagnostics.length + 1);
  expect(found.find((one) => one.code === "walks-round-the-pin")).toMatchObject({ line: 8, severity: "warning" });
  expect(new Set(found.map((one) => JSON.stringify(one))).size).toBe(found.length);
  expect(found.map((one) => one.line)).toEqual(found.map((one) => one.line).sort((a, b) => a - b));
});

it("finds nothing in a text that is in order", async () => {
  const path = bench.write("fine.md", "# Fine\n\nProse.\n\n## One\n\n```sh\ntrue\n```\n");
  expect(await bench.call("document.findings", { path })).toEqual([]);
});
