import { describe, expect, it } from "vitest";
import { blocksOf, fence, read } from "./test-text.ts";

describe("which fences run", () => {
  it.each([
    ["sh", "bash"],
    ["bash", "bash"],
    ["shell", "bash"],
    ["zsh", "zsh"],
    ["fish", "fish"],
    ["pwsh", "pwsh"],
    ["powershell", "pwsh"],
    ["BASH", "bash"],
  ])("runs %s in %s", (language, shell) => {
    const block = fence(language, "kubectl get pods");
    expect(block).toMatchObject({ runnable: true, shell, interpreter: null, why: null, commands: "kubectl get pods\n" });
    expect(block.language).toBe(language.toLowerCase());
  });

  it.each(["text", "log", "json", "yaml", "promql", "sql", "python", "mermaid", "diff", "nonsense"])(
    "does not run %s, and says why",
    (language) => {
      const block = fence(language, "kubectl get pods");
      expect(block.runnable).toBe(false);
      expect(block.shell).toBeNull();
      expect(block.why).toContain(language);
      expect(block.commands).toBe("kubectl get pods\n");
    },
  );

  it("shows a fence without a language as text", () => {
    expect(fence("", "kubectl get pods")).toMatchObject({ runnable: false, language: "", why: expect.stringContaining("explicit act") });
  });

  it("runs another language by its interpreter or its first line", () => {
    expect(fence("python {interpreter=python3}", "print(1)")).toMatchObject({ runnable: true, interpreter: "python3" });
    expect(fence("python", "#!/usr/bin/env python3", "print(1)")).toMatchObject({ runnable: true, interpreter: "/usr/bin/env python3" });
    expect(fence("sh", "#!/bin/bash -e", "echo a")).toMatchObject({ runnable: true, interpreter: "/bin/bash -e" });
  });

  it("never runs text or data, nor a query by a shell, whatever interpreter stands beside it", () => {
    expect(fence("json {interpreter=bash}", "{}").runnable).toBe(false);
    expect(fence("text", "#!/bin/sh", "echo a").runnable).toBe(false);
    expect(fence("sql {interpreter=/bin/sh}", "select 1").runnable).toBe(false);
    expect(fence("sql {interpreter=psql}", "select 1")).toMatchObject({ runnable: true, interpreter: "psql" });
  });

  it("keeps to Runme's ignore=true", () => {
    expect(fence('sh {"ignore":"true"}', "echo a")).toMatchObject({ runnable: false, why: expect.stringContaining("ignore") });
  });

  it("lets generic fences follow the file's shell, and fences that name a shell keep it", () => {
    const document = read("---\nshell: zsh\n---\n# T\n\n```sh\na\n```\n\n```bash\nb\n```\n\n```console\n$ c\n```\n");
    expect(blocksOf(document).map((block) => block.shell)).toEqual(["zsh", "bash", "zsh"]);
  });

  it("does not run an empty fence or one of comments", () => {
    expect(fence("sh", "", "").why).toBe("it is empty");
    expect(fence("sh", "# nothing here").why).toBe("it holds only comments");
  });
});

describe("prompts in a shell fence", () => {
  it("are stripped where every command line has one, and only `$` with a blank", () => {
    expect(fence("sh", "$ echo 1", "$ $HOME/run $(date)", "", "$ echo 3").commands).toBe("echo 1\n$HOME/run $(date)\n\necho 3\n");
    expect(fence("sh", "$HOME/bin/tool", "$(cat file)").commands).toBe("$HOME/bin/tool\n$(cat file)\n");
  });

  it("may have comments between them, and continuations below them", () => {
    const block = fence("bash", "# first", "$ kubectl get pods \\", "    -n web", "$ cat <<EOF", "$ not a prompt", "EOF");
    expect(block.commands).toBe("# first\nkubectl get pods \\\n    -n web\ncat <<EOF\n$ not a prompt\nEOF\n");
    expect(block.sampleOutput).toBeNull();
  });

  it("tell commands from output where the first command has one, with a word about the other lines", () => {
    const text = "# T\n\n```bash\n# look\n$ kubectl get pods\nNAME    READY\nweb-1   1/1\n$ echo done\n```\n";
    const document = read(text);
    expect(blocksOf(document)[0]).toMatchObject({
      runnable: true,
      commands: "# look\nkubectl get pods\necho done\n",
      sampleOutput: "NAME    READY\nweb-1   1/1\n",
    });
    expect(document.diagnostics).toMatchObject([{ line: 6, code: "output-in-shell-block", severity: "warning" }]);
  });

  it("that come after a command without one leave commands and output apart by nobody", () => {
    expect(fence("sh", "export A=1", "$ echo $A").why).toContain("line 2");
  });

  it("inside a quote or here-document are text", () => {
    const lines = ["cat > note <<'EOF'", "$ looks like a prompt", "EOF"];
    expect(fence("sh", ...lines)).toMatchObject({ runnable: true, commands: `${lines.join("\n")}\n` });
  });

  it("of other hosts and programs stop the block", () => {
    for (const line of [
      "root@web-1:/# ls",
      "[me@host ~]$ ls",
      "bash-5.1$ ls",
      "/ # ls",
      "mysql> show tables;",
      "127.0.0.1:6379> PING",
      ">>> print(1)",
      "> slowlog get 10",
      "C:\\> dir",
    ]) {
      expect(fence("bash", line).why, line).toContain("prompt");
    }
  });

  it("are not seen where there are none: redirections, tests and comments stay commands", () => {
    for (const line of [
      "> /var/log/app.log",
      "ssh root@host # log in",
      "/opt/run.sh # start",
      "mysql -u root > out.sql",
      "[ -f x ] && echo y",
      "git log --format='%h > %s'",
    ]) {
      expect(fence("bash", line), line).toMatchObject({ runnable: true, commands: `${line}\n` });
    }
  });

  it("keep a continuation whose backslash has a blank behind it with its command", () => {
    expect(fence("sh", "$ oc logs pod/a \\ ", "| grep x").commands).toBe("oc logs pod/a \\ \n| grep x\n");
  });
});

