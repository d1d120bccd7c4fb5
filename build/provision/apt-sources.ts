// Apt sources of our own, made from the machine's: the same mirrors and keyrings, with source packages added.
// Owns: reading one-line and deb822 source lists, writing one deb822 file. Names no mirror itself and writes nothing under /etc.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** One stanza of sources.list(5), fields by lower-case name, values as written. */
export type Source = Map<string, string>;

/** Reads `sources.list` and `sources.list.d/*.{list,sources}` under `etcApt`, as apt does: other endings are ignored. */
export function readSources(etcApt: string): Source[] {
  const files = [join(etcApt, "sources.list")];
  const folder = join(etcApt, "sources.list.d");
  if (existsSync(folder))
    files.push(
      ...readdirSync(folder)
        .sort()
        .map((name) => join(folder, name)),
    );
  return files.flatMap((file) => {
    if (!existsSync(file)) return [];
    if (file.endsWith(".sources")) return parseDeb822(readFileSync(file, "utf8"));
    return file.endsWith(".list") ? parseOneLine(readFileSync(file, "utf8")) : [];
  });
}

/** deb822 stanzas; comments may stand inside a stanza, continuation lines begin with a blank. `Enabled: no` is left out. */
export function parseDeb822(text: string): Source[] {
  const sources: Source[] = [];
  let current: Source = new Map();
  let field = "";
  const close = () => {
    if (current.size > 0 && !/^(no|false|without|off|disable|0)$/i.test(current.get("enabled")?.trim() ?? "yes")) sources.push(current);
    current = new Map();
  };
  for (const line of text.split(/\r?\n/)) {
    if (line.startsWith("#")) continue;
    if (line.trim() === "") close();
    else if (/^[ \t]/.test(line)) current.set(field, `${current.get(field) ?? ""}\n${line}`);
    else {
      const colon = line.indexOf(":");
      if (colon < 0) continue;
      field = line.slice(0, colon).trim().toLowerCase();
      current.set(field, line.slice(colon + 1).trim());
    }
  }
  close();
  return sources;
}

/** Names of the one-line options and the deb822 fields they are (sources.list(5)). */
const OPTION_FIELDS: Record<string, string> = {
  arch: "architectures",
  lang: "languages",
  target: "targets",
  pdiffs: "pdiffs",
  "by-hash": "by-hash",
  trusted: "trusted",
  "signed-by": "signed-by",
  "allow-insecure": "allow-insecure",
  "check-valid-until": "check-valid-until",
};

/** `deb [option=value …] uri suite component…`, one per line. */
export function parseOneLine(text: string): Source[] {
  const sources: Source[] = [];
  for (const raw of text.split(/\r?\n/)) {
    const line = raw.replace(/#.*$/, "").trim();
    const parts = /^(deb|deb-src)\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)\s*(.*)$/.exec(line);
    if (parts === null) continue;
    const [, type, options, uri, suite, components] = parts;
    const source: Source = new Map([
      ["types", type!],
      ["uris", uri!],
      ["suites", suite!],
    ]);
    if (components !== "") source.set("components", components!);
    for (const option of (options ?? "").split(/\s+/).filter((word) => word !== "")) {
      const [name = "", value = ""] = option.split(/=(.*)/s);
      const field = OPTION_FIELDS[name.toLowerCase()];
      if (field !== undefined) source.set(field, value.replaceAll(",", " "));
    }
    sources.push(source);
  }
  return sources;
}

const words = (value: string | undefined): string[] => (value ?? "").split(/\s+/).filter((word) => word !== "");

/**
 * Text of a deb822 file with the distribution's own sources (suites of `codename`), each with its packages and its source packages.
 * Other vendors' sources are left out: nothing of theirs is needed, and many have no source packages, which would fail the update.
 * Null when the machine names no source of its distribution.
 */
export function ownSources(sources: Source[], codename: string): string | null {
  const isOwn = (suite: string) =>
    new RegExp(`^(${codename}|oldstable|stable|testing|unstable|sid)([-/](updates|security))?/?$`).test(suite);
  const stanzas = sources
    .filter((source) => words(source.get("types")).includes("deb"))
    .map((source) => ({ source, suites: words(source.get("suites")).filter(isOwn) }))
    .filter(({ suites }) => suites.length > 0)
    .map(({ source, suites }) => {
      const fields = new Map(source);
      fields.set("types", "deb deb-src");
      fields.set("suites", suites.join(" "));
      return `${[...fields].map(([name, value]) => `${name}: ${value}`).join("\n")}\n`;
    });
  return stanzas.length === 0 ? null : [...new Set(stanzas)].join("\n");
}
