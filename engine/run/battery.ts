// Whether this machine runs on its battery. Owns: reading it on each platform, and the words of the finding.
// Changes nothing. A machine without a battery has no finding.
import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Finding } from "../protocol/index.ts";

/** `percent` null where it is not said. */
export type Battery = { isDischarging: boolean; percent: number | null };

const POWER_SUPPLY = "/sys/class/power_supply";
const ASK_MS = 5_000;

/** Null where there is none, or where it cannot be read. */
export async function readBattery(platform: NodeJS.Platform, folder = POWER_SUPPLY): Promise<Battery | null> {
  if (platform === "linux") return readPowerSupply(folder);
  if (platform === "darwin") return fromPmset(await ask("pmset", ["-g", "batt"]));
  if (platform !== "win32") return null;
  const query = 'Get-CimInstance Win32_Battery | ForEach-Object { "$($_.BatteryStatus) $($_.EstimatedChargeRemaining)" }';
  return fromWindows(await ask("powershell.exe", ["-NoProfile", "-NonInteractive", "-Command", query]));
}

/** The kernel's own files (Documentation/ABI/testing/sysfs-class-power). Batteries of a mouse or a headset say `Device`. */
export function readPowerSupply(folder: string): Battery | null {
  const read = (name: string, file: string) => {
    try {
      return readFileSync(join(folder, name, file), "utf8").trim();
    } catch {
      return "";
    }
  };
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return null; // no such folder: a container, or another kernel
  }
  const own = names.filter((name) => read(name, "type") === "Battery" && read(name, "scope") !== "Device");
  if (own.length === 0) return null;
  const percents = own.map((name) => read(name, "capacity")).flatMap((text) => (/^\d{1,3}$/.test(text) ? [Number(text)] : []));
  return {
    isDischarging: own.some((name) => read(name, "status") === "Discharging"),
    percent: percents.length === 0 ? null : Math.round(percents.reduce((sum, one) => sum + one, 0) / percents.length),
  };
}

export function fromPmset(text: string): Battery | null {
  if (!/InternalBattery/.test(text)) return null;
  const percent = /(\d{1,3})%/.exec(text)?.[1];
  return { isDischarging: /Battery Power/.test(text), percent: percent === undefined ? null : Number(percent) };
}

/** `1 87`: status 1 is discharging, 4 and 5 are low and critical, all others have power (Win32_Battery). */
export function fromWindows(text: string): Battery | null {
  const match = /^\s*(\d+)\s+(\d*)/m.exec(text);
  if (!match) return null;
  return { isDischarging: ["1", "4", "5"].includes(match[1] ?? ""), percent: match[2] ? Number(match[2]) : null };
}

export function batteryFinding(battery: Battery | null): Finding[] {
  if (battery === null) return [];
  const { isDischarging, percent } = battery;
  const at = { code: "battery", subject: "battery", step: null, line: null };
  const left = percent === null ? "" : `, ${percent} % left`;
  return isDischarging
    ? [{ ...at, severity: "warning", message: `This machine runs on its battery${left}.`, todo: "Plug it in before the first step." }]
    : [{ ...at, severity: "ok", message: `Plugged in${percent === null ? "" : `; battery at ${percent} %`}.`, todo: "" }];
}

function ask(command: string, args: string[]): Promise<string> {
  return new Promise((resolve) => {
    execFile(command, args, { timeout: ASK_MS }, (error, output) => resolve(error === null ? output : ""));
  });
}
