import { describe, expect, it } from "vitest";
import { fence, places, read } from "./test-text.ts";

describe("attributes of a fence", () => {
  it("are read in Runme's JSON form", () => {
    const block = fence('sh {"name":"deploy","interactive":"false","terminalRows":"28","background":true,"tag":"a,b","id":"01H"}', "echo");
    expect(block.name).toBe("deploy");
    expect(block.attributes).toEqual({ name: "deploy", interactive: "false", terminalRows: "28", background: true, tag: "a,b", id: "01H" });
    expect(block.options).toEqual({ name: "deploy", interactive: false, terminalRows: 28, background: true, tag: ["a", "b"] });
  });

  it("are read in braces, with or without blanks and commas, quoted or not", () => {
    for (const info of [
      "sh { name=deploy interactive=false }",
      "sh {name=deploy,interactive=false}",
      "sh {name=\"deploy\", interactive='false'}",
      "sh{name=deploy interactive=false}",
    ]) {
      expect(fence(info, "echo"), info).toMatchObject({ language: "sh", name: "deploy", options: { name: "deploy", interactive: false } });
    }
  });

  it("know every key of Runme's and keep its meaning", () => {
    const block = fence(
      "sh { name=a id=b interactive=true background=false cwd=/tmp interpreter=bash promptEnv=no excludeFromRunAll=true terminalRows=10 mimeType=text/x-json category=c tag=t ignore=false }",
      "echo",
    );
    expect(block.options).toEqual({
      name: "a",
      interactive: true,
      background: false,
      cwd: "/tmp",
      interpreter: "bash",
      promptEnv: "no",
      excludeFromRunAll: true,
      terminalRows: 10,
      mimeType: "text/x-json",
      tag: ["c", "t"],
      ignore: false,
    });
    expect(fence("sh {mimetype=text/plain}", "echo").options.mimeType).toBe("text/plain");
  });

  it("know every key of ours", () => {
    const block = fence(
      'sh { timeout=1h30m match=/a b}, "c"/i expect="<= 0.3" gate=hold for=5m every=15s within=10m warn="> 0.2" min-samples=5 recheck=#look job=true capture=REV confirm=typed danger=true }',
      "echo",
    );
    expect(block.options).toEqual({
      timeoutMs: 5_400_000,
      match: { source: 'a b}, "c"', flags: "i" },
      expect: { operator: "<=", value: 0.3 },
      gate: "hold",
      forMs: 300_000,
      everyMs: 15_000,
      withinMs: 600_000,
      warn: { operator: ">", value: 0.2 },
      minSamples: 5,
      recheck: "look",
      job: true,
      capture: "REV",
      confirmTyped: true,
      danger: true,
    });
  });

  it("take a path that begins with a slash for a path", () => {
    expect(fence("sh { cwd=/usr/local/bin interpreter=/bin/bash }", "echo").options).toMatchObject({
      cwd: "/usr/local/bin",
      interpreter: "/bin/bash",
    });
  });

  it("of other tools are left alone", () => {
    for (const info of [
      "sh title=deploy.sh",
      "sh {1,3-5}",
      "sh {.numberLines #id}",
      "sh linenums",
      'sh title="x" {highlight: [1]}',
      "sh,ignore",
      "sh {theme=dark}",
    ]) {
      const document = read(`# T\n\n\`\`\`${info}\necho\n\`\`\`\n`);
      expect(document.diagnostics, info).toEqual([]);
      expect(document.steps[0]!.blocks[0], info).toMatchObject({ language: "sh", runnable: true });
    }
  });

  it("are warned about where one looks like a slip of ours, or stands outside braces", () => {
    expect(read("# T\n\n```sh {timout=5m}\necho\n```\n").diagnostics).toMatchObject([
      { line: 3, column: 8, code: "unknown-key", severity: "warning", message: expect.stringContaining('Did you mean "timeout"?') },
    ]);
    expect(places(read("# T\n\n```sh danger=true\necho\n```\n").diagnostics)).toEqual(["3:7 attribute-outside-braces"]);
  });

  it("say with their place what a value should have been", () => {
    const text = "# T\n\n```sh { timeout=5 gate=soon expect=many interactive=maybe confirm=yes terminalRows=few match= }\necho\n```\n";
    expect(places(read(text).diagnostics)).toEqual([
      "3:9 invalid-value",
      "3:19 invalid-value",
      "3:29 invalid-value",
      "3:41 invalid-value",
      "3:59 invalid-value",
      "3:71 invalid-value",
      "3:88 invalid-value",
    ]);
  });

  it("fail closed: a guard that cannot be read is a guard", () => {
    expect(fence('sh {"danger": "true"', "echo").options.danger).toBe(true);
    expect(fence("sh { danger=perhaps }", "echo").options.danger).toBe(true);
    expect(fence("sh { confirm=maybe }", "echo").options.danger).toBe(true);
    expect(fence('sh { name="open danger=true', "echo").options.danger).toBe(true);
    expect(fence('sh {"name": "x"', "echo").options.danger).toBeUndefined();
  });

  it("say when they are malformed or given twice", () => {
    expect(read('# T\n\n```sh {"name": }\necho\n```\n').diagnostics).toMatchObject([
      { line: 3, column: 7, code: "malformed-attributes", severity: "error" },
    ]);
    expect(read("# T\n\n```sh {name=a name=b}\necho\n```\n").diagnostics).toMatchObject([{ code: "repeated-key", column: 15 }]);
  });

  it("cannot reach an object's prototype", () => {
    const block = fence('sh {"__proto__": {"polluted": true}, "constructor": "x"}', "echo");
    expect(block.options).toEqual({});
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});
