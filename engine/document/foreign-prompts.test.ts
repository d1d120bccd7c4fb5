import { describe, expect, it } from "vitest";
import { foreignPrompt } from "./foreign-prompts.ts";
import { blocksOf, fence, places, read } from "./test-text.ts";

const PROMPTED = [
  ["root$ chmod o+rw $(tty)", "root$"],
  ["host$ uptime", "host$"],
  ["redis4# /opt/failover.sh", "redis4#"],
  ["node-1.example.com% ls", "node-1.example.com%"],
  ["user@host:~$ ls", "user@host:~$"],
  ["user@host$ ls", "user@host$"],
  ["core@ip-10-0-1-2 ~ $ systemctl status", "core@ip-10-0-1-2 ~ $"],
  ["[root@host ~]# systemctl restart etcd", "[root@host ~]#"],
  ["[root@host]# ls", "[root@host]#"],
  ["[web]$ ls", "[web]$"],
  ["(venv) me@host:/srv$ pip list", "(venv) me@host:/srv$"],
  ["macbook:~ me$ ls", "macbook:~ me$"],
  ["10.0.0.1:6379> get x", "10.0.0.1:6379>"],
  ["127.0.0.1:6379[1]> keys *", "127.0.0.1:6379[1]>"],
  ["mysql> show status", "mysql>"],
  ["MariaDB [(none)]> show status", "MariaDB [(none)]>"],
  ["postgres=# select 1", "postgres=#"],
  ["gitlabhq_production=> select 1", "gitlabhq_production=>"],
  ["irb(main):024:0> Project.first", "irb(main):024:0>"],
  ["[ gstg ] production> Project.first", "[ gstg ] production>"],
  ["rs0:PRIMARY> rs.status()", "rs0:PRIMARY>"],
  ["rs0 [direct: primary] PRIMARY> rs.status()", "rs0 [direct: primary] PRIMARY>"],
  ["root@:26257/defaultdb> SHOW RANGES", "root@:26257/defaultdb>"],
  ["cqlsh:system> DESCRIBE", "cqlsh:system>"],
  ["[zk: localhost:2181(CONNECTED) 0] ls /", "[zk: localhost:2181(CONNECTED) 0]"],
  ["(gdb) bt", "(gdb)"],
  ["PS C:\\Users> dir", "PS C:\\Users>"],
  ["% kubectl get pods", "%"],
  [">>> import os", ">>>"],
  ["➜ kubectl get pods", "➜"],
] as const;

/** What only looks like it: each is a command, a comment or an assignment. */
const COMMANDS = [
  'echo "host$ x"',
  "# host$ x",
  "PS1='user@host:~$ '",
  'export PS1="[\\u@\\h \\W]\\$ "',
  "foo> bar",
  "sort> out.txt < in.txt",
  "ls -l > out",
  "> /var/log/app.log",
  "ssh user@host uptime",
  "scp x user@host:/srv",
  "[ -f x ] # only where it is there",
  "[[ $a == b ]] && ls",
  "(cd /srv && ls)",
  "/app # start it",
  "$HOME/bin/x",
  "$X/y -v",
  "kill %1",
  "psql -c 'postgres=# x'",
  "a=1 b=2 cmd",
  "make -j4 # 10 %",
];

describe("the prompt of another program or host", () => {
  it("is seen at the beginning of a line", () => {
    for (const [line, prompt] of PROMPTED) expect(foreignPrompt(line), line).toBe(prompt);
  });

  it("is not seen in commands that hold its signs", () => {
    for (const line of COMMANDS) expect(foreignPrompt(line), line).toBeNull();
  });

  it("keeps a shell fence from running, with the reason and the line", () => {
    for (const [line, prompt] of PROMPTED) {
      const document = read(`# T\n\n\`\`\`bash\n# first\n${line}\n\`\`\`\n`);
      const block = blocksOf(document)[0]!;
      expect(block.runnable, line).toBe(false);
      expect(block.why, line).toContain(`the prompt "${prompt}"`);
      expect(places(document.diagnostics), line).toContain("5:1 foreign-prompt");
    }
  });

  it("keeps a shell fence from running where a later command stands behind it", () => {
    const document = read("# T\n\n```sh\nmysql -u root\nmysql> SELECT 1;\n```\n");
    expect(blocksOf(document)[0]).toMatchObject({
      runnable: false,
      why: 'a command of it stands behind the prompt "mysql>", which is not this shell\'s',
    });
    expect(places(document.diagnostics)).toContain("5:1 foreign-prompt");
  });

  it("is text inside a quote and a here-document", () => {
    const lines = ["cat > motd <<EOF", "root@web:~# welcome", "EOF", "echo 'a", "host$ b'"];
    expect(fence("sh", ...lines)).toMatchObject({ runnable: true, commands: `${lines.join("\n")}\n` });
  });

  it("is named as the reason of a console block, wherever it stands", () => {
    for (const [line, prompt] of PROMPTED) {
      if (prompt.startsWith("PS")) continue; // PowerShell's is one of its own there
      expect(fence("console", line, "output").why, line).toContain(`the prompt "${prompt}"`);
      expect(fence("console", "Last login: today", line).why, line).toContain(`the prompt "${prompt}"`);
    }
  });

  it("takes nothing from a shell fence without it", () => {
    for (const line of COMMANDS) {
      if (line.startsWith("#")) continue;
      expect(fence("bash", line, "true"), line).toMatchObject({ runnable: true, commands: `${line}\ntrue\n` });
    }
  });
});
