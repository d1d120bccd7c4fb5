import { SerializeAddon } from "@xterm/addon-serialize";
import headless from "@xterm/headless";
import { afterEach, describe, expect, it, vi } from "vitest";
import { ACK_EVERY_CHARS, RESYNC_BEHIND_CHARS, type TerminalFromEngine } from "../protocol/index.ts";
import { unfinishedEscape } from "./screen.ts";
import { createViews, type Views } from "./views.ts";

const made: Views[] = [];
const views = (options = { cols: 80, rows: 24 }) => {
  const one = createViews(options);
  made.push(one);
  return one;
};
afterEach(() => {
  for (const one of made.splice(0)) one.dispose();
});
const until = (check: () => void) => vi.waitFor(check, { timeout: 20_000, interval: 5 });

/** A window: a second xterm that draws what it is sent and acknowledges as the real one does. */
function windowOf(engine: Views, { isSlow = false } = {}) {
  const terminal = new headless.Terminal({ cols: 80, rows: 24, scrollback: 5_000, allowProposedApi: true });
  const serializer = new SerializeAddon();
  terminal.loadAddon(serializer);
  const messages: TerminalFromEngine[] = [];
  const replies: string[] = [];
  terminal.onData((data) => replies.push(data));
  let pending = 0;
  let isPaused = isSlow;
  const due: number[] = [];
  const acknowledge = (chars: number) => {
    pending += chars;
    if (pending < ACK_EVERY_CHARS) return;
    attached.receive({ type: "ack", chars: pending });
    pending = 0;
  };
  const attached = engine.attach((message) => {
    messages.push(message);
    if (message.type === "closed") return;
    if (message.type === "screen") {
      pending = 0;
      terminal.reset();
      terminal.resize(message.cols, message.rows);
    }
    terminal.write(message.data, () => {
      if (isPaused) due.push(message.data.length);
      else acknowledge(message.data.length);
    });
  });
  return {
    terminal,
    messages,
    replies,
    attached,
    wake() {
      isPaused = false;
      for (const chars of due.splice(0)) acknowledge(chars);
    },
    picture: () => new Promise<string>((resolve) => terminal.write("", () => resolve(serializer.serialize()))),
    count: (type: TerminalFromEngine["type"]) => messages.filter((message) => message.type === type).length,
  };
}

