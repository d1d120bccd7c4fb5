// Parameters and placeholders of a run from the command line.
// Owns: sorting what was given into the runbook's parameters, its placeholders, and mistakes. Types and patterns are checked by the engine.
import type { RunbookDocument } from "../protocol/index.ts";
import { usage } from "./output.ts";
import { askHidden, readDescriptor } from "./secrets.ts";

export type Given = { params: Record<string, string>; placeholders: Record<string, string> };

/** `K=V` cut at the first `=`; a value may hold more of them, lines too. */
export function cutAssignment(text: string): { name: string; value: string } {
  const at = text.indexOf("=");
  if (at <= 0) throw usage(`--param takes NAME=VALUE, not "${text}".`);
  return { name: text.slice(0, at), value: text.slice(at + 1) };
}

/** What --param-fd holds: lines NAME=VALUE, or one JSON object of strings (for values with line breaks). */
export function parseParamText(text: string): { name: string; value: string }[] {
  if (text.trimStart().startsWith("{")) {
    let parsed: unknown;
    try {
      parsed = JSON.parse(text);
    } catch {
      throw usage("--param-fd: the text begins with { but is not JSON.");
    }
    return Object.entries(parsed as Record<string, unknown>).map(([name, value]) => {
      if (typeof value !== "string") throw usage(`--param-fd: the value of "${name}" is not a string.`);
      return { name, value };
    });
  }
  return text
    .split(/\r?\n/)
    .filter((line) => line.trim() !== "")
    .map(cutAssignment);
}

/** Names of all inputs that a document's blocks ask for as `<name>` or `{{name}}`. */
export function placeholdersOf(document: RunbookDocument): Set<string> {
  const blocks = document.steps.flatMap((step) => step.blocks).filter((block) => block.runnable);
  return new Set(blocks.flatMap((block) => block.placeholders));
}

/**
 * Sorts the given values. A secret among the arguments is refused, because the process list shows it to everyone on the machine;
 * a secret that is needed and missing is asked for without echo where there is a terminal.
 */
export async function gatherParams(document: RunbookDocument, args: string[], descriptor: string | undefined): Promise<Given> {
  const given: Given = { params: {}, placeholders: {} };
  const placeholders = placeholdersOf(document);
  const put = ({ name, value }: { name: string; value: string }, isArgument: boolean) => {
    const param = document.params.find((one) => one.name === name);
    if (param?.type === "secret" && isArgument) {
      throw usage(
        `The parameter ${name} is secret: on the command line everybody on this machine could read it. Give it by --param-fd N (lines ${name}=…), or leave it out to be asked.`,
      );
    }
    if (param !== undefined) given.params[name] = value;
    if (placeholders.has(name)) given.placeholders[name] = value;
    if (param === undefined && !placeholders.has(name)) {
      const known = [...document.params.map((one) => one.name), ...placeholders];
      throw usage(`This runbook has no parameter or placeholder "${name}".${known.length === 0 ? "" : ` It has: ${known.join(", ")}.`}`);
    }
  };
  for (const text of args) put(cutAssignment(text), true);
  if (descriptor !== undefined) for (const one of parseParamText(readDescriptor(descriptor, "--param-fd"))) put(one, false);
  for (const param of document.params) {
    if (param.type !== "secret" || given.params[param.name] !== undefined || !(param.required || param.default === null)) continue;
    const typed = await askHidden(`${param.name}${param.about === "" ? "" : ` (${param.about})`}, not shown: `);
    if (typed !== null && typed !== "") given.params[param.name] = typed;
  }
  return given;
}
