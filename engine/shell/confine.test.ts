// What a confined program sees, for root and for somebody who is not: nothing of what is hidden, and no way to take the cover off again.
import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "hp-confine-"));
  for (const name of ["home/.kube", "home/.ssh", "run/mine", "run/other", "bin"]) mkdirSync(join(folder, name), { recursive: true });
  for (const [name, text] of [
    ["home/.kube/config", "secret"],
    ["home/.ssh/id", "secret"],
    ["home/key", "secret"],
    ["run/other/kubeconfig", "secret"],
    ["run/mine/kubeconfig", "mine"],
    ["run/mine/as", ""],
    ["nowhere", "nowhere"],
    ["bin/tool", "#!/bin/sh\necho the tool itself\n"],
    ["bin/stand-in", `#!/bin/sh\necho before; exec ${folder}/run/mine/as\n`],
  ] as const)
    writeFileSync(join(folder, name), text);
  execFileSync("chmod", ["-R", "a+rwX", folder]);
  for (const name of ["bin/tool", "bin/stand-in"]) chmodSync(join(folder, name), 0o755);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const isRoot = process.getuid?.() === 0;
/** Who runs it: this account, and where this is root an account that is not. */
const WHO: [string, string[]][] = [
  ["this account", []],
  ...(isRoot
    ? [["an account that is not root", ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]] as [string, string[]]]
    : []),
];

describe.skipIf(process.platform !== "linux")("a confined program", () => {
  it.each(WHO)("of %s sees nothing of what is hidden, and uncovers nothing", (_, as) => {
    const look = `cat home/.kube/config; cat home/.ssh/id home/key run/other/kubeconfig 2>/dev/null; ls run
echo x >run/mine/kubeconfig; cat run/mine/kubeconfig; bin/tool
umount home/.kube; unshare -Urm umount ${folder}/home/.kube; unshare -Urm cat ${folder}/home/key
cat /proc/*/root${folder}/home/key /proc/$OUTSIDE/environ
ls -A home/.ssh; id -u`;
    const program = `const { confine } = await import(${JSON.stringify(join(import.meta.dirname, "confine.ts"))});
const { spawnSync } = await import("node:child_process");
const at = (name) => ${JSON.stringify(`${folder}/`)} + name;
const made = await confine({
  emptied: [{ path: at("home/.kube"), holds: { config: at("nowhere") } }, { path: at("home/.ssh"), holds: {} }, { path: at("not-there"), holds: {} }],
  closed: [at("run")], kept: [at("run/mine")],
  replaced: [{ path: at("home/key"), by: at("nowhere") }, { path: at("bin/tool"), by: at("bin/stand-in") }],
  aliases: [{ path: at("bin/tool"), as: at("run/mine/as") }],
  readOnly: [at("run/mine/kubeconfig")],
}, at("surround.sh"));
if (!made.ok) throw new Error(made.because);
const ran = spawnSync(made.file, [...made.args, "/bin/sh", "-c", ${JSON.stringify(look)}], { cwd: at(""), env: { ...process.env, SECRET_OF_OUTSIDE: "secret", OUTSIDE: String(process.pid) } });
console.log(JSON.stringify({ failed: made.failed, out: ran.stdout.toString() }));`;
    const [file = process.execPath, ...rest] = [...as, process.execPath, "--input-type=module", "-e", program];
    const ran = spawnSync(file, rest, { env: { PATH: process.env.PATH, SECRET_OF_OUTSIDE: "secret" } });
    expect(ran.stderr.toString()).not.toContain("Error");
    const { failed, out } = JSON.parse(ran.stdout.toString()) as { failed: string[]; out: string };
    expect(failed).toEqual([]);
    expect(out).not.toContain("secret");
    const uid = as.length > 0 ? 65534 : process.getuid?.();
    expect(out).toMatch(new RegExp(`^nowherenowheremine\nmine${"before\\nthe tool itself\\n"}(nowhere)+${uid}\n$`));
  });
});
