// Runs the window's tests in a network namespace with loopback alone. Owns: making it, and saying why where it cannot be made.
// As root, or as anybody where the system lets users have namespaces of their own (unshare(1), network_namespaces(7)).
import { spawnSync } from "node:child_process";

/** How `unshare` is called here; null where no namespace can be made. */
export function isolation(): { command: string; args: string[] } | null {
  if (process.platform !== "linux") return null;
  const ways = [["--net"], ["--user", "--map-root-user", "--net"]];
  for (const way of ways)
    if (spawnSync("unshare", [...way, "sh", "-c", "ip link set lo up"], { stdio: "ignore" }).status === 0)
      return { command: "unshare", args: [...way, "sh", "-c", 'ip link set lo up && exec "$@"', "sh"] };
  return null;
}
