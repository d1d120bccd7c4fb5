import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { checkTools, readVersion, satisfies } from "./tools.ts";

let bin: string;
beforeEach(() => {
  bin = mkdtempSync(join(tmpdir(), "hp-tools-"));
});
afterEach(() => rmSync(bin, { recursive: true, force: true }));
const tool = (name: string, body: string) => {
  writeFileSync(join(bin, name), `#!/bin/sh\n${body}\n`);
  chmodSync(join(bin, name), 0o755);
};

it("finds a tool in the PATH of the shells, with its version", async () => {
  tool("kubectl", `[ "$1" = version ] && echo '{"clientVersion": {"gitVersion": "v1.32.4-dispatcher"}}'`);
  tool("mytool", '[ "$1" = --version ] && echo "mytool 2.5.1 (linux)"');
  const found = await checkTools(["kubectl", "mytool"], { PATH: bin });
  expect(found.map(({ severity, subject, message }) => [severity, subject, message])).toEqual([
    ["ok", "tool kubectl", `${bin}/kubectl, 1.32.4-dispatcher.`],
    ["ok", "tool mytool", `${bin}/mytool, 2.5.1.`],
  ]);
});

it("is blocked by a missing tool and by one that is too old, and says what to do", async () => {
  tool("helm", 'echo "v3.9.0+g7ceeda6"');
  const found = await checkTools(["argocd", "helm>=3.12", "helm >= 3.9"], { PATH: bin });
  expect(found.map(({ severity, code }) => [severity, code])).toEqual([
    ["blocker", "tool-missing"],
    ["blocker", "tool-version"],
    ["ok", "tool"],
  ]);
  expect(found[0]?.todo).toContain("Install argocd");
  expect(found[1]?.message).toContain("3.9.0");
});

it("warns where a version is wanted and the tool does not say one, and is content where none is wanted", async () => {
  tool("quiet", "exit 1");
  expect((await checkTools(["quiet", "quiet>=1.0"], { PATH: bin })).map(({ severity }) => severity)).toEqual(["ok", "warning"]);
});

it("gives no tool a cluster, a terminal or an input while it asks", async () => {
  tool("nosy", 'if read -r x; then echo 9.9.9; else echo "1.2.3 $KUBECONFIG"; fi');
  expect((await checkTools(["nosy"], { PATH: bin, KUBECONFIG: "/secret/place" }))[0]?.message).toBe(`${bin}/nosy, 1.2.3.`);
});

it("does not take a folder or a file that may not be run for a tool", async () => {
  writeFileSync(join(bin, "plain"), "");
  expect((await checkTools(["plain", ".."], { PATH: bin })).map(({ code }) => code)).toEqual(["tool-missing", "tool-missing"]);
});

it.each([
  ["git version 2.39.5", "2.39.5"],
  ["jq-1.6", "1.6"],
  ["go version go1.19.8 linux/amd64", "1.19.8"],
  ["OpenSSH_9.2p1 Debian-2", "9.2"],
  ["Terraform v1.5.7", "1.5.7"],
  ["no idea", null],
])("reads out of %j: %s", (text, version) => {
  expect(readVersion(text)).toBe(version);
});

it.each([
  ["1.27.3", ">=", "1.27", true],
  ["1.27.3", "==", "1.27", true],
  ["1.9.0", ">=", "1.10", false],
  ["2.0", ">", "1.99.9", true],
  ["1.2", "<", "1.2.1", true],
  ["1.2.1", "<=", "1.2", true],
  ["1.3", "<=", "1.2", false],
])("%s %s %s is %s", (version, operator, bound, expected) => {
  expect(satisfies(version, operator, bound)).toBe(expected);
});
