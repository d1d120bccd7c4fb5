// The few pages and scripts that the web host writes itself: the way in, and what to do when there is none.
// Owns: their text. Nothing in them comes from a request or a runbook.

const STYLE = `:root{color-scheme:dark light}body{margin:0;min-height:100vh;display:grid;place-items:center;background:#0b0e14;color:#e6e9ef;
font:16px/1.5 system-ui,sans-serif}main{max-width:34rem;padding:2rem}h1{font-size:1.25rem;margin:0 0 .5rem}p{margin:.5rem 0;color:#aab2c0}
code{font:14px/1.5 ui-monospace,monospace;color:#e6e9ef}`;

const page = (title: string, body: string) =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${title}</title>` +
  `<meta name="viewport" content="width=device-width"><link rel="icon" href="data:,"><link rel="stylesheet" href="/enter.css"></head><body><main>${body}</main></body></html>`;

export const ENTER_CSS = STYLE;

/** Shown to whoever has no cookie. Its script trades the token in the fragment, which never left the browser, for one. */
export const ENTER_HTML = page(
  "Holdpoint",
  `<h1 id="headline">Holdpoint</h1><p id="word" role="status">This window needs the link that Holdpoint printed. Run <code>holdpoint open</code> for a new one.</p>` +
    `<script src="/enter.js"></script>`,
);

/**
 * The exchange. The token is taken out of the address bar before anything else, and what is left of the fragment goes on to the window.
 * A link followed from another site carries no SameSite=Strict cookie, so a browser that is in already is asked once and let through.
 */
export const ENTER_JS = `"use strict";
(async () => {
  const word = document.getElementById("word");
  const fragment = new URLSearchParams(location.hash.slice(1));
  const token = fragment.get("token");
  fragment.delete("token");
  const rest = fragment.toString();
  const follows = location.pathname === "/follow";
  const way = follows ? "/api/follow" : "/api/session";
  const window_ = (follows ? "/follow?in" : "/" + (location.pathname === "/" ? "?in" : "")) + (rest === "" ? "" : "#" + rest);
  history.replaceState(null, "", location.pathname);
  try {
    const answer = token === null
      ? await fetch(way, { credentials: "same-origin" })
      : await fetch(way, { method: "POST", credentials: "same-origin", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ token }) });
    if (answer.ok) return location.replace(window_);
    if (token === null) return;
    // The same link opened twice: it is used up, but this browser is in already.
    if (!follows && (await fetch(way, { credentials: "same-origin" })).ok) return location.replace(window_);
    const failure = await answer.json();
    word.textContent = failure.error.message;
  } catch {
    word.textContent = "Holdpoint does not answer. Is it still running?";
  }
})();
`;

/**
 * Where alerts link to that cannot carry holdpoint://: the same words behind this host's name, /open?runbook=…#step. The link goes on to the
 * window as it is and is judged there; this page needs no cookie, since it knows nothing. A move by script keeps the strict cookie.
 */
export const OPEN_HTML = page("Holdpoint", `<h1>Holdpoint</h1><p role="status">Following the link…</p><script src="/open.js"></script>`);
export const OPEN_JS = `"use strict";
location.replace("/#open=" + encodeURIComponent("holdpoint://open" + location.search + location.hash));
`;

export const NOT_BUILT_HTML = page(
  "Holdpoint: the window is not built",
  "<h1>The window is not built yet</h1><p>Its files belong in <code>dist/renderer</code>. In the checkout, run <code>npm run build</code>, then reload this page.</p>",
);