describe("console fences", () => {
  it("split prompted lines from sample output", () => {
    const block = fence("console", "# the pods", "$ kubectl get pods", "NAME  READY", "", "$ date", "Mon");
    expect(block).toMatchObject({
      runnable: true,
      shell: "bash",
      commands: "# the pods\nkubectl get pods\ndate\n",
      sampleOutput: "NAME  READY\n\nMon\n",
    });
  });

  it.each(["console", "shell-session", "shellsession", "terminal"])("%s is one of them", (language) => {
    expect(fence(language, "$ date").commands).toBe("date\n");
  });

  it("follow `> ` and backslash continuations, and here-documents and quotes without them", () => {
    expect(fence("console", "$ for i in 1 2; do", "> echo $i", "> done", "1", "2").commands).toBe("for i in 1 2; do\necho $i\ndone\n");
    expect(fence("console", "$ a \\", "> b", "out").commands).toBe("a \\\nb\n");
    expect(fence("console", "$ kubectl apply -f - <<EOF", "kind: Pod", "EOF", "pod/x created")).toMatchObject({
      commands: "kubectl apply -f - <<EOF\nkind: Pod\nEOF\n",
      sampleOutput: "pod/x created\n",
    });
    expect(fence("console", "$ curl -d '{", '  "a": 1', "}' http://x", "ok")).toMatchObject({ sampleOutput: "ok\n" });
  });

  it("take `> ` for output where the command is whole", () => {
    expect(fence("console", "$ curl -v x", "> GET / HTTP/1.1")).toMatchObject({
      commands: "curl -v x\n",
      sampleOutput: "> GET / HTTP/1.1\n",
    });
  });

  it("take `# ` for the administrator's prompt only where no line begins with `$ `", () => {
    expect(fence("console", "# apt-get update", "Hit:1", "# reboot")).toMatchObject({
      commands: "apt-get update\nreboot\n",
      sampleOutput: "Hit:1\n",
    });
    expect(fence("console", "$ curl :9100/metrics", "# HELP up Whether it is up", "up 1")).toMatchObject({
      commands: "curl :9100/metrics\n",
      sampleOutput: "# HELP up Whether it is up\nup 1\n",
    });
    expect(fence("console", "# List all the pods of a namespace", "kubectl get pods").runnable).toBe(false);
  });

  it("know PowerShell's prompt", () => {
    expect(fence("console", "PS> Get-Pod", "x")).toMatchObject({ commands: "Get-Pod\n", shell: "pwsh", sampleOutput: "x\n" });
    expect(fence("console", "PS C:\\Users\\me> dir").commands).toBe("dir\n");
  });

  it("name the prompt of another shell as the reason, where the block begins with one", () => {
    expect(fence("console", "sh-5.2# cat etc/motd", "hello").why).toContain('the prompt "sh-5.2#"');
    expect(fence("console", "", "[root@db-1 ~]# uptime").why).toContain("not this shell's");
    expect(fence("console", "hello", "there").why).toMatch(/`\$ ` or `PS> `.*`# `/);
  });

  it("do not run without any prompt, nor with a command that never ends", () => {
    expect(fence("console", "web-1 is up").why).toContain("prompt");
    expect(fence("console", "$ cat <<EOF", "never ended").why).toContain("here-document");
    expect(fence("console", "$ echo 'open", "$ date").why).toContain("quote");
    expect(fence("console", "$ ").why).toContain("no command");
  });
});
