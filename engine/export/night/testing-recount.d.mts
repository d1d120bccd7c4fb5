// Types of the recount, which is plain JavaScript so that nothing of the report can slip into it.
export function recount(eventLines: readonly string[], planOf: (seq: number) => string): Record<string, string | number>;
