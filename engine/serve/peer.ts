// Which user a loopback connection comes from, where the system says so.
// Owns: reading /proc/net/tcp. Decides nothing.
import { readFileSync } from "node:fs";

/**
 * User id of the process at the other end of a TCP connection on this machine, or null where it cannot be known
 * (not Linux, no /proc, not on this machine). A link handed to a browser as an argument can be read in the process list by
 * other users; with this, a token taken from there is worth nothing to them.
 */
export function peerUid(remotePort: number | undefined, localPort: number | undefined): number | null {
  if (process.platform !== "linux" || remotePort === undefined || localPort === undefined) return null;
  const hex = (port: number) => `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  for (const table of ["/proc/net/tcp", "/proc/net/tcp6"]) {
    let text: string;
    try {
      text = readFileSync(table, "utf8");
    } catch {
      continue; // no such table here: unknown, and the token alone decides
    }
    for (const line of text.split("\n")) {
      // sl local_address rem_address st tx:rx tr:when retrnsmt uid …: seen from the other end, its local port is our remote one.
      const columns = line.trim().split(/\s+/);
      if (columns[1]?.endsWith(hex(remotePort)) && columns[2]?.endsWith(hex(localPort))) return Number(columns[7]);
    }
  }
  return null;
}
