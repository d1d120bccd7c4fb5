// What differs between the shells: how one is started with our integration, and how a block is put into a file for it.
// Owns: the table of dialects. The scripts themselves are in integration/.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ShellKind } from "../protocol/index.ts";
import { bashHeader, bashOuter, bashRc, bashTrailer } from "./integration/bash.ts";
import { type BlockScript, type IntegrationFacts, quotePosix } from "./integration/facts.ts";
import { FISH_TRAILER, fishInit, fishOuter, quoteFish } from "./integration/fish.ts";
import { ZSH_TRAILER, zshEnv, zshHeader, zshOuter, zshRc } from "./integration/zsh.ts";

export type Dialect = {
  /** Writes the integration into `folder` and says how to start the shell with it. */
  start(
    folder: string,
    facts: IntegrationFacts,
    environment: Record<string, string>,
  ): { args: string[]; environment: Record<string, string> };
  /** Arguments that make the shell parse standard input and run nothing. */
  checkSyntax: string[];
  outer(script: BlockScript): string;
  /** Before the block's text, on its first line. */
  header(text: string): string;
  trailer(text: string): string;
  export(name: string, value: string): string;
  quote(word: string): string;
  /** Clears a half-typed line before ours is typed. */
  comment: string;
};

const PRIVATE = { mode: 0o600 };

const bash: Dialect = {
  start(folder, facts) {
    const rc = join(folder, "bashrc");
    writeFileSync(rc, bashRc(facts), PRIVATE);
    return { args: ["--rcfile", rc, "-i"], environment: {} };
  },
  // extglob is a parse-time option: a block may switch it on in its first line and use it in the second.
  checkSyntax: ["-n", "-O", "extglob", "-s"],
  outer: bashOuter,
  header: bashHeader,
  trailer: bashTrailer,
  export: (name, value) => `export ${name}=${quotePosix(value)}\n`,
  quote: quotePosix,
  comment: "#",
};

const zsh: Dialect = {
  start(folder, facts, environment) {
    const ours = join(folder, "zdotdir");
    mkdirSync(ours, { mode: 0o700, recursive: true });
    writeFileSync(join(ours, ".zshenv"), zshEnv(ours, environment["ZDOTDIR"] ?? environment["HOME"] ?? "/"), PRIVATE);
    writeFileSync(join(ours, ".zshrc"), zshRc(facts), PRIVATE);
    return { args: ["-i"], environment: { ZDOTDIR: ours } };
  },
  // zsh tells the line only of something that it opens by name; a pipe of its own is one.
  checkSyntax: ["-f", "-c", '"$0" -n -f <(cat)', "zsh"],
  outer: zshOuter,
  header: zshHeader,
  trailer: () => ZSH_TRAILER,
  export: (name, value) => `export ${name}=${quotePosix(value)}\n`,
  quote: quotePosix,
  comment: "#",
};

const fish: Dialect = {
  start(folder, facts) {
    const init = join(folder, "integration.fish");
    writeFileSync(init, fishInit(facts), PRIVATE);
    return { args: ["--interactive", "--init-command", `source ${quoteFish(init)}`], environment: {} };
  },
  // fish opens its input by name where it is no terminal, and what Node gives a child is a socket, which cannot be opened so.
  checkSyntax: ["--no-config", "-c", "set -l fish (status fish-path); cat | $fish --no-config --no-execute"],
  outer: fishOuter,
  header: () => "",
  trailer: () => FISH_TRAILER,
  export: (name, value) => `set -gx ${name} ${quoteFish(value)}\n`,
  quote: quoteFish,
  comment: "#",
};

/** pwsh has no dialect: its blocks are found out by preflight as `shell-missing`. */
export const DIALECTS: Record<ShellKind, Dialect | null> = { bash, zsh, fish, pwsh: null };
