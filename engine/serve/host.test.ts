import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ok } from "../protocol/index.ts";
import { type HostOptions, type LocalHost, startLocalHost } from "./host.ts";
import { ask, enter, openSocket, type SmallEngine, smallEngine, tokenOf, trade, until, upgradeStatus } from "./in-test.ts";

let folder: string;
let root: string;
let engine: SmallEngine;
const hosts: LocalHost[] = [];

async function start(options: Partial<HostOptions> = {}): Promise<LocalHost> {
  const started = await startLocalHost({ engine, root, ...options });
  if (!started.ok) throw new Error(started.error.message);
  hosts.push(started.value);
  return started.value;
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "hp-serve-"));
  root = join(folder, "renderer");
  mkdirSync(join(root, "assets"), { recursive: true });
  writeFileSync(join(root, "index.html"), "<!doctype html><head></head><body>the window</body>");
  writeFileSync(join(root, "assets", "index-Abc12345.js"), "export {}");
  writeFileSync(join(root, "assets", "plain.css"), "a{}");
  writeFileSync(join(folder, "secret.txt"), "outside");
  writeFileSync(join(root, ".env"), "hidden");
  symlinkSync(join(folder, "secret.txt"), join(root, "assets", "link.js"));
  symlinkSync(folder, join(root, "up"));
  engine = smallEngine({ "record.logs": () => ok([]), "app.snapshot": () => ok({}) });
});
afterEach(async () => {
  await Promise.all(hosts.splice(0).map((host) => host.close()));
  rmSync(folder, { recursive: true, force: true });
});

describe("the way in", () => {
  it("trades the token of a link for a strict cookie of its own, once", async () => {
    const host = await start();
    const token = tokenOf(host.link());
    expect(host.link()).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/enter#token=[\w-]{43}$/);
    const first = await trade(host, token);
    expect(first.status).toBe(200);
    expect(first.headers["set-cookie"]?.[0]).toMatch(/^holdpoint_[0-9a-f]{12}=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/);
    const second = await trade(host, token);
    expect(second.status).toBe(403);
    expect(JSON.parse(second.body).error.code).toBe("forbidden");
    expect(second.headers["set-cookie"]).toBeUndefined();
  });

  it("shows the entry page and nothing else to whoever has no cookie", async () => {
    const host = await start();
    const page = await ask(host.port, "/");
    expect([page.status, page.body.includes("the window")]).toEqual([401, false]);
    expect(page.headers["content-security-policy"]).toContain("default-src 'none'");
    for (const path of ["/assets/index-Abc12345.js", "/api/exported?file=x", "/index.html", "/api/socket"]) {
      expect((await ask(host.port, path)).status, path).toBe(401);
    }
    expect(await upgradeStatus(host, "/api/socket", { Origin: host.origin })).toBe(401);
    expect(await upgradeStatus(host, "/api/terminal/run-1%2Fmain", { Origin: host.origin })).toBe(401);
    expect((await ask(host.port, "/api/session")).status).toBe(401);
    expect(engine.calls).toEqual([]);
  });

  it("stops answering wrong tokens, and then even right ones for a while", async () => {
    let now = 0;
    const host = await start({ now: () => now });
    const good = tokenOf(host.link());
    for (let attempt = 0; attempt < 10; attempt += 1) expect((await trade(host, "x".repeat(43))).status).toBe(403);
    expect((await trade(host, good)).status).toBe(429);
    now = 60_001;
    expect((await trade(host, good)).status).toBe(200);
  });

  it("keeps a link that was handed to a browser as an argument for the same user", async () => {
    const host = await start();
    const uid = process.getuid?.() ?? 0;
    const other = await trade(host, tokenOf(host.link({ onlyUid: uid + 1 })));
    expect(other.status).toBe(process.platform === "linux" && uid !== 0 ? 403 : 200); // root may use anybody's
    expect((await trade(host, tokenOf(host.link({ onlyUid: uid })))).status).toBe(200);
  });

  it("carries the files to show in the fragment, never in what is sent", async () => {
    const host = await start();
    const link = new URL(host.link({ open: ["/r/a b.md"] }));
    expect([link.search, new URLSearchParams(link.hash.slice(1)).getAll("open")]).toEqual(["", ["/r/a b.md"]]);
  });
});

