// A folder shaped like an Electron runtime, for machines that cannot fetch the real one.
// Owns: making it. What is packed on it proves the archive and the fuses; it never starts, and nobody may say that it did.
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Marker of the fuse wire inside every Electron binary (docs: electronjs.org, "Electron Fuses"). */
const FUSE_SENTINEL = "dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX";
const FUSE_VERSION = 1;
const FUSE_COUNT = 8;
/** Character "0": the fuse is off, as it is before anything is flipped. */
const OFF = 0x30;

/** Fills `folder` with a stand-in Linux runtime whose binary says what it is and carries a fuse wire with every fuse off. */
export function makeStandIn(folder: string, version: string): void {
  mkdirSync(join(folder, "resources"), { recursive: true });
  mkdirSync(join(folder, "locales"), { recursive: true });
  const words = Buffer.from("#!/bin/sh\necho 'This is a stand-in for the Electron runtime; it cannot start.' >&2\nexit 70\n");
  const wire = Buffer.concat([Buffer.from(FUSE_SENTINEL), Buffer.from([FUSE_VERSION, FUSE_COUNT]), Buffer.alloc(FUSE_COUNT, OFF)]);
  writeFileSync(join(folder, "electron"), Buffer.concat([words, wire]));
  chmodSync(join(folder, "electron"), 0o755);
  writeFileSync(join(folder, "version"), version);
  writeFileSync(join(folder, "LICENSE"), "stand-in\n");
  writeFileSync(join(folder, "LICENSES.chromium.html"), "stand-in\n");
  writeFileSync(join(folder, "locales", "en-US.pak"), "");
}
