// Genesis and closing line of an events file, read strictly. Owns: their shapes and what a missing closing means.
// The lines between are chain-check's.
import { envelopeProblem, genesisHash } from "../chain.ts";
import { CLOSING_TYPE, type Closing } from "../events-format.ts";
import { parseCanonical } from "../jcs.ts";
import type { RawLine } from "./lines.ts";
import type { Findings } from "./report.ts";

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const SHA256 = /^[0-9a-f]{64}$/;

/** A line as canonical JSON; undefined where it is not, or is not UTF-8. */
export function readLine(bytes: Uint8Array): unknown {
  try {
    return parseCanonical(utf8.decode(bytes));
  } catch {
    return undefined; // not UTF-8
  }
}

export type Genesis = { log: string; number: number; installId: string; publicKey: string; hash: Buffer; openedAt: string };

export function readGenesis(line: RawLine, findings: Findings): Genesis | null {
  const value = readLine(line.bytes) as Record<string, unknown> | null | undefined;
  const { v, log, number, install_id: installId, install_key: publicKey, opened_at: openedAt } = value ?? {};
  const fits =
    v === 1 &&
    typeof log === "string" &&
    typeof number === "number" &&
    typeof installId === "string" &&
    typeof openedAt === "string" &&
    SHA256.test(String(publicKey));
  if (!fits) {
    findings.problem("genesis-malformed", "Line 1 is not the genesis of a log: this is no exported events file, or it was changed.");
    return null;
  }
  return { log, number, installId, publicKey: String(publicKey), hash: genesisHash(line.bytes), openedAt };
}

/** The closing, or null with the reason among the problems. */
export function readClosing(last: RawLine | null, genesis: Genesis, findings: Findings): Closing | null {
  const refuse = (code: string, message: string): null => {
    findings.problem(code, message, genesis.log);
    return null;
  };
  const value = last === null ? undefined : (readLine(last.bytes) as Record<string, unknown> | null | undefined);
  if (typeof value !== "object" || value === null)
    return refuse("closing-unreadable", "The last line cannot be read: the file was cut or changed at its end.");
  if (!("signatures" in value)) return refuse("closing-missing", "The file has no closing line: it was cut at its end.");
  const wrong = envelopeProblem(value, CLOSING_TYPE, genesis.publicKey);
  if (wrong !== null) return refuse("closing-signature", `The closing line does not count: ${wrong}.`);
  const closing = (value as { payload: unknown }).payload;
  if (!isClosing(closing))
    return refuse("closing-malformed", "The closing line does not say what it must say; a newer Holdpoint may have written it.");
  if (closing.log !== genesis.log || closing.install_id !== genesis.installId || closing.number !== genesis.number)
    return refuse("closing-of-another-log", `The closing line is of ${closing.log}: it was put in.`);
  return closing;
}

function isClosing(value: unknown): value is Closing {
  const c = value as Record<string, unknown>;
  if (Object.keys(c).sort().join() !== "at,events,head,install_id,kind,log,number,partial,seq,v") return false;
  const fits = c["v"] === 1 && c["kind"] === "export" && typeof c["events"] === "number" && typeof c["seq"] === "number";
  if (!fits || typeof c["at"] !== "string" || !SHA256.test(String(c["head"]))) return false;
  const partial = c["partial"] as Record<string, unknown> | null;
  if (partial === null) return true;
  return (
    typeof partial === "object" &&
    Object.keys(partial).sort().join() === "filter,hashes,total" &&
    typeof partial["filter"] === "object" &&
    typeof partial["total"] === "number" &&
    Array.isArray(partial["hashes"]) &&
    partial["hashes"].every((hash) => SHA256.test(String(hash)))
  );
}
