// What a step leaves standing before kubectl, in real shells: whatever chooses another cluster is seen at the next proof.
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { filesAtStart, overlaysOf, WATCHED } from "../cluster/overlays.ts";
import { type Bench, type BenchOptions, openBench, until } from "../shell/testing.ts";

let bench: Bench | null = null;
afterEach(async () => {
  await bench?.close();
  bench = null;
});

const NUL_PROGRAM = "\x7fELF\0\0";
const script = (path: string, text: string) => {
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, text);
  chmodSync(path, 0o755);
};
/** A home whose PATH begins with a kubectl and a helm that are programs, not scripts, and nothing of the tester's own. */
async function open(shell: "bash" | "zsh" | "fish", options: BenchOptions = {}): Promise<Bench> {
  bench = await openBench(shell, { watched: WATCHED, ...options });
  return bench;
}
const said = ({ session }: Bench): string =>
  overlaysOf(session.reported()!.commands, filesAtStart(session.reportedFirst()!.commands)).join("\n");

describe.each(["bash", "zsh"] as const)("in %s", (shell) => {
  it.each([
    ['kubectl() { command kubectl --context other "$@"; }', "kubectl is a function in this shell: --context chooses another context"],
    ['helm() (\n# {\nKUBECONFIG=/x command helm "$@" # }\n)', "helm is a function in this shell: KUBECONFIG= chooses another cluster"],
    ["alias kubectl='kubectl --kubeconfig /x'", "kubectl is an alias in this shell: --kubeconfig chooses another kubeconfig"],
    ["alias k='kubectl --context other'", "k is an alias in this shell: --context"],
    ["alias kubectl='minikube kubectl --'", "minikube has a cluster of its own"],
    ['kubectl() { ssh bastion kubectl "$@"; }', "ssh runs it on another computer"],
    [
      'my_kc() { command kubectl --context other "$@"; }\nalias kubectl=my_kc',
      "my_kc is a function in this shell, which a name of a cluster tool leads to: --context",
    ],
    [
      'kubectl() { set -- --context other "$@"; command kubectl "$@"; }',
      "kubectl is a function in this shell: --context chooses another cluster",
    ],
    [`helm() { local o=(--kube-context other); command helm "\${o[@]}" "$@"; }`, "--kube-context chooses another cluster"],
    ["export HELM_KUBECONTEXT=other", "HELM_KUBECONTEXT is set in this shell"],
    ["hash -p", "/shim/kubectl: --context chooses another context; it was "],
    ["PATH", "/shim/kubectl: --context chooses another context; it was "],
    ["path of an alias", "/shim/kubectl: --context chooses another context"],
  ])("sees `%s` at the next proof", async (block, words) => {
    const here = await open(shell);
    const shim = join(here.folder, "shim", "kubectl");
    script(shim, '#!/bin/sh\nexec /usr/bin/kubectl --context other "$@"\n');
    const text =
      block === "hash -p"
        ? shell === "bash"
          ? `hash -p ${shim} kubectl`
          : `hash kubectl=${shim}`
        : block === "PATH"
          ? `export PATH=${here.folder}/shim:$PATH`
          : block === "path of an alias"
            ? `alias kubectl=${shim}`
            : block;
    expect(said(here)).toBe("");
    expect(await here.run(text)).toMatchObject({ verdict: "passed" });
    expect(said(here)).toContain(words);
    // and it stays seen, at every prompt after it
    await here.run("true");
    expect(said(here)).toContain(words);
  });

  it.each([
    "alias k=kubectl",
    "alias kubectl=kubecolor",
    'kubectl() { echo "+ kubectl $*" >&2; command kubectl "$@"; }',
    'kubectl() { KUBECONFIG="$KUBECONFIG" command kubectl "$@"; }',
    "__start_kubectl() { local x=--context; COMPREPLY=(--context --kubeconfig --server); }\ncomplete -F __start_kubectl kubectl 2>/dev/null || true",
    'kubectl() { unset -f kubectl; source <(command kubectl completion bash); kubectl "$@"; }',
    'kubectl() { for a in "$@"; do case $a in --context|--context=*) return 2;; --kubeconfig) return 2;; esac; [[ $a != --server ]] || return 2; done; command kubectl "$@"; }',
    "alias kprod='kubectl --context prod'",
    "IFS=,; set -f; true",
    "mkdir -p newer; head -c 64 /dev/zero >newer/kubectl; chmod +x newer/kubectl; export PATH=$PWD/newer:$PATH",
    "alias kubectl=$'kubectl \\001 -v=1;\\t%41\\e]633;x\\a'",
  ])("lets `%s` pass", async (block) => {
    const here = await open(shell);
    expect(await here.run(block)).toMatchObject({ verdict: "passed" });
    expect(said(here)).toBe("");
    expect(await here.run("true")).toMatchObject({ verdict: "passed" });
    expect(said(here)).toBe("");
  });

  it("sees what an rc file has set before the first step, and what is typed by hand", async () => {
    const here = await open(shell, { rc: "alias helm='helm --kube-context other'\n" });
    expect(said(here)).toBe("helm is an alias in this shell: --kube-context chooses another context");
    here.session.write("unalias helm; kubectl() { command kubectl --server https://x $1; }\r");
    await until(() => said(here) === "kubectl is a function in this shell: --server chooses another API server");
  });

  it("sees it in what a shell says that ends with the block", async () => {
    const here = await open(shell);
    expect(await here.run("alias kubectl='kubectl --context x'\nexit 0")).toMatchObject({ verdict: "passed", shellAlive: false });
    expect(said(here)).toContain("--context chooses another context");
  });

  it("loses no end mark to a body of any length, and says that one is too long", async () => {
    const here = await open(shell);
    const long = `kubectl() {\n${"  echo '%;;%;;%;;%'\n".repeat(900)}}\n`;
    expect(await here.run(`${long}oc() {\n${"  f1; f2; f3;\n".repeat(200)}}`)).toMatchObject({ verdict: "passed" });
    expect(said(here)).toBe("kubectl is an alias or a function too long to be looked into");
  });
});

