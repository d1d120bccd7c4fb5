import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { mirrorHome } from "./guard-places.ts";

it("lets what a version manager writes at a shell's start go with the rehearsal's home, and finds its programs", () => {
  const folder = mkdtempSync(join(tmpdir(), "hp-guard-home-"));
  try {
    const [home, mirrored] = [join(folder, "own"), join(folder, "mirrored")];
    for (const name of ["shims", "bin"]) mkdirSync(join(home, ".pyenv", name), { recursive: true });
    writeFileSync(join(home, ".pyenv", "shims", "python3"), "the person's own");
    writeFileSync(join(home, ".pyenv", "bin", "pyenv"), "the program");
    writeFileSync(join(home, ".vimrc"), "set number");
    mirrorHome(home, mirrored);
    writeFileSync(join(mirrored, ".pyenv", "shims", "python3"), `exec ${mirrored}/.pyenv/libexec/pyenv`);
    expect(readFileSync(join(home, ".pyenv", "shims", "python3"), "utf8")).toBe("the person's own");
    expect(readFileSync(join(mirrored, ".pyenv", "bin", "pyenv"), "utf8")).toBe("the program");
    expect(readFileSync(join(mirrored, ".vimrc"), "utf8")).toBe("set number");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
