// Looks through what is about to leave for secrets: values known here in every usual form, and the shapes of tokens. Owns: what is
// known on this machine, and saying where something was found without saying what.
import { open } from "node:fs/promises";
import { setImmediate as turn } from "node:timers/promises";
import { credentialsOf } from "../cluster/index.ts";
import type { Search } from "../export/index.ts";
import type { RecordStore } from "../record/index.ts";
import { secretLooking } from "../run/index.ts";
import { createRedactor, type Known } from "../shell/index.ts";
import type { Context } from "./context.ts";

/** Searched between two turns of the engine, bytes: some 10 ms. */
const PIECE = 128 * 1_024;
/** Published by their makers as examples, and used as such in the practice runbook: nobody's key. */
const EXAMPLES = /AKIAIOSFODNN7EXAMPLE|wJalrXUtnFEMI\/K7MDENG\/bPxRfiCYEXAMPLEKEY/g;

/** Every secret that this engine knows of: its environment's, every kubeconfig's, those of runs under way, the installation's own key. */
export function knownSecrets(context: Pick<Context, "env" | "contexts" | "runs" | "store">, more: readonly string[]): Known[] {
  return [
    ...secretLooking(context.env),
    ...credentialsOf(context.contexts()),
    ...context.runs.secrets(),
    ...installKey(context.store),
    ...more.map((value, index) => ({ name: `value ${index + 1} of yours`, value })),
  ];
}

/** The private half, as a PEM file and as JSON Web Keys write it. */
function installKey(store: RecordStore): Known[] {
  const key = store.signingKey?.privateKey;
  if (key === undefined) return [];
  const { d } = key.export({ format: "jwk" });
  const pem = key.export({ format: "pem", type: "pkcs8" }).toString();
  return [pem.replaceAll(/-----[^-]+-----/g, "").trim(), d ?? "", Buffer.from(d ?? "", "base64url").toString("hex")].map((value) => ({
    name: "installation's key",
    value,
  }));
}

export function createSearch(known: Known[]): Search {
  const redactor = createRedactor(known);
  const names = (before: Record<string, number>): string[] =>
    Object.entries(redactor.hits).flatMap(([name, count]) => (count > (before[name] ?? 0) ? [name] : []));
  return async ({ path, at, size, label }) => {
    const stream = redactor.stream();
    const before = redactor.hits;
    const decoder = new TextDecoder("utf-8");
    const file = await open(path);
    try {
      let line = 1;
      for (let done = 0; done < size; ) {
        const buffer = Buffer.allocUnsafe(Math.min(PIECE, size - done));
        const { bytesRead } = await file.read(buffer, 0, buffer.length, at + done);
        if (bytesRead === 0) break;
        done += bytesRead;
        const text = decoder.decode(buffer.subarray(0, bytesRead), { stream: true }).replaceAll(EXAMPLES, "");
        stream.push(text);
        if (names(before).length > 0) break;
        line += text.split("\n").length - 1;
        await turn();
      }
      stream.push(decoder.decode());
      stream.flush();
      const found = names(before);
      if (found.length === 0) return null;
      const exact = size <= PIECE ? await lineOf(redactor, file, at, size) : null;
      const where = exact === null ? `after line ${line}` : `line ${exact}`;
      return `${label}, ${where}, holds what looks like a secret (${found.map(wordsOf).join(", ")}). Nothing was packed. Take it out of the text, or leave the run out.`;
    } finally {
      await file.close();
    }
  };
}

const wordsOf = (rule: string): string => (rule.startsWith("known:") ? `the ${rule.slice(6)}, known on this machine` : rule);

/** Of a short file: the line that reads otherwise once it is redacted. */
async function lineOf(
  redactor: ReturnType<typeof createRedactor>,
  file: Awaited<ReturnType<typeof open>>,
  at: number,
  size: number,
): Promise<number | null> {
  const buffer = Buffer.alloc(size);
  await file.read(buffer, 0, size, at);
  const text = buffer.toString("utf8").replaceAll(EXAMPLES, "");
  const [before, after] = [text.split("\n"), redactor.redactText(text).split("\n")];
  const index = before.findIndex((line, place) => line !== after[place]);
  return index < 0 ? null : index + 1;
}