describe("views", () => {
  it("shows a window that attaches late what the shell's screen shows, and then everything after it, once", async () => {
    const engine = views();
    engine.output("\u001b[1;31mred\u001b[0m line\r\n\u001b[?1049h\u001b[5;5Hin vi\u001b[?25l\u001b[3;10r\u001b[6;2H");
    const window = windowOf(engine);
    engine.output("after");
    await until(() => expect(window.messages.map((message) => message.type)).toEqual(["screen", "data"]));
    expect(await window.picture()).toBe(await engine.snapshot().then((data) => data.replace("\u001b7\u001b[3;10r\u001b8\u001b[?25l", "")));
    expect(window.messages[0]).toMatchObject({ cols: 80, rows: 24, data: expect.stringContaining("in vi") });
    expect(window.messages[1]).toEqual({ type: "data", data: "after" });
  });

  it("keeps the scroll region and the hidden cursor of a full-screen program over a re-attachment", async () => {
    const engine = views();
    engine.output("\u001b[?25l\u001b[2;4r\u001b[6 q");
    const data = await engine.snapshot();
    expect(data).toContain("\u001b[2;4r");
    expect(data).toContain("\u001b[?25l");
    expect(data).toContain("\u001b[6 q");
    engine.output("\u001bc");
    expect(await engine.snapshot()).not.toMatch(/25l|2;4r|6 q/);
  });

  it("cuts no escape sequence in two between the replayed screen and what follows", async () => {
    const engine = views();
    engine.output("plain \u001b[3");
    const window = windowOf(engine);
    await until(() => expect(window.count("screen")).toBe(1));
    engine.output("1mred\u001b[0m \u001b]0;tit");
    window.attached.resync();
    await until(() => expect(window.count("screen")).toBe(2));
    engine.output("le\u0007end");
    await until(() => expect(window.messages.at(-1)).toEqual({ type: "data", data: "le\u0007end" }));
    expect(await window.picture()).toBe("plain \u001b[31mred\u001b[0m end");
  });

  it("finds the unfinished sequence at the end of a text", () => {
    const cases: [string, string][] = [
      ["plain", ""],
      ["\u001b", "\u001b"],
      ["a\u001b[1;3", "\u001b[1;3"],
      ["a\u001b[1;31m", ""],
      ["\u001b[1m\u001b[", "\u001b["],
      ["\u001b]0;title", "\u001b]0;title"],
      ["\u001b]0;title\u001b", "\u001b]0;title\u001b"],
      ["\u001b]0;title\u001b\\", ""],
      ["\u001b]0;title\u0007x", ""],
      ["\u001bPq#0", "\u001bPq#0"],
      ["\u001b(", "\u001b("],
      ["\u001b(B", ""],
      ["\u001b7", ""],
    ];
    for (const [text, expected] of cases) expect([text, unfinishedEscape(text)]).toEqual([text, expected]);
  });

  it("sends the first byte at once and joins what follows within a frame", async () => {
    const engine = views();
    const window = windowOf(engine);
    await until(() => expect(window.count("screen")).toBe(1));
    engine.output("a");
    expect(window.messages.at(-1)).toEqual({ type: "data", data: "a" });
    for (const letter of "bcdefgh") engine.output(letter);
    await until(() =>
      expect(window.messages.flatMap((message) => (message.type === "data" ? [message.data] : [])).join("")).toBe("abcdefgh"),
    );
    expect(window.count("data")).toBeLessThan(8);
  });

  it("stops feeding a view that does not acknowledge, and re-syncs it once it has, with nothing lost", async () => {
    const engine = views();
    const slow = windowOf(engine, { isSlow: true });
    const quick = windowOf(engine);
    await until(() => expect(slow.count("screen") + quick.count("screen")).toBe(2));
    const line = `${"0123456789".repeat(7)}\r\n`;
    const write = async (lines: number) => {
      for (let index = 0; index < lines; index += 1) {
        engine.output(`${index} ${line}`);
        if (index % 500 === 0) await engine.parsed();
      }
    };
    await write(6_000);
    const sent = slow.messages.reduce((sum, message) => sum + (message.type === "data" ? message.data.length : 0), 0);
    expect(sent).toBeGreaterThan(RESYNC_BEHIND_CHARS);
    expect(sent).toBeLessThan(RESYNC_BEHIND_CHARS + 20_000);
    slow.wake();
    await until(() => expect(slow.count("screen")).toBe(2));
    engine.output("the last line");
    await until(async () => expect((await slow.picture()).endsWith("the last line")).toBe(true));
    await until(async () => expect(await slow.picture()).toBe(await engine.snapshot()));
    await until(async () => expect(await quick.picture()).toBe(await engine.snapshot()));
  });

  it("does not lose output that comes while a long backlog keeps the screen from being captured", async () => {
    const engine = views();
    for (let index = 0; index < 20_000; index += 1) engine.output(`early ${index}\r\n`);
    const window = windowOf(engine);
    for (let index = 0; index < 20_000; index += 1) engine.output(`later ${index}\r\n`);
    await until(() => expect(window.count("screen")).toBeGreaterThan(0));
    await until(async () => expect(await window.picture()).toBe(await engine.snapshot()));
    expect(await window.picture()).toContain("later 19999");
  });

  it("is not stalled by a window that went away, and needs no window at all", async () => {
    const engine = views();
    const window = windowOf(engine, { isSlow: true });
    window.attached.detach();
    const before = window.messages.length;
    for (let index = 0; index < 5_000; index += 1) engine.output(`line ${index}\r\n`);
    expect(engine.backlog()).toBeGreaterThan(0);
    await engine.parsed();
    expect(engine.backlog()).toBe(0);
    expect(window.messages).toHaveLength(before);
    expect(await engine.snapshot()).toContain("line 4999");
  });

  it("keeps 5,000 lines and no more", async () => {
    const engine = views();
    for (let index = 0; index < 12_000; index += 1) engine.output(`line ${index}\r\n`);
    const picture = await engine.snapshot();
    expect(picture.split("\r\n").length).toBeLessThanOrEqual(5_024);
    expect(picture).not.toContain("line 6000\r");
    expect(picture).toContain("line 8000\r");
  });

  it("answers a terminal query itself only when no attached xterm was sent it", async () => {
    const engine = views();
    const replies: string[] = [];
    engine.onReply((data) => replies.push(data));
    engine.output("\u001b[6n");
    await engine.parsed();
    expect(replies).toEqual(["\u001b[1;1R"]);
    const window = windowOf(engine);
    await until(() => expect(window.count("screen")).toBe(1));
    engine.output("ab\u001b[6n\u001b[c");
    await until(() => expect(window.replies).toEqual(["\u001b[1;3R", "\u001b[?1;2c"]));
    await engine.parsed();
    expect(replies).toHaveLength(1);
    window.attached.detach();
    engine.output("\u001b[6n");
    await engine.parsed();
    expect(replies).toEqual(["\u001b[1;1R", "\u001b[1;3R"]);
    expect(window.replies).toHaveLength(2);
  });

  it("takes the new size in its turn and tells every one of several windows", async () => {
    const engine = views();
    engine.output("x".repeat(100));
    engine.resize(120, 30);
    const one = windowOf(engine);
    const two = windowOf(engine);
    await until(() => expect(one.messages[0]).toMatchObject({ type: "screen", cols: 120, rows: 30 }));
    await until(() => expect(two.count("screen")).toBe(1));
    engine.resize(60, 20);
    await until(() => expect(one.messages.at(-1)).toMatchObject({ type: "screen", cols: 60, rows: 20 }));
    await until(() => expect(two.messages.at(-1)).toMatchObject({ type: "screen", cols: 60, rows: 20 }));
  });

  it("says that the shell is gone after its last output, also to a window that comes later", async () => {
    const engine = views();
    const window = windowOf(engine);
    await until(() => expect(window.count("screen")).toBe(1));
    engine.output("one ");
    engine.output("two");
    engine.closed("exit 0");
    expect(window.messages.slice(-2)).toEqual([
      { type: "data", data: "two" },
      { type: "closed", reason: "exit 0" },
    ]);
    const late = windowOf(engine);
    await until(() => expect(late.messages.map((message) => message.type)).toEqual(["screen", "closed"]));
    expect(await late.picture()).toContain("one two");
  });

  it("leaves nobody waiting when it is disposed", async () => {
    const engine = views();
    engine.output("x".repeat(200_000));
    const waiting = [engine.parsed(), engine.snapshot()];
    engine.dispose();
    await Promise.all(waiting);
    await engine.parsed();
  });
});
