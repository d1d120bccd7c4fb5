// What a document's HTML may do to the window, in a real Chromium: nothing. Each hostile input is put into a page the way the window does it.
// Owns: the list of inputs and what must be true after each. The product's own bundle settings build the function.
import { join } from "node:path";
import { type Browser, expect, type Page, test } from "@playwright/test";
import { build, type Rolldown } from "vite";
import { launchChromium } from "./chromium.ts";

/** Markup that runs, loads, navigates, restyles or shadows something when it is put into a page as it is. */
const HOSTILE = [
  `<script>window.hit("script")</script>`,
  `<img src=x onerror=hit("onerror")>`,
  `<img src="https://tracker.example/p.png" alt="Topology of the site">`,
  `<img srcset="https://tracker.example/p.png 2x" src="https://tracker.example/p.png">`,
  `<picture><source srcset="https://tracker.example/a.png"><img src="https://tracker.example/b.png"></picture>`,
  `<svg onload=hit("svg")><script>hit("svg script")</script></svg>`,
  `<svg><a xlink:href="javascript:hit('xlink')"><text y=20>x</text></a></svg>`,
  `<svg><animate onbegin=hit("animate") attributeName=x dur=1s></svg>`,
  `<svg><use href="data:image/svg+xml;base64,PHN2ZyBpZD0neCcgeG1sbnM9J2h0dHA6Ly93d3cudzMub3JnLzIwMDAvc3ZnJz48L3N2Zz4#x"></svg>`,
  `<math><mi xlink:href="javascript:hit('math')">x</mi></math>`,
  `<math><mtext><table><mglyph><style><img src=x onerror=hit("mxss")>`,
  `<math href="javascript:hit('math href')">CLICK</math>`,
  `<form><math><mtext></form><form><mglyph><style></math><img src onerror=hit("mxss2")>`,
  `<svg></p><style><a id="</style><img src=1 onerror=hit('mxss3')>">`,
  `<noscript><p title="</noscript><img src=x onerror=hit('noscript')>">`,
  `<template><img src=x onerror=hit("template")></template>`,
  `<iframe srcdoc="<script>parent.hit('srcdoc')</script>"></iframe>`,
  `<iframe src="javascript:parent.hit('iframe')"></iframe>`,
  `<object data="javascript:hit('object')"></object>`,
  `<embed src="javascript:hit('embed')">`,
  `<link rel=stylesheet href="https://tracker.example/s.css">`,
  `<link rel=prefetch href="https://tracker.example/f">`,
  `<meta http-equiv=refresh content="0;url=https://tracker.example/">`,
  `<base href="https://tracker.example/">`,
  `<style>*{display:none}@import url(https://tracker.example/s.css)</style>`,
  `<p style="position:fixed;inset:0;background:url(https://tracker.example/b.png)">cover</p>`,
  `<p class="frame-band production">dressed up</p>`,
  `<div id="work" name="work">shadow</div>`,
  `<a id="location" href="https://example.com">clobber</a><form id="document"><input name="cookie"></form>`,
  `<a href="javascript:hit('href')">one</a>`,
  `<a href=" java\tscript:hit('tab')">two</a>`,
  `<a href="&#106;avascript:hit('entity')">three</a>`,
  `<a href="vbscript:hit('vb')">four</a>`,
  `<a href="data:text/html,<script>opener.hit('data')</script>">five</a>`,
  `<a href="file:///etc/passwd">six</a>`,
  `<a href="//evil.example/x">seven</a>`,
  `<a href="../../secrets">eight</a>`,
  `<a href="https://example.com/a" target="_self" onclick=hit("onclick") ping="https://tracker.example/ping">nine</a>`,
  `<form action="https://tracker.example/"><input name=password><button formaction="javascript:hit('formaction')">Sign in</button></form>`,
  `<details open ontoggle=hit("ontoggle")><summary>x</summary></details>`,
  `<video src=x onerror=hit("video") poster="https://tracker.example/p.png"></video><audio src=x onerror=hit("audio")>`,
  `<input autofocus onfocus=hit("autofocus")>`,
  `<div onpointerover=hit("hover") tabindex=0 contenteditable>x</div>`,
  `<marquee onstart=hit("marquee")>x</marquee>`,
  `<body onload=hit("body")>`,
  `<table background="https://tracker.example/t.png"><tr><td background="javascript:hit('td')">x</td></tr></table>`,
  `<p title='"><img src=x onerror=hit("title")>'>x</p>`,
  `<x-evil onclick=hit("custom")>x</x-evil>`,
  `<p data-theme="light" aria-hidden="true" role="alert">x</p>`,
  `<a href="https://example.com/\u202Egnp.exe">rtl</a>`,
  `<textarea></textarea><img src=x onerror=hit("textarea")>`,
  `<!--<img src="--><img src=x onerror=hit("comment")>`,
  `<![CDATA[<img src=x onerror=hit("cdata")>]]>`,
  `${"<div>".repeat(600)}<img src=x onerror=hit("deep")>`,
  `<slot name=x onslotchange=hit("slot")></slot><dialog open>modal</dialog>`,
];

let browser: Browser;
let page: Page;
const requests: string[] = [];

