// Who may speak to the local web host at all, decided from a request's own headers.
// Owns: Host, Origin and Sec-Fetch rules, and the headers every answer carries. Does not know tokens,
// cookies or files.
import { X509Certificate } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { hostname } from "node:os";

/** The names this host answers to. `Host` must be one of them, letter for letter: a name that was rebound
 * to 127.0.0.1 (DNS rebinding) reaches the port but never carries one of these. */
export type Names = { scheme: "http" | "https"; hosts: ReadonlySet<string> };

export type Refusal = { status: number; why: string };

/** What the request wants; the stricter kinds demand an `Origin`. */
export type RequestKind = "page" | "file" | "call" | "upgrade";

/**
 * Refuses a request whose Host or Origin is not this host's own.
 * Browsers send `Origin` with every POST and every WebSocket handshake, so its absence there is a refusal;
 * a plain GET has none, and then `Sec-Fetch-Site` speaks where the browser knows it.
 */
export function refusalOf(names: Names, headers: IncomingHttpHeaders, kind: RequestKind): Refusal | null {
  const host = headers.host?.toLowerCase();
  if (host === undefined || !names.hosts.has(host)) {
    return { status: 421, why: "This address does not belong to Holdpoint. Use the link that it printed." };
  }
  const origin = headers.origin;
  if (origin === undefined) {
    if (kind === "call" || kind === "upgrade")
      return { status: 403, why: "A request without an Origin is not from Holdpoint's own window." };
  } else if (origin.toLowerCase() !== `${names.scheme}://${host}`) {
    return { status: 403, why: "This request comes from another site's page, and is refused." };
  }
  const site = headers["sec-fetch-site"];
  if (site !== undefined && site !== "same-origin" && site !== "none") {
    // A link in a chat or a mail may lead to the entry page: it shows nothing and runs nothing without the token.
    const isNavigation = headers["sec-fetch-mode"] === "navigate" && headers["sec-fetch-dest"] === "document";
    if (kind !== "page" || !isNavigation) return { status: 403, why: "This request comes from another site's page, and is refused." };
  }
  return null;
}

/**
 * Headers of every answer. Scripts and style sheets come from this host alone. `style` attributes stay allowed, because xterm.js
 * writes 24-bit colours with setAttribute; the window's sanitiser takes them out of runbooks, and no address in one can be loaded.
 */
export function safetyHeaders(): Record<string, string> {
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "style-src-attr 'unsafe-inline'",
    "connect-src 'self'",
    "font-src 'self'",
    "img-src 'self' data: blob:",
    "worker-src 'self'",
    "manifest-src 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'none'",
  ];
  return {
    "Content-Security-Policy": policy.join("; "),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), usb=(), serial=(), hid=(), payment=()",
    "X-DNS-Prefetch-Control": "off",
  };
}

/** True for addresses that only this machine can reach. */
export function isLoopback(address: string): boolean {
  const bare = address.replace(/^\[|\]$/g, "");
  return bare === "localhost" || bare === "::1" || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(bare);
}

/** Addresses that stand for all of this machine's, and are nobody's name. */
const isEverywhere = (address: string): boolean => ["0.0.0.0", "::", "[::]"].includes(address);

/**
 * The names that a host beyond loopback answers to, best first: what its certificate says, this machine's own name where the
 * certificate covers it, and the address itself. Throws where the certificate cannot be read.
 */
export function namesOfCertificate(certificate: string | Buffer, address: string): string[] {
  const read = new X509Certificate(certificate);
  const said = (read.subjectAltName ?? "").split(", ").map((part) => part.replace(/^(DNS|IP Address):/, ""));
  const own = read.checkHost(hostname()) === undefined ? [] : [hostname()];
  const all = [...own, ...said.filter((name) => name !== "" && !name.includes("*")), ...(isEverywhere(address) ? [] : [address])];
  return [...new Set(all.map((name) => name.toLowerCase()))];
}

/** `host:port` as a URL and a Host header spell it (IPv6 in brackets). */
export function hostPort(address: string, port: number): string {
  const bare = address.replace(/^\[|\]$/g, "");
  return `${bare.includes(":") ? `[${bare}]` : bare}:${port}`;
}
