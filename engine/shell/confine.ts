// A shell that does not see some of this machine's files: a mount namespace of its own, set up before the shell takes its place.
// Owns: whether this system can, and the script that does it. What is hidden, and why, is said by whoever asks; Linux only.
import { spawn } from "node:child_process";
import { accessSync, constants, writeFileSync } from "node:fs";
import { quotePosix } from "./integration/facts.ts";

/** All paths absolute. What is not there is passed over: there is nothing to hide then. */
export type Hiding = {
  /** Directories that are seen empty, but for the files put there: name → the file whose bytes it shows. */
  emptied: { path: string; holds: Record<string, string> }[];
  /** Directories that are seen empty, but for those of `kept` that lie below them. */
  closed: string[];
  kept: string[];
  /** Files that show another one's bytes, or run another one in their place. */
  replaced: { path: string; by: string }[];
  /** Files that stay reachable under a second name although they are replaced: the second name must be there as an empty file. */
  aliases: { path: string; as: string }[];
  /** Files that can be read and not be written. */
  readOnly: string[];
};

export type Confinement = { ok: true; file: string; args: string[] } | { ok: false; because: string };

/** With these the shell of a root could take the mounts of its own namespace away again. The rest counts in it alone. */
const GIVEN_UP = ["sys_admin", "sys_ptrace", "sys_chroot"];
/** Every user and group is who he is: a step may become another user. */
const EVERYBODY = "0 0 4294967295";
/** A directory in memory that holds a kubeconfig at most. */
const ROOM = "size=256k";
/** A namespace is made in milliseconds; this is for a machine that does much else. */
const PROBE_MS = 20_000;

/**
 * Writes the script to `script` and, unless `isTried` already, tries it with `true` in the shell's place. What could not be hidden although it
 * is there comes back as `failed`; a system on which no namespace can be made gives `ok: false` with why.
 */
export async function confine(hiding: Hiding, script: string, isTried = false): Promise<Confinement & { failed: string[] }> {
  if (process.platform !== "linux") return { ok: false, because: `${process.platform} has no mount namespaces`, failed: [] };
  const isRoot = process.getuid?.() === 0;
  const unshare = programAt("unshare");
  const setpriv = programAt("setpriv");
  if (unshare === null || (isRoot && setpriv === null))
    return { ok: false, because: `${unshare === null ? "unshare" : "setpriv"} is not on this machine (package util-linux)`, failed: [] };
  writeFileSync(script, scriptOf(hiding, handOver(isRoot, unshare, setpriv)), { mode: 0o600 });
  const file = isRoot ? "/bin/sh" : unshare;
  const args = isRoot ? [`${script}-root`] : ["--user", "--map-root-user", "--mount", "--propagation", "private", "--", "/bin/sh", script];
  if (isRoot) writeFileSync(`${script}-root`, asRoot(unshare, script), { mode: 0o600 });
  if (isTried) return { ok: true, file, args, failed: [] };
  const tried = await run(file, [...args, "/bin/true"], { HOLDPOINT_CONFINE: "tell" });
  if (tried.code !== 0)
    return { ok: false, because: `this system makes no mount namespace (${tried.words || `exit ${tried.code}`})`, failed: [] };
  return { ok: true, file, args, failed: tried.out.split("\n").filter((line) => line.startsWith("/")) };
}

/**
 * Root takes a user namespace too: from outside one, a process of root's can look through the eyes of every other process of root's. A child
 * writes who is who, which only somebody outside may; then the second program is started with the powers of the namespace.
 */
const asRoot = (unshare: string, script: string): string => `me=$$ ours=$(readlink /proc/self/ns/user)
( (
  tries=0
  while [ "$(readlink /proc/$me/ns/user)" = "$ours" ]; do tries=$((tries + 1)); [ $tries -lt 1000 ] || exit; sleep 0.01; done
  echo '${EVERYBODY}' >/proc/$me/uid_map; echo '${EVERYBODY}' >/proc/$me/gid_map
) </dev/null >/dev/null 2>&1 & )
exec ${quotePosix(unshare)} --user --mount --propagation private -- /bin/sh -c '
  tries=0
  until [ "$(id -u)" = 0 ] && [ "$(id -g)" = 0 ]; do tries=$((tries + 1)); [ $tries -lt 1000 ] || exit 95; sleep 0.01; done
  exec /bin/sh "$@"' sh ${quotePosix(script)} "$@"
`;