test.beforeAll(async () => {
  browser = await launchChromium();
  page = await (await browser.newContext()).newPage();
  const built = (await build({
    configFile: false,
    logLevel: "silent",
    build: {
      write: false,
      minify: false,
      lib: { entry: join(import.meta.dirname, "..", "renderer", "design", "SafeHtml.tsx"), formats: ["iife"], name: "safe" },
    },
    define: { "process.env.NODE_ENV": '"production"' },
  })) as Rolldown.RolldownOutput[];
  const code = built[0]!.output[0].code;
  await page.route("**/*", (route) => {
    requests.push(route.request().url());
    return route.fulfill({ contentType: "text/html", body: "<!doctype html><main id=work></main><div id=host></div>" });
  });
  // No policy of the page helps here: the sanitiser is tested alone.
  await page.goto("http://window.test/");
  await page.evaluate(`window.hits = []; window.hit = (what) => window.hits.push(what);`);
  await page.addScriptTag({ content: code });
});
test.afterAll(async () => browser.close());

test("no hostile input runs, loads, restyles or shadows anything, alone or all together", async () => {
  requests.length = 0;
  for (const input of [...HOSTILE, HOSTILE.join("\n"), [...HOSTILE].reverse().join("")]) {
    const found = await page.evaluate(async (html) => {
      const { safe, hits } = window as unknown as { safe: { sanitize(html: string): string }; hits: string[] };
      const host = document.getElementById("host")!;
      const clean = safe.sanitize(html);
      host.innerHTML = clean;
      // as a second parse, and inside other contexts: what is safe once must stay safe (mutation XSS)
      for (const wrap of ["table", "svg", "select", "p"]) {
        const other = document.createElement("div");
        other.innerHTML = `<${wrap}>${clean}</${wrap}>`;
        host.append(other);
      }
      for (const link of host.querySelectorAll("a[href]")) {
        if (!(link instanceof HTMLElement)) continue;
        link.addEventListener("click", (event) => event.preventDefault());
        link.click();
      }
      for (const element of host.querySelectorAll("*")) element.dispatchEvent(new Event("pointerover", { bubbles: true }));
      await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 0)));
      const elements = [...host.querySelectorAll("*")].filter((element) => !element.closest("svg"));
      return {
        hits: hits.splice(0),
        tags: elements
          .map((element) => element.localName)
          .filter((name) =>
            /^(script|style|iframe|object|embed|link|meta|base|form|input|textarea|button|video|audio|source|img|math|template|dialog|slot)$/.test(
              name,
            ),
          ),
        attributes: elements
          .flatMap((element) => [...element.attributes])
          .map((one) => one.name)
          .filter((name) =>
            /^on|^style$|^src|^srcset|^data-|^aria-|^role$|^action|^form|^ping|^name$|^background|^poster|^tabindex|^contenteditable/.test(
              name,
            ),
          ),
        classes: elements.map((element) => element.className).filter((name) => name !== "" && name !== "image-note"),
        ids: elements.map((element) => element.id).filter((id) => id !== "" && !id.startsWith("doc-")),
        links: elements.flatMap((element) =>
          element.localName === "a" && element.hasAttribute("href")
            ? [[element.getAttribute("href"), element.getAttribute("target"), element.getAttribute("rel")]]
            : [],
        ),
        work: document.getElementById("work")?.localName,
      };
    }, input);
    expect({ ...found, links: null }, input).toEqual({
      hits: [],
      tags: [],
      attributes: [],
      classes: [],
      ids: [],
      links: null,
      work: "main",
    });
    for (const [href, target, rel] of found.links) {
      expect(href, input).toMatch(/^(https?:\/\/|mailto:|#doc-)/);
      if (!href!.startsWith("#")) expect([target, rel], input).toEqual(["_blank", "noopener noreferrer"]);
    }
  }
  expect(requests.filter((url) => !url.startsWith("http://window.test/"))).toEqual([]);
});

test("an image becomes a note with its alternative text, and is never asked for", async () => {
  const text = await page.evaluate((html) => {
    const host = document.getElementById("host")!;
    host.innerHTML = (window as unknown as { safe: { sanitize(html: string): string } }).safe.sanitize(html);
    return [...host.querySelectorAll(".image-note")].map((note) => note.textContent);
  }, `<p><img src="https://tracker.example/p.png" alt="Topology of the site"> and <img src="local.png"></p>`);
  expect(text).toEqual(["Image, not loaded: Topology of the site", "Image, not loaded"]);
});

test("ordinary prose comes through whole", async () => {
  const html = `<h2 id="doc-way-back">Way back</h2><p>Set <code>WEIGHT</code> to <strong>0</strong>, see <a href="#way-back">above</a> or <a href="https://kubernetes.io/docs/">the docs</a>.</p><ul><li>one<ul><li>two</li></ul></li></ul><table><thead><tr><th>a</th></tr></thead><tbody><tr><td colspan="2">1 &lt; 2</td></tr></tbody></table><pre><code>kubectl get pods &gt; out</code></pre><blockquote><p>quoted</p></blockquote><details open=""><summary>More</summary>text</details>`;
  const shown = await page.evaluate((given) => {
    const host = document.getElementById("host")!;
    const before = document.createElement("div");
    before.innerHTML = given;
    host.innerHTML = (window as unknown as { safe: { sanitize(html: string): string } }).safe.sanitize(given);
    return {
      before: before.textContent,
      after: host.textContent,
      links: [...host.querySelectorAll("a")].map((a) => a.getAttribute("href")),
      id: host.querySelector("h2")?.id,
      tags: host.querySelectorAll("*").length === before.querySelectorAll("*").length,
    };
  }, html);
  expect(shown).toEqual({
    before: shown.before,
    after: shown.before,
    links: ["#doc-way-back", "https://kubernetes.io/docs/"],
    id: "doc-way-back",
    tags: true,
  });
});
