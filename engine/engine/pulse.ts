// News in measured doses: a busy run tells its listeners at most twenty times a second, a quiet one at once.
// Owns: coalescing. What is told is read at the moment of telling, so it is never older than the order of facts.
/** 50 ms between two messages about the same thing: twenty a second, under what an eye can follow. */
const LEAST_GAP_MS = 50;

export type Pulse<K> = {
  /** Marks `key` as changed, with a part of it where one is known. */
  mark(key: K, part: string | null): void;
  /** Tells now what is waiting for `key`, so that what comes next comes after it. */
  flush(key: K): void;
  stop(): void;
};

export function createPulse<K>(tell: (key: K, parts: Set<string>) => void): Pulse<K> {
  const waiting = new Map<K, { parts: Set<string>; timer: NodeJS.Timeout }>();
  const toldAt = new Map<K, number>();
  const send = (key: K) => {
    const entry = waiting.get(key);
    if (!entry) return;
    clearTimeout(entry.timer);
    waiting.delete(key);
    toldAt.set(key, performance.now());
    tell(key, entry.parts);
  };
  return {
    mark(key, part) {
      const entry = waiting.get(key);
      if (entry) {
        if (part !== null) entry.parts.add(part);
        return;
      }
      const wait = Math.max(0, (toldAt.get(key) ?? -LEAST_GAP_MS) + LEAST_GAP_MS - performance.now());
      const timer = setTimeout(() => send(key), wait);
      waiting.set(key, { parts: new Set(part === null ? [] : [part]), timer });
    },
    flush: send,
    stop() {
      for (const { timer } of waiting.values()) clearTimeout(timer);
      waiting.clear();
    },
  };
}
