import { describe, expect, it } from "vitest";
import { readScenario } from "./scenario.ts";
import { drillDocument } from "./testing.ts";

const read = (text: string) => readScenario(new TextEncoder().encode(text), drillDocument());
const one = (lines: string) => read(`title: T\nfaults:\n  - name: f\n${lines.replaceAll(/^/gm, "    ")}\n`);
const errorOf = (lines: string) => {
  const [first] = one(lines).diagnostics.filter((found) => found.severity === "error");
  return first && `${first.line}: ${first.code}`;
};

describe("a scenario file", () => {
  it("says of each fault when it comes and what it is", () => {
    const { scenario, diagnostics } = read(`
title: A bad night
runbook: recover.md
faults:
  - {name: fails, kind: fails, step: restore, output: "error: no", exit: 2, attempts: all}
  - {name: fill, kind: hangs, step: "#restore", block: fill}
  - {name: red, kind: reads, step: watch, after: 2m, value: "0.9", hint: Look at the curve., hint-after: 3m}
  - {name: old, kind: reads, step: loss, older: 40m}
  - {name: slow, kind: slow, step: restore, block: 1, by: 3m}
  - {name: dead, kind: cut, cluster: primary, after: 5m, of: declaration, for: 90s}
  - {name: store, kind: cut, host-param: PGHOST, port-param: PGPORT, step: watch, of: gate, after: 1m, for: 30s}
  - {name: away, kind: away, role: lead, step: watch, at: end, for: 5m}
  - {name: down, kind: scale-down, cluster: dr, workload: deployment/api, step: watch, output: "no endpoints", exit: 1}
  - {name: frozen, kind: stop, pid-file: $PGDATA/postmaster.pid, step: restore, for: 30s}
`);
    expect(diagnostics).toEqual([]);
    expect(scenario.faults.map(({ name, trigger }) => [name, trigger])).toEqual([
      ["fails", { on: "block", step: "restore", block: 0, probe: 1, attempts: null }],
      ["fill", { on: "block", step: "restore", block: 1, probe: 1, attempts: 1 }],
      ["red", { on: "block", step: "watch", block: 0, probe: 2, attempts: 1 }],
      ["old", { on: "block", step: "loss", block: 0, probe: 1, attempts: 1 }],
      ["slow", { on: "block", step: "restore", block: 0, probe: 1, attempts: 1 }],
      ["dead", { on: "declaration", afterMs: 300_000 }],
      ["store", { on: "gate", step: "watch", block: 0, afterMs: 60_000 }],
      ["away", { on: "step", step: "watch", edge: "end", afterMs: 0 }],
      ["down", { on: "step", step: "watch", edge: "start", afterMs: 0 }],
      ["frozen", { on: "step", step: "restore", edge: "start", afterMs: 0 }],
    ]);
    expect(scenario.faults.find(({ name }) => name === "red")?.hint).toEqual({ text: "Look at the curve.", afterMs: 180_000 });
    expect(scenario.faults.find(({ name }) => name === "down")?.played).toEqual({
      step: "watch",
      block: 0,
      output: "no endpoints",
      exitCode: 1,
    });
  });

  it.each([
    ["kind: fials\nstep: restore", "4: invalid-value"],
    ["kind: fails\nstep: resotre", "5: unknown-step"],
    ["kind: fails\nstep: restore\nblock: sclae", "6: unknown-block"],
    ["kind: fails\nstep: open", "5: no-command"],
    ["kind: fails\nstep: restore\nexit: 0", "6: invalid-value"],
    ["kind: fails\nstep: restore\nafter: 2m", "6: no-gate"],
    ["kind: reads\nstep: watch", "4: missing-key"],
    ["kind: reads\nstep: watch\nvalue: 1\nafter: 11m", "7: invalid-value"],
    ["kind: slow\nstep: restore\nblock: fill\nby: 1m", "4: invalid-value"],
    ["kind: cut\ncluster: primry\nfor: 1m\nafter: 1m", "5: unknown-cluster"],
    ["kind: cut\ncluster: primary\nafter: 1m", "3: missing-key"],
    ["kind: cut\nparam: STOER\nfor: 1m\nafter: 1m", "5: unknown-param"],
    ["kind: commands\nrun: echo\nstep: watch", "4: missing-key"],
    ["kind: away\nrole: lead\nfor: 1m", "4: no-moment"],
    ["kind: stop\npid-file: x\nhow: kill\nstep: watch", "6: missing-key"],
    ["kind: scale-down\nworkload: api\nstep: watch", "5: invalid-value"],
  ])("is refused with the line of its mistake: %j", (lines, wanted) => {
    expect(errorOf(lines)).toBe(wanted);
  });

  it("refuses two faults of one name, and one without a name", () => {
    const { diagnostics } = read(
      "faults:\n  - {name: a, kind: hangs, step: restore}\n  - {name: a, kind: hangs, step: watch}\n  - {kind: hangs, step: watch}\n",
    );
    expect(diagnostics.map(({ line, code }) => `${line}: ${code}`)).toEqual(["3: double-name", "4: missing-key"]);
  });

  it.each(["", "faults: []", "just words", "faults:\n  - {a: [", "\u0000"])(
    "never throws, and says that there is nothing to practise in %j",
    (text) => {
      expect(read(text).diagnostics.some((found) => found.severity === "error")).toBe(true);
    },
  );

  it("guesses what a misspelt key was to be, and does not take it", () => {
    const { diagnostics } = one("kind: fails\nstep: restore\noutptu: no");
    expect(diagnostics[0]).toMatchObject({ code: "unknown-key", line: 6 });
    expect(diagnostics[0]?.message).toContain('"output"');
  });
});
