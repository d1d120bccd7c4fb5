import { describe, expect, it } from "vitest";
import { places, read } from "./test-text.ts";

describe("front matter", () => {
  it("is read whole", () => {
    const document = read(`---
title: Blue-green cut-over
kind: runbook
version: 3
owner: platform
reviewed: 2026-10-01
review-in: 6 months
planned: 60m
rto: 1h
rpo: 15m
drill: 3 months
recovery: {declared: "#declare", verified: smoke, last-write: [db, cache, db]}
clusters: [primary, dr]
requires: {tools: [kubectl, helm], permissions: ["patch deployments.apps"], cluster: true}
params:
  - {name: RELEASE, type: string, pattern: 'v\\d+\\.\\d+\\.\\d+(-rc\\d+)?', required: true, about: image tag}
  - {name: WEIGHT, type: int, default: 10, min: 1, max: 100}
  - {name: TOKEN, type: secret}
  - {name: COLOUR, choices: [blue, green]}
---
# Heading
`);
    expect(document).toMatchObject({
      title: "Blue-green cut-over",
      kind: "runbook",
      version: "3",
      owner: "platform",
      reviewed: "2026-10-01",
      reviewDue: "2027-04-01",
      plannedMs: 3_600_000,
      rtoMs: 3_600_000,
      rpoMs: 900_000,
      drill: { text: "3 months", months: 3, days: 0 },
      recovery: { declared: "declare", verified: "smoke", lastWrite: ["db", "cache"] },
      clusters: ["primary", "dr"],
      requires: { tools: ["kubectl", "helm"], permissions: ["patch deployments.apps"], cluster: true },
      diagnostics: [],
    });
    expect(document.params).toEqual([
      {
        name: "RELEASE",
        type: "string",
        required: true,
        default: null,
        pattern: "v\\d+\\.\\d+\\.\\d+(-rc\\d+)?",
        min: null,
        max: null,
        choices: [],
        about: "image tag",
        line: 16,
      },
      { name: "WEIGHT", type: "int", required: false, default: "10", pattern: null, min: 1, max: 100, choices: [], about: "", line: 17 },
      {
        name: "TOKEN",
        type: "secret",
        required: false,
        default: null,
        pattern: null,
        min: null,
        max: null,
        choices: [],
        about: "",
        line: 18,
      },
      {
        name: "COLOUR",
        type: "choice",
        required: false,
        default: null,
        pattern: null,
        min: null,
        max: null,
        choices: ["blue", "green"],
        about: "",
        line: 19,
      },
    ]);
  });

  it("keeps numbers as they are written where a text is meant", () => {
    const document = read("---\nversion: 1.10\nparams:\n  - {name: A, type: number, default: 2.50}\n---\n");
    expect(document.version).toBe("1.10");
    expect(document.params[0]!.default).toBe("2.50");
  });

  it("is read in TOML too", () => {
    const document = read(`+++
title = "Night"
reviewed = 2026-10-01
planned = "60m"
shell = "zsh"
[requires]
tools = ["kubectl"]
[[params]]
name = "A"
type = "int"
[[params]]
name = "B"
typ = "x"
+++
# H
`);
    expect(document).toMatchObject({
      title: "Night",
      reviewed: "2026-10-01",
      plannedMs: 3_600_000,
      shell: "zsh",
      requires: { tools: ["kubectl"] },
    });
    expect(document.params.map((param) => [param.name, param.type, param.line])).toEqual([
      ["A", "int", 8],
      ["B", "string", 11],
    ]);
    expect(places(document.diagnostics)).toEqual(["13:1 unknown-key"]);
  });

  it("of Runme's is read, and its shell runs the blocks", () => {
    const document = read(
      "---\nrunme:\n  id: 01H\n  version: v3\nshell: /bin/zsh\ncwd: ../app\nskipPrompts: true\ntag: a\nterminalRows: 20\n---\n\n```sh\nx\n```\n",
    );
    expect(document).toMatchObject({ shell: "zsh", cwd: "../app", diagnostics: [] });
    expect(read("---\nshell: ksh\n---\n").diagnostics).toMatchObject([{ line: 2, column: 1, code: "unknown-shell", severity: "warning" }]);
  });

  it("warns about unknown keys where the file is ours, and mentions them where it is another tool's", () => {
    expect(read("---\nkind: runbook\nreveiwed: 2026-10-01\ncolour: red\n---\n").diagnostics).toMatchObject([
      { line: 3, column: 1, code: "unknown-key", severity: "warning", message: expect.stringContaining('"reviewed"') },
      { line: 4, column: 1, code: "unknown-key", severity: "warning" },
    ]);
    expect(read("---\ntitle: x\nweight: 20\n---\n").diagnostics).toMatchObject([{ line: 3, code: "unknown-key", severity: "info" }]);
    expect(places(read("---\nrequires: {tools: [a], permision: [b]}\nparams:\n  - {name: A, typ: int}\n---\n").diagnostics)).toEqual([
      "2:24 unknown-key",
      "4:15 unknown-key",
    ]);
  });

  it("that is malformed is an error with its place, and the rest of the file works", () => {
    const document = read("---\ntitle: [a\nkind: runbook\n---\n\n# T\n\n```sh\na\n```\n");
    expect(document.diagnostics[0]).toMatchObject({ code: "malformed-front-matter", severity: "error" });
    expect(document.diagnostics[0]!.line).toBeGreaterThanOrEqual(2);
    expect(document.steps).toMatchObject([{ title: "T", line: 6 }]);
    expect(read("+++\ntitle = \n+++\n# T\n").diagnostics).toMatchObject([{ line: 2, code: "malformed-front-matter" }]);
    expect(read("---\n- a\n- b\n---\n# T\n").title).toBe("T");
  });

  it("that never ends is said, and its lines stay text", () => {
    const document = read("---\ntitle: x\n\n# T\n\n```sh\na\n```\n");
    expect(places(document.diagnostics)).toEqual(["1:1 front-matter-unclosed"]);
    expect(document.steps).toHaveLength(1);
  });

  it("is not seen in a ruler at the head of a text", () => {
    const document = read("---\n\nSome words of prose here.\n\n---\n\n# T\n");
    expect(document.diagnostics).toEqual([]);
    expect(document.flow.some((node) => node.type === "html" && node.html.includes("Some words"))).toBe(true);
  });

  it("says what a value should have been", () => {
    const text = `---
kind: book
planned: 60
rto: soon
reviewed: yesterday
review-in: later
clusters: [Primary]
requires: kubectl
params:
  - {name: 1x}
  - {type: int}
  - {name: A, type: float}
  - {name: A}
  - {name: B, pattern: '('}
  - {name: C, min: 5, max: 1}
  - {name: D, type: int, default: x}
  - {name: E, type: secret, default: hunter2}
  - {name: F, type: choice}
  - plain
---
`;
    const document = read(text);
    expect(document.diagnostics.map((found) => `${found.line} ${found.code}`)).toEqual([
      "2 invalid-value",
      "3 invalid-value",
      "4 invalid-value",
      "5 invalid-value",
      "6 invalid-value",
      "7 invalid-value",
      "8 invalid-value",
      "10 invalid-parameter",
      "11 invalid-parameter",
      "12 invalid-value",
      "13 duplicate-parameter",
      "14 invalid-parameter",
      "15 invalid-parameter",
      "16 invalid-parameter",
      "17 invalid-parameter",
      "18 invalid-parameter",
      "19 invalid-value",
    ]);
    expect(document.params.find((param) => param.name === "E")!.default).toBeNull();
    expect(JSON.stringify(document.diagnostics)).not.toContain("hunter2");
  });

  it("says what undoes a run, what verifies it, and which troubles a procedure is for", () => {
    const front = "rollback: '#back'\nemergency: out.md\nverify: '#prove'\ntrouble: [data, security]\ntarget: 15m\nafter-no-return: true\n";
    expect(read(`---\n${front}---\n# T\n`)).toMatchObject({
      wayBack: {
        rollback: "#back",
        emergency: "out.md",
        verify: "#prove",
        troubles: ["data", "security"],
        targetMs: 900_000,
        afterNoReturn: true,
      },
      diagnostics: [],
    });
    const slip = read("---\ntrouble: [date]\n---\n# T\n");
    expect(slip.wayBack?.troubles).toEqual([]);
    expect(slip.diagnostics).toMatchObject([{ line: 2, code: "invalid-value" }]);
    expect(read("---\ntitle: x\n---\n# T\n").wayBack).toBeUndefined();
  });

  it("leaves a cluster to be asked for where commands call one and nothing is said", () => {
    expect(read("# T\n\n```sh\nkubectl get pods\n```\n").requires.cluster).toBe(true);
    expect(read("# T\n\n```sh\necho kubectly\n```\n").requires.cluster).toBe(false);
    expect(read("---\nrequires: {cluster: false}\n---\n# T\n\n```sh\nkubectl version --client\n```\n").requires.cluster).toBe(false);
  });
});
