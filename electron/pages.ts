// Serves the built window under app://holdpoint/.
// Owns: path containment, media types and the content security policy of the desktop window.
import { readFile, realpath } from "node:fs/promises";
import { extname, join, sep } from "node:path";
import { APP_HOST } from "./navigation.ts";

const MEDIA_TYPES: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".woff2": "font/woff2",
  ".ttf": "font/ttf",
  ".svg": "image/svg+xml",
  ".png": "image/png",
};

/** As the local web host says it (engine/serve/guard.ts): xterm sets 24-bit colours as style attributes, nothing else is inline. */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "style-src-attr 'unsafe-inline'",
  "font-src 'self'",
  "img-src 'self' data: blob:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** Answers one request for a file below `root`; anything else is 404, also a link that leads out. */
export async function servePage(url: string, root: string): Promise<Response> {
  const missing = () => new Response("not found", { status: 404, headers: { "content-type": "text/plain" } });
  if (!URL.canParse(url)) return missing();
  const parsed = new URL(url);
  if (parsed.host !== APP_HOST) return missing();
  let path: string;
  try {
    path = decodeURIComponent(parsed.pathname);
  } catch {
    return missing(); // malformed percent-encoding
  }
  if (path.includes("\0") || path.includes("\\")) return missing();
  try {
    const base = await realpath(root);
    const file = await realpath(join(base, path === "/" ? "index.html" : path));
    if (!file.startsWith(base + sep)) return missing();
    const type = MEDIA_TYPES[extname(file)];
    if (type === undefined) return missing();
    return new Response(new Uint8Array(await readFile(file)), {
      headers: {
        "content-type": type,
        "content-security-policy": CONTENT_SECURITY_POLICY,
        "x-content-type-options": "nosniff",
        "cross-origin-opener-policy": "same-origin",
        "referrer-policy": "no-referrer",
      },
    });
  } catch {
    return missing();
  }
}
