import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type ContextSources, loadContexts } from "./contexts.ts";
import { standAlone } from "./resolve.ts";

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "hp-contexts-"));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

function file(name: string, text: string): string {
  const path = join(home, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
}

const load = (env: Record<string, string>, more: Partial<ContextSources> = {}) =>
  loadContexts({ env, homeDir: home, classOf: () => null, ...more });
const list = (...files: string[]) => ({ KUBECONFIG: files.join(delimiter) });

const simple = (context: string, server: string, current = "") => `apiVersion: v1
kind: Config
clusters:
- name: c
  cluster:
    server: ${server}
users:
- name: u
  user: {token: t-${context}}
contexts:
- name: ${context}
  context: {cluster: c, user: u}
${current === "" ? "" : `current-context: ${current}\n`}`;

describe("merging by kubectl's rules", () => {
  it("lets the first file to name a cluster, user or context win as a whole", () => {
    const one = file("one", simple("a", "https://first.test"));
    const two = file("two", `${simple("a", "https://second.test").replace("server:", "tls-server-name: x.test\n    server:")}`);
    const loaded = load(list(one, two));
    expect(loaded.entries.map(({ name, server }) => [name, server])).toEqual([["a", "https://first.test"]]);
    expect(loaded.byName.get("a")?.cluster.value).toEqual({ server: "https://first.test" });
    expect(loaded.byName.get("a")?.user.value).toEqual({ token: "t-a" });
  });

  it("keeps the first current-context, and finds an empty one fine", () => {
    const none = file("none", simple("a", "https://a.test"));
    const first = file("first", "current-context: a\n");
    const second = file("second", "current-context: b\n");
    expect(load(list(none, first, second)).currentContext).toBe("a");
    expect(load(list(none)).currentContext).toBe("");
    expect(load(list(none)).entries.some(({ isCurrent, error }) => isCurrent || error !== null)).toBe(false);
  });

  it("ignores missing files and empty list members, and refuses a missing file that was named alone", () => {
    const one = file("one", simple("a", "https://a.test"));
    expect(load({ KUBECONFIG: [join(home, "no"), "", one, one].join(delimiter) }).entries).toHaveLength(1);
    expect(load({ KUBECONFIG: delimiter }).entries).toEqual([]);
    const [entry] = load({}, { kubeconfigFlag: join(home, "no") }).entries;
    expect(entry?.error?.message).toContain("does not exist");
  });

  it("takes ~/.kube/config without KUBECONFIG, and --kubeconfig alone before both", () => {
    file(".kube/config", simple("home", "https://home.test"));
    const flag = file("flag", simple("flag", "https://flag.test"));
    const listed = file("listed", simple("listed", "https://listed.test"));
    const names = (loaded: ReturnType<typeof load>) => loaded.entries.map(({ name }) => name);
    expect(names(load({}))).toEqual(["home"]);
    expect(names(load({ KUBECONFIG: "" }))).toEqual(["home"]);
    expect(names(load(list(listed)))).toEqual(["listed"]);
    expect(names(load(list(listed), { kubeconfigFlag: flag }))).toEqual(["flag"]);
  });

  it("takes relative paths relative to the file that names them, not to this process", () => {
    file("deep/ca.crt", "certificate one");
    file("other/ca.crt", "certificate two");
    const config = (context: string) =>
      simple(context, "https://a.test")
        .replace("server:", "certificate-authority: ca.crt\n    server:")
        .replaceAll(/\bc\b/g, `c-${context}`)
        .replaceAll(/\bu\b/g, `u-${context}`);
    const loaded = load(list(file("deep/config", config("one")), file("other/config", config("two"))));
    const ca = (name: string) => {
      const flat = standAlone(loaded.byName.get(name)!, {});
      return flat.ok ? Buffer.from(flat.value.clusters[0].cluster["certificate-authority-data"]!, "base64").toString() : flat.message;
    };
    expect([ca("one"), ca("two")]).toEqual(["certificate one", "certificate two"]);
  });

  it("shows a set class by identity and a suggestion by name, and never mixes the two", () => {
    const path = file("one", simple("eu-prod-1", "https://a.test"));
    expect(load(list(path)).entries[0]).toMatchObject({ class: null, suggestedClass: "production" });
    expect(load(list(path), { classOf: () => "sandbox" }).entries[0]).toMatchObject({ class: "sandbox", suggestedClass: "production" });
  });
});

describe("a broken file or context", () => {
  const good = () => file("good", simple("good", "https://good.test"));

  it.each([
    ["is no YAML", "clusters: [\n", "is not YAML", 2],
    ["has a tab where YAML allows none", "clusters:\n\t- name: a\n", "is not YAML", 2],
    ["is a list", "- a\n", "does not hold a mapping", 1],
    ["has clusters that are no list", "apiVersion: v1\nclusters: {a: b}\n", "no list under `clusters`", 2],
    ["names a cluster twice", "clusters:\n- {name: a, cluster: {server: x}}\n- {name: a, cluster: {server: y}}\n", "twice", 3],
    ["has a number where text belongs", "clusters:\n- name: a\n  cluster:\n    server: 443\n", "`server` that is no text", 4],
    ["has a user that is text", "users:\n- name: a\n  user: me\n", "is no mapping", 2],
  ])("becomes an entry with file and line when it %s, and the others work", (_what, text, words, line) => {
    const path = file("broken", text);
    const loaded = load(list(path, good()));
    const bad = loaded.entries.find(({ name }) => name === path);
    expect(bad?.error?.message).toContain(words);
    expect(bad?.error).toMatchObject({ file: path, line });
    expect(bad?.error?.message).toContain(`${path}:${line}`);
    expect(loaded.byName.has("good")).toBe(true);
  });

  it("is a folder, or may not be read: an entry too", () => {
    mkdirSync(join(home, "folder"));
    expect(load(list(join(home, "folder"), good())).entries.map(({ error }) => error?.message ?? "ok")).toEqual([
      "ok",
      expect.stringContaining("is a folder"),
    ]);
  });

  it("that may not be read is an entry with that reason", () => {
    const path = file("closed", "");
    chmodSync(path, 0);
    // Root reads everything, so as root it is asked as nobody.
    const isRoot = process.getuid?.() === 0;
    if (isRoot) process.seteuid!(65_534);
    try {
      expect(load(list(path)).entries[0]?.error?.message).toContain("may not be read");
    } finally {
      if (isRoot) process.seteuid!(0);
    }
  });

  it.each([
    ["no-cluster", "{user: u}", "names no cluster"],
    ["lost-cluster", "{cluster: gone, user: u}", 'names the cluster "gone"'],
    ["no-user", "{cluster: c}", "names no user"],
    ["lost-user", "{cluster: c, user: gone}", 'names the user "gone"'],
    ["empty-server", "{cluster: empty, user: u}", "no server"],
    ["odd-server", "{cluster: odd, user: u}", "no http or https address"],
    ["no-ca", "{cluster: no-ca, user: u}", "nowhere.crt"],
    ["no-key", "{cluster: c, user: no-key}", "nowhere.key"],
    ["bare-exec", "{cluster: c, user: bare-exec}", "no command"],
  ])("context %s has its reason and line, and cannot be chosen", (name, context, words) => {
    const text = `clusters:
- {name: c, cluster: {server: "https://a.test"}}
- {name: empty, cluster: {}}
- {name: odd, cluster: {server: "ftp://a.test"}}
- {name: no-ca, cluster: {server: "https://a.test", certificate-authority: nowhere.crt}}
users:
- {name: u, user: {token: t}}
- {name: no-key, user: {client-certificate-data: eA==, client-key: nowhere.key}}
- {name: bare-exec, user: {exec: {apiVersion: client.authentication.k8s.io/v1}}}
contexts:
- {name: good, context: {cluster: c, user: u}}
- {name: ${name}, context: ${context}}
`;
    const loaded = load(list(file("config", text)));
    const entry = loaded.entries.find((candidate) => candidate.name === name);
    expect(entry?.error?.message).toContain(words);
    expect(entry?.error?.line).toBeGreaterThan(1);
    expect(loaded.byName.has(name)).toBe(false);
    expect(loaded.byName.has("good")).toBe(true);
  });

  it("is listed when current-context names a context that does not exist", () => {
    const loaded = load(list(file("config", simple("a", "https://a.test", "gone"))));
    expect(loaded.entries.find(({ name }) => name === "gone")).toMatchObject({
      isCurrent: true,
      error: { message: expect.stringContaining('"gone"') },
    });
  });

  it("never shows a line of the file, because tokens stand in them", () => {
    const secret = "supersecrettokenvalue";
    const path = file("config", `users:\n- name: a\n  user: {token: "${secret}\n- x: [`);
    const loaded = load(list(path));
    expect(loaded.entries[0]?.error).not.toBeNull();
    expect(JSON.stringify(loaded)).not.toContain(secret);
  });

  it("is never written: the files are the same afterwards, byte for byte", () => {
    const text = `${simple("a", "https://a.test", "a")}# a comment\n`;
    const path = file("config", text);
    load(list(path));
    expect(readFileSync(path, "utf8")).toBe(text);
  });
});

const hasKubectl = spawnSync("kubectl", ["version", "--client"]).status === 0;

// kubectl is there in CI: `npm test` installs it.
describe.runIf(hasKubectl || process.env.CI)("against the real kubectl", () => {
  const kubectl = (env: Record<string, string>, args: string[]) =>
    execFileSync("kubectl", args, {
      env: { PATH: process.env.PATH, HOME: home, ...env },
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });

  const cases: Record<string, () => Record<string, string>> = {
    "two files that overlap": () =>
      list(
        file("a", `${simple("x", "https://one.test")}- name: only-a\n  context: {cluster: c2, user: u, namespace: n1}\n`),
        file(
          "b",
          `${simple("x", "https://two.test", "x").replace("clusters:", "clusters:\n- name: c2\n  cluster: {server: 'https://c2.test', insecure-skip-tls-verify: true}")}`,
        ),
      ),
    "three current-contexts": () =>
      list(file("a", "kind: Config\n"), file("b", simple("b", "https://b.test", "b")), file("c", simple("c", "https://c.test", "c"))),
    "missing and empty files": () =>
      list(join(home, "missing"), file("empty", ""), file("null", "clusters: null\n"), file("b", simple("b", "https://b.test", "b"))),
    "only the default file": () => {
      file(".kube/config", simple("home", "https://home.test", "home"));
      return {};
    },
    "JSON, anchors and unknown fields": () =>
      list(
        file(
          "json",
          JSON.stringify({ clusters: [{ name: "j", cluster: { server: "https://j.test", extra: 1 } }], "current-context": "anchored" }),
        ),
        file(
          "anchored",
          "users:\n- name: u\n  user: &me {token: t}\n- name: u2\n  user: *me\ncontexts:\n- {name: anchored, context: {cluster: j, user: u2}}\nextensions: []\n",
        ),
      ),
    "files with relative certificates": () => {
      file("sub/ca.pem", "ca");
      return list(
        file("sub/config", simple("rel", "https://rel.test", "rel").replace("server:", "certificate-authority: ca.pem\n    server:")),
      );
    },
    "the same file twice": () => {
      const path = file("twice", simple("t", "https://t.test", "t"));
      return list(path, path);
    },
    "no file at all": () => list(join(home, "missing")),
  };

  it.each(Object.keys(cases))("resolves %s as kubectl does", (name) => {
    const env = cases[name]!();
    type View = {
      contexts: { name: string; context: { cluster: string; user: string; namespace?: string } }[] | null;
      clusters: { name: string; cluster: { server: string } }[] | null;
      users: { name: string; user: { token?: string } }[] | null;
      "current-context": string;
    };
    const view = JSON.parse(kubectl(env, ["config", "view", "--raw", "--flatten", "-o", "json"])) as View;
    const expected = (view.contexts ?? []).map(({ name: context, context: { cluster, user, namespace } }) => [
      context,
      view.clusters?.find((one) => one.name === cluster)?.cluster.server ?? null,
      user,
      view.users?.find((one) => one.name === user)?.user.token ?? null,
      namespace ?? null,
    ]);
    const loaded = load(env);
    const found = loaded.entries.map((entry) => [
      entry.name,
      entry.server,
      entry.user,
      (loaded.byName.get(entry.name)?.user.value.token as string | undefined) ?? null,
      entry.namespace,
    ]);
    expect(found.sort()).toEqual(expected.sort());
    expect(loaded.currentContext).toBe(view["current-context"]);
  });

  it("makes a stand-alone kubeconfig that kubectl reads as it reads the original", () => {
    file("sub/ca.pem", "ca");
    file("sub/c.crt", "crt");
    file("sub/c.key", "key");
    const path = file(
      "sub/config",
      simple("rel", "https://rel.test/", "rel")
        .replace("server:", "certificate-authority: ca.pem\n    server:")
        .replace("{token: t-rel}", "{client-certificate: ./c.crt, client-key: c.key}"),
    );
    const flat = standAlone(load(list(path)).byName.get("rel")!, {}, "core");
    if (!flat.ok) throw new Error(flat.message);
    const mine = file("mine", JSON.stringify(flat.value));
    const view = (config: string) => JSON.parse(kubectl(list(config), ["config", "view", "--raw", "--flatten", "-o", "json"]));
    const theirs = view(path);
    theirs.contexts[0].context.namespace = "core";
    expect(view(mine)).toEqual(theirs);
  });
});
