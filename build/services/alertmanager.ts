// A Prometheus Alertmanager of a test's own on a free loopback port: silences made there are real.
// Owns: the process and its folder. Sends nothing to anybody: its one receiver has no address.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { endPrograms, freePorts, startProgram, until } from "../control-plane/index.ts";

const READY_MS = 30_000;

export type Silence = { id: string; status: { state: "active" | "pending" | "expired" }; comment: string };
export type Alertmanager = { url: string; silences(): Promise<Silence[]>; stop(): Promise<void> };

export async function startAlertmanager({ dir }: { dir: string }): Promise<Alertmanager> {
  mkdirSync(dir, { recursive: true });
  const [port = 0] = await freePorts(1);
  const config = join(dir, "alertmanager.yml");
  writeFileSync(config, "route: {receiver: nobody}\nreceivers: [{name: nobody}]\n");
  const program = startProgram(
    "alertmanager",
    "prometheus-alertmanager",
    // No cluster of its own: it would listen on every address of the machine.
    [
      ...[`--config.file=${config}`, `--storage.path=${join(dir, "storage")}`],
      ...[`--web.listen-address=127.0.0.1:${port}`, "--cluster.listen-address="],
    ],
    join(dir, "alertmanager.log"),
  );
  const url = `http://127.0.0.1:${port}`;
  const isReady = () =>
    fetch(`${url}/-/ready`).then(
      (response) => response.ok,
      () => false, // not yet up; when it never comes up, until() says so with the log
    );
  try {
    await until("Alertmanager answers", isReady, READY_MS, [program]);
  } catch (error) {
    await endPrograms([program]);
    throw error;
  }
  return {
    url,
    silences: async () => (await (await fetch(`${url}/api/v2/silences`)).json()) as Silence[],
    stop: () => endPrograms([program]),
  };
}
