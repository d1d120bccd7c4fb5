import { describe, expect, it } from "vitest";
import type { Diagnostic } from "../protocol/index.ts";
import { lint, places } from "./test-text.ts";

const SH = "```sh\necho\n```\n";
const found = (text: string, code: string): Diagnostic[] => lint(text).filter((diagnostic) => diagnostic.code === code);
const step = (keys: string, rest = SH): string => `## A\n<!-- step: {${keys}} -->\n\n${rest}\n`;

describe("lint of references", () => {
  it("names needs that do not exist, with the nearest step and the place", () => {
    const text = `${step("id: back-up")}\n## B\n<!-- step: {id: shift-10, needs: [backup]} -->\n\n${SH}`;
    expect(found(text, "unknown-step")).toEqual([
      {
        line: 10,
        column: 27,
        severity: "error",
        code: "unknown-step",
        message: 'Step "shift-10" needs "backup", which does not exist. Did you mean "back-up"?',
      },
    ]);
  });

  it("names ways back that do not exist; files, other steps and headings are ways back", () => {
    expect(found(`${step('id: a, rollback: "#traffic-bak"')}\n## Traffic back\n\n${SH}`, "unknown-rollback")).toMatchObject([
      { line: 2, message: expect.stringContaining('"traffic-back"') },
    ]);
    for (const target of ["#traffic-back", "traffic-back", "emergency.md", "../x/y.md#z"]) {
      expect(found(`${step(`id: a, rollback: "${target}"`)}\n## Traffic back\n\n${SH}`, "unknown-rollback"), target).toEqual([]);
    }
    expect(found(step('id: a, rollback: "#a"'), "unknown-rollback")).toHaveLength(1);
  });

  it("names ids and names used twice", () => {
    expect(found(`${step("id: x")}${step("id: x")}`, "duplicate-id")).toMatchObject([
      { line: 9, severity: "error", message: expect.stringContaining('"x-1"') },
    ]);
    expect(found("## A\n\n```sh {name=n}\na\n```\n\n```sh {name=n}\nb\n```\n", "duplicate-name")).toMatchObject([{ line: 7 }]);
    expect(found("---\nkind: checklist\n---\n## A\n\n- [ ] **A-1** x\n- [ ] **A-1** y\n- [ ] **A-10** z\n", "duplicate-id")).toMatchObject([
      { line: 7 },
    ]);
  });

  it("names steps that wait for each other or for themselves", () => {
    const text = `${step("id: a, needs: [c]")}${step("id: b, needs: [a]")}${step("id: c, needs: [b]")}${step("id: d, needs: [d]")}${step("id: e, needs: [a]")}`;
    expect(found(text, "needs-cycle").map((diagnostic) => diagnostic.message)).toEqual([
      expect.stringContaining('"a" needs "c" needs "b"'),
      expect.stringContaining("needs itself"),
    ]);
  });

  it("follows a long chain of needs", () => {
    const text = Array.from({ length: 3_000 }, (_, index) => step(`id: s${index}${index > 0 ? `, needs: [s${index - 1}]` : ""}`)).join("");
    expect(found(text, "needs-cycle")).toEqual([]);
  });

  it("names clusters and parameters nobody declared", () => {
    const text = `---\nclusters: [primary, dr]\nparams:\n  - {name: STRATEGY}\n---\n${step("id: a, on: secondary, when: STRATGY == x")}${step("id: b, on: none")}`;
    expect(places(found(text, "unknown-cluster"))).toEqual(["7:20 unknown-cluster"]);
    expect(found(text, "unknown-parameter")).toMatchObject([{ message: expect.stringContaining('"STRATEGY"') }]);
    expect(found(step("id: a"), "unknown-cluster")).toEqual([]);
  });

  it("names a gate that is only a recheck, for which nobody would wait", () => {
    const gate = "```sh {name=open gate=wait within=1m every=1s}\nb\n```\n";
    expect(places(found(`## A\n\n\`\`\`sh {recheck=open}\na\n\`\`\`\n\n${gate}`, "recheck-gate"))).toEqual(["7:1 recheck-gate"]);
    expect(found(`## A\n\n\`\`\`sh {recheck=open}\na\n\`\`\`\n\n## B\n\n${gate}`, "recheck-gate")).toEqual([]);
  });

  it("names a recheck that dangles, does not run, or is dangerous itself", () => {
    const text =
      "## A\n\n```sh {danger=true recheck=loook}\na\n```\n\n```sh {name=look}\nb\n```\n\n```sh {recheck=data}\nc\n```\n\n```yaml {name=data}\nd: 1\n```\n\n```sh {recheck=boom}\ne\n```\n\n```sh {name=boom danger=true}\nf\n```\n";
    expect(places(found(text, "unknown-recheck"))).toEqual(["3:1 unknown-recheck", "11:1 unknown-recheck", "19:1 unknown-recheck"]);
    expect(found(text, "unknown-recheck")[0]!.message).toContain('Did you mean "look"?');
    expect(places(found(text, "no-recheck"))).toEqual(["23:1 no-recheck"]);
  });

  it("names what is opened and never closed, and closed without being opened", () => {
    expect(found(step("id: a, opens: silence, by: 30m"), "never-closed")).toHaveLength(1);
    expect(found(step("id: a, opens: silence, by: 30m") + step("id: b, closes: silnce"), "closes-unopened")).toMatchObject([
      { message: expect.stringContaining('"silence"') },
    ]);
    expect(lint(step("id: a, opens: silence, by: 30m") + step("id: b, closes: silence"))).toEqual([]);
  });
});

