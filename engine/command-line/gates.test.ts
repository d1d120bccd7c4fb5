// Gates and soaks without a window: the run waits for them by itself, and its exit code says how they ended.
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Bench, createBench, lines } from "./in-test.ts";

const FENCE = "```";
/** Each command is a process of its own that loads the engine. */
const SLOW = { timeout: 300_000 };

let bench: Bench;
beforeAll(() => {
  bench = createBench();
});
afterAll(() => bench.close());

const book = (name: string, attributes: string, command: string, directive = "") =>
  bench.file(
    `${name}.md`,
    `---\ntitle: ${name}\nrequires: {cluster: false}\n---\n\n## One\n\n${directive}\n\n${FENCE}bash ${attributes}\n${command}\n${FENCE}\n`,
  );
const typesOf = (out: string) => lines(out).map((line) => (line["body"] as { type: string } | undefined)?.type ?? line["type"]);

it("holds a gate and waits through a soak, longer than --timeout, and ends with 0; each probe is an event", SLOW, async () => {
  const path = book("held", '{gate=hold for=6s every=3s expect="<= 0.3"}', "echo 0.1", "<!-- step: {soak: 6s} -->");
  const { code, out } = await bench.holdpoint(["run", path, "--yes", "--json", "--timeout", "5s"]);
  expect(code).toBe(0);
  const types = typesOf(out);
  expect(types.filter((type) => type === "gate.probed")).toHaveLength(2);
  expect(types).toContain("soak.ended");
});

it("ends with 1 where a gate failed, and says which probe", SLOW, async () => {
  const path = book("failed", '{name=error-rate gate=hold for=2s every=1s expect="<= 0.3"}', "echo 0.72");
  const { code, out, err } = await bench.holdpoint(["run", path, "--yes"]);
  expect(code).toBe(1);
  expect(out + err).toContain("probe 1 0.72 failed: 0.72 is not <= 0.3");
});

it("ends with 3 where a probe measured nothing: a person says how it goes on", SLOW, async () => {
  const path = book("unknown", '{gate=hold for=2s every=1s expect="<= 0.3"}', "exit 7");
  const { code, out, err } = await bench.holdpoint(["run", path, "--yes"]);
  expect(code).toBe(3);
  expect(out + err).toContain("was interrupted");
});
