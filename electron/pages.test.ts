import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { APP_ORIGIN } from "./navigation.ts";
import { servePage } from "./pages.ts";

const top = mkdtempSync(join(tmpdir(), "holdpoint-pages-"));
const root = join(top, "renderer");
mkdirSync(join(root, "assets"), { recursive: true });
writeFileSync(join(top, "secret.json"), "secret");
writeFileSync(join(root, "index.html"), "<!doctype html>");
writeFileSync(join(root, "assets", "a.js"), "1");
symlinkSync(join(top, "secret.json"), join(root, "link.json"));

it("serves the window's own files with their media type and a closed policy", async () => {
  const page = await servePage(`${APP_ORIGIN}/`, root);
  expect(page.status).toBe(200);
  expect(page.headers.get("content-type")).toBe("text/html; charset=utf-8");
  expect(page.headers.get("content-security-policy")).toMatch(/^default-src 'none'/);
  expect(page.headers.get("content-security-policy")).not.toMatch(/unsafe-eval|script-src[^;]*unsafe|style-src [^;]*unsafe|\*/);
  expect((await servePage(`${APP_ORIGIN}/assets/a.js?v=1`, root)).headers.get("content-type")).toContain("text/javascript");
});

it("finds nothing outside its folder, by whatever spelling", async () => {
  const spellings = [
    "/../secret.json",
    "/%2e%2e/secret.json",
    "/..%2fsecret.json",
    "/assets/..%5c..%5c..%5csecret.json",
    "/link.json",
    "/%00",
    "/%",
    "/assets",
    "//secret.json",
    "/missing.js",
  ];
  for (const path of spellings) {
    const answer = await servePage(`${APP_ORIGIN}${path}`, root);
    expect(answer.status, path).toBe(404);
    expect(await answer.text(), path).not.toContain("secret");
  }
  expect((await servePage("app://other/index.html", root)).status).toBe(404);
});
