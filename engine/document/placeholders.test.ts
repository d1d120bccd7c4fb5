import { describe, expect, it } from "vitest";
import type { Param } from "../protocol/index.ts";
import { fillPlaceholders } from "./placeholders.ts";
import { fence, read } from "./test-text.ts";

const asked = (...lines: string[]): string[] => fence("bash", ...lines).placeholders;
const param = (change: Partial<Param>): Param => ({
  name: "ns",
  type: "string",
  required: false,
  default: null,
  pattern: null,
  min: null,
  max: null,
  choices: [],
  about: "",
  line: 1,
  ...change,
});

describe("placeholders", () => {
  it.each([
    ["kubectl -n <namespace> get pods", ["namespace"]],
    ["kubectl get {{ kind }}/{{name}}", ["kind", "name"]],
    ["oc debug node/<node-name>", ["node-name"]],
    ["ssh <user@host>", ["user@host"]],
    ["curl http://<host:port>/healthz", ["host:port"]],
    ["export PROJECT=<your project name>", ["your project name"]],
    ['curl -H "Authorization: Bearer <token>"', ["token"]],
    ["NODE='<value of the label>'", ["value of the label"]],
    ["kubectl scale <DEPLOYMENT> --replicas=<X>", ["DEPLOYMENT", "X"]],
    ["pg_dump -t <table> > dump.sql", ["table"]],
    ["switch <blue|green>", ["blue|green"]],
    ["kubectl get <a> <b> <a>", ["a", "b"]],
    ["kubectl get pod <имя>", ["имя"]],
    [`CLAIM='<"Bound to" column of the table above>'`, ['"Bound to" column of the table above']],
    [`export NODE="<the node's name>"`, ["the node's name"]],
    ['kubectl delete pod <the "web" pod named above>', ['the "web" pod named above']],
  ])("%s asks for %j", (command, names) => {
    expect(asked(command)).toEqual(names);
  });

  it("stand in here-documents, and not in comments", () => {
    expect(asked("cat <<EOF | kubectl apply -f -", "name: <name> # <shown>", "EOF", "echo x # set <not-this>")).toEqual(["name", "shown"]);
  });

  it.each([
    "sort < in.txt > out.txt",
    "sort <in.txt >out.txt",
    "sort <in.txt>out.txt",
    "cmd <in 2>err",
    "cmd </dev/null>log",
    "cmd <$file>out",
    "cat <<EOF >file\nx\nEOF",
    "cat <<-'E'>file\nx\nE",
    'read -r a <<<"$b"',
    "diff <(ls a) <(ls b)",
    "tee >(cat) <x",
    "exec 3<>/dev/tcp/host/80",
    "if (( a<b && c>d )); then echo y; fi",
    "echo $(( i<limit ))",
    "awk '$1<5 && $2>3' file",
    "jq 'select(.a<b and .c>d)' f",
    "[[ $a < $b && $c > $d ]] && echo y",
    "echo '<html><body><p>hi</p></body></html>'",
    "grep '<title>' index.html",
    "echo '<name>x</name>'",
    "echo '<br/>'",
    "kubectl get pods -o go-template='{{range .items}}{{.metadata.name}}{{end}}'",
    'docker inspect --format "{{json .State}}" x',
    'helm template --set x="{{ .Values.y }}"',
    `echo "$${"{{ secrets.TOKEN }}"}"`,
    "git commit --author='A <a@example.com>'",
    "echo a <> b",
    'cmd <"in">out',
    'cmd <in "two words">out',
    'cmd <in -k "2" x>out',
    `jq 'select(.a <"b" and .c>"d")' f`,
    `awk '$1 <"b" || x>3' f`,
    `echo '<a "b">x'`,
    `echo "<it's> y"`,
  ])("%s asks for nothing", (command) => {
    expect(asked(...command.split("\n"))).toEqual([]);
  });

  it("are found with their place in the commands", () => {
    const block = fence("sh", "$ a <x>", "$ b {{ y z }}");
    expect(block.placeholderSpans.map((span) => block.commands.slice(span.start, span.end))).toEqual(["<x>", "{{ y z }}"]);
    expect(block.placeholders).toEqual(["x", "y z"]);
  });

  it("are left out of what does not run, and of comparisons in other languages", () => {
    expect(fence("yaml", "name: <name>").placeholders).toEqual([]);
    expect(fence("python {interpreter=python3}", "print(a<b and c>d)", "x = '<name>'").placeholders).toEqual(["name"]);
  });
});

describe("filling placeholders", () => {
  const block = fence("sh", "echo start", "kubectl -n <ns> get {{kind}} <ns>");

  it("puts every value in its place", () => {
    expect(fillPlaceholders(block, { ns: "web-1", kind: "pods" }, [])).toEqual({
      ok: true,
      value: "echo start\nkubectl -n web-1 get pods web-1\n",
    });
  });

  it("takes the default of the parameter of that name", () => {
    expect(fillPlaceholders(block, { kind: "pods" }, [param({ default: "dflt" })])).toMatchObject({
      ok: true,
      value: expect.stringContaining("-n dflt"),
    });
  });

  it.each([
    [{ kind: "pods" }, "no value"],
    [{ ns: "", kind: "pods" }, "no value"],
    [{ ns: "a b", kind: "pods" }, "holds"],
    [{ ns: "a;rm -rf /", kind: "pods" }, "holds"],
    [{ ns: "$(id)", kind: "pods" }, "holds"],
    [{ ns: "a\nb", kind: "pods" }, "line end"],
  ])("refuses %j and names the line", (values, said) => {
    const result = fillPlaceholders(block, values as Record<string, string>, []);
    expect(result).toMatchObject({ ok: false, error: { code: "invalid-params", message: expect.stringContaining(said) } });
    expect(result.ok === false && result.error.message).toContain(`line ${block.line + 2}`);
  });

  it("lets a parameter's own pattern decide, over the whole value", () => {
    const params = [param({ pattern: "[a-z ]+" })];
    expect(fillPlaceholders(block, { ns: "two words", kind: "pods" }, params).ok).toBe(true);
    expect(fillPlaceholders(block, { ns: "two words;", kind: "pods" }, params).ok).toBe(false);
  });

  it("refuses a secret: the resolved text is shown and recorded", () => {
    expect(fillPlaceholders(block, { ns: "x", kind: "pods" }, [param({ type: "secret" })])).toMatchObject({
      ok: false,
      error: { message: expect.stringContaining("secret") },
    });
  });

  it("does not read a value from an object's prototype", () => {
    const odd = fence("sh", "echo <constructor>");
    expect(fillPlaceholders(odd, {}, []).ok).toBe(false);
  });
});

it("a real file keeps its redirections next to its placeholders", () => {
  const document = read("# T\n\n```sh\nkubectl -n <ns> get cm -o yaml > backup-<ns>.yaml < /dev/null\n```\n");
  expect(document.steps[0]!.blocks[0]!.placeholders).toEqual(["ns"]);
});
