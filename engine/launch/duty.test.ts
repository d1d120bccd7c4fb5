import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { parseDocument } from "../document/index.ts";
import type { LaunchId } from "../protocol/index.ts";
import { addressProblem, bodyFor } from "./post.ts";
import { type Bench, codeOf, madeTeam, must, openBench } from "./testing.ts";

const MINUTE = 60_000;
const LIST = "---\nkind: checklist\n---\n# L\n\n## A\n\n- [ ] **A-1** x\n";

let home: string;
let bench: Bench;
let launch: LaunchId;
let jon: Awaited<ReturnType<Bench["who"]>>;
beforeAll(async () => {
  home = await madeTeam();
}, 60_000);
beforeEach(async () => {
  bench = openBench(home, (source, path) => parseDocument(source, { path }));
  launch = await bench.launch(LIST);
  jon = await bench.who("jon");
});
afterEach(() => bench.close());
const duty = async () => (await bench.view(launch)).duty;
const append = async (type: string, data: object, subject: object = {}) => {
  const { log } = (await bench.view(launch)).header;
  return bench.store.append(log, { type, actor: jon.actor, subject: { launch, ...subject }, data: data as never });
};

describe("open loops", () => {
  it("are opened by steps and by hand, alarm when they are overdue, and keep the launch from being closed", async () => {
    const run = "run-01ARZ3NDEKTSV4RRFFQ69G5FAV";
    await append("loop.opened", { name: "alert silence", by_ms: 30 * MINUTE }, { run, step: "silence" });
    bench.ports.advance(MINUTE);
    await append("loop.opened", { name: "alert silence", by_ms: 30 * MINUTE }, { run, step: "silence" });
    must(await bench.launches.openLoop(jon, { launch, name: "maintenance page", byMinutes: null }));
    expect(codeOf(await bench.launches.openLoop(jon, { launch, name: "maintenance page", byMinutes: 5 }))).toBe("already-exists");
    bench.ports.advance(28 * MINUTE);
    expect((await duty()).alarms).toEqual([]);
    bench.ports.advance(2 * MINUTE);
    const { loops, alarms } = await duty();
    expect(loops.map((one) => [one.name, one.isOverdue, one.run, one.step])).toEqual([
      ["alert silence", true, run, "silence"],
      ["maintenance page", false, null, ""],
    ]);
    expect(alarms).toMatchObject([{ severity: "fail", title: "alert silence is still open" }]);
    await append("loop.closed", { name: "alert silence" }, { run, step: "back" });
    expect((await duty()).alarms).toEqual([]);
    await append("launch.state", { from: "cut-over", to: "retrospective" });
    const close = () => bench.launches.prepare(jon, { launch, subject: { kind: "close", id: launch }, meaning: "approved" } as never);
    expect(must(await close()).blockers).toEqual(["“maintenance page” is still open"]);
    must(await bench.launches.closeLoop(jon, { launch, name: "maintenance page" }));
    expect(must(await close()).blockers).toEqual([]);
    expect(codeOf(await bench.launches.closeLoop(jon, { launch, name: "maintenance page" }))).toBe("not-found");
  });
});

describe("the escalation clock", () => {
  it("calls the levels after 5, 15 and 30 minutes, says whom, and stands still once somebody has acknowledged", async () => {
    const contact = (name: string, level: number) => ({ name, role: "on call", reach: "+370 1", level });
    must(
      await bench.launches.change(jon, {
        launch,
        change: { contacts: [contact("Ines", 1), contact("Ben", 2)], bridge: "https://meet.test/1" },
      } as never),
    );
    must(await bench.launches.note(jon, { launch, kind: "near-miss", title: "a spike", text: "" }));
    must(await bench.launches.note(jon, { launch, kind: "incident", title: "errors", text: "" }));
    const [clock, ...others] = (await duty()).escalations;
    expect(others).toEqual([]);
    expect(clock).toMatchObject({ level: 0, next: { level: 1, call: [{ name: "Ines" }] } });
    bench.ports.advance(6 * MINUTE);
    expect((await duty()).alarms).toMatchObject([{ title: "Level 1 is to be called: errors", detail: "Ines, on call, +370 1" }]);
    bench.ports.advance(25 * MINUTE);
    const late = await duty();
    expect(late.escalations[0]).toMatchObject({ level: 3, call: [], next: null });
    expect(late.alarms).toMatchObject([{ detail: "Nobody is named for level 3." }]);
    const seq = clock!.seq;
    must(await bench.launches.acknowledge(await bench.who("wim"), { launch, seq }));
    expect((await duty()).escalations[0]).toMatchObject({ level: 0, acknowledgedBy: expect.stringMatching(/^w/i) });
    expect((await duty()).alarms).toEqual([]);
    expect(codeOf(await bench.launches.acknowledge(jon, { launch, seq }))).toBe("conflict");
    expect(codeOf(await bench.launches.acknowledge(await bench.who("aud"), { launch, seq }))).toBe("forbidden");
  });
});

