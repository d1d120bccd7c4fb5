// The hollow node: a kubelet that runs no container and reports every pod as Running (kubemark).
// Owns: the call. It writes to fixed names in /tmp, the socket of its make-believe container runtime among them, so it gets a /tmp of its own.
import { spawnSync } from "node:child_process";
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { type Program, startProgram } from "./processes.ts";

type HollowNode = { bin: string; scratch: string; log: string; kubeconfig: string; ports: [kubelet: number, readOnly: number] };

/** Opened before /tmp is covered, because the program itself may lie there. */
const IN_OWN_TMP = 'exec 9<"$1"; mount --bind "$2" /tmp || exit 70; shift 2; exec /proc/self/fd/9 "$@"';

/**
 * Starts the node. `scratch` becomes its /tmp in a mount namespace of its own: two control planes side by side would else
 * take each other's socket, and one that is killed would leave its files. Where the kernel allows no namespace it starts
 * without, and then only one may run on the machine.
 */
export function startHollowNode({ bin, scratch, log, kubeconfig, ports }: HollowNode): Program {
  const program = join(bin, "kubemark");
  const args = ["--morph=kubelet", "--name=hollow-node", `--kubelet-port=${ports[0]}`, `--kubelet-read-only-port=${ports[1]}`];
  const namespaces = [["--mount"], ["--user", "--map-root-user", "--mount"]].find(
    (flags) => spawnSync("unshare", [...flags, "true"]).status === 0,
  );
  if (namespaces === undefined) return startProgram("kubelet", program, [...args, `--kubeconfig=${kubeconfig}`], log);
  copyFileSync(kubeconfig, join(scratch, "kubeconfig"));
  const inside = ["sh", "-c", IN_OWN_TMP, "sh", program, scratch, ...args, "--kubeconfig=/tmp/kubeconfig"];
  return startProgram("kubelet", "unshare", [...namespaces, ...inside], log);
}
