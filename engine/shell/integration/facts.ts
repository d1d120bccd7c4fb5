// What an integration script has to know. Owns: shapes, and quoting for POSIX-like shells.

export type IntegrationFacts = {
  /** This session's own; marks without it are text. */
  nonce: string;
  /** Named pipe on which the shell hands over its directory and environment when it ends. */
  fifo: string;
  /** Variables whose value is told with every end and every prompt. */
  reported: string[];
  /** Set again after the operator's rc files, read-only. */
  pinned: Record<string, string>;
  /** Put before PATH after the rc files; "" for nothing. */
  pathFirst: string;
  /** Patterns of exported variables that are taken away after the rc files, and told. */
  withdrawn: string[];
  /** What is told of with every end and every prompt besides: see `ShellOptions.watched`. */
  watched: { commands: string[]; variables: string[] };
};

/**
 * Characters of alias and function bodies told in one mark: escaped they are three times as long at most, which with a directory
 * stays below what a mark may hold (marks.ts). A body beyond it is told as too long.
 */
export const TOLD_CHARS = 16_000;
/** A body longer than this is told, but not searched for the functions it leads to: that takes a time quadratic in its length. */
export const FOLLOWED_CHARS = 4_000;

export type BlockScript = {
  token: string;
  /** Value of HOLDPOINT_BLOCK, inherited by whatever the block starts: how its descendants are found again. */
  blockId: string;
  inner: string;
  outer: string;
  /** Lines that export parameters and captures, each ending in a newline; may be "". */
  exports: string;
  cwd: string | null;
};

/** A word that bash and zsh read back byte for byte. */
export const quotePosix = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`;