/** The words that become the shell. A second user namespace gives the person back, without any power over the mounts of the first. */
function handOver(isRoot: boolean, unshare: string, setpriv: string | null): string {
  if (!isRoot) return `exec ${quotePosix(unshare)} --user --map-user=${process.getuid?.()} --map-group=${process.getgid?.()} -- "$@"`;
  return `exec ${quotePosix(setpriv ?? "")} --bounding-set=${GIVEN_UP.map((name) => `-${name}`).join(",")} --inh-caps=-all -- "$@"`;
}

function scriptOf({ emptied, closed, kept, replaced, aliases, readOnly }: Hiding, last: string): string {
  const q = quotePosix;
  const lines = [
    "# Written by Holdpoint for one shell of a rehearsal.",
    `say() { [ "\${HOLDPOINT_CONFINE-}" != tell ] || printf '%s\\n' "$1"; }`,
    "unset IFS",
    // Held open, what is kept is found again behind what closes its parent.
    ...kept.map((path, index) => `exec ${index + 3}<${q(path)} || exit 96`),
    ...aliases.flatMap(({ path, as }) => [`mount --bind ${q(path)} ${q(as)} || say ${q(path)}`]),
    ...replaced.map(({ path, by }) => `[ ! -e ${q(path)} ] || mount --bind ${q(by)} ${q(path)} || say ${q(path)}`),
    ...readOnly.map((path) => `{ mount --bind ${q(path)} ${q(path)} && mount -o remount,bind,ro ${q(path)}; } || say ${q(path)}`),
    ...emptied.map(({ path, holds }) =>
      [
        `if [ -d ${q(path)} ]; then { mount -t tmpfs -o mode=0755,${ROOM} holdpoint ${q(path)}`,
        ...Object.entries(holds).map(([name, from]) => `cat ${q(from)} >${q(`${path}/${name}`)}`),
        `mount -o remount,bind,ro ${q(path)}; } || say ${q(path)}; fi`,
      ].join(" && "),
    ),
    ...closed.map((path) => `[ ! -d ${q(path)} ] || mount -t tmpfs -o mode=0700,${ROOM} holdpoint ${q(path)} || say ${q(path)}`),
    // -c: a path is not looked up by mount itself, which would find what is in front of it now.
    ...kept.flatMap((path, index) => [
      `mkdir -p ${q(path)} && mount -c --rbind /proc/self/fd/${index + 3} ${q(path)} || exit 96`,
      `exec ${index + 3}<&-`,
    ]),
    "unset HOLDPOINT_CONFINE",
    last,
  ];
  return `${lines.join("\n")}\n`;
}

function programAt(name: string): string | null {
  for (const folder of ["/usr/bin", "/bin", "/usr/sbin", "/sbin", "/run/current-system/sw/bin"])
    try {
      accessSync(`${folder}/${name}`, constants.X_OK);
      return `${folder}/${name}`;
    } catch {
      // not there: the next place
    }
  return null;
}

function run(file: string, args: string[], more: Record<string, string>): Promise<{ code: number | null; out: string; words: string }> {
  return new Promise((resolve) => {
    const child = spawn(file, args, {
      stdio: ["ignore", "pipe", "pipe"],
      env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", ...more },
      cwd: "/",
    });
    let out = "";
    let words = "";
    const timer = setTimeout(() => child.kill("SIGKILL"), PROBE_MS);
    child.stdout.on("data", (data: Buffer) => (out += data.toString()));
    child.stderr.on("data", (data: Buffer) => (words = (words + data.toString()).slice(0, 300)));
    child.on("error", (error) => (words = error.message));
    child.on("close", (code) => {
      clearTimeout(timer);
      resolve({ code, out, words: words.trim().split("\n")[0] ?? "" });
    });
  });
}
