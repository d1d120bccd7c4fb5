import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { loadContexts } from "./contexts.ts";
import { ExecSource } from "./exec-plugin.ts";
import { type ExecPlugin, standAlone } from "./resolve.ts";

const V1 = "client.authentication.k8s.io/v1";
let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "hp-exec-"));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

function program(name: string, body: string): string {
  const path = join(home, name);
  writeFileSync(path, `#!/bin/sh\n${body}\n`);
  chmodSync(path, 0o755);
  return path;
}
const credential = (token: string, expires = "") =>
  `echo '${JSON.stringify({ apiVersion: V1, kind: "ExecCredential", status: { token, ...(expires ? { expirationTimestamp: expires } : {}) } })}'`;
const source = (command: string, more: Partial<ExecPlugin> = {}) =>
  new ExecSource(
    { apiVersion: V1, command, ...more },
    { server: "https://a.test", "certificate-authority-data": "Y2E=" },
    { PATH: process.env.PATH },
  );

describe("a log-in program", () => {
  it("gives its token, and is told that it may not ask", async () => {
    const path = program("login", `printf %s "$KUBERNETES_EXEC_INFO" > ${home}/info\n${credential("tok")}`);
    expect(await source(path).credential(0)).toEqual({ ok: true, value: { token: "tok", expiresAt: null } });
    expect(JSON.parse(readFileSync(join(home, "info"), "utf8"))).toEqual({
      apiVersion: V1,
      kind: "ExecCredential",
      spec: { interactive: false },
    });
  });

  it("is told the cluster only where the kubeconfig says so, and gets its own environment", async () => {
    const path = program("login", `printf %s "$KUBERNETES_EXEC_INFO$MINE" > ${home}/info\n${credential("tok")}`);
    await source(path, { provideClusterInfo: true, env: [{ name: "MINE", value: "+mine" }] }).credential(0);
    const text = readFileSync(join(home, "info"), "utf8");
    expect(text).toContain('"server":"https://a.test"');
    expect(text).toMatch(/\+mine$/);
  });

  it("has no standard input and no terminal to ask on", async () => {
    const path = program(
      "login",
      `if read -r line; then echo asked; fi\nif (echo hello > /dev/tty) 2>/dev/null; then echo tty > ${home}/tty; fi\n${credential("tok")}`,
    );
    expect((await source(path).credential(0)).ok).toBe(true);
    expect(existsSync(join(home, "tty"))).toBe(false);
  });

  it("is run again only when its credential ends, or was refused", async () => {
    const path = program("login", `echo x >> ${home}/runs\n${credential("tok", "2026-01-01T01:00:00Z")}`);
    const login = source(path);
    const runs = () => readFileSync(join(home, "runs"), "utf8").length / 2;
    const hour = Date.parse("2026-01-01T01:00:00Z");
    await Promise.all([login.credential(hour - 60_000), login.credential(hour - 60_000)]);
    expect([runs(), login.expiresAt, login.token]).toEqual([1, hour, "tok"]);
    await login.credential(hour - 1_000);
    expect(runs()).toBe(2);
    login.forget();
    await login.credential(hour - 60_000);
    expect(runs()).toBe(3);
  });

  it("that always wants a terminal is not started at all", async () => {
    const path = program("login", `echo x > ${home}/runs`);
    expect(await source(path, { interactiveMode: "Always" }).credential(0)).toMatchObject({ ok: false, code: "needs-person" });
    expect(existsSync(join(home, "runs"))).toBe(false);
  });

  it("that fails says its words, without anything that looks like a token", async () => {
    const path = program("login", "echo 'session ended, token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl is old' >&2; exit 4");
    const made = await source(path).credential(0);
    expect(made).toMatchObject({
      ok: false,
      code: "needs-person",
      message: expect.stringMatching(/exit 4: session ended, token … is old\)\. Log in/),
    });
  });

  it.each([
    ["no JSON", "echo hello"],
    ["no ExecCredential", "echo '{}'"],
    ["neither a token nor a certificate", `echo '{"kind":"ExecCredential","status":{}}'`],
  ])("that answers with %s is named with that", async (words, body) => {
    expect(await source(program("login", body)).credential(0)).toMatchObject({
      ok: false,
      code: "failed",
      message: expect.stringContaining(words),
    });
  });

  it("that is not there is named", async () => {
    expect(await source(join(home, "none")).credential(0)).toMatchObject({ ok: false, message: expect.stringContaining("ENOENT") });
  });
});

describe("in a pinned kubeconfig", () => {
  const pinned = (exec: string, env: Record<string, string>) => {
    const config = join(home, "config");
    writeFileSync(
      config,
      `clusters: [{name: c, cluster: {server: "https://a.test"}}]\nusers: [{name: u, user: {exec: ${exec}}}]\ncontexts: [{name: x, context: {cluster: c, user: u}}]\n`,
    );
    const flat = standAlone(loadContexts({ kubeconfigFlag: config, env, homeDir: home, classOf: () => null }).byName.get("x")!, env);
    return flat.ok ? flat.value.users[0].user.exec! : flat.message;
  };

  it("a bare command becomes the absolute path that PATH leads to, a relative one is relative to its file", () => {
    const path = program("login", "");
    expect(pinned(`{apiVersion: ${V1}, command: login, args: [a]}`, { PATH: `/nowhere:${home}` })).toMatchObject({
      command: path,
      args: ["a"],
    });
    expect(pinned(`{apiVersion: ${V1}, command: ./login}`, { PATH: "" })).toMatchObject({ command: path });
  });

  it("variables that steer the log-in are fixed, its own ones first, and nothing else is taken over", () => {
    program("login", "");
    const exec = pinned(`{apiVersion: ${V1}, command: login, env: [{name: AWS_REGION, value: own}]}`, {
      PATH: home,
      AWS_PROFILE: "prod",
      AWS_REGION: "outer",
      AWS_SECRET_ACCESS_KEY: "secret",
      OTHER: "x",
    });
    expect((exec as ExecPlugin).env).toEqual([
      { name: "AWS_REGION", value: "own" },
      { name: "AWS_PROFILE", value: "prod" },
    ]);
  });

  it("a command that is missing fails with the kubeconfig's own hint", () => {
    expect(pinned(`{apiVersion: ${V1}, command: no-such-login, installHint: "get it from us"}`, { PATH: home })).toMatch(
      /no-such-login was not found .*get it from us/,
    );
  });
});
