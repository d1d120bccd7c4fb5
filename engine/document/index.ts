// Markdown to steps, parameters, items and diagnostics. Owns the public functions of this room.
// Knows nothing of clusters, shells or records; other rooms get protocol types.
export { lintInWorker, parseInWorker } from "./in-worker.ts";
export { lintDocument } from "./lint.ts";
export { checkParams } from "./params.ts";
export { parseDocument } from "./parse.ts";
export { fillPlaceholders } from "./placeholders.ts";