describe("in fish", () => {
  it("sees functions, aliases and a shim on PATH, and lets harmless ones pass", async () => {
    const here = await open("fish");
    const shim = join(here.folder, "shim", "kubectl");
    script(shim, '#!/bin/sh\nexec /usr/bin/kubectl --context other "$@"\n');
    for (const [block, words] of [
      ["alias k=kubectl; alias kubectl=kubecolor", ""],
      ["alias kubectl='kubectl --context other'", "kubectl is a function in this shell: --context chooses another context"],
      ["function kubectl; set -lx KUBECONFIG /x; command kubectl $argv; end", "KUBECONFIG is set, which chooses another cluster"],
      ["functions -e kubectl; functions -e k", ""],
      [`set -gx PATH ${here.folder}/shim $PATH`, "--context chooses another context; it was "],
    ] as const) {
      expect(await here.run(block)).toMatchObject({ verdict: "passed" });
      if (words === "") expect([block, said(here)]).toEqual([block, ""]);
      else expect(said(here)).toContain(words);
    }
  });
});

it("tells a changed, a new and an unsaid file from a program that is merely another", async () => {
  const here = await open("bash");
  const at = (name: string, text: string) => {
    script(join(here.folder, name), text);
    return join(here.folder, name);
  };
  const files = (kubectl: string, more: Record<string, string> = {}) =>
    WATCHED.commands.map((name) => ({ name, kind: "file" as const, text: name === "kubectl" ? kubectl : (more[name] ?? "") }));
  const first = filesAtStart(files(at("a/kubectl", NUL_PROGRAM)));
  expect(overlaysOf(files(at("b/kubectl", NUL_PROGRAM)), first)).toEqual([]);
  expect(overlaysOf(files(""), first)).toEqual([]);
  expect(overlaysOf(files(at("c/kubectl", "#!/bin/sh\nexec a/kubectl\n")), first)).toEqual([
    `kubectl is now the script ${here.folder}/c/kubectl; it was ${here.folder}/a/kubectl`,
  ]);
  at("a/kubectl", "#!/bin/sh\ntrue\n");
  expect(overlaysOf(files(join(here.folder, "a/kubectl")), first)).toEqual([
    `the script ${here.folder}/a/kubectl, which is kubectl, was changed`,
  ]);
  expect(overlaysOf(files("", { helm: at("d/helm", "#!/bin/sh\n") }), first)).toEqual([
    `helm is now the script ${here.folder}/d/helm; there was none before`,
  ]);
  expect(overlaysOf([], first)).toEqual([`the shell does not say what ${WATCHED.commands.join(", ")} would run`]);
});
