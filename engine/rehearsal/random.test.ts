import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { scenarioFromSeed } from "./random.ts";
import { readSchedule, scheduleBytes } from "./schedule.ts";
import { drillDocument } from "./testing.ts";

const document = drillDocument();
const bytesOf = (seed: string) => Buffer.from(scheduleBytes(scenarioFromSeed(seed, document))).toString("utf8");
const SEEDS = Array.from({ length: 60 }, (_, index) => `night ${index}`);

describe("a drill made up from a seed", () => {
  it("is the same for the same seed, byte for byte, in another process too", () => {
    const code = `
      import { scenarioFromSeed } from ${JSON.stringify(new URL("./random.ts", import.meta.url).href)};
      import { scheduleBytes } from ${JSON.stringify(new URL("./schedule.ts", import.meta.url).href)};
      import { drillDocument } from ${JSON.stringify(new URL("./testing.ts", import.meta.url).href)};
      process.stdout.write(JSON.stringify(${JSON.stringify(SEEDS)}.map((seed) => Buffer.from(scheduleBytes(scenarioFromSeed(seed, drillDocument()))).toString("utf8"))));`;
    const other = spawnSync(process.execPath, ["--input-type=module", "--eval", code], { encoding: "utf8" });
    expect(other.stderr).toBe("");
    expect(JSON.parse(other.stdout)).toEqual(SEEDS.map(bytesOf));
  });

  it("differs from seed to seed, and over many seeds touches commands, gates, clusters, people and ages", () => {
    const schedules = SEEDS.map((seed) => scenarioFromSeed(seed, document));
    expect(new Set(SEEDS.map(bytesOf)).size).toBe(SEEDS.length);
    const kinds = new Set(schedules.flatMap(({ faults }) => faults.map(({ effect }) => effect.kind)));
    expect([...kinds].sort()).toEqual(["away", "cut", "fails", "hangs", "reads", "slow"]);
    for (const { faults } of schedules) {
      expect(faults.length).toBeGreaterThanOrEqual(2);
      expect(faults.length).toBeLessThanOrEqual(4);
      expect(new Set(faults.map(({ name }) => name)).size).toBe(faults.length);
    }
  });

  it("makes a gate read what its limit does not let pass, at a look that there is", () => {
    const red = SEEDS.flatMap((seed) => scenarioFromSeed(seed, document).faults).filter(
      ({ trigger }) => trigger.on === "block" && trigger.step === "watch",
    );
    expect(red.length).toBeGreaterThan(5);
    for (const { effect, trigger } of red) {
      expect(Number((effect as { value: string }).value)).toBeGreaterThan(0.3);
      const { probe } = trigger as { probe: number };
      expect(probe >= 1 && probe <= 10).toBe(true);
    }
  });

  it("is read back from its bytes as it was, and from nothing else", () => {
    const scenario = scenarioFromSeed("a", document);
    expect(readSchedule(scheduleBytes(scenario))).toEqual(scenario);
    expect(readSchedule(new TextEncoder().encode("{}"))).toBeNull();
    expect(readSchedule(new TextEncoder().encode("no"))).toBeNull();
  });

  it("finds nothing to do in a text with nothing to run", () => {
    expect(scenarioFromSeed("a", drillDocument("---\ntitle: T\nkind: runbook\n---\n\n# T\n\n## Read\n\nwords\n")).faults).toEqual([]);
  });
});
