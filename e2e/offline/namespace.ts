// What a network namespace says of itself, and the runbook that is rehearsed in it. Owns: reading it. `OutNoRoutes` counts each attempt to reach an address that no route
// leads to (RFC 4293, ipSystemStatsOutNoRoutes): in a namespace with loopback alone, each attempt to reach anybody else, by any process in it.
import { readFileSync } from "node:fs";
import { networkInterfaces } from "node:os";

/** Reserved for documentation (RFC 5737): nobody's address anywhere. */
export const ELSEWHERE = "192.0.2.1";

export const interfaces = (): string[] =>
  readFileSync("/proc/net/dev", "utf8")
    .split("\n")
    .slice(2)
    .flatMap((line) => line.split(":")[0]?.trim() || []);

export const addresses = (): string[] => Object.values(networkInterfaces()).flatMap((all) => (all ?? []).map(({ address }) => address));

/** Attempts so far to leave the namespace, IPv4 and IPv6. */
export function attempts(): { v4: number; v6: number } {
  const [names, values] = readFileSync("/proc/net/snmp", "utf8")
    .split("\n")
    .filter((line) => line.startsWith("Ip:"))
    .map((line) => line.split(" "));
  const at = names?.indexOf("OutNoRoutes") ?? -1;
  const v6 = /^Ip6OutNoRoutes\s+(\d+)/m.exec(readFileSync("/proc/net/snmp6", "utf8"))?.[1];
  if (at < 0 || v6 === undefined) throw new Error("the kernel does not count what no route leads to");
  return { v4: Number(values?.[at]), v6: Number(v6) };
}

const FENCE = "```";
/** Names a picture and a page elsewhere: neither is asked for. */
export const TEXT = `---
title: Restore the shop
requires: {cluster: false}
---

# Restore the shop

Its picture is ![elsewhere](https://example.com/picture.png), and [a page](https://example.com/) says more.

## Restore

<!-- step: {id: restore} -->

${FENCE}bash
echo "restored from the copy"
${FENCE}

## Prove it

<!-- step: {id: prove} -->

${FENCE}bash
echo "42 rows"
${FENCE}
`;