describe("Host and Origin", () => {
  it("refuses a Host that is not its own, on pages, calls and sockets (DNS rebinding)", async () => {
    const host = await start();
    const cookie = await enter(host);
    for (const name of [
      "evil.example",
      `evil.example:${host.port}`,
      "127.0.0.1",
      `127.0.0.1:${host.port + 1}`,
      `127.0.0.1.evil.example:${host.port}`,
    ]) {
      expect((await ask(host.port, "/", { headers: { Host: name, Cookie: cookie } })).status, name).toBe(421);
      expect((await trade(host, tokenOf(host.link()), { Host: name, Origin: `http://${name}` })).status, name).toBe(421);
      expect(await upgradeStatus(host, "/api/socket", { Host: name, Origin: `http://${name}`, Cookie: cookie }), name).toBe(421);
    }
    expect((await ask(host.port, "/", { headers: { Host: `localhost:${host.port}`, Cookie: cookie } })).status).toBe(200);
  });

  it("refuses a foreign Origin and a missing one where a browser always sends it", async () => {
    const host = await start();
    const cookie = await enter(host);
    for (const origin of [
      "http://evil.example",
      "null",
      `http://127.0.0.1:${host.port + 1}`,
      `https://127.0.0.1:${host.port}`,
      `http://localhost:${host.port}`,
    ]) {
      expect((await trade(host, tokenOf(host.link()), { Origin: origin })).status, origin).toBe(403);
      expect(await upgradeStatus(host, "/api/socket", { Origin: origin, Cookie: cookie }), origin).toBe(403);
      expect(await upgradeStatus(host, "/api/terminal/run-1%2Fmain", { Origin: origin, Cookie: cookie }), origin).toBe(403);
      expect((await ask(host.port, "/assets/plain.css", { headers: { Origin: origin, Cookie: cookie } })).status, origin).toBe(403);
    }
    expect(await upgradeStatus(host, "/api/socket", { Cookie: cookie })).toBe(403);
    expect(engine.calls).toEqual([]);
  });

  it("refuses what the browser itself calls cross-site, but lets a link lead to the entry page", async () => {
    const host = await start();
    const cookie = await enter(host);
    const crossSite = { "Sec-Fetch-Site": "cross-site", Cookie: cookie };
    expect((await ask(host.port, "/assets/plain.css", { headers: crossSite })).status).toBe(403);
    expect((await ask(host.port, "/", { headers: crossSite })).status).toBe(403);
    expect((await ask(host.port, "/assets/plain.css", { headers: { ...crossSite, "Sec-Fetch-Site": "same-site" } })).status).toBe(403);
    const link = { "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document" };
    expect((await ask(host.port, "/enter", { headers: link })).status).toBe(200);
    expect((await ask(host.port, "/", { headers: { ...link, "Sec-Fetch-Dest": "iframe" } })).status).toBe(403);
  });

  it("hands a link from an alert to the window as it is, knowing nothing itself and asking the engine nothing", async () => {
    const host = await start();
    const link = { "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document" };
    const page = await ask(host.port, "/open?runbook=respond/high-error-rate.md", { headers: link });
    expect([page.status, page.body.includes("runbook=")]).toEqual([200, false]);
    const script = await ask(host.port, "/open.js");
    for (const [search, hash] of [
      ["?runbook=back/a.md", "#one"],
      ["?runbook=</script><script>alert(1)</script>.md", "#';alert(1)//"],
      ["?runbook=a.md&x=https://evil.example/", ""],
    ] as const) {
      const gone: string[] = [];
      const location = { search, hash, replace: (to: string) => gone.push(to) };
      new Function("location", script.body)(location);
      // A path of this host whatever the link says; what it names is one value of the fragment.
      const target = new URL(gone[0] ?? "", "http://127.0.0.1:1/open");
      expect([gone.length, target.origin, target.pathname, target.search]).toEqual([1, "http://127.0.0.1:1", "/", ""]);
      expect(new URLSearchParams(target.hash.slice(1)).getAll("open")).toEqual([`holdpoint://open${search}${hash}`]);
    }
    expect(engine.calls).toEqual([]);
  });

  it("does not look at the cookie of a host on another port", async () => {
    const [one, two] = [await start(), await start()];
    const [cookieOne, cookieTwo] = [await enter(one), await enter(two)];
    expect(cookieOne.split("=")[0]).not.toBe(cookieTwo.split("=")[0]);
    expect((await ask(two.port, "/", { headers: { Cookie: cookieOne } })).status).toBe(401);
    const renamed = `${cookieTwo.split("=")[0]}=${cookieOne.split("=")[1]}`;
    expect((await ask(two.port, "/", { headers: { Cookie: renamed } })).status).toBe(401);
    expect(await upgradeStatus(two, "/api/socket", { Origin: two.origin, Cookie: cookieOne })).toBe(401);
    // Both at once, as a browser sends them, is what normally happens.
    expect((await ask(two.port, "/", { headers: { Cookie: `${cookieOne}; ${cookieTwo}` } })).status).toBe(200);
  });

  it("answers no preflight and allows no other origin to read", async () => {
    const host = await start();
    const answer = await ask(host.port, "/api/session", {
      method: "OPTIONS",
      headers: { Origin: "http://evil.example", "Access-Control-Request-Method": "POST" },
    });
    expect(answer.status).toBe(403);
    expect(Object.keys(answer.headers).filter((name) => name.startsWith("access-control"))).toEqual([]);
  });
});

