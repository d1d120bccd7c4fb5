// Says that this window looks at a run, and hears who else does. Owns: the beat; the engine forgets a window that is silent.
import { useEffect, useState } from "react";
import type { Looker, RunId } from "../../engine/protocol/index.ts";
import { bridge } from "../bridge/index.ts";

/** The engine forgets a window after 50 seconds without a word. Milliseconds. */
const BEAT_MS = 20_000;
/** This window, among those of the same person. */
const WINDOW = Math.random().toString(36).slice(2);

export function useLookers(run: RunId): Looker[] {
  const [lookers, setLookers] = useState<Looker[]>([]);
  useEffect(() => {
    let isGone = false;
    const say = async (): Promise<void> => {
      const result = await bridge().call("run.look", { run, window: WINDOW });
      if (result.ok && !isGone) setLookers(result.value);
    };
    const beat = setInterval(() => void say(), BEAT_MS);
    const offNews = bridge().subscribe("run.lookers", (news) => news.run === run && setLookers(news.lookers));
    const offLine = bridge().onConnection(({ state }) => state === "online" && void say());
    return () => {
      isGone = true;
      clearInterval(beat);
      offNews();
      offLine();
      void bridge().call("run.look", { run: null, window: WINDOW });
    };
  }, [run]);
  return lookers;
}
