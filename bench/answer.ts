// A hundred items of a launch answered at once, through the engine's one door, durable when it answers.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Caller, createEngine } from "../engine/engine.ts";
import type { Method, ParamsOf, ResultOf } from "../engine/protocol/index.ts";
import { median, quantile, timed } from "./measure.ts";
import { inFolder } from "./places.ts";
import type { Measurement } from "./result.ts";

const ITEMS = 100;
const ROUNDS = 40;
const WARM_UP = 4;
const SEEDS_BULK_MS = 27;
const CALLER: Caller = { id: "bench", door: "window", isReadOnly: false };
const HOST = { hasNativeMenu: false, canPickFolder: false, canRevealFile: false, canOpenExternal: false, isReadOnly: false, note: "" };

export const answer: Measurement = {
  name: "answer",
  run: () =>
    inFolder(async (folder) => {
      const opened = await createEngine({ home: join(folder, "home"), env: { HOME: folder, PATH: "" }, builtIn: [], host: HOST });
      if (!opened.ok) throw new Error(opened.error.message);
      const engine = opened.value;
      const call = async <M extends Method>(method: M, params: ParamsOf<M>): Promise<ResultOf<M>> => {
        const result = await engine.handle(method, params, CALLER);
        if (!result.ok) throw new Error(`${method}: ${result.error.message}`);
        return result.value as ResultOf<M>;
      };
      await call("people.createFirst", { id: "bench" as never, name: "Bench", password: "correct horse battery" });
      const checklist = join(folder, "list.md");
      const lines = Array.from(
        { length: ITEMS },
        (_, at) => `${at % 10 === 0 ? `\n## Part ${at / 10 + 1}\n\n` : ""}- [ ] Item ${at + 1} is true.`,
      );
      writeFileSync(checklist, `---\nkind: checklist\n---\n# A hundred\n${lines.join("\n")}\n`);
      const { header, items } = await call("launch.create", { facts: { name: "Bench" }, checklist });
      if (items.length !== ITEMS) throw new Error(`the list has ${items.length} items`);
      const all = items.map((item) => item.id);
      const times: number[] = [];
      for (let round = 0; round < ROUNDS + WARM_UP; round++) {
        const state = round % 2 === 0 ? "not-applicable" : "done";
        const took = await timed(() => call("item.answer", { launch: header.launch, items: all, state, reason: "measured" }));
        if (round >= WARM_UP) times.push(took);
      }
      const { view } = await call("launch.get", { launch: header.launch });
      await engine.close();
      if (view.header.answered !== ITEMS) throw new Error("the answers are not on record");
      const figure = median(times);
      return [
        {
          name: "answer-100",
          against: "27 ms, the seeds' bulk figure",
          ours: figure,
          theirs: SEEDS_BULK_MS,
          unit: "ms",
          figure,
          goal: { operator: "<", value: SEEDS_BULK_MS },
          exponent: null,
          note: `${ITEMS} items of a launch in one act, call to answer with the whole view, median of ${ROUNDS}; p95 ${quantile(times, 0.95).toFixed(1)} ms`,
        },
      ];
    }),
};