describe("updates", () => {
  const audience = (more: object) =>
    bench.launches.audience(jon, {
      launch,
      name: "Business",
      everyMinutes: 30,
      template: "{launch} is {state}, {drift}; next: {next}. {unknown}",
      ...more,
    } as never);

  it("fall due every so often during the cut-over, and are written from a template with what holds now", async () => {
    must(await audience({}));
    expect((await duty()).audiences[0]).toMatchObject({
      dueAt: null,
      text: "v1.0-rc1 is in preparation, on plan; next: nothing more. {unknown}",
    });
    await append("launch.state", { from: "go", to: "cut-over" });
    bench.ports.advance(31 * MINUTE);
    expect((await duty()).alarms).toMatchObject([{ title: "An update for Business is due" }]);
    must(await bench.launches.update(jon, { launch, audience: "A1", text: "All is SECRET" }));
    const { audiences, updates, alarms } = await duty();
    expect(updates).toMatchObject([{ state: "copied", text: "All is •••", channel: "clipboard", name: "Business" }]);
    expect(Date.parse(audiences[0]!.dueAt!) - Date.parse(updates[0]!.at)).toBe(30 * MINUTE);
    expect(alarms).toEqual([]);
    must(await bench.launches.update(jon, { launch, audience: "A1" }));
    expect((await duty()).updates[1]!.text).toContain("v1.0-rc1 is in cut-over");
  });

  it("takes https and this computer alone as an address, and says of neither what it was", () => {
    for (const good of ["https://hooks.slack.com/services/T0/B0/x", "http://127.0.0.1:8080/x", "http://[::1]/x", "http://localhost/x"])
      expect(addressProblem(good)).toBe("");
    for (const bad of [
      "http://hooks.slack.com/s3cret",
      "https://u:s3cret@host/x",
      "file:///s3cret",
      "s3cret",
      "http://127.0.0.1.evil.test/s3cret",
    ]) {
      expect(addressProblem(bad)).not.toBe("");
      expect(addressProblem(bad)).not.toContain("s3cret");
    }
  });

  it("says to Slack and Teams what a person wrote, and nothing that they would read as theirs", () => {
    expect(JSON.parse(bodyFor("slack", "<!channel> a & b"))).toEqual({ text: "&lt;!channel&gt; a &amp; b" });
    const card = JSON.parse(bodyFor("teams", "One\n\n[x](http://evil.test)")) as {
      attachments: { contentType: string; content: { body: { text: string }[] } }[];
    };
    expect(card.attachments[0]!.contentType).toBe("application/vnd.microsoft.card.adaptive");
    expect(card.attachments[0]!.content.body.map((one) => one.text)).toEqual(["One", "\\[x\\](http://evil.test)"]);
  });

  describe("over a webhook", () => {
    let server: Server | null = null;
    let got: { path: string; body: unknown }[] = [];
    let answers: number[] = [];
    const listen = (port = 0): Promise<number> =>
      new Promise((resolve) => {
        server = createServer((request, response) => {
          let text = "";
          request.on("data", (piece) => (text += String(piece)));
          request.on("end", () => {
            const status = answers.shift() ?? 200;
            if (status === 200) got.push({ path: request.url ?? "", body: JSON.parse(text) });
            response.writeHead(status, status === 302 ? { location: "http://127.0.0.1:1/elsewhere" } : {}).end("ok");
          });
        }).listen(port, "127.0.0.1", () => resolve((server!.address() as AddressInfo).port));
      });
    const stop = () =>
      new Promise<void>((resolve) => {
        if (server === null) return resolve();
        server.closeAllConnections();
        server.close(() => resolve());
        server = null;
      });
    beforeEach(() => {
      got = [];
      answers = [];
    });
    afterEach(stop);
    afterAll(stop);
    const until = async (is: (states: string[]) => boolean) => {
      for (;;) {
        const states = (await duty()).updates.map((one) => one.state);
        if (is(states)) return states;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    };
    const send = (text: string) => bench.launches.update(jon, { launch, audience: "A1", text });
    const give = (url: string) => bench.launches.audienceAddress(jon, { launch, audience: "A1", url });

    it("keeps updates while nobody answers and delivers them in order, each attempt on record and the address nowhere", {
      timeout: 30_000,
    }, async () => {
      const port = await listen();
      await stop();
      bench.close();
      bench = openBench(home, (source, path) => parseDocument(source, { path }), { postWaitsMs: [50] });
      launch = await bench.launch(LIST);
      jon = await bench.who("jon");
      must(await audience({ channel: "slack" }));
      must(await send("first"));
      expect((await duty()).audiences[0]).toMatchObject({ address: "wanted", queued: 1 });
      expect(codeOf(await give("http://chat.example.test/T0/s3cret"))).toBe("invalid-params");
      must(await give(`http://127.0.0.1:${port}/T0/s3cret`));
      must(await send("second"));
      while (bench.events(launch, "update.attempted").length < 2) await new Promise((resolve) => setTimeout(resolve, 20));
      expect((await duty()).updates.map((one) => [one.state, one.because])).toEqual([
        ["queued", "cannot be reached (ECONNREFUSED)"],
        ["queued", ""],
      ]);
      answers = [503, 200];
      await listen(port);
      await until((states) => states.every((one) => one === "sent"));
      expect(got).toEqual([
        { path: "/T0/s3cret", body: { text: "first" } },
        { path: "/T0/s3cret", body: { text: "second" } },
      ]);
      const lines = bench.events(launch).map((event) => event.line);
      expect(lines.filter((line) => line.includes("s3cret") || line.includes(String(port)))).toEqual([]);
      expect(
        bench
          .events(launch, "update.attempted")
          .map(({ body }) => body.outcome)
          .slice(-3),
      ).toEqual(["again", "sent", "sent"]);
    });

    it("is told of a refusal or of an answer that leads elsewhere, and follows neither", { timeout: 30_000 }, async () => {
      const port = await listen();
      must(await audience({ channel: "teams" }));
      must(await give(`http://127.0.0.1:${port}/x`));
      answers = [302, 404];
      must(await send("first"));
      must(await send("second"));
      await until((states) => states.every((one) => one === "failed"));
      expect(got).toEqual([]);
      expect((await duty()).alarms).toMatchObject([{ title: "An update did not reach Business", detail: "the webhook answered 404" }]);
    });

    it("takes up what waited after a restart, by an address from the environment", { timeout: 30_000 }, async () => {
      const port = await listen();
      must(await audience({ channel: "slack", environment: "OPS_HOOK" }));
      must(await send("before the restart"));
      await append("launch.state", { from: "go", to: "cut-over" });
      expect((await duty()).audiences[0]!.address).toBe("wanted");
      bench.reopen({ environment: { OPS_HOOK: `http://127.0.0.1:${port}/x` } });
      await bench.launches.resume();
      await until((states) => states[0] === "sent");
      expect(got).toEqual([{ path: "/x", body: { text: "before the restart" } }]);
    });
  });
});

it("tells of each alarm once, at its moment, and again after a restart", { timeout: 30_000 }, async () => {
  const told: string[] = [];
  bench.reopen({
    notify: { changed: () => undefined, refused: () => undefined, alarm: (_, name, { title }) => void told.push(`${name}: ${title}`) },
  });
  await append("launch.state", { from: "go", to: "cut-over" });
  must(await bench.launches.openLoop(jon, { launch, name: "freeze", byMinutes: 10 }));
  bench.ports.advance(11 * MINUTE);
  const heard = async (count: number) => {
    while (told.length < count) await new Promise((resolve) => setTimeout(resolve, 20));
  };
  must(await bench.launches.note(jon, { launch, kind: "note", title: "something happens", text: "" }));
  await heard(1);
  must(await bench.launches.note(jon, { launch, kind: "note", title: "and again", text: "" }));
  bench.reopen({
    notify: {
      changed: () => undefined,
      refused: () => undefined,
      alarm: (_, name, { title }) => void told.push(`again ${name}: ${title}`),
    },
  });
  await bench.launches.resume();
  await heard(2);
  expect(told).toEqual(["v1.0-rc1: freeze is still open", "again v1.0-rc1: freeze is still open"]);
});
