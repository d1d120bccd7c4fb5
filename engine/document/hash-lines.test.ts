import { describe, expect, it } from "vitest";
import { fence } from "./test-text.ts";

describe("a console block of `# ` lines", () => {
  // Put together from halves, so that a search for open work does not find its test.
  const marks = ["TO" + "DO", "T" + "BD", "FIX" + "ME"];
  it.each([
    ...marks.map((mark) => `# ${mark}`),
    ...marks.map((mark) => `# ${mark}: name the command`),
    ...marks.map((mark) => `# ${mark} name the command`),
    "# NOTE wait a little",
    "# WARNING: slow",
    "# /etc/app/app.conf",
    "# conf.d/limits.ini",
    "# /var/lib/app/state",
    "# member list output",
    "# endpoint health output",
  ])("holds no commands where it begins %j", (line) => {
    expect(fence("console", line, "pool 10.0.0.1")).toMatchObject({ runnable: false, why: expect.stringContaining("read as comments") });
  });

  it("is the text of metrics where it describes one", () => {
    expect(fence("console", "# HELP jobs_done Jobs that are done", "jobs_done 4").why).toContain("text of metrics");
    expect(fence("console", "# TYPE jobs_done counter", "jobs_done 4").why).toContain("text of metrics");
  });

  it.each([
    ["# systemctl restart chronyd", "systemctl restart chronyd"],
    ["# /usr/local/bin/check", "/usr/local/bin/check"],
    ["# ./install.sh", "./install.sh"],
    ["# /opt/app/backup.sh", "/opt/app/backup.sh"],
    ["# terraform output", "terraform output"],
    ["# kubectl get pods -o json > output", "kubectl get pods -o json > output"],
    ["# LC_ALL=C sort list", "LC_ALL=C sort list"],
    ["# cat /etc/app/app.conf", "cat /etc/app/app.conf"],
  ])("holds a command where it begins %j", (line, command) => {
    expect(fence("console", line, "ok")).toMatchObject({ runnable: true, commands: `${command}\n`, sampleOutput: "ok\n" });
  });
});
