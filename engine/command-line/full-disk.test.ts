// A full data disk under a headless run: it says so, ends, and leaves nothing behind that the next start cannot put right.
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { type Bench, createBench, lines, until } from "./in-test.ts";

const MINUTES = 180_000;
const FILLER = "filler";

let bench: Bench;
let mounted: string | null = null;
afterEach(async () => {
  await bench.close().catch(() => {}); // a mount point cannot be removed while it is one
  if (mounted !== null) asRoot("umount", ["--lazy", mounted]);
  mounted = null;
  rmSync(bench.folder, { recursive: true, force: true });
});

/** Runs a command as root: as what we are, or by sudo where it asks for no password. Null, or what it said. */
function asRoot(command: string, args: string[]): string | null {
  const isRoot = process.getuid?.() === 0;
  const done = spawnSync(isRoot ? command : "sudo", isRoot ? args : ["-n", command, ...args], { encoding: "utf8" });
  return done.status === 0 ? null : (done.error?.message ?? done.stderr.trim());
}

/** A data directory on a disk of its own, of `kilobytes`. */
function smallDisk(kilobytes: number): string {
  bench = createBench();
  const home = join(bench.folder, "home");
  mkdirSync(home);
  const problem = asRoot("mount", ["-t", "tmpfs", "-o", `size=${kilobytes}k`, "tmpfs", home]);
  if (problem !== null)
    throw new Error(
      `A disk of ${kilobytes} KB could not be mounted (${problem}). Run this test as root, or in a namespace of your own: ` +
        "unshare --user --map-root-user --mount npx vitest run engine/command-line/full-disk.test.ts",
    );
  mounted = home;
  return home;
}

/** Leaves no byte free. */
function fill(home: string): void {
  const path = join(home, FILLER);
  for (let size = Number(statfsSync(home).bavail) * 4096; size >= 1; size = Math.floor(size / 2)) {
    try {
      for (;;) writeFileSync(path, Buffer.alloc(size), { flag: "a" });
    } catch {
      // a smaller piece may still fit
    }
  }
}

const commandOf = (pid: string): string => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
  } catch {
    return "";
  }
};
/** Processes with `mark` in their command line, and shells that were started for this bench. */
const alive = (mark: string): string[] =>
  readdirSync("/proc")
    .filter((pid) => /^\d+$/.test(pid))
    .map(commandOf)
    .filter((command) => command.includes(mark) && !command.includes("cli.ts"));

/** What the next start finds, once there is space again. */
async function afterSpace(home: string): Promise<{ verdict: unknown; because: unknown; verified: number | null }> {
  rmSync(join(home, FILLER), { force: true });
  // What filled a small disk is its own recording: a person makes the disk larger.
  expect(asRoot("mount", ["-o", "remount,size=64m", home])).toBeNull();
  const { out } = await bench.holdpoint(["status", "latest", "--json"]);
  const status = JSON.parse(out) as { steps: { verdict: unknown; because: unknown }[] };
  const verified = await bench.holdpoint(["verify", join(home, "holdpoint.db"), "--json"]);
  return { ...status.steps[0]!, verified: verified.code };
}

const step = (title: string, script: string) => `## ${title}\n\n\`\`\`bash\n${script}\n\`\`\`\n`;

describe.runIf(process.platform === "linux")("on a full disk", () => {
  it("ends a command whose output fills the disk, says so in words, and finds it as unknown after the next start", {
    timeout: MINUTES,
  }, async () => {
    const home = smallDisk(900);
    const file = bench.file("books/heavy.md", `# H\n\n${step("One", "while :; do echo line $RANDOM $RANDOM $RANDOM $RANDOM; done")}`);
    const { code, err, out } = await bench.holdpoint(["run", file, "--yes", "--json"]);
    expect(code).toBe(3);
    expect(err).toMatch(/disk is full/);
    expect(err).toMatch(/Step 1 stands still.*its end is unknown.*Free space/s);
    expect(err).not.toMatch(/defect/);
    expect(lines(out).at(-1)).toMatchObject({ type: "cli.ended", exitCode: 3, status: "held" });
    expect(alive(bench.folder)).toEqual([]);
    const after = await afterSpace(home);
    expect(after.verdict).toBe("unknown");
    expect(after.verified).toBe(2); // verified; where it comes from was not asked
  });

  it("ends with 3 where a command's end cannot be recorded any more", { timeout: MINUTES }, async () => {
    const home = smallDisk(900);
    const go = join(bench.folder, "go");
    const file = bench.file(
      "books/small.md",
      `# S\n\n${step("One", `until test -e ${go}; do sleep 0.05; done`)}\n${step("Two", "echo two")}`,
    );
    const started = bench.start(["run", file, "--yes", "--json"]);
    await until("the block", () => started.out().includes('"block.started"'));
    fill(home);
    writeFileSync(go, "");
    const { code, err } = await started.ended;
    expect(code).toBe(3);
    expect(err).toMatch(/disk is full/);
    // While it is full, a start shows what stands and refuses to run, in words; what it could not write hinders no later one.
    fill(home);
    const looked = await bench.holdpoint(["status", "latest"]);
    expect(looked.code, looked.err).toBe(0);
    expect(looked.out).toContain("disk is full");
    const refused = await bench.holdpoint(["run", file, "--yes"]);
    expect(refused.code, refused.err).toBe(3);
    expect(refused.err).toMatch(/disk is full.*free space/);
    expect(looked.err + refused.err).not.toMatch(/defect/);
    const after = await afterSpace(home);
    expect(after.verdict).toBe("unknown");
    expect(after.verified).toBe(2); // verified; where it comes from was not asked
  });

  it.each(["SIGTERM", "SIGINT"] as const)(
    "ends on %s, leaves no process of the command behind, and finds it as unknown after the next start",
    { timeout: MINUTES },
    async (signal) => {
      const home = smallDisk(900);
      const mark = `hp-full-${process.pid}-${Date.now()}`;
      // Deaf to what asks politely: only its end can end it.
      const script = `trap '' INT TERM HUP; (exec -a ${mark} sleep 300) & while :; do echo line $RANDOM $RANDOM $RANDOM $RANDOM; done`;
      const file = bench.file("books/deaf.md", `# D\n\n${step("One", script)}`);
      const started = bench.start(["run", file, "--yes"]);
      await until("the full disk", () => started.err().includes("disk is full"));
      started.child.kill(signal);
      const { code } = await started.ended;
      expect([130, 3]).toContain(code);
      // Killed before the exit; on a busy machine the kernel takes a moment longer to let go of it.
      await until("the command's end", () => alive(mark).length === 0);
      const after = await afterSpace(home);
      expect(after.verdict).toBe("unknown");
      expect(after.verified).toBe(2); // verified; where it comes from was not asked
    },
  );
});
