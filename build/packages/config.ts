// What a package holds and how it is closed.
// Owns: electron-builder's configuration and the fuses. Starts nothing; build/package.ts does.
import { FuseV1Options, getCurrentFuseWire } from "@electron/fuses";
import type { Configuration } from "electron-builder";

/** The packaged app is no Node to be borrowed: no RunAsNode, no NODE_OPTIONS, no inspector, code from the checked asar alone. */
export const FUSES = {
  runAsNode: false,
  enableCookieEncryption: true,
  enableNodeOptionsEnvironmentVariable: false,
  enableNodeCliInspectArguments: false,
  enableEmbeddedAsarIntegrityValidation: true,
  onlyLoadAppFromAsar: true,
} as const;

/** States of a fuse in the binary: the characters "0" and "1" (@electron/fuses keeps its own enum to itself). */
const OFF = 0x30;
const ON = 0x31;

const WIRE: [FuseV1Options, boolean][] = [
  [FuseV1Options.RunAsNode, FUSES.runAsNode],
  [FuseV1Options.EnableCookieEncryption, FUSES.enableCookieEncryption],
  [FuseV1Options.EnableNodeOptionsEnvironmentVariable, FUSES.enableNodeOptionsEnvironmentVariable],
  [FuseV1Options.EnableNodeCliInspectArguments, FUSES.enableNodeCliInspectArguments],
  [FuseV1Options.EnableEmbeddedAsarIntegrityValidation, FUSES.enableEmbeddedAsarIntegrityValidation],
  [FuseV1Options.OnlyLoadAppFromAsar, FUSES.onlyLoadAppFromAsar],
];

/** Names of the fuses that do not stand as wanted in a packaged binary; empty when all do. Throws where the binary has no fuse wire. */
export async function wrongFuses(binary: string): Promise<string[]> {
  const wire = await getCurrentFuseWire(binary);
  return WIRE.filter(([fuse, wanted]) => Number(wire[fuse]) !== (wanted ? ON : OFF)).map(([fuse]) => FuseV1Options[fuse] ?? String(fuse));
}

export const CONFIGURATION: Configuration = {
  appId: "dev.holdpoint.desktop",
  productName: "Holdpoint",
  copyright: "Apache-2.0",
  directories: { output: "out", buildResources: "build/icons" },
  // Bundled JavaScript only. Of node_modules just the two packages with native code go in, and their prebuilt files.
  files: [
    "dist/**",
    "!dist/**/*.map",
    "package.json",
    "LICENSE",
    "!**/node_modules/**",
    "node_modules/better-sqlite3/{package.json,LICENSE,lib/**,prebuilds/**}",
    "node_modules/@lydell/node-pty/**",
    "node_modules/@lydell/node-pty-*/**",
  ],
  // Real files, so that a shell can stand in their folder and a person can open them.
  extraResources: [
    { from: "runbooks", to: "runbooks" },
    { from: "checklists", to: "checklists" },
    { from: "docs", to: "docs" },
    { from: "README.md", to: "README.md" },
  ],
  asar: true,
  // dlopen and exec need files on disk; PTY helpers are programs of their own.
  asarUnpack: ["node_modules/better-sqlite3/prebuilds/**", "node_modules/@lydell/**"],
  npmRebuild: false,
  electronFuses: FUSES,
  linux: { target: ["AppImage", "deb"], category: "Development", maintainer: "Holdpoint" },
  mac: { target: ["dmg"], category: "public.app-category.developer-tools" },
  win: { target: ["nsis"] },
  nsis: { oneClick: true, perMachine: false },
  publish: null,
};
