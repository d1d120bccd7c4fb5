// Ordinary log lines, as services print them: no secret, nothing to redact.
// Owns: their text and how much of it. Deterministic, so that what was recorded can be compared with it.
import { closeSync, openSync, writeSync } from "node:fs";

const PATHS = ["/v1/orders", "/v1/customers", "/healthz", "/v2/search?q=green+tea", "/v1/baskets"];
const LEVELS = ["INFO ", "INFO ", "INFO ", "DEBUG", "WARN "];
const LINES_AT_ONCE = 5_000;

function line(at: number): string {
  const second = Math.floor(at / 50) % 60;
  const minute = Math.floor(at / 3_000) % 60;
  const time = `2026-03-01T12:${String(minute).padStart(2, "0")}:${String(second).padStart(2, "0")}.${String((at * 20) % 1000).padStart(3, "0")}Z`;
  return `${time} ${LEVELS[at % 5]} api-green-${at % 7} handled GET ${PATHS[(at >> 2) % 5]}/${at} with 200 in ${(at * 7) % 190} ms, ${at % 23} rows, queue ${at % 11}\n`;
}

/** Writes about so many bytes; returns the exact figures. */
export function writeLines(path: string, bytes: number): { bytes: number; lines: number } {
  const file = openSync(path, "w");
  let written = 0;
  let at = 0;
  while (written < bytes) {
    const parts: string[] = [];
    for (const end = at + LINES_AT_ONCE; at < end; at++) parts.push(line(at));
    written += writeSync(file, parts.join(""));
  }
  closeSync(file);
  return { bytes: written, lines: at };
}
