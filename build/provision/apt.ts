// Installs Debian packages and fetches their sources, with package lists of our own beside the machine's.
// Owns: the apt calls. Never edits /etc/apt: lists and sources lie in the cache folder (see apt-sources.ts).
import { spawn } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { ownSources, readSources } from "./apt-sources.ts";
import { cacheRoot, lock } from "./cache.ts";

export type Provisioned = { installed: string[]; missing: { name: string; why: string }[] };

/** Our lists are fetched again after this many hours, and whenever a package is not found in them: mirrors drop old versions. */
const LISTS_FRESH_HOURS = 24;
/** Seconds to wait for another package manager to let go of dpkg; an unattended upgrade takes a few minutes. */
const DPKG_LOCK_SECONDS = 300;

/**
 * Makes sure that the Debian packages `names` are installed. Those already there need neither root nor network.
 * Never throws for a machine that cannot: `missing` says of each package, in one line, why and what to do.
 * A program that is there from elsewhere counts: Debian's kubernetes-client and another vendor's kubectl both own /usr/bin/kubectl.
 */
export async function ensurePackages(names: string[]): Promise<Provisioned> {
  const there = await presentOf(names);
  const wanted = names.filter((name) => !there.has(name));
  if (wanted.length === 0) return { installed: [...names], missing: [] };
  const refuse = (why: string): Provisioned => ({
    installed: [...there],
    missing: wanted.map((name) => ({ name, why })),
  });
  const byHand = `run \`apt-get install ${wanted.join(" ")}\` as root on Debian, or leave out the tests that need it.`;
  if (!isDebian()) return refuse(`this machine has no apt-get and dpkg, so it cannot be installed here; ${byHand}`);
  if (process.getuid?.() !== 0) return refuse(`only root may install packages and this is user ${process.getuid?.()}; ${byHand}`);
  const unlock = await lock(join(aptFolder(), "lock"));
  const startsAgain = keepServicesDown();
  try {
    const options = await aptOptions();
    if (options === null) return refuse(`the sources under /etc/apt name no mirror of this distribution's packages; add one, or ${byHand}`);
    const install = () => run("apt-get", [...options, "install", "--yes", "--no-install-recommends", "--no-upgrade", ...wanted]);
    let done = await install();
    if (done.code !== 0) {
      await updateLists(options);
      done = await install();
    }
    const now = await presentOf(names);
    const why = `apt-get could not install it (${lastLines(done.output)}); ${byHand}`;
    const missing = names.filter((name) => !now.has(name)).map((name) => ({ name, why }));
    return { installed: [...now], missing };
  } finally {
    startsAgain();
    await unlock();
  }
}

const POLICY = "/usr/sbin/policy-rc.d";
const POLICY_MARK = "# written by Holdpoint's tests";

/**
 * A database server that a package brings must not start on the machine: tests start their own. Debian asks this file before any
 * service starts (invoke-rc.d(8)); 101 forbids it. A policy of the machine's own is left alone. Ours holds only while this process lives, so
 * that one which was killed leaves nothing behind that says no. Returns what takes it away again.
 */
export function keepServicesDown(file: string = POLICY): () => void {
  if (existsSync(file) && !readFileSync(file, "utf8").includes(POLICY_MARK)) return () => {};
  writeFileSync(
    file,
    `#!/bin/sh\n${POLICY_MARK}, for as long as process ${process.pid} lives\nkill -0 ${process.pid} 2>/dev/null && exit 101\nexit 0\n`,
  );
  chmodSync(file, 0o755);
  return () => rmSync(file, { force: true });
}

/** Fetches and unpacks the Debian source package `name` into `folder`/src, which must not exist. Returns its upstream version. Throws with apt's words. */
export async function fetchSource(name: string, folder: string): Promise<{ tree: string; version: string }> {
  const unlock = await lock(join(aptFolder(), "lock"));
  try {
    const options = await aptOptions();
    if (options === null)
      throw new Error(`no source of this distribution's packages is named under /etc/apt, so ${name} cannot be fetched.`);
    const fetch = () => run("apt-get", [...options, "source", "--download-only", name], folder);
    let done = await fetch();
    if (done.code !== 0) {
      await updateLists(options);
      done = await fetch();
    }
    if (done.code !== 0) throw new Error(`apt-get could not fetch the source of ${name}: ${lastLines(done.output)}`);
  } finally {
    await unlock();
  }
  const dsc = readdirSync(folder).find((file) => file.endsWith(".dsc"));
  if (dsc === undefined) throw new Error(`apt-get fetched no .dsc file for ${name} into ${folder}.`);
  // apt has checked the hashes against the signed list; dpkg-source's own check wants a keyring of all maintainers.
  const unpacked = await run("dpkg-source", ["--no-check", "-x", dsc, "src"], folder);
  if (unpacked.code !== 0) throw new Error(`dpkg-source could not unpack ${dsc}: ${lastLines(unpacked.output)}`);
  const debian = /^Version:\s*(\S+)/m.exec(readFileSync(join(folder, dsc), "utf8"))?.[1] ?? "";
  return { tree: join(folder, "src"), version: upstreamVersion(debian) };
}

