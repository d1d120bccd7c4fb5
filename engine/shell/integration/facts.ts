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
};

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
