import { describe, expect, it } from "vitest";
import type { Param } from "../protocol/index.ts";
import { checkParams } from "./params.ts";

const param = (change: Partial<Param>): Param => ({
  name: "P",
  type: "string",
  required: false,
  default: null,
  pattern: null,
  min: null,
  max: null,
  choices: [],
  about: "",
  line: 4,
  ...change,
});
const check = (change: Partial<Param>, value?: string) => checkParams([param(change)], value === undefined ? {} : { P: value });

describe("parameters", () => {
  it("take defaults, and are left out where they have no value", () => {
    expect(check({ default: "10" })).toEqual({ ok: true, value: { P: "10" } });
    expect(check({ default: "10" }, "")).toEqual({ ok: true, value: { P: "10" } });
    expect(check({ default: "10" }, "20")).toEqual({ ok: true, value: { P: "20" } });
    expect(check({})).toEqual({ ok: true, value: {} });
  });

  it.each([
    [{ type: "int" }, "12", true],
    [{ type: "int" }, "-3", true],
    [{ type: "int" }, "1.5", false],
    [{ type: "int" }, "ten", false],
    [{ type: "int", min: 1, max: 100 }, "100", true],
    [{ type: "int", min: 1, max: 100 }, "101", false],
    [{ type: "int", min: 1, max: 100 }, "0", false],
    [{ type: "number" }, "0.3", true],
    [{ type: "number" }, "1e-3", true],
    [{ type: "number" }, "0x10", false],
    [{ type: "number" }, "", true],
    [{ type: "bool" }, "TRUE", true],
    [{ type: "bool" }, "yes", false],
    [{ type: "choice", choices: ["blue", "green"] }, "green", true],
    [{ type: "choice", choices: ["blue", "green"] }, "red", false],
    [{ pattern: "v\\d+" }, "v1", true],
    [{ pattern: "v\\d+" }, "xv1", false],
    [{ pattern: "v\\d+" }, "v1; rm", false],
    [{ pattern: "a|b" }, "ac", false],
    [{ pattern: "(" }, "a", false],
    [{}, "any $(text) at `all`", true],
    [{}, "a\0b", false],
  ] as [Partial<Param>, string, boolean][])("%j with %j is accepted: %s", (change, value, accepted) => {
    expect(check(change, value).ok).toBe(accepted);
  });

  it("name what is missing, wrong and unknown, all at once", () => {
    const result = checkParams([param({ name: "A", required: true, about: "image tag" }), param({ name: "WEIGHT", type: "int" })], {
      WEIGHT: "x",
      WIEGHT: "1",
    });
    expect(result).toMatchObject({ ok: false, error: { code: "invalid-params" } });
    const lines = result.ok ? [] : result.error.message.split("\n");
    expect(lines).toEqual([
      'There is no parameter "WIEGHT". Did you mean "WEIGHT"?',
      'Parameter "A" (line 4) is required and has no value: image tag. Give it a value.',
      'Parameter "WEIGHT" (line 4) is "x", which is no whole number.',
    ]);
  });

  it("never quote a secret", () => {
    const result = check({ type: "secret", pattern: "x+" }, "hunter2");
    expect(result.ok).toBe(false);
    expect(JSON.stringify(result)).not.toContain("hunter2");
  });

  it("do not take a value from an object's prototype", () => {
    expect(checkParams([param({ name: "constructor", required: true })], {}).ok).toBe(false);
  });

  it("normalise true and false", () => {
    expect(check({ type: "bool" }, "True")).toEqual({ ok: true, value: { P: "true" } });
  });
});