describe("files", () => {
  it("serves the window with a closed policy, right types and caching by hash", async () => {
    const host = await start();
    const headers = { Cookie: await enter(host) };
    const page = await ask(host.port, "/", { headers });
    expect([page.status, page.headers["content-type"], page.headers["cache-control"]]).toEqual([
      200,
      "text/html; charset=utf-8",
      "no-store",
    ]);
    const policy = page.headers["content-security-policy"] as string;
    for (const part of [
      "default-src 'none'",
      "script-src 'self'",
      "frame-ancestors 'none'",
      "base-uri 'none'",
      "form-action 'none'",
      "connect-src 'self'",
    ]) {
      expect(policy.split("; ")).toContain(part);
    }
    expect(policy).not.toMatch(/unsafe-eval|script-src[^;]*unsafe|style-src [^;]*unsafe|\*/);
    expect(page.headers).toMatchObject({
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
      "cross-origin-opener-policy": "same-origin",
      "cross-origin-resource-policy": "same-origin",
    });
    const script = await ask(host.port, "/assets/index-Abc12345.js", { headers });
    expect([script.headers["content-type"], script.headers["cache-control"]]).toEqual([
      "text/javascript; charset=utf-8",
      "private, max-age=31536000, immutable",
    ]);
    expect((await ask(host.port, "/assets/plain.css", { headers })).headers["cache-control"]).toBe("no-cache");
    expect((await ask(host.port, "/assets/plain.css", { headers, method: "HEAD" })).body).toBe("");
    expect((await ask(host.port, "/assets/plain.css", { headers, method: "DELETE" })).status).toBe(405);
  });

  it("gives out nothing from outside its folder, however the path is spelt", async () => {
    const host = await start();
    const headers = { Cookie: await enter(host) };
    const paths = [
      "/../secret.txt",
      "/assets/../../secret.txt",
      "/%2e%2e/secret.txt",
      "/assets/%2e%2e/%2e%2e/secret.txt",
      "/..%2fsecret.txt",
      "/assets/..%2f..%2fsecret.txt",
      "/%2e%2e%2fsecret.txt",
      "/..%5csecret.txt",
      "/..\\secret.txt",
      "/%252e%252e/secret.txt",
      "/%c0%ae%c0%ae/secret.txt",
      "/..%00/secret.txt",
      "/index.html%00.js",
      "/assets/link.js",
      "/up/secret.txt",
      "/up/renderer/index.html",
      "/.env",
      "//etc/passwd",
      "/etc/passwd",
      `/${encodeURIComponent("/etc/passwd")}`,
      "/assets",
      "/assets/",
      "/%",
      "/C:/Windows/win.ini",
      "http://127.0.0.1/secret.txt",
      "file:///etc/passwd",
    ];
    for (const path of paths) {
      const answer = await ask(host.port, path, { headers });
      expect([400, 404], `${path} → ${answer.status}`).toContain(answer.status);
      expect(answer.body).not.toMatch(/outside|hidden|root:/);
    }
  });

  it("says how to build the window when it is missing", async () => {
    const host = await start({ root: join(folder, "nothing") });
    const page = await ask(host.port, "/", { headers: { Cookie: await enter(host) } });
    expect(page.status).toBe(503);
    expect(page.body).toContain("npm run build");
  });

  it("gives an exported file to the window that exported it and to no other", async () => {
    const out = join(folder, "out.csv");
    writeFileSync(out, "a,b\n");
    engine = smallEngine({ "record.export": () => ok({ path: out, files: [out], bytes: 4 }) });
    const host = await start();
    const [mine, other] = [await enter(host), await enter(host)];
    const path = `/api/exported?file=${encodeURIComponent(out)}`;
    expect((await ask(host.port, path, { headers: { Cookie: mine } })).status).toBe(404);
    const window = await openSocket(host, "/api/socket", mine);
    window.socket.send(JSON.stringify({ id: 1, method: "record.export", params: {} }));
    await until("the export's answer", () => window.frames.length === 1);
    const got = await ask(host.port, path, { headers: { Cookie: mine } });
    expect([got.status, got.body, got.headers["content-disposition"]]).toEqual([200, "a,b\n", "attachment; filename*=UTF-8''out.csv"]);
    expect((await ask(host.port, path, { headers: { Cookie: other } })).status).toBe(404);
    expect(
      (await ask(host.port, `/api/exported?file=${encodeURIComponent(join(folder, "secret.txt"))}`, { headers: { Cookie: mine } })).status,
    ).toBe(404);
    rmSync(out);
    symlinkSync(join(folder, "secret.txt"), out);
    expect((await ask(host.port, path, { headers: { Cookie: mine } })).status).toBe(404);
  });
});

