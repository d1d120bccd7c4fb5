// All of it with no network: engine, window and a real Chromium in a namespace that has loopback alone. First the control: whatever
// would leave fails there, and is counted. Then a rehearsal from its first key to its report, and nobody has even tried.
import { mkdirSync, readFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { expect, test } from "../holdpoint.ts";
import { becomeOperator, call } from "../pages.ts";
import { addresses, attempts, ELSEWHERE, interfaces, TEXT } from "./namespace.ts";

const pictures = process.env["HOLDPOINT_PICTURES"];
const picture = async (page: Page, name: string): Promise<void> => {
  if (pictures === undefined) return;
  mkdirSync(pictures, { recursive: true });
  await page.screenshot({ path: join(pictures, `${name}.png`) });
};

test("the namespace has loopback alone: what would leave fails, and is counted", async ({ holdpoint, browserOfWorker }) => {
  expect(interfaces(), "run by `npm test -- offline`: here are other networks").toEqual(["lo"]);
  expect(addresses().every((address) => address === "127.0.0.1" || address === "::1")).toBe(true);
  const before = attempts();
  const refused = await new Promise<string>((resolve) => {
    const socket = connect(80, ELSEWHERE);
    socket.on("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? ""));
    socket.on("connect", () => resolve("connected"));
  });
  expect(refused).toBe("ENETUNREACH");
  const own = attempts();
  expect(own.v4).toBeGreaterThan(before.v4);

  // The browser of these tests, its page asked to leave, and a shell of the engine.
  const page = await (await browserOfWorker.newContext()).newPage();
  await expect(page.goto(`http://${ELSEWHERE}/`)).rejects.toThrow(/ERR_(ADDRESS_UNREACHABLE|INTERNET_DISCONNECTED)/);
  await page.context().close();
  const served = await holdpoint.serve();
  const window = await holdpoint.open(served);
  await becomeOperator(window);
  const between = attempts();
  const path = holdpoint.write("leave.md", TEXT.replace('echo "42 rows"', `exec 3<>/dev/tcp/${ELSEWHERE}/80`));
  await trusted(window, holdpoint.books);
  const run = await begin(window, { path, mode: "live" });
  await step(window, run, "restore");
  expect(await step(window, run, "prove")).toBe("failed");
  expect(attempts().v4).toBeGreaterThan(between.v4);
});

test("a rehearsal from first key to report, and nobody tries to reach anything but this machine", async ({ holdpoint }) => {
  expect(interfaces()).toEqual(["lo"]);
  const before = attempts();
  const served = await holdpoint.serve();
  const page = await holdpoint.open(served);
  const requests: string[] = [];
  page.on("request", (request) => requests.push(request.url()));
  page.on("websocket", (socket) => requests.push(socket.url()));
  await becomeOperator(page);
  const { origin, host } = new URL(page.url());

  // A run to be rehearsed, and the bundle that carries it over.
  const path = holdpoint.write("restore.md", TEXT);
  await trusted(page, holdpoint.books);
  const source = await begin(page, { path, mode: "live" });
  for (const id of ["restore", "prove"]) expect(await step(page, source, id)).toBe("passed");
  await call(page, "run.finish", { run: source });
  const packed = await call<{ path: string; fingerprint: string }>(page, "rehearsal.pack", { path });
  const away = join(holdpoint.folder, "away");
  mkdirSync(away, { mode: 0o700 });
  const there = await holdpoint.serve({ HOLDPOINT_HOME: away });
  const other = await holdpoint.open(there);
  const second = new URL(other.url()).origin;
  other.on("request", (request) => requests.push(request.url()));
  other.on("websocket", (socket) => requests.push(socket.url()));
  await becomeOperator(other);
  await other.goto(`${second}/#/rehearse`);
  await other.getByRole("button", { name: "Open a rehearsal bundle" }).click();
  const dialog = other.getByRole("dialog", { name: "Open a rehearsal bundle" });
  await dialog.getByLabel("Path on this computer").fill(packed.path);
  await dialog.getByLabel(/Fingerprint/).fill(packed.fingerprint);
  await dialog.getByRole("button", { name: "Open", exact: true }).click();
  await other.getByRole("dialog").getByRole("button", { name: "Rehearse it" }).click();
  await picture(other, "offline-rehearse");
  const [moved] = await call<{ main: string }[]>(other, "rehearsal.moved", {});
  const replay = await begin(other, { path: moved!.main, mode: "rehearsal", rehearsal: { way: "replay", source, speed: 0 } });
  await other.goto(`${second}/#/run/${replay}`);
  for (const id of ["restore", "prove"]) expect(await step(other, replay, id)).toBe("passed");
  await picture(other, "offline-replay");
  await call(other, "run.finish", { run: replay });
  const { view } = await call<{ view: { header: { log: string; result: string } } }>(other, "run.get", { run: replay });
  expect(view.header.result).toBe("passed");
  const report = await call<{ path: string }>(other, "record.export", { log: view.header.log, format: "pdf" });
  expect(readFileSync(report.path).subarray(0, 5).toString()).toBe("%PDF-");
  expect((await call<{ problems: unknown[] }>(other, "record.verify", {})).problems).toEqual([]);

  // Every page of the window, and the text that names a picture elsewhere.
  for (const [window, base] of [
    [page, origin],
    [other, second],
  ] as const)
    for (const place of ["library", "launches", "rehearse", "records", "people", "settings"]) {
      await window.goto(`${base}/#/${place}`);
      await expect(window.getByRole("main").or(window.getByRole("region")).first()).toBeVisible();
      await window.evaluate(() => document.fonts.ready.then(() => undefined));
    }
  await page.goto(`${origin}/#/library/${encodeURIComponent(path)}`);
  await expect(page.getByText("Image, not loaded: elsewhere")).toBeVisible();
  await picture(page, "offline-text");
  // Both typefaces are there, and came from this machine.
  expect(await page.evaluate(() => [...document.fonts].filter((face) => face.status === "loaded").map((face) => face.family))).toEqual(
    expect.arrayContaining([expect.stringContaining("HP")]),
  );

  const hosts = new Set(
    requests
      .map((url) => new URL(url))
      .filter(({ protocol }) => !["data:", "blob:"].includes(protocol))
      .map((url) => url.host),
  );
  expect([...hosts].sort()).toEqual([host, new URL(second).host].sort());
  // Of IPv6 the browser itself asks now and then whether there is a route at all; the engine is held to both in commands.spec.ts.
  expect(attempts().v4, "attempts to leave the namespace").toBe(before.v4);
});

async function trusted(page: Page, folder: string): Promise<void> {
  await call(page, "library.openFolder", { path: folder });
  await call(page, "library.trust", { folder, trusted: true });
}

async function begin(page: Page, request: object): Promise<string> {
  const { header } = await call<{ header: { run: string } }>(page, "run.start", { contexts: {}, params: {}, placeholders: {}, ...request });
  return header.run;
}

async function step(page: Page, run: string, id: string): Promise<string> {
  await call(page, "run.step", { run, step: id });
  let verdict = "";
  await expect
    .poll(async () => {
      const { view } = await call<{ view: { header: { nextAction: { kind: string } }; steps: { id: string; verdict: string }[] } }>(
        page,
        "run.get",
        {
          run,
        },
      );
      verdict = view.steps.find((one) => one.id === id)?.verdict ?? "";
      return view.header.nextAction.kind;
    })
    .not.toBe("wait");
  return verdict;
}
