// The list of what is measured. Owns: the order.
import { append } from "./append.ts";
import { palette } from "./palette.ts";
import { parse } from "./parse.ts";
import type { Measurement } from "./result.ts";
import { verify } from "./verify.ts";

export const MEASUREMENTS: Measurement[] = [append, parse, verify, palette];
