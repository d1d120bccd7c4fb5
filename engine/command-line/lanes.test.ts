// `run` over lanes: the program itself, real shells.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Bench, createBench, lines } from "./in-test.ts";

const FENCE = "```";
/** Each command is a process of its own that loads the engine. */
const SLOW = { timeout: 300_000 };

let bench: Bench;
beforeAll(() => {
  bench = createBench();
});
afterAll(() => bench.close());

const step = (id: string, directive: string, commands: string) =>
  `## ${id}\n\n<!-- step: {id: ${id}, ${directive}} -->\n\n${FENCE}sh\n${commands}\n${FENCE}\n\n`;
const run = (file: string, ...more: string[]) => bench.holdpoint(["run", file, "--yes", "--json", ...more]);

describe("run over lanes", SLOW, () => {
  it("runs lanes side by side, keeps needs, and ends with 0", async () => {
    const at = `${bench.folder}/meet`;
    const meet = (mine: string, other: string) => `touch ${at}-${mine}; until test -e ${at}-${other}; do sleep 0.02; done`;
    // Neither of the first two ends unless the other runs at the same time.
    const text = `# L\n\n${step("a", "lane: data", meet("a", "b"))}${step("b", "lane: traffic", meet("b", "a"))}${step("c", "lane: traffic, needs: [a]", "true")}`;
    const { code, out, err } = await run(bench.file("books/lanes.md", text));
    expect(code, err).toBe(0);
    const of = (type: string, id: string) =>
      lines(out).find((one) => one["type"] === type && (one["subject"] as { step: string }).step === id);
    expect(of("step.started", "b")!["seq"]).toBeLessThan(of("step.ended", "a")!["seq"] as number);
    expect(of("step.started", "c")!["seq"]).toBeGreaterThan(of("step.ended", "a")!["seq"] as number);
  });

  it("goes on in the other lane when a step of one fails, and ends with 1", async () => {
    const text = `# L\n\n${step("a", "lane: data", "exit 3")}${step("a2", "lane: data", "true")}${step("b", "lane: traffic", "true")}${step("b2", "lane: traffic", "true")}`;
    const { code, out } = await run(bench.file("books/fails.md", text));
    expect(code).toBe(1);
    expect(lines(out).at(-1)).toMatchObject({
      exitCode: 1,
      steps: [{ verdict: "failed" }, { verdict: null }, { verdict: "passed" }, { verdict: "passed" }],
    });
  });

  it("runs only the named steps of each lane, and ends with 3 where one needs what was not named", async () => {
    const text = `# L\n\n${step("a", "lane: data", "true")}${step("b", "lane: traffic", "true")}${step("c", "lane: traffic, needs: [a]", "true")}`;
    const file = bench.file("books/only.md", text);
    const named = await run(file, "--step", "b");
    expect(named.code, named.err).toBe(0);
    expect(lines(named.out).at(-1)).toMatchObject({
      status: "finished",
      steps: [{ verdict: null }, { verdict: "passed" }, { verdict: null }],
    });
    const needy = await run(file, "--step", "b", "--step", "c");
    expect(needy.code, needy.err).toBe(3);
    expect(needy.err).toContain("waits for step 1");
  });
});
