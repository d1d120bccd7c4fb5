// The typefaces of a report: Geist for text, JetBrains Mono NL for code, ids and clocks; whole files, not Latin subsets.
// Owns: where the files lie and that they are read once. What a page uses of them is embedded in it by pdfkit.
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const GEIST = "geist/dist/fonts/geist-sans";
/** The package brings this face compressed (woff2), which pdfkit cannot take pieces of. */
const MONO = "jetbrains-mono/fonts/webfonts";
export const FACES = {
  text: `${GEIST}/Geist-Regular.ttf`,
  medium: `${GEIST}/Geist-Medium.ttf`,
  strong: `${GEIST}/Geist-SemiBold.ttf`,
  bold: `${GEIST}/Geist-Bold.ttf`,
  mono: `${MONO}/JetBrainsMonoNL-Regular.woff2`,
  monoMedium: `${MONO}/JetBrainsMonoNL-Medium.woff2`,
} as const;
export type Face = keyof typeof FACES;

let faces: Promise<Record<Face, Uint8Array>> | null = null;
/** The six faces as TrueType bytes. Throws where the packages are not installed. */
export function readFaces(): Promise<Record<Face, Uint8Array>> {
  faces ??= read().catch((error) => {
    faces = null;
    throw error;
  });
  return faces;
}

async function read(): Promise<Record<Face, Uint8Array>> {
  const here = dirname(fileURLToPath(import.meta.url));
  const entries: [Face, Uint8Array][] = [];
  for (const face of Object.keys(FACES) as Face[]) {
    // In the built program they lie beside it, unpacked already (build/desktop.ts); in a checkout in node_modules above it.
    const beside = join(here, "fonts", `${face}.ttf`);
    entries.push([
      face,
      existsSync(beside) ? readFileSync(beside) : await unpack(readFileSync(inPackages(here, FACES[face])), FACES[face]),
    ]);
  }
  return Object.fromEntries(entries) as Record<Face, Uint8Array>;
}

async function unpack(bytes: Uint8Array, file: string): Promise<Uint8Array> {
  if (!file.endsWith(".woff2")) return bytes;
  const { default: decompress } = await import("wawoff2/decompress.js");
  // Copied at once: what comes back is a view of memory that the next call writes over.
  return Buffer.from(await decompress(bytes));
}

function inPackages(here: string, file: string): string {
  for (let folder = here; ; folder = dirname(folder)) {
    const found = join(folder, "node_modules", file);
    if (existsSync(found)) return found;
    if (dirname(folder) === folder) throw new Error(`The typeface ${file} is not installed; reports cannot be set without it.`);
  }
}
