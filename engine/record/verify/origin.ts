// Proving where a record comes from by something known from outside: a fingerprint or the installation's key.
// Owns: the search for a fingerprint among all hashes. Without either, a record is consistent in itself at most.
import { readFingerprint } from "../chain.ts";
import type { Findings, VerifyOptions } from "./report.ts";

export type OriginSearch = {
  /** Tells the hash after an event; seq 0 is the genesis. */
  saw(log: string, seq: number, hash: Buffer): void;
  /** Returns whether the origin is proved. `heads`: the last seq of each log walked; `index`: the log that vouches for all. */
  finish(publicKey: string, heads: ReadonlyMap<string, number>, index: string | null, findings: Findings): boolean;
};

const CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** The first 25 hex digits (100 bits) that a fingerprint stands for; null where it is none. */
function bitsOf(fingerprint: string): string | null {
  const plain = readFingerprint(fingerprint)?.replaceAll(" ", "");
  if (plain === undefined) return null;
  let bits = 0n;
  for (const letter of plain) bits = (bits << 5n) | BigInt(CROCKFORD.indexOf(letter));
  return bits.toString(16).padStart(25, "0");
}

export function createOriginSearch(options: VerifyOptions): OriginSearch {
  const target = options.fingerprint === undefined ? null : bitsOf(options.fingerprint);
  const found: { log: string; seq: number }[] = [];
  return {
    saw(log, seq, hash) {
      if (target !== null && hash.toString("hex", 0, 13).startsWith(target)) found.push({ log, seq });
    },
    finish(publicKey, heads, index, findings) {
      const key = options.installKey?.toLowerCase();
      if (key !== undefined && key !== publicKey)
        findings.problem("origin-differs", "The record is of another installation than the key given from outside.");
      if (options.fingerprint === undefined) return key !== undefined && key === publicKey;
      const [at] = found;
      if (target === null || at === undefined) {
        const why =
          target === null
            ? "is not a fingerprint: it has 20 letters and digits"
            : "is of no event here: it is another record, or it was rewritten";
        findings.problem("fingerprint-not-found", `The fingerprint ${options.fingerprint} ${why}.`);
        return false;
      }
      const after = (heads.get(at.log) ?? at.seq) - at.seq;
      if (after > 0)
        findings.warning(
          "after-the-fingerprint",
          `${after} events of ${at.log} came after the fingerprint given; it does not vouch for them.`,
          at.log,
          at.seq,
        );
      if (heads.size > 1 && at.log !== index)
        findings.warning(
          "origin-of-one-log",
          `The fingerprint proves ${at.log} up to event ${at.seq}, and no other log of the database.`,
          at.log,
          at.seq,
        );
      return true;
    },
  };
}
