// Sleep and battery, over real files and real processes.
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { createAwake, meansOf, sleepFinding } from "./awake.ts";
import { batteryFinding, fromPmset, fromWindows, readBattery, readPowerSupply } from "./battery.ts";

const folder = () => {
  const path = mkdtempSync(join(tmpdir(), "hp-awake-"));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
};
const until = async (what: string, fits: () => boolean) => {
  for (const end = performance.now() + 10_000; !fits(); ) {
    if (performance.now() > end) throw new Error(`never came: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
};
/** A stand-in for the system's command that says what it was asked and by whom, then does it. */
const inhibitor = (path: string, body: string) => {
  writeFileSync(join(path, "systemd-inhibit"), `#!/bin/sh\n${body}\n`);
  chmodSync(join(path, "systemd-inhibit"), 0o755);
  return { PATH: `${path}:${process.env["PATH"]}` };
};
const isAlive = (pid: number) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

it("holds the wish to stay awake while it is wanted, once, and lets go with everything it started", async () => {
  const path = folder();
  const environment = inhibitor(
    path,
    `echo "$$ $*" >> ${path}/asked\nwhile [ "\${1#--}" != "$1" ]; do shift; done\n"$@" &\necho $! >> ${path}/child\nwait`,
  );
  const awake = createAwake("linux", environment, process.pid);
  expect(await awake.probe()).toBeNull();
  awake.keep(true);
  awake.keep(true);
  await until(
    "its child",
    () => existsSync(join(path, "child")) && readFileSync(join(path, "child"), "utf8").trim().split("\n").length === 2,
  );
  const asked = readFileSync(join(path, "asked"), "utf8").trim().split("\n");
  expect(asked.length).toBe(2);
  expect(asked[1]).toContain(`tail --pid=${process.pid} -f /dev/null`);
  const child = Number(readFileSync(join(path, "child"), "utf8").trim().split("\n")[1]);
  expect(isAlive(child)).toBe(true);
  awake.keep(false);
  await until("its end", () => !isAlive(child));
  expect(awake.problem()).toBeNull();
});

it("asks a system that refuses once, not at every event; and anew for the next run", async () => {
  const path = folder();
  const awake = createAwake("linux", inhibitor(path, `echo asked >> ${path}/asked; exit 1`), process.pid);
  const asked = () => (existsSync(join(path, "asked")) ? readFileSync(join(path, "asked"), "utf8").trim().split("\n").length : 0);
  awake.keep(true);
  await until("the refusal", () => awake.problem() !== null);
  awake.keep(true);
  awake.keep(true);
  awake.keep(false);
  awake.keep(true);
  await until("the second question", () => asked() > 1);
  expect(asked()).toBe(2);
});

it("says why the machine may sleep where the system refuses, or offers nothing", async () => {
  const path = folder();
  const refusing = createAwake("linux", inhibitor(path, "echo 'Failed to inhibit: Access denied' >&2; exit 1"), process.pid);
  expect(await refusing.probe()).toBe("systemd-inhibit was refused: Failed to inhibit: Access denied");
  refusing.keep(true);
  await until("the refusal", () => refusing.problem() !== null);
  expect(refusing.problem()).toBe("systemd-inhibit was refused (exit 1)");
  const nothing = createAwake("linux", { PATH: folder() }, process.pid);
  nothing.keep(true);
  expect(sleepFinding(await nothing.probe())).toMatchObject({ severity: "warning", code: "sleep" });
  expect(sleepFinding(null).severity).toBe("ok");
  expect(meansOf("darwin", { PATH: path })).toBeNull();
});

it("reads the battery from the kernel's files, and leaves out those of a mouse", async () => {
  const path = folder();
  const supply = (name: string, files: Record<string, string>) => {
    mkdirSync(join(path, name), { recursive: true });
    for (const [file, text] of Object.entries(files)) writeFileSync(join(path, name, file), `${text}\n`);
  };
  expect(readPowerSupply(join(path, "nowhere"))).toBeNull();
  supply("AC", { type: "Mains", online: "0" });
  supply("hidpp_battery_0", { type: "Battery", scope: "Device", status: "Discharging", capacity: "5" });
  expect(await readBattery("linux", path)).toBeNull();
  supply("BAT0", { type: "Battery", status: "Discharging", capacity: "41" });
  supply("BAT1", { type: "Battery", status: "Full", capacity: "99" });
  expect(await readBattery("linux", path)).toEqual({ isDischarging: true, percent: 70 });
  expect(batteryFinding(await readBattery("linux", path))).toMatchObject([
    { severity: "warning", message: "This machine runs on its battery, 70 % left." },
  ]);
  supply("BAT0", { status: "Charging", capacity: "not known" });
  expect(batteryFinding(await readBattery("linux", path))).toMatchObject([{ severity: "ok", message: "Plugged in; battery at 99 %." }]);
});

it("reads what macOS and Windows say of theirs", () => {
  const pmset = (source: string) =>
    `Now drawing from '${source}'\n -InternalBattery-0 (id=1)\t87%; discharging; 5:02 remaining present: true\n`;
  expect(fromPmset(pmset("Battery Power"))).toEqual({ isDischarging: true, percent: 87 });
  expect(fromPmset(pmset("AC Power"))).toEqual({ isDischarging: false, percent: 87 });
  expect(fromPmset("Now drawing from 'AC Power'\n")).toBeNull();
  expect([fromWindows("1 64\r\n"), fromWindows("2 100\r\n"), fromWindows("")]).toEqual([
    { isDischarging: true, percent: 64 },
    { isDischarging: false, percent: 100 },
    null,
  ]);
});
