import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { findShell, shellsAvailable } from "./available.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "hp-shells-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("shellsAvailable", () => {
  it("finds the real shells of this machine with their versions", async () => {
    const bash = (await shellsAvailable(process.env)).find((one) => one.shell === "bash");
    expect(bash?.path).toMatch(/^\/.*\/bash$/);
    expect(bash?.version).toMatch(/^\d+\.\d+/);
  });

  it("takes the first along PATH that is a file and may be executed", async () => {
    for (const name of ["one", "two", "three"]) mkdirSync(join(folder, name));
    mkdirSync(join(folder, "one", "pwsh"));
    writeFileSync(join(folder, "two", "pwsh"), "");
    writeFileSync(join(folder, "three", "pwsh"), '#!/bin/sh\necho "PowerShell 7.4.6"\n');
    chmodSync(join(folder, "three", "pwsh"), 0o700);
    const env = { PATH: ["", ".", join(folder, "one"), join(folder, "two"), join(folder, "three")].join(":") };
    expect(findShell("pwsh", env)).toBe(join(folder, "three", "pwsh"));
    expect((await shellsAvailable(env)).find((one) => one.shell === "pwsh")).toEqual({
      shell: "pwsh",
      path: join(folder, "three", "pwsh"),
      version: "7.4.6",
    });
  });

  it("lists a shell that does not tell its version", async () => {
    writeFileSync(join(folder, "pwsh"), "#!/bin/sh\nexit 3\n", { mode: 0o700 });
    expect((await shellsAvailable({ PATH: folder })).find((one) => one.shell === "pwsh")).toMatchObject({ version: "" });
  });

  it("finds shells where PATH is as short as a desktop gives it", () => {
    expect(findShell("bash", { PATH: "/nowhere" })).toMatch(/\/bash$/);
    expect(findShell("bash", {})).toMatch(/\/bash$/);
  });
});
