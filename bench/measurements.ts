// The list of what is measured. Owns: the order.
import { answer } from "./answer.ts";
import { append } from "./append.ts";
import { exporting } from "./exporting.ts";
import { fold } from "./fold.ts";
import { follow } from "./follow.ts";
import { long } from "./long.ts";
import { memory } from "./memory.ts";
import { open } from "./open.ts";
import { palette } from "./palette.ts";
import { parse } from "./parse.ts";
import type { Measurement } from "./result.ts";
import { schedule } from "./schedule.ts";
import { seek } from "./seek.ts";
import { start } from "./start.ts";
import { startup } from "./startup.ts";
import { stream } from "./stream.ts";
import { throughput } from "./throughput.ts";
import { verify } from "./verify.ts";

export const MEASUREMENTS: Measurement[] = [
  append,
  answer,
  parse,
  verify,
  exporting,
  fold,
  schedule,
  palette,
  throughput,
  start,
  long,
  stream,
  seek,
  open,
  startup,
  follow,
  memory,
];
