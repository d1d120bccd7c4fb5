// What verify.mjs gives to the rest of the program, which uses it for `holdpoint verify` and in tests.
// Owns: types only; verify.mjs itself stays plain and alone.
import type { Problem, VerifyReport } from "../../protocol/index.ts";

export class CannotRead extends Error {}
export type BundleReport = Omit<VerifyReport, "sourceKind"> & {
  sourceKind: "bundle";
  signatures: { total: number; valid: number; stale: number; withdrawn: number };
  stale: { id: string; seq: number; since: number; signer: string }[];
  tails: { log: string; from: number; to: number }[];
  problems: Problem[];
  /** Runs that are rehearsals, and whether the record holds nothing else. */
  rehearsals: string[];
  isRehearsal: boolean;
};
/** A file of a bag: where its bytes lie. */
export type BagFile = { path: string; size: number; read(at: number, length: number): Buffer; pieces(): Iterable<Buffer> };
/** Bytes that lie anywhere, such as a bundle within a file. */
export type Source = { size: number; read(at: number, length: number): Buffer };
export function readBag(target: Source): { files: Map<string, BagFile>; hashes: Map<string, string>; problems: Problem[] };
export function verifyBundle(target: string | Uint8Array | Source, options?: { fingerprint?: string; roster?: Uint8Array }): BundleReport;
export function wordsOf(report: BundleReport): string[];
export function canonical(value: unknown): string;
export function fingerprintOf(hash: Uint8Array): string;
export const EXIT: Record<VerifyReport["verdict"], number>;
