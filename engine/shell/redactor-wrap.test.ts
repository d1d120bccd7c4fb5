import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pty from "@lydell/node-pty";
import { afterAll, describe, expect, it, vi } from "vitest";
import { findShell } from "./available.ts";
import { createRedactor } from "./redactor.ts";

const SECRET = "correct-horse-battery-staple-0123456789";
const home = mkdtempSync(join(tmpdir(), "hp-wrap-"));
chmodSync(home, 0o700);
afterAll(() => rmSync(home, { recursive: true, force: true }));

/** Types a secret by hand into a narrow terminal, so that the line editor wraps it, and returns what would be recorded. */
async function typed(file: string, args: string[], lead: string, howTyped: "pasted" | "by character") {
  const redactor = createRedactor([{ name: "pw", value: SECRET }]);
  const stream = redactor.stream();
  const env = { PATH: process.env["PATH"] ?? "", HOME: home, TERM: "xterm-256color", PS1: "ready> " };
  const shell = pty.spawn(file, args, { cols: 24, rows: 10, cwd: home, env });
  let raw = "";
  let recorded = "";
  shell.onData((data) => {
    raw += data;
    recorded += stream.push(data);
  });
  const seen = (what: () => boolean) => vi.waitFor(() => expect(what()).toBe(true), { timeout: 20_000, interval: 10 });
  try {
    await seen(() => raw.includes("ready> "));
    const line = `${lead}${SECRET} done`;
    if (howTyped === "pasted") {
      shell.write(line);
    } else {
      for (const character of line) {
        const before = raw.length;
        shell.write(character);
        await seen(() => raw.length > before);
      }
    }
    await seen(() => raw.trimEnd().endsWith("done"));
    recorded += stream.flush();
    return { raw, recorded, hits: redactor.hits };
  } finally {
    shell.kill();
  }
}

const SHELLS: [string, string[]][] = [
  ["bash", ["--norc", "--noprofile", "-i"]],
  ["zsh", ["-f", "-i"]],
];
/** What is on the screen, without what the wraps and colours are made of. */
const shown = (text: string) => text.replaceAll(/\x1b\[[0-9;?]*[A-Za-z]/g, "").replaceAll(/[\r\n \x08]/g, "");

describe.each(SHELLS)("a secret typed into %s over the right margin", (name, args) => {
  const file = findShell(name as "bash", process.env);
  for (const howTyped of ["pasted", "by character"] as const) {
    it.skipIf(file === null)(`is not recorded, ${howTyped}, wherever the wrap falls`, async () => {
      for (const lead of [": ", ": abcdefghij ", ": abcdefghijklmnop "]) {
        const { raw, recorded, hits } = await typed(file!, args, lead, howTyped);
        expect([raw.slice(-300), hits["known:pw"]]).toEqual([raw.slice(-300), 1]);
        for (let at = 0; at + 6 <= SECRET.length; at += 1) expect(shown(recorded)).not.toContain(SECRET.slice(at, at + 6));
        expect(shown(recorded)).toContain("‹redacted›done");
      }
    });
  }
});
