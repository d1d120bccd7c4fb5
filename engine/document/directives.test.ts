import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { readFlowMap, readPlainMap } from "./flow-map.ts";
import { places, read } from "./test-text.ts";
import { parseYamlMap } from "./yaml-map.ts";

const SH = "```sh\necho\n```\n";
const step = (yaml: string) => read(`# T\n\n## A\n\n<!-- step: ${yaml} -->\n\n${SH}`).steps[0]!;

describe("the directive of a step", () => {
  it("sets every key", () => {
    const text = `---
clusters: [primary, dr]
params:
  - {name: STRATEGY}
---
## A

<!-- step: {id: shift-10, planned: 5m, needs: [freeze, "#backup"], lane: traffic, role: release-manager,
            signoff: [release-manager], rollback: "#traffic-back", target: 2m, soak: 5m, optional: true,
            when: STRATEGY == canary, on: dr, rollback-valid: 24h, point-of-no-return: true,
            opens: alert-silence, by: 30m, closes: freeze} -->
`;
    expect(read(text).steps[0]).toMatchObject({
      id: "shift-10",
      directive: {
        plannedMs: 300_000,
        needs: ["freeze", "backup"],
        lane: "traffic",
        role: "release-manager",
        signoff: ["release-manager"],
        rollback: "#traffic-back",
        targetMs: 120_000,
        soakMs: 300_000,
        optional: true,
        when: { param: "STRATEGY", value: "canary" },
        on: "dr",
        rollbackValidMs: 86_400_000,
        pointOfNoReturn: true,
        opens: { name: "alert-silence", byMs: 1_800_000 },
        closes: "freeze",
      },
    });
  });

  it("takes a word where a list may stand, and has defaults", () => {
    expect(step("{needs: freeze, signoff: lead}").directive).toMatchObject({
      needs: ["freeze"],
      signoff: ["lead"],
      lane: "main",
      on: "main",
      optional: false,
      opens: null,
    });
  });

  it("may be written over lines, in block style, in a list item, or on the heading's own line", () => {
    expect(read(`## A\n<!-- step:\n  id: x\n  planned: 1m\n-->\n\n${SH}`).steps[0]).toMatchObject({
      id: "x",
      directive: { plannedMs: 60_000 },
    });
    expect(read("## A\n\n1. one\n   <!-- step: {id: y,\n        planned: 1m} -->\n   ```sh\n   x\n   ```\n").steps[0]).toMatchObject({
      id: "y",
      directive: { plannedMs: 60_000 },
    });
    expect(read(`## A <!-- step: {id: z} -->\n\n${SH}`).steps[0]).toMatchObject({ id: "z", title: "A" });
  });

  it("is a remark where it is no mapping, and is not read in code", () => {
    expect(read("## A\n\n<!-- step: see the wiki -->\n\n`<!-- step: {id: a} -->`\n\n```text\n<!-- step: {id: b} -->\n```\n")).toMatchObject(
      { steps: [], diagnostics: [] },
    );
  });

  it("warns about an unknown key with its place and the nearest one", () => {
    const document = read(`## A\n\n<!-- step: {id: a,\n     rolback: "#b", plannd: 5m, colour: red} -->\n\n${SH}`);
    expect(places(document.diagnostics)).toEqual(["4:6 unknown-key", "4:21 unknown-key", "4:33 unknown-key"]);
    expect(document.diagnostics.map((found) => found.message)).toEqual([
      expect.stringContaining('Did you mean "rollback"?'),
      expect.stringContaining('Did you mean "planned"?'),
      expect.not.stringContaining("Did you mean"),
    ]);
    expect(document.diagnostics.every((found) => found.severity === "warning")).toBe(true);
  });

  it("says with the place what a value should have been, and keeps the others", () => {
    const document = read(
      `## A\n\n<!-- step: {id: a, planned: 5, soak: soon, optional: perhaps, when: always, needs: {a: b}} -->\n\n${SH}`,
    );
    expect(places(document.diagnostics)).toEqual([
      "3:20 invalid-value",
      "3:32 invalid-value",
      "3:44 invalid-value",
      "3:63 invalid-value",
      "3:77 invalid-value",
    ]);
    expect(document.steps[0]!.id).toBe("a");
  });

  it("that is malformed is an error with its place, and the step stays a step", () => {
    const document = read("## A\n\n<!-- step: {id: a, needs: [b -->\n\ntext\n");
    expect(document.steps).toHaveLength(1);
    expect(document.diagnostics).toMatchObject([{ line: 3, code: "malformed-directive", severity: "error" }]);
  });

  it("is not in force a second time, nor where nothing takes it up", () => {
    expect(places(read(`## A\n\n<!-- step: {id: a} -->\n<!-- step: {id: b} -->\n\n${SH}`).diagnostics)).toEqual(["4:1 repeated-directive"]);
    expect(places(read("## A\n\n<!-- check: {value: number} -->\n\n- [ ] x\n").diagnostics)).toEqual(["3:1 misplaced-directive"]);
    expect(places(read("---\nkind: runbook\n---\n## A\n\n- [ ] x <!-- item: {owner: me} -->\n").diagnostics)).toEqual([
      "6:9 misplaced-directive",
    ]);
  });

  it("whose name is a slip is named", () => {
    expect(read(`## A\n\n<!-- setp: {id: a} -->\n\n${SH}`).diagnostics).toMatchObject([
      { line: 3, code: "unknown-directive", message: expect.stringContaining('"step"') },
    ]);
    expect(read("## A\n\n<!-- prettier-ignore: {a: b} -->\n\n<!-- note: x -->\n").diagnostics).toEqual([]);
  });

  it("that is never closed says so, and shows the fences it hides", () => {
    const document = read(`## A\n\n<!-- step: {id: a}\n\n${SH}`);
    expect(document.diagnostics.map((found) => found.code)).toEqual(["unclosed-comment", "fence-in-html"]);
    expect(document.otherBlocks).toMatchObject([{ runnable: false, why: expect.stringContaining("never closed") }]);
  });

  it("cannot reach an object's prototype", () => {
    step('{__proto__: {polluted: true}, "constructor": {prototype: {polluted: true}}}');
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});

describe("the directive of a phase", () => {
  it("plans it", () => {
    const text = `# T\n\n## Night\n<!-- phase: {planned: 30m, start: "+0:30"} -->\n\n### A\n\n${SH}`;
    expect(read(text).phases).toMatchObject([{ title: "Night", plannedMs: 1_800_000, start: "+0:30", steps: ["a"], line: 3 }]);
    expect(places(read(text.replace("+0:30", "later")).diagnostics)).toEqual(["4:28 invalid-value"]);
  });
});

describe("plain directives", () => {
  it("mean the same to the short reader as to the YAML library, wherever it reads them", () => {
    const scalar = fc.constantFrom(
      "a",
      "shift-10",
      "5m",
      "24h",
      "1h30m",
      "true",
      "false",
      "null",
      "yes",
      "on",
      "12",
      "012",
      "1e3",
      "0x1f",
      "-1",
      "~",
      '"#back"',
      "'x y'",
      '"a\\nb"',
      "a b",
      "a: b",
      "a#b",
      "v1.2",
      ".5",
      "2026-10-01",
      "12:30",
      "/a/b",
      "",
      "*a",
      "&b",
      "!t x",
      "[a]",
      "{a: b}",
      "a,",
    );
    const key = fc.constantFrom("id", "planned", "on", "needs", "rollback-valid", "yes", "a b");
    const value = fc.oneof(
      scalar,
      fc.array(scalar, { maxLength: 3 }).map((list) => `[${list.join(", ")}]`),
    );
    const map = fc
      .array(fc.tuple(key, value), { maxLength: 4 })
      .map((pairs) => `step: {${pairs.map(([name, written]) => `${name}: ${written}`).join(", ")}}`);
    fc.assert(
      fc.property(map, (text) => {
        const short = readFlowMap(text);
        if (short === null) return;
        expect(Object.fromEntries(short.entries.map((entry) => [entry.key, entry.value]))).toEqual((parse(text) as { step: unknown }).step);
        for (const entry of short.entries) expect(text.startsWith(entry.key, entry.at)).toBe(true);
      }),
      { numRuns: 3_000, seed: 7 },
    );
  });

  it("are indeed read by the short reader", () => {
    for (const text of [
      'step: {id: shift-10, planned: 5m, needs: [a, b], rollback: "#x", optional: true, on: dr}',
      " phase: {planned: 30m} ",
    ]) {
      expect(readFlowMap(text), text).not.toBeNull();
    }
  });
});

describe("plain front matter", () => {
  it("means what YAML means by it, at the same places, or is left to YAML", () => {
    const value = fc.constantFrom(
      ..."Blue-green cut-over|a|3|1.10|010|0|60m|6 months|2026-10-01|2026-10-01T10:00:00Z|true|True|false|null|yes|no|on|~|\"a b\"|\"a\\nb\"|'a b'|'it''s'|a: b|a #b|a#b|- a|[a]|{a: b}|*a|&a b|!t x|>|\\||%a|@a|a, b|/srv/x|v1.2|1e3|0x1f|-1|.5|12:30|a  b|...|---|?|".split(
        "|",
      ),
    );
    const key = fc.constantFrom(
      "title",
      "kind",
      "version",
      "planned",
      "review-in",
      "owner",
      "rto",
      "rpo",
      "on",
      "yes",
      "a b",
      "2",
      '"q"',
      "  in",
    );
    const line = fc.oneof(
      {
        weight: 8,
        arbitrary: fc.tuple(
          key,
          fc.constantFrom(": ", ": ", ": ", ": ", ":  ", ":", " : "),
          value,
          fc.constantFrom("", "", "", "", " ", " # c"),
        ),
      },
      { weight: 1, arbitrary: fc.constantFrom(["", "", "", ""], ["# c", "", "", ""], ["a", "", "", ""], ["\ta: b", "", "", ""]) },
    );
    let taken = 0;
    const same = (text: string): void => {
      const plain = readPlainMap(text);
      if (plain === null) return;
      taken++;
      const { keyed, problems } = parseYamlMap(text, (at) => at);
      expect(problems, text).toEqual([]);
      const values = Object.fromEntries(plain.entries.map((entry) => [entry.key, entry.value]));
      expect(values, text).toEqual({ ...keyed!.values });
      expect(Object.fromEntries(plain.entries.map((entry) => [entry.key, entry.at])), text).toEqual({ ...keyed!.offsets });
      expect([plain.entries[0]!.at, plain.written], text).toEqual([keyed!.offset, keyed!.written]);
    };
    const texts = fc.array(line, { maxLength: 4 }).map((lines) => lines.map((parts) => `${parts.join("")}\n`).join(""));
    fc.assert(fc.property(texts, same), { numRuns: 12_000, seed: 7 });
    expect(taken).toBeGreaterThan(200);
  });
});
