import { rmSync } from "node:fs";
import { afterAll, beforeAll, expect, it } from "vitest";
import { madeTeam } from "../launch/testing.ts";
import { as, copyOf, passwordOf } from "../people/testing.ts";
import type { LaunchId, OperatorId, ParamsOf, StepId } from "../protocol/index.ts";
import type { Caller } from "./access.ts";
import { type Bench, openBench } from "./testing.ts";

const TEXT = `# Night

## Freeze

<!-- step: {id: freeze, role: release-manager} -->

\`\`\`sh
echo frozen
\`\`\`

## Smoke

<!-- step: {id: smoke, role: qa-lead} -->

\`\`\`sh
echo green
\`\`\`
`;

let home: string;
let bench: Bench;
let launch: LaunchId;
beforeAll(async () => {
  home = await madeTeam();
  bench = await openBench({ home: copyOf(home), operator: false });
  for (const id of ["jon", "mira"]) await bench.call("people.signIn", { id: as(id), password: passwordOf(id) }, at(id));
  await bench.call("library.openFolder", { path: bench.folder }, at("jon"));
  await bench.call("library.trust", { folder: bench.folder, trusted: true }, at("jon"));
  ({ launch } = (await bench.call("launch.create", { facts: { name: "Night one" } }, at("mira"))).header);
}, 120_000);
afterAll(async () => {
  await bench.remove();
  rmSync(home, { recursive: true, force: true });
});
const at = (id: string): Caller => ({ id: `window of ${id}`, door: "window", isReadOnly: false });
const request = (more: Partial<ParamsOf<"run.start">> = {}): ParamsOf<"run.start"> => ({
  path: bench.write("night.md", TEXT),
  mode: "live",
  contexts: {},
  params: {},
  placeholders: {},
  ...more,
});
const assign = (role: string, operator: string, remove = false) =>
  bench.call("launch.assign", { launch, role, operator: operator as OperatorId, ...(remove ? { remove } : {}) }, at("mira"));
const roles = async (more: Partial<ParamsOf<"run.start">> = {}) =>
  (await bench.call("run.preflight", request(more), at("jon")))
    .filter((one) => one.code === "role")
    .map(({ subject, severity, message, todo }) => ({ subject, severity, message, todo }));

it("says before the start who may run the steps of each role, and which role nobody has", { timeout: 60_000 }, async () => {
  expect(await roles()).toEqual([
    {
      subject: "release-manager",
      severity: "warning",
      message: "Nobody is release-manager, and step 1 is for that role.",
      todo: "Give somebody that title, or delegate it.",
    },
    {
      subject: "qa-lead",
      severity: "warning",
      message: "Nobody is qa-lead, and step 2 is for that role.",
      todo: expect.any(String) as string,
    },
  ]);
  await assign("qa-lead", "jon");
  expect(await roles({ launch })).toMatchObject([
    { subject: "release-manager", severity: "warning", todo: "Assign the role in the launch." },
    { subject: "qa-lead", severity: "ok", message: "Jon may run step 2." },
  ]);
});

it("lets whoever the launch gives a role run its steps, from then on and until it is taken away", { timeout: 60_000 }, async () => {
  const { header } = await bench.call("run.start", request({ launch, overrideReason: "asked here" }), at("jon"));
  const step = { run: header.run, step: "freeze" as StepId };
  const refused = await bench.ask("run.step", step, at("jon"));
  expect(refused).toMatchObject({
    ok: false,
    error: { code: "forbidden", message: expect.stringContaining("Nobody has it yet") as string },
  });
  await assign("release-manager", "mira");
  expect(await bench.ask("run.step", step, at("jon"))).toMatchObject({
    error: { code: "forbidden", message: expect.stringContaining("Ask Mira to run it") as string },
  });
  await assign("release-manager", "jon");
  expect(await bench.ask("run.step", step, at("jon"))).toMatchObject({ ok: true });
  await assign("release-manager", "jon", true);
  expect(await roles({ launch })).toMatchObject([{ message: "Mira may run step 1." }, { message: "Jon may run step 2." }]);
});
