// The control plane's programs, built once from Debian's source package and kept in the cache folder.
// Owns: <cache>/control-plane/<version>-<arch>/ . Does not start anything (plane.ts does).
import { spawn } from "node:child_process";
import {
  accessSync,
  chmodSync,
  constants,
  copyFileSync,
  createWriteStream,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
} from "node:fs";
import { rename, rm, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { cacheRoot, ensurePackages, fetchSource, lock } from "../provision/index.ts";

export type Binaries = { folder: string; version: string };

const BUILT = ["kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubemark"];
const PROGRAMS = [...BUILT, "etcd"];
/** Named whole: apt takes no recommendations here, and Go alone only recommends the C compiler that one vendored package needs. */
const BUILD_PACKAGES = ["etcd-server", "golang-go", "gcc", "libc6-dev", "make", "rsync", "jq", "dpkg-dev", "openssl"];
/** What every message ends in: the way out that needs none of this. */
const INSTEAD = "Or set HOLDPOINT_TEST_KUBECONFIG to a kubeconfig of a cluster that may be written to.";

/** The newest complete set in the cache, or null. Costs a directory listing. */
export function findBinaries(): Binaries | null {
  const root = join(cacheRoot(), "control-plane");
  if (!existsSync(root)) return null;
  const sets = readdirSync(root)
    .filter((name) => name.startsWith("v") && name.endsWith(`-${process.arch}`))
    .filter((name) => PROGRAMS.every((program) => isExecutable(join(root, name, program))))
    .sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
  const newest = sets.at(-1);
  return newest === undefined ? null : { folder: join(root, newest), version: newest.slice(0, newest.lastIndexOf("-")) };
}

/** The cached set, for tests that need it. Throws where there is none, with what to do, in one line. */
export function requireBinaries(found: Binaries | null = findBinaries()): Binaries {
  if (found !== null) return found;
  throw new Error(
    `the test control plane's programs (${PROGRAMS.join(", ")}) are not in ${join(cacheRoot(), "control-plane")}: build them with ` +
      "`node build/node24.mjs build/control-plane/main.ts build`, or leave HOLDPOINT_TEST_KUBECONFIG unset and run `npm test`; in CI no cluster test is skipped.",
  );
}

/**
 * The cached set, or builds it: about 8 minutes on 2 cores and 4 GB of disk while it lasts, once.
 * A second caller waits for the first. Throws with what is missing and what to do.
 */
export async function buildBinaries(say: (line: string) => void = () => {}): Promise<Binaries> {
  const cached = findBinaries();
  if (cached !== null) return cached;
  if (process.platform !== "linux") {
    throw new Error(`the test control plane is built from Debian's sources and this is ${process.platform}. ${INSTEAD}`);
  }
  const root = join(cacheRoot(), "control-plane");
  mkdirSync(root, { recursive: true });
  const unlock = await lock(join(root, "lock"));
  try {
    const meanwhile = findBinaries();
    if (meanwhile !== null) return meanwhile;
    // We hold the lock, so whatever lies here was left by a build that was killed.
    for (const name of readdirSync(root)) if (name.startsWith(".build-")) await rm(join(root, name), { recursive: true, force: true });
    const packages = await ensurePackages(BUILD_PACKAGES);
    const lack = packages.missing[0];
    if (lack !== undefined) throw new Error(`the test control plane cannot be built: ${lack.name} is missing: ${lack.why} ${INSTEAD}`);
    return await build(root, say);
  } finally {
    await unlock();
  }
}

async function build(root: string, say: (line: string) => void): Promise<Binaries> {
  const stage = join(root, `.build-${process.pid}`);
  mkdirSync(stage);
  try {
    say("fetching the Debian source package kubernetes");
    const { tree, version } = await fetchSource("kubernetes", stage);
    const [major = "", minor = ""] = version.split(".");
    // The tree is no git checkout; without this file the programs call themselves v0.0.0 and refuse each other.
    const versionFile = join(stage, "version");
    const lines = { COMMIT: "0".repeat(40), TREE_STATE: "archive", VERSION: `v${version}`, MAJOR: major, MINOR: minor };
    await writeFile(
      versionFile,
      Object.entries(lines)
        .map(([name, value]) => `KUBE_GIT_${name}="${value}"\n`)
        .join(""),
    );
    say(`building the control plane v${version} (about 8 minutes on two cores, once)`);
    const log = join(root, "build.log");
    const scratch = join(stage, "tmp");
    mkdirSync(scratch);
    const code = await make(tree, log, {
      KUBE_GIT_VERSION_FILE: versionFile,
      // Whatever the build leaves lying is in the folder that is deleted at the end. The build keeps its Go cache in the tree.
      HOME: join(stage, "home"),
      TMPDIR: scratch,
      // Everything needed is in the tree; a build that reaches for the network is a wrong build.
      GOPROXY: "off",
    });
    if (code !== 0) {
      const tail = readFileSync(log, "utf8").trim().split("\n").slice(-3).join(" / ");
      throw new Error(`make of the control plane ended with ${code}: ${tail}. The whole log is ${log}. ${INSTEAD}`);
    }
    const out = join(stage, "out");
    mkdirSync(out);
    for (const program of BUILT) copyFileSync(join(tree, "_output", "bin", program), join(out, program));
    copyFileSync(onPath("etcd"), join(out, "etcd"));
    for (const program of PROGRAMS) chmodSync(join(out, program), 0o755);
    const folder = join(root, `v${version}-${process.arch}`);
    await rm(folder, { recursive: true, force: true }); // an incomplete set, else findBinaries had returned it
    await rename(out, folder);
    say(`kept in ${folder}`);
    return { folder, version: `v${version}` };
  } finally {
    await rm(stage, { recursive: true, force: true });
  }
}

function make(tree: string, log: string, env: NodeJS.ProcessEnv): Promise<number | null> {
  return new Promise((resolve, reject) => {
    const to = createWriteStream(log);
    // GOFLAGS of the person's own (-mod=mod and the like) break the vendor check.
    const { GOFLAGS: _goflags, ...rest } = process.env;
    const child = spawn("setpriv", ["--pdeathsig", "TERM", "make", `WHAT=${BUILT.map((program) => `cmd/${program}`).join(" ")}`], {
      cwd: tree,
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...rest, ...env },
    });
    child.stdout.pipe(to, { end: false });
    child.stderr.pipe(to, { end: false });
    child.on("error", reject);
    child.on("close", (code) => to.end(() => resolve(code)));
  });
}

/** Absolute path of a program, also where a user's PATH leaves out the system folders. Throws when there is none. */
export function onPath(program: string): string {
  const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin", "/usr/bin", "/usr/local/bin"];
  const found = folders.map((folder) => join(folder, program)).find(isExecutable);
  if (found === undefined) throw new Error(`the program ${program} was not found in PATH (${process.env.PATH}).`);
  return found;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false; // missing or not for us: either way it cannot be started
  }
}
