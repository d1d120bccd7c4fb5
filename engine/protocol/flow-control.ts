// How far a terminal's view may fall behind. Owns: the two numbers both sides count by.
// Apart from the shapes: the window needs a number at run time, and not the whole library that checks shapes.

/** A view acknowledges after this many characters written (VS Code uses 5,000 too). */
export const ACK_EVERY_CHARS = 5_000;
/** A view this far behind is no longer fed, but re-synced from the engine's own screen. */
export const RESYNC_BEHIND_CHARS = 100_000;