describe("lint of blocks", () => {
  const block = (info: string): Diagnostic[] => lint(`## A\n\n\`\`\`sh { ${info} }\necho\n\`\`\`\n`);

  it("names a match that is no regular expression, or could take forever", () => {
    expect(block("match=/(/")).toMatchObject([{ line: 3, code: "invalid-match", severity: "error" }]);
    expect(block("match=/x/y")).toMatchObject([{ code: "invalid-match" }]);
    expect(block("match=/(a+)+$/")).toMatchObject([{ code: "slow-match" }]);
    expect(block("match=/ready \\d+/i")).toEqual([]);
  });

  it.each([
    ['gate=hold every=5s expect="< 1"', "gate-incomplete"],
    ["gate=wait every=5s match=/x/", "gate-incomplete"],
    ['gate=hold for=5m within=1m expect="< 1"', "gate-incomplete"],
    ['gate=hold for=5m expect="< 1"', "gate-incomplete"],
    ['gate=hold for=5m every=15s background=true expect="< 1"', "gate-incomplete"],
    ['gate=hold for=5m every=15s expect="<= 0.3" warn="<= 0.4"', "warn-not-earlier"],
    ["min-samples=5", "gate-missing"],
    ["for=5m every=1m", "gate-missing"],
    ['warn="> 1"', "gate-missing"],
    ['gate=hold for=5m every=10m expect="< 1"', "gate-single-probe"],
    ["gate=hold for=5m every=15s", "target-without-measure"],
    ["capture=1x", "invalid-capture"],
  ])("{ %s } is %s", (info, code) => {
    expect(block(info).map((diagnostic) => diagnostic.code)).toContain(code);
  });

  it("finds nothing in a gate that is whole", () => {
    expect(block('gate=hold for=5m every=15s expect="<= 0.3" warn="> 0.2" min-samples=5')).toEqual([]);
    expect(block("gate=wait within=10m every=10s match=/ok/")).toEqual([]);
  });

  it("names a secret used as a placeholder, at its place", () => {
    const text = '---\nparams:\n  - {name: TOKEN, type: secret}\n---\n## A\n\n```sh\n# log in\ncurl -H "X: <TOKEN>" http://x\n```\n';
    expect(found(text, "secret-placeholder")).toMatchObject([
      { line: 9, column: 13, severity: "error", message: expect.stringContaining('"$TOKEN"') },
    ]);
    expect(found(text.replace("<TOKEN>", "$TOKEN"), "secret-placeholder")).toEqual([]);
  });

  it("names a shell that a block opens and goes on behind, once, with both lines", () => {
    const text = "## A\n\n```console\n$ date\n$ oc debug node/web-1\n$ chroot /host\n\n$ dmesg\n```\n";
    expect(found(text, "opens-shell")).toMatchObject([
      { line: 5, column: 3, severity: "warning", message: expect.stringMatching(/^oc debug .*: line 6 runs after/) },
    ]);
    expect(found("## A\n\n```sh\nssh db-1\n\n# there\ndf \\\n  -h\n```\n", "opens-shell")).toMatchObject([
      { line: 4, column: 1, message: expect.stringContaining("line 7 runs") },
    ]);
  });

  it("finds nothing where the shell is the end of its block, is given its commands, or is only spoken of", () => {
    for (const lines of [
      "date\noc debug node/web-1\n# and then look around",
      "oc debug node/web-1 -- chroot /host df\ndate",
      "ssh db-1 <<'EOF'\ndf -h\nEOF\ndate",
      "cat <<'EOF'\nssh db-1\nEOF\ndate",
      "kubectl exec -it db-0 -- sh -c 'date'\ndate",
    ]) {
      expect(found(`## A\n\n\`\`\`sh\n${lines}\n\`\`\`\n`, "opens-shell"), lines).toEqual([]);
    }
  });

  it("names characters that are not what they seem", () => {
    expect(found("## A\n\n```sh\necho a\u202eb\n```\n", "hidden-character")).toMatchObject([
      { line: 4, column: 7, severity: "error", message: expect.stringContaining("U+202E") },
    ]);
    expect(found("## A\n\n```sh\n$ kubectl get\u00a0pods\n```\n", "typographic-character")).toMatchObject([{ line: 4, column: 14 }]);
    expect(found("## A\n\n```sh\nkubectl get pods \u2013n web\n```\n", "typographic-character")).toHaveLength(1);
    expect(found("## A\n\n```sh\na \\ \nb\n```\n", "blank-after-backslash")).toMatchObject([{ line: 4, column: 3 }]);
  });

  it("names a capture that would overwrite a parameter", () => {
    expect(found("---\nparams:\n  - {name: REV}\n---\n## A\n\n```sh {capture=REV}\necho $REV\n```\n", "invalid-capture")).toHaveLength(1);
  });
});

