import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { EventBody } from "../../protocol/index.ts";
import { appendRun, mustOpen, temporaryHome, testPorts } from "../testing.ts";
import { bodyProblem } from "./body-shape.ts";

let body: Record<string, unknown>;
let remove: () => void;
beforeAll(() => {
  const made = temporaryHome();
  remove = made.remove;
  const ports = testPorts();
  const store = mustOpen(made.home, ports);
  const log = appendRun(store, ports, 2);
  body = JSON.parse(store.events(log)[0]!.line) as Record<string, unknown>;
  store.close();
});
afterAll(() => remove());

const sorted = (value: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
const bothRefuse = (changed: Record<string, unknown>, what: string): void => {
  expect(bodyProblem(sorted(changed)), what).not.toBeNull();
  expect(EventBody.safeParse(changed).success, `protocol: ${what}`).toBe(false);
};

describe("the shape of an event", () => {
  it("is accepted as recorded, here and by the protocol", () => {
    expect(bodyProblem(body)).toBeNull();
    expect(EventBody.safeParse(body).success).toBe(true);
  });

  it("is refused with any key missing or of another type, here and by the protocol", () => {
    for (const key of Object.keys(body)) {
      const { [key]: _gone, ...rest } = body;
      bothRefuse(rest, `without ${key}`);
      bothRefuse({ ...body, [key]: typeof body[key] === "string" ? 1 : "x" }, `${key} of another type`);
      bothRefuse({ ...body, [key]: null }, `${key} null`);
    }
    for (const part of ["actor", "device", "subject"])
      for (const key of Object.keys(body[part] as object)) {
        const { [key]: _gone, ...rest } = body[part] as Record<string, unknown>;
        bothRefuse({ ...body, [part]: rest }, `without ${part}.${key}`);
        bothRefuse({ ...body, [part]: sorted({ ...rest, [key]: null }) }, `${part}.${key} null`);
      }
    const [payload] = body["payloads"] as Record<string, unknown>[];
    for (const key of Object.keys(payload!)) bothRefuse({ ...body, payloads: [sorted({ ...payload, [key]: null })] }, `payload ${key}`);
  });

  it("is refused with a key too many, and with values that cannot be", () => {
    expect(bodyProblem(sorted({ ...body, more: 1 }))).toMatch(/keys/);
    expect(bodyProblem(sorted({ ...body, actor: sorted({ ...(body["actor"] as object), more: "" }) }))).toMatch(/actor/);
    expect(bodyProblem({ ...body, v: 2 })).toMatch(/newer/);
    expect(bodyProblem({ ...body, seq: 0 })).toMatch(/seq/);
    expect(bodyProblem({ ...body, corrects: 1 })).toMatch(/corrects/);
    expect(bodyProblem({ ...body, prev: "A".repeat(64) })).toMatch(/prev/);
    expect(bodyProblem({ ...body, log: "log-1" })).toMatch(/log/);
    expect(bodyProblem({ ...body, ts_utc: "2026-02-31T25:00:00.000Z" })).toMatch(/ts_utc/);
    expect(bodyProblem({ ...body, ts_utc: "2026-03-15T02:30:00.000+02:00" })).toMatch(/ts_utc/);
  });
});
