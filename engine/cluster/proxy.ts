// Which proxy leads to a server, by the variables that kubectl reads too.
// Owns: HTTPS_PROXY, HTTP_PROXY and NO_PROXY as Go's net/http takes them. Opens no connection.
import { BlockList, isIP } from "node:net";

/** Proxy URL for `server`, or null for a direct connection. Loopback is always direct. */
export function proxyFor(server: string, env: Record<string, string | undefined>): string | null {
  const url = new URL(server);
  const either = (name: string) => env[name.toUpperCase()] || env[name.toLowerCase()] || "";
  const proxy = url.protocol === "https:" ? either("https_proxy") : either("http_proxy");
  const host = url.hostname.replace(/^\[|\]$/g, "").toLowerCase();
  if (proxy === "" || host === "localhost" || host.startsWith("127.") || host === "::1") return null;
  const port = url.port || (url.protocol === "https:" ? "443" : "80");
  const isExempt = either("no_proxy")
    .split(",")
    .map((part) => part.trim().toLowerCase())
    .some((part) => part !== "" && matches(part, host, port));
  return isExempt ? null : proxy.includes("://") ? proxy : `http://${proxy}`;
}

function matches(rule: string, host: string, port: string): boolean {
  if (rule === "*") return true;
  if (rule.includes("/")) return inNetwork(rule, host);
  const [, name = rule, rulePort] = /^(.*?)(?::(\d+))?$/.exec(isIP(rule) === 6 ? `${rule}` : rule) ?? [];
  if (rulePort !== undefined && isIP(rule) !== 6 && rulePort !== port) return false;
  const wanted = isIP(rule) === 6 ? rule : name;
  // ".example.org" is its subdomains, "example.org" itself too (golang.org/x/net/http/httpproxy).
  return host === wanted || host.endsWith(wanted.startsWith(".") ? wanted : `.${wanted}`);
}

function inNetwork(rule: string, host: string): boolean {
  const [network = "", bits = ""] = rule.split("/");
  const family = isIP(network) === 6 ? "ipv6" : "ipv4";
  if (isIP(network) === 0 || isIP(host) !== isIP(network) || !/^\d+$/.test(bits)) return false;
  const list = new BlockList();
  try {
    list.addSubnet(network, Number(bits), family);
  } catch {
    return false; // a length past the address: Go ignores such a rule
  }
  return list.check(host, family);
}
