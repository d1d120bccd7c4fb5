// `recovery:` of a front matter: what starts and ends the recovery clocks, and which blocks measure the loss.
// Owns reading it. Whether what it names exists is lint's.
import type { RecoveryKeys } from "../protocol/index.ts";
import { type Keyed, KeyReader } from "./keyed.ts";
import type { Problems } from "./problems.ts";

const KEYS = ["declared", "verified", "last-write"];

/** `at`: offset of the key, for what lint has to say of it. */
export function readRecovery(keyed: Keyed, at: number, problems: Problems): RecoveryKeys & { at: number } {
  const reader = new KeyReader(keyed, problems, "recovery");
  reader.warnUnknown(KEYS);
  const step = (key: string): string | null => reader.text(key)?.replace(/^#/, "") ?? null;
  return { declared: step("declared"), verified: step("verified"), lastWrite: [...new Set(reader.texts("last-write"))], at };
}

export const keysOf = ({ declared, verified, lastWrite }: RecoveryKeys): RecoveryKeys => ({ declared, verified, lastWrite });