describe("size and patience", () => {
  it("refuses a body longer than a token needs, announced or not", async () => {
    const host = await start();
    const headers = { Origin: host.origin, "Content-Type": "application/json" };
    expect((await ask(host.port, "/api/session", { method: "POST", headers, body: `{"token":"${"x".repeat(10_000)}"}` })).status).toBe(413);
    const chunked = { ...headers, "Transfer-Encoding": "chunked" };
    expect((await ask(host.port, "/api/session", { method: "POST", headers: chunked, body: "x".repeat(10_000) })).status).toBe(413);
    for (const body of ["", "{", "null", "[]", '{"token":5}'])
      expect((await ask(host.port, "/api/session", { method: "POST", headers, body })).status, body).toBe(400);
    const form = { ...headers, "Content-Type": "text/plain" };
    expect((await ask(host.port, "/api/session", { method: "POST", headers: form, body: "{}" })).status).toBe(415);
  });

  it("cuts off a client that never finishes its request", async () => {
    const host = await start({ limits: { requestMs: 200 } });
    const heard = await new Promise<string>((resolve, reject) => {
      const socket = connect(host.port, "127.0.0.1", () => socket.write(`POST /api/session HTTP/1.1\r\nHost: 127.0.0.1:${host.port}\r\n`));
      let text = "";
      socket.on("data", (chunk) => {
        text += chunk.toString();
      });
      socket.on("close", () => resolve(text));
      socket.on("error", reject);
    });
    expect(heard).toMatch(/^HTTP\/1\.1 408/);
  });

  it("listens beyond loopback only with TLS", async () => {
    for (const address of ["0.0.0.0", "::", "192.0.2.1"]) {
      const started = await startLocalHost({ engine, root, address });
      expect(started).toMatchObject({ ok: false, error: { code: "forbidden" } });
    }
  });
});
