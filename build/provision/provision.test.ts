import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { keepServicesDown, upstreamVersion } from "./apt.ts";
import { ownSources, parseDeb822, parseOneLine, readSources } from "./apt-sources.ts";
import { cacheRoot, lock } from "./cache.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "hp-provision-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it("keeps mirror, keyring and components of a deb822 file and adds the source packages", () => {
  const text = ownSources(
    parseDeb822(
      "# a comment\nTypes: deb\n# snapshot\nURIs: http://mirror.test/debian\nSuites: bookworm bookworm-updates\nComponents: main contrib\nSigned-By: /usr/share/keyrings/k.gpg\n",
    ),
    "bookworm",
  );
  expect(text).toBe(
    "types: deb deb-src\nuris: http://mirror.test/debian\nsuites: bookworm bookworm-updates\ncomponents: main contrib\nsigned-by: /usr/share/keyrings/k.gpg\n",
  );
});

it("keeps an armoured key that a deb822 stanza carries in continuation lines", () => {
  const [source] = parseDeb822(
    "Types: deb\nURIs: http://m.test\nSuites: bookworm\nSigned-By:\n -----BEGIN PGP\n .\n abc\nComponents: main\n",
  );
  expect(source?.get("signed-by")).toBe("\n -----BEGIN PGP\n .\n abc");
  expect(source?.get("components")).toBe("main");
});

it("reads one-line sources with and without options, and leaves comments alone", () => {
  const sources = parseOneLine(
    "# deb http://no.test x main\ndeb [signed-by=/k.gpg arch=amd64,arm64] http://m.test/debian bookworm main contrib # note\ndeb-src http://m.test/debian bookworm main\n",
  );
  expect(sources.map((source) => Object.fromEntries(source))).toEqual([
    {
      types: "deb",
      uris: "http://m.test/debian",
      suites: "bookworm",
      components: "main contrib",
      "signed-by": "/k.gpg",
      architectures: "amd64 arm64",
    },
    { types: "deb-src", uris: "http://m.test/debian", suites: "bookworm", components: "main" },
  ]);
});

it("leaves out other vendors' sources, disabled stanzas and files that apt does not read", () => {
  writeFileSync(join(folder, "sources.list"), "deb http://m.test/debian bookworm-security main\n");
  const parts = join(folder, "sources.list.d");
  mkdirSync(parts);
  writeFileSync(join(parts, "vendor.list"), "deb http://vendor.test nodistro main\n");
  writeFileSync(join(parts, "off.sources"), "Types: deb\nURIs: http://off.test\nSuites: bookworm\nComponents: main\nEnabled: no\n");
  writeFileSync(join(parts, "old.sources.bak"), "Types: deb\nURIs: http://bak.test\nSuites: bookworm\nComponents: main\n");
  const text = ownSources(readSources(folder), "bookworm");
  expect(text).toContain("http://m.test/debian");
  expect(text).not.toMatch(/vendor|off\.test|bak\.test/);
});

it("says that there is no source of the distribution instead of making one up", () => {
  expect(ownSources(parseOneLine("deb http://vendor.test nodistro main\n"), "bookworm")).toBeNull();
});

it("reads the upstream version out of a Debian version, also of one that went back", () => {
  expect(upstreamVersion("1.20.5+really1.20.2-1.1+deb12u1")).toBe("1.20.2");
  expect(upstreamVersion("2:1.32.4+ds-2")).toBe("1.32.4");
  expect(() => upstreamVersion("latest")).toThrow("latest");
});

it("finds the cache folder by HOLDPOINT_CACHE, then XDG_CACHE_HOME if absolute, then the home folder", () => {
  expect(cacheRoot({ HOLDPOINT_CACHE: "/c", XDG_CACHE_HOME: "/x", HOME: "/h" })).toBe("/c/holdpoint");
  expect(cacheRoot({ XDG_CACHE_HOME: "/x", HOME: "/h" })).toBe("/x/holdpoint");
  expect(cacheRoot({ XDG_CACHE_HOME: "relative", HOME: "/h" })).toBe("/h/.cache/holdpoint");
});

it.runIf(process.platform === "linux")(
  "gives the lock to a second holder only after the first, and at once when the first is killed",
  async () => {
    const file = join(folder, "lock");
    const script = `import {lock} from ${JSON.stringify(join(import.meta.dirname, "cache.ts"))}; await lock(${JSON.stringify(file)}); console.log("held"); setInterval(() => {}, 1e9);`;
    const first = spawn(process.execPath, ["--input-type=module", "-e", script], { stdio: ["ignore", "pipe", "inherit"] });
    await new Promise((resolve) => first.stdout.once("data", resolve));
    let isHeld = false;
    const second = lock(file).then((release) => {
      isHeld = true;
      return release;
    });
    // The second really waits: a third process sees the lock taken.
    const probe = spawn("flock", ["--nonblock", file, "true"]);
    expect(await new Promise((resolve) => probe.once("exit", resolve))).toBe(1);
    expect(isHeld).toBe(false);
    first.kill("SIGKILL");
    await (await second)();
  },
);

it("forbids services to start while packages are installed, leaves a policy of the machine's own alone, and takes its own away", () => {
  const file = join(folder, "policy-rc.d");
  const startsAgain = keepServicesDown(file);
  expect(spawnSync(file, ["redis-server", "start"]).status).toBe(101);
  startsAgain();
  expect(existsSync(file)).toBe(false);
  // One that was killed leaves its policy behind: it no longer forbids, and the next one takes its place.
  keepServicesDown(file);
  const left = readFileSync(file, "utf8").replaceAll(String(process.pid), String(deadPid()));
  writeFileSync(file, left);
  expect(spawnSync(file, ["redis-server", "start"]).status).toBe(0);
  keepServicesDown(file)();
  expect(existsSync(file)).toBe(false);
  writeFileSync(file, "#!/bin/sh\nexit 101\n");
  keepServicesDown(file)();
  expect(readFileSync(file, "utf8")).toBe("#!/bin/sh\nexit 101\n");
});

function deadPid(): number {
  const { pid } = spawnSync("true");
  return pid;
}