describe("lint of sense", () => {
  const CHANGE = "```sh\nkubectl set env deploy/web FLAG=on\n```\n";

  it("names steps that change something and have no way back", () => {
    expect(found(step("id: a", CHANGE), "no-way-back")).toMatchObject([{ line: 2, severity: "warning" }]);
    expect(found(`## A\n\n${CHANGE}`, "no-way-back")).toMatchObject([{ severity: "info" }]);
    expect(found("## A\n\n```sh {danger=true}\n./wipe\n```\n", "no-way-back")).toMatchObject([{ severity: "warning" }]);
  });

  it("finds nothing where the way back is named, is declared gone, is itself one, or nothing changes", () => {
    expect(found(step('id: a, rollback: "#b"', CHANGE) + step("id: b", CHANGE), "no-way-back")).toEqual([]);
    expect(found(step("id: a, point-of-no-return: true", CHANGE), "no-way-back")).toEqual([]);
    expect(found(step("id: a, target: 2m", CHANGE), "no-way-back")).toEqual([]);
    for (const command of [
      "kubectl get pods",
      "kubectl apply --dry-run=server -f x",
      "helm status web",
      "kubectl rollout status deploy/web",
    ]) {
      expect(found(step("id: a", `\`\`\`sh\n${command}\n\`\`\`\n`), "no-way-back"), command).toEqual([]);
    }
  });

  it("names targets that nothing measures", () => {
    expect(found(step("id: a, target: 2m", "words\n"), "target-without-measure")).toMatchObject([{ line: 2, column: 20 }]);
    expect(found(step("id: a, target: 2m"), "target-without-measure")).toEqual([]);
    expect(found(step("id: a, soak: 5m"), "target-without-measure")).toHaveLength(1);
    expect(found(step("id: a, soak: 5m", "- [ ] graph is flat\n"), "target-without-measure")).toEqual([]);
    expect(found("## A\n\n- [ ] rate <!-- check: {value: number} -->\n", "target-without-measure")).toMatchObject([{ line: 3 }]);
    expect(found(`---\nrto: 1h\nrpo: 15m\n---\n${step("id: a")}`, "target-without-measure")).toHaveLength(3);
    expect(found(`---\nrto: 1h\n---\n${step("id: a")}`, "no-drill")).toHaveLength(1);
    expect(found(`---\nrto: 1h\ndrill: 3 months\n---\n${step("id: a")}`, "no-drill")).toEqual([]);
  });

  it("names what is missing or leads nowhere in what measures a recovery", () => {
    const named = (recovery: string) =>
      `---\nrto: 1h\nrpo: 15m\nrecovery: ${recovery}\n---\n${step("id: a, planned: 1m", "```sh {name=probe}\ntrue\n```\n")}${step("id: b", SH)}`;
    const codes = (recovery: string) => [
      ...new Set([
        ...found(named(recovery), "target-without-measure"),
        ...found(named(recovery), "unknown-step"),
        ...found(named(recovery), "unknown-block"),
      ]),
    ];
    expect(codes('{declared: "#a", verified: "#b", last-write: probe}')).toEqual([]);
    expect(codes('{verified: "#b", last-write: [probe]}').map((one) => one.message)).toEqual([
      expect.stringContaining("a person has to do it by hand"),
    ]);
    expect(codes('{declared: "#a", verified: "#bb", last-write: prob}')).toMatchObject([
      { line: 4, message: expect.stringContaining("#bb") },
      { line: 4, message: expect.stringContaining('"prob"') },
    ]);
    expect(codes('{declared: "#a", verified: "#a", last-write: probe}')).toHaveLength(1);
  });

  it("names plans that do not add up", () => {
    const text = `---\nplanned: 10m\n---\n# T\n\n## P\n<!-- phase: {planned: 5m} -->\n\n### A\n<!-- step: {id: a, planned: 4m, soak: 2m} -->\n\n- [ ] x\n\n### B\n<!-- step: {id: b, planned: 5m} -->\n\n${SH}`;
    expect(found(text, "plan-too-long").map((diagnostic) => diagnostic.message)).toEqual([
      expect.stringContaining("11 min, the file says 10 min"),
      expect.stringContaining("11 min, the phase 5 min"),
    ]);
  });

  it("leaves ways back out of the plan: they are off the main path", () => {
    const text = `---\nplanned: 5m\n---\n# T\n\n## A\n<!-- step: {id: a, planned: 5m, rollback: "#b"} -->\n\n${SH}\n## B\n<!-- step: {id: b, planned: 5m} -->\n\n${SH}`;
    expect(found(text, "plan-too-long")).toEqual([]);
  });

  it("names categories that are empty or that nobody signs", () => {
    const text =
      "---\nkind: checklist\n---\n## A\n<!-- category: {signoff: [lead]} -->\n\n- [ ] x\n\n## B\n\n- [ ] y\n\n## C\n<!-- category: {signoff: [lead]} -->\n\nwords\n";
    expect(places(lint(text))).toEqual(["9:1 category-without-signoff", "13:1 empty-category"]);
  });

  it("names a parameter that nothing uses", () => {
    expect(
      found(
        "---\nparams:\n  - {name: A}\n  - {name: B}\n  - {name: C}\n---\n## X\n<!-- step: {id: x, when: C == 1} -->\n\n```sh\necho $A\n```\n",
        "unused-parameter",
      ),
    ).toMatchObject([{ line: 4 }]);
    // psql asks for no name in its arguments
    expect(
      found("---\nparams:\n  - {name: PGHOST}\n  - {name: PGX1}\n---\n## X\n\n```sh\npsql -c 'select 1'\n```\n", "unused-parameter"),
    ).toMatchObject([{ line: 4 }]);
  });
});

