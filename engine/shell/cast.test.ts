import { describe, expect, it } from "vitest";
import { readCast } from "./cast.ts";

const value = (text: string) => {
  const cast = readCast(text);
  if (!cast.ok) throw new Error(cast.error.message);
  return cast.value;
};

describe("readCast", () => {
  it("adds up the intervals of version 3 and skips its comments", () => {
    const cast = value(
      '{"version":3,"term":{"cols":80,"rows":24,"type":"xterm"},"timestamp":1700000000,"title":"t"}\n# comment\n[0.5, "o", "a"]\n[0.25, "r", "90x30"]\n[1, "m", "half"]\n[0, "x", "7"]\n',
    );
    expect(cast).toMatchObject({
      version: 3,
      cols: 80,
      rows: 24,
      title: "t",
      timestamp: 1_700_000_000,
      duration: 1.75,
      exitStatus: 7,
      skippedLines: 0,
    });
    expect(cast.events.map((event) => [event.at, event.code, event.data])).toEqual([
      [0.5, "o", "a"],
      [0.75, "r", "90x30"],
      [1.75, "m", "half"],
      [1.75, "x", "7"],
    ]);
  });

  it("takes the absolute times of version 2", () => {
    const cast = value(
      '{"version": 2, "width": 100, "height": 40, "env": {"SHELL": "/bin/zsh"}}\n[0.5, "o", "a"]\n[2, "i", "b"]\n[3.5, "o", "c"]',
    );
    expect(cast).toMatchObject({
      version: 2,
      cols: 100,
      rows: 40,
      title: null,
      timestamp: null,
      env: { SHELL: "/bin/zsh" },
      duration: 3.5,
      exitStatus: null,
    });
    expect(cast.events.map((event) => event.at)).toEqual([0.5, 2, 3.5]);
  });

  it("keeps what is whole of a recording that ends in half an event", () => {
    const cast = value('{"version":3,"term":{"cols":80,"rows":24}}\n[0.5, "o", "a"]\n[0.5, "o", "ha');
    expect(cast.events).toHaveLength(1);
    expect(cast.skippedLines).toBe(1);
  });

  it.each([
    ["", "header"],
    ["not json\n", "header"],
    ['{"version":1,"width":80,"height":24,"stdout":[]}', "version 1"],
    ['{"version":3,"width":80,"height":24}', "term.cols"],
    ['{"version":2,"width":0,"height":24}', "width"],
    ['{"version":2,"width":1e9,"height":24}', "width"],
  ])("refuses %j and says why", (text, why) => {
    const cast = readCast(text);
    expect(cast).toMatchObject({ ok: false, error: { code: "unreadable", message: expect.stringContaining(why) } });
  });
});
