import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { Param, RunbookDocument } from "../protocol/index.ts";
import { Ended } from "./output.ts";
import { cutAssignment, gatherParams, parseParamText } from "./params.ts";
import { contextsOf } from "./start-request.ts";

const param = (name: string, type: Param["type"]): Param => ({
  name,
  type,
  required: false,
  default: null,
  pattern: null,
  min: null,
  max: null,
  choices: [],
  about: "",
  line: 1,
});
const document = {
  params: [param("RELEASE", "string"), param("TOKEN", "secret")],
  clusters: [],
  steps: [
    {
      blocks: [
        { runnable: true, placeholders: ["pod"] },
        { runnable: false, placeholders: ["not-asked"] },
      ],
    },
  ],
} as unknown as RunbookDocument;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "hp-params-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function fromDescriptor(text: string): Promise<Record<string, string>> {
  writeFileSync(join(folder, "p"), text);
  const fd = openSync(join(folder, "p"), "r");
  try {
    return (await gatherParams(document, [], String(fd))).params;
  } finally {
    closeSync(fd);
  }
}

it("cuts NAME=VALUE at the first equals sign only", () => {
  expect(cutAssignment("A=b=c\nd")).toEqual({ name: "A", value: "b=c\nd" });
  expect(cutAssignment("A=")).toEqual({ name: "A", value: "" });
  for (const bad of ["A", "=b", ""]) expect(() => cutAssignment(bad)).toThrow(Ended);
});

it("sorts values into parameters and placeholders, and names what the runbook does not have", async () => {
  expect(await gatherParams(document, ["RELEASE=v1", "pod=web-0"], undefined)).toEqual({
    params: { RELEASE: "v1" },
    placeholders: { pod: "web-0" },
  });
  await expect(gatherParams(document, ["RELAESE=v1"], undefined)).rejects.toThrow(
    /no parameter or placeholder "RELAESE".*RELEASE, TOKEN, pod/,
  );
  await expect(gatherParams(document, ["not-asked=1"], undefined)).rejects.toThrow(Ended);
});

it("refuses a secret among the arguments and takes it from a file descriptor", async () => {
  await expect(gatherParams(document, ["TOKEN=hunter22"], undefined)).rejects.toThrow(/TOKEN is secret.*--param-fd/);
  await expect(gatherParams(document, ["TOKEN=hunter22"], undefined)).rejects.not.toThrow(/hunter22/);
  expect(await fromDescriptor("TOKEN=a=b\n\nRELEASE=v2\r\n")).toEqual({ TOKEN: "a=b", RELEASE: "v2" });
  expect(await fromDescriptor(JSON.stringify({ TOKEN: "two\nlines" }))).toEqual({ TOKEN: "two\nlines" });
});

it("says what is wrong with a descriptor that is not open or holds no strings", async () => {
  await expect(gatherParams(document, [], "987")).rejects.toThrow(/--param-fd 987/);
  await expect(gatherParams(document, [], "x")).rejects.toThrow(Ended);
  expect(() => parseParamText('{"A":1}')).toThrow(/not a string/);
  expect(() => parseParamText("{broken")).toThrow(/not JSON/);
});

it("gives the one cluster its context, and asks which where there are several", () => {
  expect(contextsOf(document, ["arn:aws:eks:eu:1:cluster/x"])).toEqual({ main: "arn:aws:eks:eu:1:cluster/x" });
  expect(contextsOf(document, [])).toEqual({});
  const two = { ...document, clusters: ["primary", "dr"] } as RunbookDocument;
  expect(contextsOf(two, ["primary=a", "dr=b"])).toEqual({ primary: "a", dr: "b" });
  expect(() => contextsOf(two, ["a"])).toThrow(/primary=a/);
  expect(() => contextsOf(document, ["a", "b"])).toThrow(/Two contexts/);
});