describe("lint of text", () => {
  const mark = "TO" + "DO";
  it("names text that was never finished, with its place", () => {
    expect(places(found(`## A\n\nRestore: ${mark}\n\n- see above\n\n> to be defined\n\nwho? ???\n\n${SH}`, "unfinished-text"))).toEqual([
      "3:10 unfinished-text",
      "5:3 unfinished-text",
      "7:3 unfinished-text",
      "9:6 unfinished-text",
    ]);
    expect(found(`## A\n\n\`\`\`sh\necho # ${mark}: check\n\`\`\`\n`, "unfinished-text")).toMatchObject([{ line: 4 }]);
  });

  it("finds nothing in code spans, data and ordinary words", () => {
    expect(found(`## A\n\nSearch for \`${mark}\`. The sea above.\n\n\`\`\`yaml\na: ${mark}\n\`\`\`\n\n${SH}`, "unfinished-text")).toEqual(
      [],
    );
  });
});

it("lint finds nothing in a runbook as it should be", () => {
  const text = `---
title: Switch
kind: runbook
version: 1
owner: platform
reviewed: 2026-01-01
review-in: 6 months
planned: 20m
requires: {tools: [kubectl], cluster: true}
params:
  - {name: RELEASE, type: string, pattern: 'v\\d+', required: true}
---
# Switch

## Prepare

### Look
<!-- step: {id: look, planned: 2m} -->

\`\`\`sh { name=look-pods }
kubectl -n <namespace> get pods
\`\`\`

## Shift

### Set the image
<!-- step: {id: set, planned: 5m, needs: [look], rollback: "#back", soak: 5m} -->

\`\`\`sh { danger=true recheck=look-pods confirm=typed }
kubectl set image deploy/web web=web:$RELEASE
\`\`\`

\`\`\`sh { gate=hold for=5m every=15s expect="<= 0.3" }
./error-rate
\`\`\`

### Back
<!-- step: {id: back, target: 2m} -->

\`\`\`sh
kubectl rollout undo deploy/web
\`\`\`
`;
  expect(lint(text)).toEqual([]);
});
