// Markdown to steps, parameters, items and diagnostics. Owns the public functions of this room.
// Knows nothing of clusters, shells or records; other rooms get protocol types.

// Reading YAML files that stand beside a runbook, with the same words for the same mistakes.
export { parseDuration } from "./durations.ts";
export { lintInWorker, parseInWorker } from "./in-worker.ts";
export { type Keyed, KeyReader } from "./keyed.ts";
export { lintDocument } from "./lint.ts";
export { checkParams } from "./params.ts";
export { parseDocument } from "./parse.ts";
export { fillPlaceholders } from "./placeholders.ts";
export { createProblems, type Problems, sortProblems } from "./problems.ts";
export { readSource } from "./source.ts";
export { didYouMean } from "./suggest.ts";
export { listOfMaps, parseYamlMap } from "./yaml-map.ts";
