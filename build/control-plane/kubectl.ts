// kubectl, as the fixture and the tests call it: never with the person's own kubeconfig.
// Owns: the call. Installs nothing (build/provision does).
import { spawn } from "node:child_process";

export type Called = { code: number | null; stdout: string; stderr: string };

/** Runs kubectl against `kubeconfig`; `input` goes to its standard input. */
export function kubectl(kubeconfig: string, args: string[], input = ""): Promise<Called> {
  return new Promise((resolve, reject) => {
    const child = spawn("kubectl", args, { stdio: ["pipe", "pipe", "pipe"], env: { ...process.env, KUBECONFIG: kubeconfig } });
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (data: Buffer) => (stdout += data.toString()));
    child.stderr.on("data", (data: Buffer) => (stderr += data.toString()));
    child.on("error", (error) =>
      reject(new Error(`kubectl could not be started: ${error.message}. It is in Debian's package kubernetes-client.`)),
    );
    child.on("close", (code) => resolve({ code, stdout, stderr }));
    child.stdin.on("error", () => {}); // it ended without reading: its exit code tells
    child.stdin.end(input);
  });
}

/** Like kubectl(), and throws with its words when it fails. */
export async function mustKubectl(kubeconfig: string, args: string[], input?: string): Promise<string> {
  const { code, stdout, stderr } = await kubectl(kubeconfig, args, input);
  if (code !== 0) throw new Error(`kubectl ${args.join(" ")} ended with ${code}: ${stderr.trim()}`);
  return stdout;
}

export async function contextsOf(kubeconfig: string): Promise<string[]> {
  return (await mustKubectl(kubeconfig, ["config", "get-contexts", "--output=name"])).split("\n").filter((name) => name !== "");
}
