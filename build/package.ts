// `npm run package`: builds, bundles and packs the desktop app for this platform, and reads the fuses back.
// Options: --dir (a folder instead of installers), --stand-in (pack on a runtime that cannot start; proves the archive only),
// --built (dist is there already), --out FOLDER.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { build } from "electron-builder";
import { buildAll } from "./bundle.ts";
import { CONFIGURATION, wrongFuses } from "./packages/config.ts";
import { makeStandIn } from "./packages/stand-in.ts";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const { values: options } = parseArgs({
  options: { dir: { type: "boolean" }, "stand-in": { type: "boolean" }, built: { type: "boolean" }, out: { type: "string" } },
});

if (!options.built) await buildAll();

const electronVersion = (JSON.parse(readFileSync(join(root, "node_modules", "electron", "package.json"), "utf8")) as { version: string })
  .version;
const standIn = options["stand-in"] ? mkdtempSync(join(tmpdir(), "holdpoint-stand-in-")) : null;
if (standIn !== null) makeStandIn(standIn, electronVersion);

const binaries: string[] = [];
try {
  await build({
    projectDir: root,
    dir: options.dir === true || standIn !== null,
    config: {
      ...CONFIGURATION,
      electronVersion,
      ...(options.out === undefined ? {} : { directories: { ...CONFIGURATION.directories, output: options.out } }),
      ...(standIn === null ? {} : { electronDist: standIn }),
      afterPack: (context) => {
        const name = context.packager.appInfo.productFilename;
        const executable = (context.packager as { executableName?: string }).executableName ?? name.toLowerCase();
        const path =
          context.electronPlatformName === "darwin"
            ? join(context.appOutDir, `${name}.app`)
            : join(context.appOutDir, context.electronPlatformName === "win32" ? `${name}.exe` : executable);
        binaries.push(path);
      },
    },
  });
} finally {
  if (standIn !== null) rmSync(standIn, { recursive: true, force: true });
}

// electron-builder flips the fuses after packing and before signing; what counts is what the file says now.
for (const binary of binaries) {
  const wrong = await wrongFuses(binary);
  if (wrong.length > 0) {
    process.stderr.write(`package: ${binary}: fuses not as wanted: ${wrong.join(", ")}. The package must not be given out.\n`);
    process.exit(1);
  }
  process.stderr.write(
    `package: ${binary}: all fuses as wanted${standIn === null ? "" : " (stand-in runtime: this package cannot start)"}\n`,
  );
}
