import { describe, expect, it } from "vitest";
import { opensShell } from "./opens-shell.ts";
import { blocksOf, places, read } from "./test-text.ts";

describe("a command opens a shell", () => {
  it.each([
    ["oc debug node/web-1", "oc debug"],
    ['oc debug "node/$NODE"', "oc debug"],
    ["oc debug node/<node name>", "oc debug"],
    ["oc debug node/web-1 -- chroot /host", "oc debug"],
    ["oc debug node web-1", "oc debug"],
    ["oc rsh -n db -c main db-0", "oc rsh"],
    ["oc rsh $(oc get pods -o name | awk 'NR==1{ print $1 }')", "oc rsh"],
    ["kubectl -n db exec -it db-0 -- bash", "kubectl exec"],
    ["kubectl exec --stdin --tty db-0 -- /bin/sh", "kubectl exec"],
    ["kubectl debug -it web-0 --image=busybox", "kubectl debug"],
    ["docker compose exec -i -t web sh", "docker exec"],
    ["ssh -p 22 me@db-1", "ssh"],
    ["gcloud compute ssh db-1 --zone a", "gcloud ssh"],
    ["chroot /host", "chroot"],
    ["chroot /host /bin/bash", "chroot"],
    ["sudo -i", "sudo -i"],
    ["sudo -u postgres bash", "sudo bash"],
    ["su - postgres", "su"],
    ["cd /srv && ssh db-1", "ssh"],
    ["A=1 bash -l", "bash"],
    ["ssh db-1 # look around", "ssh"],
  ])("%s", (command, by) => {
    expect(opensShell(command)).toBe(by);
  });
});

describe("a command runs something and ends", () => {
  it.each([
    "oc debug node/web-1 -- chroot /host df -h",
    "oc rsh db-0 etcdctl member list",
    "oc logs -n debug web-0",
    "oc get debug",
    "kubectl exec -it db-0 -- psql -c 'select 1'",
    "kubectl exec -it db-0 -- sh -c 'date'",
    "kubectl exec db-0 -- bash",
    "kubectl -n debug get pods",
    "ssh db-1 uptime",
    "ssh db-1 < script.sh",
    "ssh -N -L 1:h:2 db-1",
    "echo date | ssh db-1",
    "chroot /host df",
    "sudo systemctl restart x",
    "sudo -i docker-machine ls",
    "su - postgres -c 'psql -l'",
    "bash run.sh",
    "bash -c date",
    "ls # then ssh db-1",
    "echo 'ssh db-1'",
    "for h in a b; do ssh $h date; done",
  ])("%s", (command) => {
    expect(opensShell(command)).toBeNull();
  });
});

describe("lines typed into a shell that the block opened", () => {
  const of = (language: string, ...lines: string[]) => {
    const document = read(`# T\n\n\`\`\`${language}\n${lines.join("\n")}\n\`\`\`\n`);
    const [block] = blocksOf(document);
    return { commands: block!.commands, sample: block!.sampleOutput, said: places(document.diagnostics), all: document.diagnostics };
  };

  it("are output of a console block, with a word at each", () => {
    const { commands, sample, said, all } = of("console", "$ oc debug node/web-1", "# chroot /host", "# systemctl restart chronyd");
    expect(commands).toBe("oc debug node/web-1\n");
    expect(sample).toBe("# chroot /host\n# systemctl restart chronyd\n");
    expect(said).toEqual(["5:1 behind-opened-shell", "6:1 behind-opened-shell"]);
    expect(all.map((problem) => problem.message)).toEqual([
      expect.stringContaining("line 4 opens (oc debug)"),
      expect.stringContaining("line 5 opens (chroot)"),
    ]);
  });

  it("are kept as comments before a further command", () => {
    const { commands, sample, said } = of("console", "$ oc rsh db-0", "# etcdctl defrag", "$ oc get pods", "NAME  READY");
    expect(commands).toBe("oc rsh db-0\n# etcdctl defrag\noc get pods\n");
    expect(sample).toBe("NAME  READY\n");
    expect(said).toEqual(["5:1 behind-opened-shell"]);
  });

  it("are told the same in a shell fence, once each", () => {
    for (const language of ["bash", "console"]) {
      expect(of(language, "$ oc rsh db-0", "# etcdctl defrag").said, language).toEqual(["5:1 behind-opened-shell"]);
      expect(of(language, "$ oc rsh db-0", "sh-5.2# etcdctl defrag").said, language).toEqual(["5:1 behind-opened-shell"]);
      expect(of(language, "$ oc rsh \\", "    db-0", "# etcdctl defrag").said, language).toEqual(["6:1 behind-opened-shell"]);
    }
  });

  it("are not comments in words, output, nor what follows a command that ends", () => {
    for (const line of ["# now inside the pod", "# HELP up Whether it is up", "Starting pod/web-1-debug ...", "sh-5.2#"]) {
      expect(of("console", "$ oc debug node/web-1", line).said, line).toEqual([]);
    }
    expect(of("console", "$ oc debug node/web-1 -- ls", "# cat /etc/hosts").said).toEqual([]);
    expect(of("console", "$ oc debug node/web-1", "$ date", "# cat /etc/hosts").said).toEqual([]);
  });

  it("no comment of a console block is in neither list", () => {
    const { commands, sample } = of("console", "# one", "$ date", "# two", "Mon", "# three", "$ uptime", "# four");
    expect(`${commands}${sample}`.match(/# \w+/g)).toEqual(["# one", "# three", "# two", "# four"]);
  });
});
