// Delivers status updates to webhooks: one after the other per audience, again later while nobody answers, each attempt on record.
// Owns: the addresses, which are secrets and live in this process alone, the request, and its patience. No address enters a log, an error or an event.
import type { Update } from "../protocol/index.ts";
import { ENGINE_ACTOR, RecordError } from "../record/index.ts";
import type { LaunchDeps } from "./deps.ts";
import type { Live, Lives } from "./live.ts";
import type { AudienceFact } from "./night-state.ts";

/** A chat that does not answer within this is tried again. Milliseconds. */
const TIMEOUT_MS = 10_000;
/** Waits between attempts while it cannot be reached, the last for ever. Milliseconds. */
const WAITS_MS = [5_000, 15_000, 60_000, 300_000];

export type Post = ReturnType<typeof createPost>;

/** Why an address is not taken, in words that do not repeat it; "" where it is. */
export function addressProblem(address: string): string {
  let url: URL;
  try {
    url = new URL(address);
  } catch {
    return "This is no address: it begins with https://.";
  }
  if (url.protocol === "https:") return url.username === "" && url.password === "" ? "" : "An address with a user name in it is not taken.";
  if (url.protocol === "http:" && ["127.0.0.1", "[::1]", "localhost"].includes(url.hostname)) return "";
  return "The address must be https; plain http goes to this computer alone.";
}

/** What Slack and Teams take at an incoming webhook. */
export function bodyFor(channel: Update["channel"], text: string): string {
  // Slack reads &, < and > as its own: `<!channel>` would wake everybody.
  if (channel === "slack") return JSON.stringify({ text: text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;") });
  const block = (line: string) => ({ type: "TextBlock", text: line.replace(/[\\`*_[\]<>#]/g, "\\$&"), wrap: true });
  const content = {
    $schema: "http://adaptivecards.io/schemas/adaptive-card.json",
    type: "AdaptiveCard",
    version: "1.4",
    body: text
      .split("\n")
      .filter((line) => line.trim() !== "")
      .map(block),
  };
  return JSON.stringify({
    type: "message",
    attachments: [{ contentType: "application/vnd.microsoft.card.adaptive", contentUrl: null, content }],
  });
}

type Outcome = { outcome: "sent" | "failed" | "again"; because: string; status: number };

/** `waitsMs` for tests that drive several attempts. */
export function createPost(deps: LaunchDeps, waitsMs: readonly number[] = WAITS_MS) {
  const addresses = new Map<string, string>();
  const running = new Set<string>();
  const timers = new Map<string, NodeJS.Timeout>();
  let isClosed = false;
  const keyOf = (launch: string, audience: string): string => `${launch} ${audience}`;

  function addressOf(launch: string, audience: AudienceFact): string | null {
    const typed = addresses.get(keyOf(launch, audience.id));
    if (typed !== undefined) return typed;
    const named = audience.environment === "" ? undefined : deps.environment?.[audience.environment];
    return named !== undefined && addressProblem(named) === "" ? named : null;
  }

  /** Works off what waits for each audience; returns at once. */
  function deliver(lives: Lives, live: Live): void {
    for (const audience of live.state.night.audiences.values()) {
      const key = keyOf(live.launch, audience.id);
      if (audience.channel === "clipboard" || running.has(key) || isClosed) continue;
      if (waiting(live, audience.id) === undefined || addressOf(live.launch, audience) === null) continue;
      running.add(key);
      clearTimeout(timers.get(key));
      timers.delete(key);
      void workOff(lives, live, audience.id).catch((error: unknown) => {
        // A full disk: what waits is still on record as waiting, and is taken up at the next start or update.
        if (!(error instanceof RecordError)) process.emitWarning(error instanceof Error ? error : String(error), "HoldpointPost");
      });
    }
  }

  const waiting = (live: Live, audience: string): Update | undefined =>
    [...live.state.night.updates.values()].find((one) => one.audience === audience && one.state === "queued");

  async function workOff(lives: Lives, live: Live, id: string): Promise<void> {
    try {
      await sendAll(lives, live, id);
    } finally {
      running.delete(keyOf(live.launch, id));
      // Queued while the last one was being put away.
      if (!timers.has(keyOf(live.launch, id))) deliver(lives, live);
    }
  }

  async function sendAll(lives: Lives, live: Live, id: string): Promise<void> {
    for (let update = waiting(live, id); update !== undefined && !isClosed; update = waiting(live, id)) {
      const audience = live.state.night.audiences.get(id);
      const address = audience === undefined ? null : addressOf(live.launch, audience);
      if (audience === undefined || address === null || live.state.state === "closed") return;
      const met = await request(address, bodyFor(audience.channel, update.text));
      if (isClosed) return;
      const { id: sent, attempts } = update;
      await lives.inTurn(live, async () => {
        const data = { id: sent, audience: id, channel: audience.channel, attempt: attempts + 1, status: met.status, because: met.because };
        lives.append(live, ENGINE_ACTOR, [
          { type: "update.attempted", outcome: met.outcome, data },
          ...(met.outcome === "again"
            ? []
            : [
                {
                  type: "update.sent",
                  outcome: met.outcome,
                  data: { id: sent, audience: id, name: audience.name, text: update!.text, channel: audience.channel },
                },
              ]),
        ]);
      });
      if (met.outcome !== "again") continue;
      const wait = waitsMs[Math.min(attempts, waitsMs.length - 1)] ?? 60_000;
      const timer = setTimeout(() => {
        timers.delete(keyOf(live.launch, id));
        deliver(lives, live);
      }, wait);
      timer.unref();
      timers.set(keyOf(live.launch, id), timer);
      return;
    }
  }

  return {
    keep: (launch: string, audience: string, address: string): void => void addresses.set(keyOf(launch, audience), address),
    has: (launch: string, audience: AudienceFact): boolean => addressOf(launch, audience) !== null,
    deliver,
    close(): void {
      isClosed = true;
      for (const timer of timers.values()) clearTimeout(timer);
      addresses.clear();
    },
  };
}

/** The words never hold the address: not the host, not the path. */
async function request(address: string, body: string): Promise<Outcome> {
  try {
    const response = await fetch(address, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
      // An answer that leads elsewhere would carry the update to somebody who was not chosen.
      redirect: "manual",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    await response.body?.cancel();
    const { status } = response;
    if (status >= 200 && status < 300) return { outcome: "sent", because: "", status };
    const isBusy = status === 408 || status === 425 || status === 429 || status >= 500;
    return { outcome: isBusy ? "again" : "failed", because: `the webhook answered ${status}`, status };
  } catch (error) {
    const cause = (error as { cause?: { code?: unknown } }).cause?.code;
    const because =
      (error as Error).name === "TimeoutError"
        ? `no answer within ${TIMEOUT_MS / 1000} s`
        : typeof cause === "string"
          ? `cannot be reached (${cause})`
          : "cannot be reached";
    return { outcome: "again", because, status: 0 };
  }
}