/** `1.20.5+really1.20.2-1.1` is 1.20.2: Debian writes so when it went back (deb-version(7), "+really" by custom). */
export function upstreamVersion(debian: string): string {
  const version = /\+really(\d+(?:\.\d+)+)/.exec(debian)?.[1] ?? /^(?:\d+:)?(\d+(?:\.\d+)+)/.exec(debian)?.[1];
  if (version === undefined) throw new Error(`cannot read an upstream version from the Debian version "${debian}".`);
  return version;
}

const aptFolder = (): string => join(cacheRoot(), "apt");
const isDebian = (): boolean => existsSync("/usr/bin/apt-get") && existsSync("/usr/bin/dpkg-query") && existsSync("/etc/debian_version");

/** Packages that are wanted only for the one program in them. */
const PROGRAMS: Record<string, string> = {
  "kubernetes-client": "kubectl",
  zsh: "zsh",
  python3: "python3",
  unzip: "unzip",
  "poppler-utils": "pdftotext",
  // Calc without its window: 120 MB less, and a conversion needs none.
  "libreoffice-calc-nogui": "soffice",
  fish: "fish",
  rsync: "rsync",
  jq: "jq",
  openssl: "openssl",
  chromium: "chromium",
  prometheus: "prometheus",
  "redis-server": "redis-server",
  "prometheus-alertmanager": "prometheus-alertmanager",
  curl: "curl",
};

async function presentOf(names: string[]): Promise<Set<string>> {
  const installed = await installedOf(names);
  const folders = (process.env.PATH ?? "").split(delimiter).filter((folder) => folder !== "");
  const isOnPath = (program: string | undefined) => program !== undefined && folders.some((folder) => existsSync(join(folder, program)));
  return new Set(names.filter((name) => installed.has(name) || isOnPath(PROGRAMS[name])));
}

async function installedOf(names: string[]): Promise<Set<string>> {
  if (!existsSync("/usr/bin/dpkg-query")) return new Set();
  // biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg-query fills these in, not we.
  const format = "${Package} ${db:Status-Status}\\n";
  // dpkg-query fails when one of the names is unknown and still lists the others.
  const { output } = await run("dpkg-query", ["--show", "--showformat", format, ...names]);
  return new Set(names.filter((name) => output.split("\n").includes(`${name} installed`)));
}

/** Options that point apt at our sources and lists; fetches the lists when they are old. Null when there is no source to point at. */
async function aptOptions(): Promise<string[] | null> {
  const codename = /^VERSION_CODENAME=["']?([a-z]+)/m.exec(readFileSync("/etc/os-release", "utf8"))?.[1] ?? "stable";
  const text = ownSources(readSources("/etc/apt"), codename);
  if (text === null) return null;
  const folder = aptFolder();
  const parts = join(folder, "sources.list.d");
  const lists = join(folder, "lists");
  mkdirSync(parts, { recursive: true });
  mkdirSync(join(lists, "partial"), { recursive: true });
  const file = join(parts, "holdpoint.sources");
  const isNew = !existsSync(file) || readFileSync(file, "utf8") !== text;
  if (isNew) writeFileSync(file, text);
  const options = [
    ...["-o", `Dir::State::lists=${lists}`, "-o", "Dir::Etc::sourcelist=/dev/null", "-o", `Dir::Etc::sourceparts=${parts}`],
    // The cache folder is root's own, and apt's download user cannot write there.
    ...["-o", "APT::Sandbox::User=root", "-o", `DPkg::Lock::Timeout=${DPKG_LOCK_SECONDS}`, "-o", "Acquire::Retries=2"],
  ];
  const stamp = join(folder, "updated");
  const ageHours = existsSync(stamp) ? (Date.now() - statSync(stamp).mtimeMs) / 3_600_000 : Number.POSITIVE_INFINITY;
  if (isNew || ageHours > LISTS_FRESH_HOURS) await updateLists(options);
  return options;
}

async function updateLists(options: string[]): Promise<void> {
  const done = await run("apt-get", [...options, "update"]);
  // A list that could not be fetched shows at the install, which then says what is missing.
  if (done.code === 0) writeFileSync(join(aptFolder(), "updated"), "");
}

type Ended = { code: number | null; output: string };
function run(command: string, args: string[], cwd?: string): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, DEBIAN_FRONTEND: "noninteractive", LC_ALL: "C" },
      ...(cwd === undefined ? {} : { cwd }),
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (data: Buffer) => (output += data.toString()));
    child.on("error", (error) => resolve({ code: null, output: `${command}: ${error.message}` }));
    child.on("close", (code) => resolve({ code, output }));
  });
}

/** The last error lines of an apt call, short enough for one line of text. */
function lastLines(output: string): string {
  const lines = output.split("\n").filter((line) => line.trim() !== "");
  const errors = lines.filter((line) => /^(E|Err|error|dpkg)/.test(line));
  return (errors.length > 0 ? errors : lines).slice(-2).join(" / ").slice(0, 400);
}
